//! Judges counts: calls, errors, panics, allocations. Those that are the same in all runs of a side have no
//! noise, so any change is a finding; for the others see [`chance`].
//!
//! Errors and panics fail when there are more of them, unless the calls grew at least as much: a
//! suite with more tests of the error path is no worse. A few more calls are `degraded`: they are a
//! finding, and often the cause of the time, but a new test, a retry, or a loop that runs until a
//! deadline makes them too. Beyond the limit for times they are a regression. With `check --fail-on
//! calls` a single one fails. Allocations are judged like calls, and like errors where there were
//! more calls to make them.

use crate::model::{Change, Function, Metric, Verdict, count_of};
use crate::stats::number::{change_pct, float};
use crate::text::units;
use crate::verdict::evidence::chance;
use crate::verdict::limits::MetricLimits;
use crate::verdict::reason;
use crate::verdict::sides::{self, Pair};

/// What one side counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    /// What is judged, in the run that has least of it and in the one that has most.
    least: u64,
    most: u64,
    /// Calls of the newest run.
    calls: u64,
    /// Whether returned values were classified.
    classifies: bool,
}

/// The row of a count, where there is anything to say.
pub(crate) fn judge(pair: &Pair<'_>, metric: Metric, limits: MetricLimits) -> Option<Change> {
    let old = Counted::of(&pair.olds, pair.old, metric)?;
    let new = Counted::of(&pair.news, pair.new, metric)?;
    if metric == Metric::Errors && !old.classifies && !new.classifies {
        return None;
    }
    if metric == Metric::Success {
        return success(pair, limits);
    }
    let runs = pair.olds.len() + pair.news.len();
    let (baseline, current) = nearest(old, new);
    let (verdict, reason) = if old.least == old.most && new.least == new.most {
        verdict(old, new, metric, limits, runs)
    } else if baseline == current {
        in_some_runs(pair, metric, [old, new], limits)
    } else {
        let nearest = [(old, baseline), (new, current)].map(|(side, value)| Counted {
            least: value,
            most: value,
            ..side
        });
        let (verdict, reason) = verdict(nearest[0], nearest[1], metric, limits, runs);
        let has_values =
            !matches!(verdict, Verdict::Inconclusive | Verdict::Added | Verdict::Removed);
        let between = has_values.then(|| reason::nearest(&old.range(metric), &new.range(metric)));
        let reason = reason + &between.unwrap_or_default();
        chance::unless((verdict, reason), || chance::may_count_differ(pair, metric))
    };
    let (verdict, reason) = match not_where_they_happen(pair, metric, old) {
        Some(why) if verdict >= Verdict::Degraded => {
            (Verdict::Inconclusive, format!("{reason}, but {why}"))
        }
        _ => (verdict, reason),
    };
    Some(Change {
        change_pct: change_pct(float(baseline), float(current)),
        verdict,
        reason,
        ..Change::exact(&pair.new.name, metric, [Some(float(baseline)), Some(float(current))])
    })
}

/// Of a count of which the runs of the two sides overlap: that there are more in some runs is no finding, nor
/// is it nothing.
fn in_some_runs(
    pair: &Pair<'_>,
    metric: Metric,
    [old, new]: [Counted; 2],
    limits: MetricLimits,
) -> (Verdict, String) {
    let said = varies(metric, old, new);
    let middle = |runs: &[Option<&Function>]| {
        sides::middle(runs, |function| count_of(function, metric)).unwrap_or(0.0)
    };
    let (before, now) = (middle(&pair.olds), middle(&pair.news));
    let most_pct = limits.regression_pct.unwrap_or(f64::INFINITY);
    let is_more = change_pct(before, now).is_none_or(|pct| pct > most_pct) && now > before;
    if is_more && !chance::may_count_differ(pair, metric) {
        (Verdict::Inconclusive, format!("{said}: more in most runs, and no more in others"))
    } else if matches!(metric, Metric::Errors | Metric::Panics) && new.most > old.most {
        (Verdict::Inconclusive, format!("{said}: more in some runs, and no more in others"))
    } else {
        (Verdict::Stable, said)
    }
}

