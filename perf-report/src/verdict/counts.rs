//! Judges counts: calls, errors, panics, allocations. They have no noise, so any change is a finding.
//!
//! Errors and panics fail when there are more of them, unless the calls grew at least as much: a
//! suite with more tests of the error path is no worse. A few more calls are `degraded`: they are a
//! finding, and often the cause of the time, but a new test, a retry, or a loop that runs until a
//! deadline makes them too. Beyond the limit for times they are a regression. With `check --fail-on
//! calls` a single one fails. Allocations are judged like calls, and like errors where there were
//! more calls to make them.

use super::limits::MetricLimits;
use super::reason;
use crate::model::{Change, Function, Metric, Verdict};
use crate::units::{self, float};

/// The row of a count, where there is anything to say.
pub(super) fn judge(
    old: &Function,
    new: &Function,
    metric: Metric,
    limits: MetricLimits,
) -> Option<Change> {
    if metric == Metric::Errors && !counts_errors(old) && !counts_errors(new) {
        return None;
    }
    if metric == Metric::SelfAllocs && (old.self_allocs.is_none() || new.self_allocs.is_none()) {
        return None;
    }
    let (baseline, current) = (value(old, metric), value(new, metric));
    let (verdict, why) = verdict(old, new, metric, limits);
    Some(Change {
        name: new.name.clone(),
        metric,
        baseline: Some(float(baseline)),
        current: Some(float(current)),
        change_pct: reason::change_pct(float(baseline), float(current)),
        interval_pct: None,
        verdict,
        reason: why,
    })
}

fn verdict(
    old: &Function,
    new: &Function,
    metric: Metric,
    limits: MetricLimits,
) -> (Verdict, String) {
    let (baseline, current) = (value(old, metric), value(new, metric));
    let said = reason::values(metric, float(baseline), float(current));
    if metric == Metric::Errors && counts_errors(old) != counts_errors(new) {
        let which = if counts_errors(old) { "this run" } else { "the baseline" };
        return (Verdict::Inconclusive, format!("errors were not counted in {which}"));
    }
    if baseline == current {
        let title = reason::title(metric);
        let what = if current == 1 { title.trim_end_matches('s') } else { title };
        return (Verdict::Stable, format!("{} {what} in both runs", units::count(current)));
    }
    if metric == Metric::Calls && current == 0 {
        return (Verdict::Removed, format!("no longer called; {} before", times(baseline)));
    }
    if metric == Metric::Calls && baseline == 0 {
        return (Verdict::Added, format!("called {}, never before", times(current)));
    }
    let pct = reason::change_pct(float(baseline), float(current)).unwrap_or(f64::INFINITY);
    let beyond = |limit: Option<f64>, pct: f64| limit.is_some_and(|limit| pct > limit);
    if current < baseline {
        let verdict =
            if beyond(limits.improved_pct, -pct) { Verdict::Improved } else { Verdict::Stable };
        return (verdict, said);
    }
    if !beyond(limits.regression_pct, pct) {
        let degraded = beyond(limits.degraded_pct, pct);
        return (if degraded { Verdict::Degraded } else { Verdict::Stable }, said);
    }
    if metric != Metric::Calls && same_rate(old, new, baseline, current) {
        let grew = reason::values(Metric::Calls, float(old.calls), float(new.calls));
        return (Verdict::Degraded, format!("{said}, with {grew}"));
    }
    if limits.regression_pct == Some(0.0) {
        return (Verdict::Regression, said);
    }
    let why = reason::against_limits(Verdict::Regression, limits);
    (Verdict::Regression, format!("{said}, {why}"))
}

/// Whether the calls grew at least as much as what is counted among them.
fn same_rate(old: &Function, new: &Function, baseline: u64, current: u64) -> bool {
    u128::from(current) * u128::from(old.calls) <= u128::from(baseline) * u128::from(new.calls)
        && old.calls > 0
}

fn counts_errors(function: &Function) -> bool {
    function.classifies_errors || function.errors > 0
}

fn value(function: &Function, metric: Metric) -> u64 {
    match metric {
        Metric::Errors => function.errors,
        Metric::Panics => function.panics,
        Metric::SelfAllocs => function.self_allocs.unwrap_or(0),
        _ => function.calls,
    }
}

