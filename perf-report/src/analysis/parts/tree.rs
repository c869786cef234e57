//! Calling-context trees laid over each other.

use std::collections::HashMap;

use crate::model::{RunDocument, TreeNode};

/// Returns the tree of all: contexts with the same path are one.
pub(super) fn merged(runs: &[&RunDocument]) -> Vec<TreeNode> {
    let mut tree: Vec<TreeNode> = Vec::new();
    let mut known: HashMap<(Option<u32>, &str), usize> = HashMap::new();
    for run in runs {
        let mut places: HashMap<u32, u32> = HashMap::with_capacity(run.tree.len());
        for node in &run.tree {
            // Parents come before their children; one that is not there makes a root.
            let parent = node.parent.and_then(|parent| places.get(&parent).copied());
            let at = *known.entry((parent, &node.function)).or_insert(tree.len());
            let id = u32::try_from(at).unwrap_or(u32::MAX);
            places.insert(node.id, id);
            match tree.get_mut(at) {
                Some(sum) => add(sum, node),
                None => tree.push(TreeNode { id, parent, ..node.clone() }),
            }
        }
    }
    tree
}

fn add(sum: &mut TreeNode, node: &TreeNode) {
    let counts = [
        (&mut sum.calls, node.calls),
        (&mut sum.placed_calls, node.placed_calls),
        (&mut sum.total_ns, node.total_ns),
        (&mut sum.self_ns, node.self_ns),
        (&mut sum.errors, node.errors),
        (&mut sum.panics, node.panics),
    ];
    for (sum, more) in counts {
        *sum = sum.saturating_add(more);
    }
    let memory = [
        (&mut sum.allocs, node.allocs),
        (&mut sum.alloc_bytes, node.alloc_bytes),
        (&mut sum.self_allocs, node.self_allocs),
    ];
    for (sum, more) in memory {
        *sum = sum.map_or(more, |sum| Some(sum.saturating_add(more.unwrap_or(0))));
    }
    let grown = node.grown_bytes.unwrap_or(0);
    sum.grown_bytes = sum.grown_bytes.map_or(node.grown_bytes, |it| Some(it.saturating_add(grown)));
    sum.sampled |= node.sampled;
    sum.self_estimated |= node.self_estimated;
}
