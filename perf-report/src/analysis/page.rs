//! One function of a run with its surroundings: callers, callees, budgets, and its past. Pure.

use crate::model::{
    BudgetResult, FUNCTION_SCHEMA, FUNCTION_VERSION, FunctionDocument, HistoryDocument,
    RunDocument, Side, neighbours,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Neighbour, samples};

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