fn times(calls: u64) -> String {
    if calls == 1 { "once".to_owned() } else { units::plural(calls, "time") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(calls: u64, errors: u64) -> Function {
        Function {
            name: "demo::f".to_owned(),
            calls,
            errors,
            classifies_errors: true,
            ..Function::default()
        }
    }

    #[track_caller]
    fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
        let limits = super::super::Limits::default().metrics[&metric];
        let row = judge(&function(old.0, old.1), &function(new.0, new.1), metric, limits).unwrap();
        assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
    }

    #[test]
    fn calls_are_exact_and_many_more_of_them_are_a_regression() {
        use Verdict::{Added, Degraded, Improved, Regression, Removed, Stable};
        check(Metric::Calls, (100, 0), (100, 0), Stable, "100 calls in both runs");
        check(Metric::Calls, (1, 0), (1, 0), Stable, "1 call in both runs");
        check(Metric::Calls, (1_200, 0), (1_201, 0), Degraded, "calls 1,200 → 1,201 (+0.1 %)");
        check(Metric::Calls, (100, 0), (115, 0), Degraded, "calls 100 → 115 (+15.0 %)");
        let why = "calls 100 → 116 (+16.0 %), over the limit of 15 %";
        check(Metric::Calls, (100, 0), (116, 0), Regression, why);
        check(Metric::Calls, (100, 0), (90, 0), Improved, "calls 100 → 90 (-10.0 %)");
        check(Metric::Calls, (9, 0), (0, 0), Removed, "no longer called; 9 times before");
        check(Metric::Calls, (0, 0), (1, 0), Added, "called once, never before");
    }

    #[test]
    fn more_errors_fail_unless_there_are_more_calls_to_make_them() {
        use Verdict::{Degraded, Improved, Regression};
        check(Metric::Errors, (100, 0), (100, 1), Regression, "errors 0 → 1");
        check(Metric::Errors, (100, 2), (100, 3), Regression, "errors 2 → 3 (+50.0 %)");
        check(Metric::Errors, (100, 2), (90, 1), Improved, "errors 2 → 1 (-50.0 %)");
        let why = "errors 2 → 4 (+100.0 %), with calls 100 → 200 (+100.0 %)";
        check(Metric::Errors, (100, 2), (200, 4), Degraded, why);
    }

    #[test]
    fn allocations_are_exact_where_they_were_counted() {
        use Verdict::{Degraded, Improved, Regression, Stable};
        let allocating = |calls, self_allocs| Function { self_allocs, ..function(calls, 0) };
        let limits = super::super::Limits::default().metrics[&Metric::SelfAllocs];
        let judge = |old: &Function, new: &Function| {
            judge(old, new, Metric::SelfAllocs, limits).map(|row| (row.verdict, row.reason))
        };
        let check = |old: (u64, u64), new: (u64, u64), verdict, why: &str| {
            let row = judge(&allocating(old.0, Some(old.1)), &allocating(new.0, Some(new.1)));
            assert_eq!(row, Some((verdict, why.to_owned())));
        };
        check((9, 1), (9, 1), Stable, "1 own allocation in both runs");
        check((9, 100), (9, 101), Degraded, "own allocations 100 → 101 (+1.0 %)");
        check((9, 100), (9, 90), Improved, "own allocations 100 → 90 (-10.0 %)");
        let why = "own allocations 0 → 9, over the limit of 15 %";
        check((9, 0), (9, 9), Regression, why);
        let why = "own allocations 10 → 20 (+100.0 %), with calls 5 → 10 (+100.0 %)";
        check((5, 10), (10, 20), Degraded, why);
        assert_eq!(judge(&allocating(9, None), &allocating(9, Some(3))), None);
    }

    #[test]
    fn errors_that_were_not_counted_cannot_be_compared() {
        let old = Function { classifies_errors: false, ..function(10, 0) };
        let row = judge(&old, &function(10, 3), Metric::Errors, MetricLimits::EXACT).unwrap();
        assert_eq!(row.verdict, Verdict::Inconclusive);
        assert_eq!(row.reason, "errors were not counted in the baseline");
        assert_eq!(judge(&old, &old, Metric::Errors, MetricLimits::EXACT), None);
    }
}
