//! The tree of a run as columns. Its nodes name functions of the run by their places.

use std::collections::HashMap;

use super::bytes::{Reader, Writer};
use crate::model::{Function, TreeNode};
use crate::stats::number::Cell;

/// Declares the columns of whole numbers.
macro_rules! numbers {
    ($($field:ident)*) => {
        fn write_numbers(writer: &mut Writer, tree: &[TreeNode]) {
            $(
                for node in tree {
                    writer.number(Cell::number(&node.$field));
                }
            )*
        }

        fn read_numbers(reader: &mut Reader<'_>, tree: &mut [TreeNode]) -> Option<()> {
            $(
                for node in &mut *tree {
                    node.$field = Cell::of(reader.number()?)?;
                }
            )*
            Some(())
        }

        /// Names every field, so that whoever adds one decides where it is kept.
        #[expect(dead_code, reason = "it only has to compile")]
        fn is_complete(node: &TreeNode) {
            let TreeNode { id: _, parent: _, function: _, $($field: _,)* } = node;
        }
    };
}

numbers! {
    calls placed_calls total_ns self_ns errors panics sampled self_estimated allocs alloc_bytes grown_bytes self_allocs
}

/// Writes a tree; `None` where a node is of none of the functions.
pub(super) fn write(tree: &[TreeNode], functions: &[Function]) -> Option<Vec<u8>> {
    let places: HashMap<&str, usize> =
        functions.iter().enumerate().map(|(at, function)| (function.name.as_str(), at)).collect();
    let mut writer = Writer::default();
    writer.number(tree.len() as u64);
    let mut before = u32::MAX;
    for node in tree {
        writer.number(u64::from(node.id.wrapping_sub(before)));
        before = node.id;
    }
    for node in tree {
        let above = node.parent.map(|parent| u64::from(node.id.wrapping_sub(parent)) + 1);
        writer.number(above.unwrap_or(0));
    }
    for node in tree {
        writer.number(*places.get(node.function.as_str())? as u64);
    }
    write_numbers(&mut writer, tree);
    Some(writer.bytes)
}

/// Reads a tree over these functions.
pub(super) fn read(bytes: &[u8], functions: &[Function]) -> Option<Vec<TreeNode>> {
    let mut reader = Reader::new(bytes);
    let mut tree = vec![TreeNode::default(); reader.count()?];
    let mut before = u32::MAX;
    for node in &mut tree {
        node.id = before.wrapping_add(u32::try_from(reader.number()?).ok()?);
        before = node.id;
    }
    for node in &mut tree {
        node.parent = match reader.number()? {
            0 => None,
            above => Some(node.id.wrapping_sub(u32::try_from(above - 1).ok()?)),
        };
    }
    for node in &mut tree {
        let place = usize::try_from(reader.number()?).ok()?;
        node.function.clone_from(&functions.get(place)?.name);
    }
    read_numbers(&mut reader, &mut tree)?;
    reader.is_at_end().then_some(tree)
}
