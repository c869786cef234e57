//! The rooms of a folder: the folders and files in it.

use std::collections::BTreeSet;

use super::{Arrow, Graph};

/// A place in one room that leads to another room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The room that imports.
    pub from: String,
    /// The room that is imported.
    pub to: String,
    /// The place in the code.
    pub arrow: Arrow,
}

/// Returns the room of `path` among those of `folder`, which ends with `/`. The front of the folder,
/// `mod.rs` or `lib.rs`, is a room of its own.
pub fn room<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    let first = path.strip_prefix(folder)?.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// Returns the arrows that lead from a room of `folder` to another.
pub fn passages(folder: &str, arrows: &[Arrow]) -> Vec<Passage> {
    let passage = |arrow: &Arrow| {
        let (from, to) = (room(folder, &arrow.from)?, room(folder, &arrow.to)?);
        let passage = || Passage { from: from.into(), to: to.into(), arrow: arrow.clone() };
        (from != to).then(passage)
    };
    arrows.iter().filter_map(passage).collect()
}

/// Returns the rooms of `folder` that arrows of its crate lead from or to.
pub fn rooms(folder: &str, arrows: &[Arrow]) -> BTreeSet<String> {
    let ends = arrows.iter().flat_map(|arrow| [&arrow.from, &arrow.to]);
    ends.filter_map(|path| room(folder, path)).map(str::to_owned).collect()
}

/// Returns the rooms of `folder` with what each imports.
pub fn graph(folder: &str, arrows: &[Arrow]) -> Graph {
    let (rooms, passages) = (rooms(folder, arrows), passages(folder, arrows));
    let between = passages.iter().map(|passage| (&*passage.from, &*passage.to));
    Graph::new(rooms.iter().map(String::as_str), between)
}
