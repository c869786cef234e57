//! Tests of the rows of counts.

use super::*;
use crate::verdict::words::Words;

pub(super) fn in_words(row: &Change) -> String {
    Words::of([1, 1]).reason(row)
}

pub(super) fn function(calls: u64, errors: u64) -> Function {
    Function {
        name: "demo::f".to_owned(),
        calls,
        errors,
        classifies_errors: true,
        ..Function::default()
    }
}

fn row(old: &Function, new: &Function, metric: Metric, limits: MetricLimits) -> Option<Change> {
    judge(&Pair::single(old, new, &crate::verdict::Limits::default()), metric, limits)
}

#[track_caller]
fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
    let limits = crate::verdict::Limits::default().metrics[&metric];
    let row = row(&function(old.0, old.1), &function(new.0, new.1), metric, limits).unwrap();
    assert_eq!((row.verdict, in_words(&row).as_str()), (verdict, why));
}

#[test]
fn calls_are_exact_and_many_more_of_them_are_a_regression() {
    use Verdict::{Added, Degraded, Improved, Regression, Removed, Stable};
    check(Metric::Calls, (100, 0), (100, 0), Stable, "100 calls in both runs");
    check(Metric::Calls, (1, 0), (1, 0), Stable, "1 call in both runs");
    check(Metric::Calls, (1_200, 0), (1_201, 0), Degraded, "calls 1,200 → 1,201 (+0.1 %)");
    check(Metric::Calls, (100, 0), (103, 0), Degraded, "calls 100 → 103 (+3.0 %)");
    let why = "calls 100 → 104 (+4.0 %), over the limit of 3 %";
    check(Metric::Calls, (100, 0), (104, 0), Regression, why);
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
    let limits = crate::verdict::Limits::default().metrics[&Metric::SelfAllocs];
    let judge = |old: &Function, new: &Function| {
        row(old, new, Metric::SelfAllocs, limits).map(|row| (row.verdict, in_words(&row)))
    };
    let check = |old: (u64, u64), new: (u64, u64), verdict, why: &str| {
        let row = judge(&allocating(old.0, Some(old.1)), &allocating(new.0, Some(new.1)));
        assert_eq!(row, Some((verdict, why.to_owned())));
    };
    check((9, 1), (9, 1), Stable, "1 own allocation in both runs");
    check((9, 100), (9, 101), Degraded, "own allocations 100 → 101 (+1.0 %)");
    check((9, 100), (9, 90), Improved, "own allocations 100 → 90 (-10.0 %)");
    let why = "own allocations 0 → 9, over the limit of 3 %";
    check((9, 0), (9, 9), Regression, why);
    let why = "own allocations 10 → 20 (+100.0 %), with calls 5 → 10 (+100.0 %)";
    check((5, 10), (10, 20), Degraded, why);
    assert_eq!(judge(&allocating(9, None), &allocating(9, Some(3))), None);
}

#[test]
fn errors_that_were_not_counted_cannot_be_compared() {
    let old = Function { classifies_errors: false, ..function(10, 0) };
    let row = row(&old, &function(10, 3), Metric::Errors, MetricLimits::EXACT).unwrap();
    assert_eq!(row.verdict, Verdict::Inconclusive);
    assert_eq!(in_words(&row), "errors were not counted in the baseline");
    assert_eq!(self::row(&old, &old, Metric::Errors, MetricLimits::EXACT), None);
}

#[test]
fn what_differs_from_run_to_run_is_judged_by_where_the_runs_come_nearest() {
    let limits = crate::verdict::Limits::default();
    let shown = |old: &[u64], new: &[u64]| {
        let [olds, news] = [old, new]
            .map(|calls| calls.iter().map(|calls| function(*calls, 0)).collect::<Vec<_>>());
        let mut pair = Pair::single(olds.last().unwrap(), news.last().unwrap(), &limits);
        (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
        let row = judge(&pair, Metric::Calls, limits.metrics[&Metric::Calls]).unwrap();
        format!("{}: {}", row.verdict, Words::of([old.len() as u64, new.len() as u64]).reason(&row))
    };
    insta::assert_snapshot!([
        shown(&[100, 100, 100], &[100]),
        shown(&[100, 110], &[105]),
        shown(&[100, 110], &[112, 120]),
        shown(&[100, 110], &[140, 190]),
        shown(&[100, 110], &[90, 95]),
        shown(&[100, 100, 100, 100, 101], &[200, 200, 100, 200, 200]),
    ].join("\n"), @r"
    stable: 100 calls in all 4 runs
    stable: calls differ from run to run: 100 to 110 before and 105 now
    inconclusive: calls 110 → 112 (+1.8 %), between the nearest runs (100 to 110 before, 112 to 120 now), which may be chance, since they differ from run to run
    regression: calls 110 → 140 (+27.3 %), over the limit of 3 %, between the nearest runs (100 to 110 before, 140 to 190 now)
    stable: calls 100 → 95 (-5.0 %), between the nearest runs (100 to 110 before, 90 to 95 now), which may be chance, since they differ from run to run
    inconclusive: calls differ from run to run: 100 to 101 before and 100 to 200 now: more in most runs, and no more in others
    ");
}

#[test]
fn the_success_rate_says_what_errors_come_to() {
    let limits = crate::verdict::Limits::default().metrics[&Metric::Success];
    let shown = |old: (u64, u64), new: (u64, u64)| {
        let row = row(&function(old.0, old.1), &function(new.0, new.1), Metric::Success, limits);
        row.map(|row| format!("{}: {}", row.verdict, in_words(&row))).unwrap_or_default()
    };
    insta::assert_snapshot!([
        shown((100, 4), (100, 4)),
        shown((100, 4), (100, 5)),
        shown((100, 4), (100, 2)),
        shown((100, 0), (100, 30)),
        shown((100, 0), (0, 0)),
    ].join("\n"), @r"
    stable: success rate 96 % on both sides
    degraded: success rate 96 % → 95 %
    improved: success rate 96 % → 98 %
    regression: success rate 100 % → 70 %, over the limit of 3 %
    ");
}

#[test]
fn success_rates_that_differ_from_run_to_run_are_held_against_each_other_by_the_nearest() {
    let limits = crate::verdict::Limits::default();
    let own = limits.metrics[&Metric::Success];
    let shown = |olds: &[u64], news: &[u64]| {
        let [olds, news]: [Vec<_>; 2] =
            [olds, news].map(|side| side.iter().map(|errors| function(100, *errors)).collect());
        let mut pair = Pair::single(&olds[0], &news[0], &limits);
        (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
        let row = success::judge(&pair, own).unwrap();
        format!("{}: {}", row.verdict, in_words(&row))
    };
    insta::assert_snapshot!([
        shown(&[4, 6, 5], &[5, 7]),
        shown(&[4, 6, 5], &[30, 20]),
        shown(&[6, 4], &[1]),
    ].join("\n"), @r"
    stable: success rate 94 % on both sides, and differs from run to run
    regression: success rate 94 % → 80 %, over the limit of 3 %
    stable: success rate 96 % → 99 %, which may be chance, since they differ from run to run
    ");
}
