//! The callers and callees of a function, by the contexts of a tree.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::{Neighbour, TreeNode};
use crate::stats::number::share_pct;

/// Returns the callers of a function, and its callees, most time first. Recursion counts by the outermost
/// call; shares are of the function's total time.
pub(crate) fn neighbours(tree: &[TreeNode], name: &str) -> (Vec<Neighbour>, Vec<Neighbour>) {
    let mut places = HashMap::with_capacity(tree.len());
    // Whether a node is a call of the function, or made below one.
    let mut is_inside = vec![false; tree.len()];
    let (mut callers, mut called) = (Sums::default(), Sums::default());
    let mut total_ns = 0_u64;
    for (at, node) in tree.iter().enumerate() {
        let above: Option<usize> = node.parent.and_then(|parent| places.get(&parent).copied());
        let is_nested = above.is_some_and(|above| is_inside[above]);
        let from = above.map(|above| tree[above].function.as_str());
        let is_it = node.function == name;
        is_inside[at] = is_nested || is_it;
        if is_it {
            callers.add(from, node, !is_nested);
            total_ns = total_ns.saturating_add(if is_nested { 0 } else { node.total_ns });
        }
        if from == Some(name) {
            // Those of a nested call are in the time of what the outermost one called.
            let outer = above.and_then(|above| tree[above].parent);
            let outer = outer.and_then(|parent| places.get(&parent));
            called.add(Some(&node.function), node, outer.is_none_or(|outer| !is_inside[*outer]));
        }
        places.insert(node.id, at);
    }
    (callers.into_shares_of(total_ns), called.into_shares_of(total_ns))
}

/// Calls and times by function.
#[derive(Default)]
struct Sums<'a>(BTreeMap<Option<&'a str>, Neighbour>);

impl<'a> Sums<'a> {
    fn add(&mut self, name: Option<&'a str>, node: &TreeNode, has_time: bool) {
        let sum = self.0.entry(name).or_default();
        sum.calls = sum.calls.saturating_add(node.calls);
        sum.sampled |= node.sampled;
        if has_time {
            sum.total_ns = sum.total_ns.saturating_add(node.total_ns);
        }
    }

    fn into_shares_of(self, all_ns: u64) -> Vec<Neighbour> {
        let mut all: Vec<Neighbour> = self
            .0
            .into_iter()
            .map(|(name, sum)| Neighbour {
                name: name.map(str::to_owned),
                share_pct: share_pct(sum.total_ns, all_ns),
                ..sum
            })
            .collect();
        all.sort_by_key(|it| (Reverse(it.total_ns), Reverse(it.calls)));
        all
    }
}
