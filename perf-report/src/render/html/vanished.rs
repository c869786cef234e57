//! Paths of calls that only the baseline made: in a picture of the run that is shown, they have no width.

use std::collections::HashMap;

use serde::Serialize;

use super::packed::Columns;
use crate::model::{RunDocument, TreeNode};

/// The most paths that a page holds, the heaviest.
const MOST: usize = 100;

/// A path of calls in the baseline.
#[derive(Debug, Serialize)]
struct Vanished<'a> {
    /// The functions, from the root on.
    path: Vec<&'a str>,
    calls: u64,
    total_ns: u64,
}

/// Returns the paths that `now` does not have, the heaviest first, as columns. What vanished with its caller is
/// part of the caller's path.
pub(super) fn paths(before: &RunDocument, now: &RunDocument) -> String {
    let known = Known::of(&now.tree);
    let mut places: HashMap<u32, Option<usize>> = HashMap::new();
    let mut gone: Vec<&TreeNode> = Vec::new();
    // What only benchmarks call that nobody asked for is not gone.
    let is_part = now.run.left_out.iter().any(|it| !it.ignored);
    for node in before.tree.iter().filter(|_| !is_part) {
        let parent = match node.parent {
            None => Some(Known::ROOT),
            Some(id) => places.get(&id).copied().flatten(),
        };
        let place = parent.and_then(|parent| known.child(parent, &node.function));
        if parent.is_some() && place.is_none() {
            gone.push(node);
        }
        places.insert(node.id, place);
    }
    gone.sort_by(|a, b| b.total_ns.cmp(&a.total_ns).then(a.id.cmp(&b.id)));
    let nodes: HashMap<u32, &TreeNode> = before.tree.iter().map(|node| (node.id, node)).collect();
    let rows: Vec<_> = merged(gone.iter().map(|node| Vanished {
        path: path(&nodes, node),
        calls: node.calls,
        total_ns: node.total_ns,
    }));
    Columns::of(rows.iter().take(MOST), &[]).json()
}

/// Returns the functions from the root to `node`.
fn path<'a>(nodes: &HashMap<u32, &'a TreeNode>, node: &'a TreeNode) -> Vec<&'a str> {
    let above = |node: &&'a TreeNode| node.parent.and_then(|id| nodes.get(&id).copied());
    let mut path: Vec<&str> =
        std::iter::successors(Some(node), above).map(|node| node.function.as_str()).collect();
    path.reverse();
    path
}

/// Adds up contexts of one path, which a tree may hold more than once.
fn merged<'a>(rows: impl Iterator<Item = Vanished<'a>>) -> Vec<Vanished<'a>> {
    let mut all: Vec<Vanished<'a>> = Vec::new();
    let mut places: HashMap<Vec<&'a str>, usize> = HashMap::new();
    for row in rows {
        if let Some(known) = places.get(&row.path).and_then(|at| all.get_mut(*at)) {
            known.calls = known.calls.saturating_add(row.calls);
            known.total_ns = known.total_ns.saturating_add(row.total_ns);
        } else {
            places.insert(row.path.clone(), all.len());
            all.push(row);
        }
    }
    all.sort_by_key(|row| std::cmp::Reverse(row.total_ns));
    all
}

/// The paths of a tree.
#[derive(Debug, Default)]
struct Known<'a> {
    /// The place of each path, by the place of its caller and the function.
    children: HashMap<(usize, &'a str), usize>,
}

impl<'a> Known<'a> {
    const ROOT: usize = 0;

    fn of(tree: &'a [TreeNode]) -> Self {
        let mut known = Self::default();
        let mut places: HashMap<u32, usize> = HashMap::new();
        for node in tree {
            let parent = node.parent.and_then(|id| places.get(&id).copied()).unwrap_or(Self::ROOT);
            let next = known.children.len() + 1;
            let place = *known.children.entry((parent, node.function.as_str())).or_insert(next);
            places.insert(node.id, place);
        }
        known
    }

    fn child(&self, parent: usize, function: &'a str) -> Option<usize> {
        self.children.get(&(parent, function)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    /// Returns a run whose tree has these nodes: their caller's place, their function, their time.
    fn run(nodes: &[(Option<u32>, &str, u64)]) -> RunDocument {
        let mut run = samples::empty();
        let node =
            |(id, (parent, function, total_ns)): (u32, &(Option<u32>, &str, u64))| TreeNode {
                id,
                parent: *parent,
                function: (*function).to_owned(),
                calls: 1,
                total_ns: *total_ns,
                ..TreeNode::default()
            };
        run.tree = (0..).zip(nodes).map(node).collect();
        run
    }

    #[test]
    fn what_only_the_baseline_called_is_there_with_its_callers() {
        let before = run(&[
            (None, "main", 100),
            (Some(0), "old", 30),
            (Some(1), "below", 20),
            (Some(0), "kept", 40),
            (Some(3), "small", 5),
            (None, "old", 7),
        ]);
        let now = run(&[(None, "main", 100), (Some(0), "kept", 90), (None, "below", 1)]);
        let shown = paths(&before, &now);
        insta::assert_snapshot!(shown, @r#"{"n":3,"c":{"path":[["main","old"],["old"],["main","kept","small"]],"calls":{"v":1},"total_ns":[30,7,5]}}"#);
        assert!(paths(&before, &before).starts_with(r#"{"n":0"#));
    }

    #[test]
    fn contexts_of_one_path_are_one() {
        let before = run(&[(None, "main", 9), (Some(0), "old", 3), (Some(0), "old", 4)]);
        let shown = paths(&before, &run(&[(None, "main", 9)]));
        insta::assert_snapshot!(shown, @r#"{"n":1,"c":{"path":{"v":["main","old"]},"calls":{"v":2},"total_ns":{"v":7}}}"#);
    }
}
