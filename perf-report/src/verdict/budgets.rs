//! Judges the limits that a run must keep by itself, as given in the attribute, or in `perf.toml`.

use std::collections::BTreeMap;

use super::custom::{self, CustomLimits};
use crate::model::{BudgetKind, BudgetResult, Function, RunDocument, Verdict};
use crate::units::{self, float};

/// A row for each budget of each function, and for each limit of a value that `custom` sets for a
/// metric of the program's own, exceeded ones first.
///
/// Budgets need no baseline. `max_regression` is not among them: it is a limit of the comparison.
pub fn budgets(run: &RunDocument, custom: &BTreeMap<String, CustomLimits>) -> Vec<BudgetResult> {
    let mut rows: Vec<_> = run.functions.iter().flat_map(of_function).collect();
    rows.extend(custom::budgets(run, custom));
    rows.sort_by(|a, b| {
        b.verdict.cmp(&a.verdict).then_with(|| (&a.name, a.limit).cmp(&(&b.name, b.limit)))
    });
    rows
}

fn of_function(function: &Function) -> impl Iterator<Item = BudgetResult> {
    let budget = &function.budget;
    [
        (BudgetKind::P50Ns, budget.p50_ns, function.p50_ns.map(float)),
        (BudgetKind::P95Ns, budget.p95_ns, function.p95_ns.map(float)),
        (BudgetKind::P99Ns, budget.p99_ns, function.p99_ns.map(float)),
        (BudgetKind::MeanNs, budget.mean_ns, function.mean_ns),
        (BudgetKind::MaxNs, budget.max_ns, function.max_ns.map(float)),
        (BudgetKind::Calls, budget.calls, Some(float(function.calls))),
        (BudgetKind::Allocs, budget.allocs, function.allocs.map(float)),
    ]
    .into_iter()
    .filter_map(|(limit, allowed, actual)| Some(judge(function, limit, allowed?, actual)))
}

fn judge(
    function: &Function,
    limit: BudgetKind,
    allowed: u64,
    actual: Option<f64>,
) -> BudgetResult {
    let actual = actual.filter(|value| value.is_finite());
    let (what, is_time) = describe(limit);
    let allowed_text =
        if is_time { units::duration(float(allowed)) } else { units::count(allowed) };
    let budget = format!("the budget of {allowed_text}");
    let (verdict, reason) = match actual {
        Some(value) => {
            let is_estimate = is_time && function.sampled;
            let value_text = match (is_time, is_estimate) {
                (true, true) => format!("~{}", units::duration(value)),
                (true, false) => units::duration(value),
                _ => format!("{value:.0}"),
            };
            if value > float(allowed) {
                let origin = "that its attribute sets";
                (Verdict::Regression, format!("{what} {value_text}, over {budget} {origin}"))
            } else {
                (Verdict::Stable, format!("{what} {value_text}, within {budget}"))
            }
        }
        None if function.calls == 0 => {
            (Verdict::Inconclusive, format!("never called, so {budget} for {what} says nothing"))
        }
        None => (Verdict::Inconclusive, format!("{what} not measured, so {budget} says nothing")),
    };
    let name = function.name.clone();
    BudgetResult { name, limit, allowed: float(allowed), actual, verdict, reason }
}

/// What a sentence calls the limited value, and whether it is a time.
fn describe(limit: BudgetKind) -> (&'static str, bool) {
    match limit {
        BudgetKind::P50Ns => ("p50", true),
        BudgetKind::P95Ns => ("p95", true),
        BudgetKind::P99Ns => ("p99", true),
        BudgetKind::MeanNs => ("mean", true),
        BudgetKind::MaxNs => ("max", true),
        BudgetKind::Calls => ("calls", false),
        BudgetKind::Allocs => ("allocations", false),
        BudgetKind::Min => ("minimum", false),
        BudgetKind::Max => ("maximum", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Budget, samples};

    #[test]
    fn a_budget_of_allocations_is_for_all_that_a_call_makes() {
        let mut run = samples::empty();
        let function = |name: &str, allocs, limit| Function {
            name: name.to_owned(),
            calls: 3,
            allocs,
            self_allocs: Some(0),
            budget: Budget { allocs: Some(limit), ..Budget::default() },
            ..Function::default()
        };
        run.functions = vec![
            function("kept", Some(100), 100),
            function("over", Some(1), 0),
            function("unknown", None, 0),
        ];
        let rows = budgets(&run, &BTreeMap::new());
        let said: Vec<_> = rows.iter().map(|row| format!("{}: {}", row.name, row.reason)).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        over: allocations 1, over the budget of 0 that its attribute sets
        unknown: allocations not measured, so the budget of 0 says nothing
        kept: allocations 100, within the budget of 100
        ");
    }

    #[test]
    fn a_budget_is_kept_exceeded_or_not_measured() {
        let mut run = samples::empty();
        run.functions = vec![Function {
            name: "demo::f".to_owned(),
            calls: 12,
            mean_ns: Some(2_400_000.0),
            p99_ns: Some(5_000_000),
            budget: Budget {
                mean_ns: Some(2_000_000),
                p99_ns: Some(5_000_000),
                calls: Some(10),
                allocs: Some(100),
                ..Budget::default()
            },
            ..Function::default()
        }];
        let said: Vec<_> = budgets(&run, &BTreeMap::new())
            .into_iter()
            .map(|row| format!("{}: {}", row.verdict, row.reason))
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        regression: mean 2.40 ms, over the budget of 2.00 ms that its attribute sets
        regression: calls 12, over the budget of 10 that its attribute sets
        inconclusive: allocations not measured, so the budget of 100 says nothing
        stable: p99 5.00 ms, within the budget of 5.00 ms
        ");
    }
}