/// Why more panics than some may be another function's, if so: those of sampled calls are counted by whoever
/// is called next. Where there were none before, there are some now.
fn not_where_they_happen(pair: &Pair<'_>, metric: Metric, old: Counted) -> Option<&'static str> {
    let is_sampled = pair.olds.iter().chain(&pair.news).flatten().any(|function| function.sampled);
    (metric == Metric::Panics && is_sampled && old.most > 0)
        .then_some("panics of sampled calls are not counted where they happen")
}

impl Counted {
    fn of(runs: &[Option<&Function>], newest: &Function, metric: Metric) -> Option<Self> {
        let counts = runs.iter().flatten().map(|function| count_of(function, metric));
        let (least, most) = counts.collect::<Option<Vec<_>>>().and_then(|counts| {
            Some((counts.iter().copied().min()?, counts.iter().copied().max()?))
        })?;
        Some(Self { least, most, calls: newest.calls, classifies: newest.counts_errors() })
    }

    /// `100 to 110`, or the number where it is the same in all runs.
    fn range(self, metric: Metric) -> String {
        let [least, most] = [self.least, self.most].map(|count| metric.number(float(count)));
        if least == most { most } else { format!("{least} to {most}") }
    }
}

/// A value of each side, as near to each other as they come.
fn nearest(old: Counted, new: Counted) -> (u64, u64) {
    if new.least > old.most {
        (old.most, new.least)
    } else if new.most < old.least {
        (old.least, new.most)
    } else {
        let common = new.least.max(old.least);
        (common, common)
    }
}

fn varies(metric: Metric, old: Counted, new: Counted) -> String {
    let title = metric.title();
    let [old, new] = [old, new].map(|side| side.range(metric));
    format!("{title} differ from run to run: {old} before and {new} now")
}

fn verdict(
    old: Counted,
    new: Counted,
    metric: Metric,
    limits: MetricLimits,
    runs: usize,
) -> (Verdict, String) {
    let (baseline, current) = (old.most, new.most);
    let said = reason::values(metric, float(baseline), float(current));
    if metric == Metric::Errors && old.classifies != new.classifies {
        let which = if old.classifies { "this run" } else { "the baseline" };
        return (Verdict::Inconclusive, format!("errors were not counted in {which}"));
    }
    if baseline == current {
        let title = metric.title();
        let what = if current == 1 { title.trim_end_matches('s') } else { title };
        let amount = metric.number(float(current));
        let amount = match metric {
            Metric::SelfAllocBytes => format!("{what} {amount}"),
            _ => format!("{amount} {what}"),
        };
        let which = if runs > 2 { format!("all {runs} runs") } else { "both runs".to_owned() };
        return (Verdict::Stable, format!("{amount} in {which}"));
    }
    if metric == Metric::Calls && current == 0 {
        return (Verdict::Removed, format!("no longer called; {} before", times(baseline)));
    }
    if metric == Metric::Calls && baseline == 0 {
        return (Verdict::Added, format!("called {}, never before", times(current)));
    }
    let pct = change_pct(float(baseline), float(current)).unwrap_or(f64::INFINITY);
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
    if metric != Metric::Calls && same_rate(old, new) {
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
fn same_rate(old: Counted, new: Counted) -> bool {
    u128::from(new.most) * u128::from(old.calls) <= u128::from(old.most) * u128::from(new.calls)
        && old.calls > 0
}

/// The row of the success rate, of a function whose errors are counted. That there are more errors
/// is for the row of errors to judge; this one says what they come to.
fn success(pair: &Pair<'_>, limits: MetricLimits) -> Option<Change> {
    let rates = |runs: &[Option<&Function>]| -> Vec<f64> {
        runs.iter().flatten().filter_map(|function| function.success_rate()).collect()
    };
    let sides = [rates(&pair.olds), rates(&pair.news)];
    let (olds, news) = (ends(&sides[0])?, ends(&sides[1])?);
    let varies = olds.0 < olds.1 || news.0 < news.1;
    let (old, new) = if news.1 < olds.0 {
        (olds.0, news.1)
    } else if news.0 > olds.1 {
        (olds.1, news.0)
    } else {
        (olds.0.max(news.0), olds.0.max(news.0))
    };
    let said = reason::values(Metric::Success, old, new);
    let lost = (old - new) * 100.0;
    let (verdict, reason) = if old.to_bits() == new.to_bits() {
        let rate = Metric::Success.number(new);
        let varies = if varies { ", and differs from run to run" } else { "" };
        (Verdict::Stable, format!("success rate {rate} on both sides{varies}"))
    } else if limits.regression_pct.is_some_and(|limit| lost > limit) {
        (
            Verdict::Regression,
            format!("{said}, {}", reason::against_limits(Verdict::Regression, limits)),
        )
    } else {
        (if lost > 0.0 { Verdict::Degraded } else { Verdict::Improved }, said)
    };
    let level = pair.limits.false_discoveries;
    let may_be_chance = || varies && chance::may_differ(&sides[0], &sides[1], level);
    let (verdict, reason) = chance::unless((verdict, reason), may_be_chance);
    Some(Change {
        change_pct: change_pct(old, new),
        verdict,
        reason,
        ..Change::exact(&pair.new.name, Metric::Success, [Some(old), Some(new)])
    })
}

/// Least and most of the success rates of the runs of a side.
fn ends(rates: &[f64]) -> Option<(f64, f64)> {
    let rates = rates.iter().copied();
    rates.map(|rate| (rate, rate)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
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

    fn row(old: &Function, new: &Function, metric: Metric, limits: MetricLimits) -> Option<Change> {
        judge(&Pair::single(old, new, &crate::verdict::Limits::default()), metric, limits)
    }

    #[track_caller]
    fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
        let limits = crate::verdict::Limits::default().metrics[&metric];
        let row = row(&function(old.0, old.1), &function(new.0, new.1), metric, limits).unwrap();
        assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
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
            row(old, new, Metric::SelfAllocs, limits).map(|row| (row.verdict, row.reason))
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
        assert_eq!(row.reason, "errors were not counted in the baseline");
        assert_eq!(super::tests::row(&old, &old, Metric::Errors, MetricLimits::EXACT), None);
    }

    #[test]
    fn what_differs_from_run_to_run_is_judged_by_where_the_runs_come_nearest() {
        let limits = crate::verdict::Limits::default();
        let said = |old: &[u64], new: &[u64]| {
            let [olds, news] = [old, new]
                .map(|calls| calls.iter().map(|calls| function(*calls, 0)).collect::<Vec<_>>());
            let mut pair = Pair::single(olds.last().unwrap(), news.last().unwrap(), &limits);
            (pair.olds, pair.news) =
                (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
            let row = judge(&pair, Metric::Calls, limits.metrics[&Metric::Calls]).unwrap();
            format!("{}: {}", row.verdict, row.reason)
        };
        insta::assert_snapshot!([
            said(&[100, 100, 100], &[100]),
            said(&[100, 110], &[105]),
            said(&[100, 110], &[112, 120]),
            said(&[100, 110], &[140, 190]),
            said(&[100, 110], &[90, 95]),
            said(&[100, 100, 100, 100, 101], &[200, 200, 100, 200, 200]),
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
        let said = |old: (u64, u64), new: (u64, u64)| {
            let row =
                row(&function(old.0, old.1), &function(new.0, new.1), Metric::Success, limits);
            row.map(|row| format!("{}: {}", row.verdict, row.reason)).unwrap_or_default()
        };
        insta::assert_snapshot!([
            said((100, 4), (100, 4)),
            said((100, 4), (100, 5)),
            said((100, 4), (100, 2)),
            said((100, 0), (100, 30)),
            said((100, 0), (0, 0)),
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
        let said = |olds: &[u64], news: &[u64]| {
            let [olds, news]: [Vec<_>; 2] =
                [olds, news].map(|side| side.iter().map(|errors| function(100, *errors)).collect());
            let mut pair = Pair::single(&olds[0], &news[0], &limits);
            (pair.olds, pair.news) =
                (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
            let row = success(&pair, own).unwrap();
            format!("{}: {}", row.verdict, row.reason)
        };
        insta::assert_snapshot!([
            said(&[4, 6, 5], &[5, 7]),
            said(&[4, 6, 5], &[30, 20]),
            said(&[6, 4], &[1]),
        ].join("\n"), @r"
        stable: success rate 94 % on both sides, and differs from run to run
        regression: success rate 94 % → 80 %, over the limit of 3 %
        stable: success rate 96 % → 99 %, which may be chance, since they differ from run to run
        ");
    }
}
