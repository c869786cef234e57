//! One function of a run with its surroundings: callers, callees, budgets, and its past. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::model::{
    BudgetResult, FUNCTION_SCHEMA, FUNCTION_VERSION, FunctionDocument, HistoryDocument, Neighbour,
    RunDocument, Side, TreeNode,
};
use crate::stats::number::share_pct;
use crate::verdict::{self, Limits};

/// Returns the document of the function `name` of `run`, judged by `limits`, with its `history`. `None` where
/// the run does not know the function.
pub fn page(
    run: &RunDocument,
    name: &str,
    limits: &Limits,
    history: Option<HistoryDocument>,
) -> Option<FunctionDocument> {
    let function = run.functions.iter().find(|function| function.name == name)?;
    let (callers, called) = neighbours(&run.tree, name);
    Some(FunctionDocument {
        schema: FUNCTION_SCHEMA.to_owned(),
        version: FUNCTION_VERSION,
        run: Side::from(run),
        command: run.run.command.clone(),
        function: function.clone(),
        share_pct: share_pct(function.self_ns, run.own_ns()),
        callers,
        callees: called,
        budgets: budgets(run, name, limits),
        history: history.filter(|history| history.runs.len() > 1 && !history.functions.is_empty()),
    })
}

/// Returns how the function kept its limits, with the reasons in words.
fn budgets(run: &RunDocument, name: &str, limits: &Limits) -> Vec<BudgetResult> {
    let mut rows = verdict::budgets(run, limits);
    rows.retain(|row| row.name == name);
    for row in &mut rows {
        row.reason = verdict::words::of_budget(row);
    }
    rows
}

/// Returns the callers of a function, and its callees.
fn neighbours(tree: &[TreeNode], name: &str) -> (Vec<Neighbour>, Vec<Neighbour>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    fn drawn(neighbours: &[Neighbour]) -> Vec<String> {
        let line = |it: &Neighbour| {
            let name = it.name.as_deref().unwrap_or("nobody");
            format!("{name}: {} calls, {} ns, {:.0} %", it.calls, it.total_ns, it.share_pct)
        };
        neighbours.iter().map(line).collect()
    }

    #[test]
    fn callers_and_callees_have_their_shares() {
        let run = samples::of(&[
            (None, "a::main", 1, 10),
            (Some(0), "a::f", 4, 20),
            (Some(1), "a::g", 8, 40),
            (None, "a::f", 1, 40),
            (Some(3), "a::h", 1, 0),
        ]);
        let page = page(&run, "a::f", &Limits::default(), None).unwrap();
        assert_eq!(
            drawn(&page.callers),
            ["a::main: 4 calls, 60 ns, 60 %", "nobody: 1 calls, 40 ns, 40 %"]
        );
        assert_eq!(
            drawn(&page.callees),
            ["a::g: 8 calls, 40 ns, 40 %", "a::h: 1 calls, 0 ns, 0 %"]
        );
        assert!((page.share_pct - 54.5).abs() < 0.1, "{}", page.share_pct);
    }

    #[test]
    fn recursion_counts_by_the_outermost_call() {
        let run = samples::of(&[
            (None, "a::f", 1, 10),
            (Some(0), "a::f", 2, 20),
            (Some(1), "a::g", 3, 30),
            (Some(2), "a::f", 4, 40),
        ]);
        let page = page(&run, "a::f", &Limits::default(), None).unwrap();
        assert_eq!(
            drawn(&page.callers),
            [
                "nobody: 1 calls, 100 ns, 100 %",
                "a::g: 4 calls, 0 ns, 0 %",
                "a::f: 2 calls, 0 ns, 0 %"
            ]
        );
        assert_eq!(
            drawn(&page.callees),
            ["a::f: 2 calls, 90 ns, 90 %", "a::g: 3 calls, 0 ns, 0 %"]
        );
    }

    #[test]
    fn a_function_that_the_run_does_not_know_has_no_page() {
        assert_eq!(page(&samples::empty(), "a::f", &Limits::default(), None), None);
    }
}
