//! Judges times: by percentage of the baseline, with floors, and only where there are enough calls.
//!
//! Two floors keep small things from being findings: one for the change of a single call, below
//! which the layout of the machine code decides, and one for the change over all calls of the run,
//! below which nobody could notice.

use super::estimates::Doubt;
use super::limits::{Limits, MetricLimits};
use super::{estimates, outliers, reason};
use crate::model::{Change, Function, Metric, Verdict};
use crate::units::{self, float};

/// Calls that must lie beyond a percentile before it is worth a row.
const BEYOND_PERCENTILE: u64 = 5;

/// Unfinished calls, in per cent of the finished ones, from which self time cannot be divided.
const UNFINISHED_PCT: u64 = 1;

/// A share of the self time of a run below which a function is too small to matter, in per cent.
const SMALL_SHARE_PCT: f64 = 1.0;

/// A function in the two runs, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    /// The function in the baseline.
    pub(super) old: &'a Function,
    /// The function in the current run.
    pub(super) new: &'a Function,
    /// Self time of all functions in the baseline.
    pub(super) old_run_ns: u64,
    /// Self time of all functions in the current run.
    pub(super) new_run_ns: u64,
    /// The limits of the comparison.
    pub(super) limits: &'a Limits,
}

/// The row of a time, where there is anything to say.
///
/// Self time has a row wherever both runs called the function, if only to say that the calls are too
/// few. The inclusive times do not repeat that: they have a row where there are enough.
pub(super) fn judge(pair: Pair<'_>, metric: Metric, limits: MetricLimits) -> Option<Change> {
    let (old, new) = (pair.old, pair.new);
    if old.calls == 0 || new.calls == 0 {
        return None;
    }
    if metric == Metric::SelfNs && old.measured_calls().min(new.measured_calls()) == 0 {
        return Some(not_timed(pair));
    }
    let (baseline, current) = (value(old, metric)?, value(new, metric)?);
    if metric != Metric::SelfNs && pair.few(metric) {
        return None;
    }
    let (verdict, why) = pair.verdict(metric, limits, baseline, current);
    let change_pct = reason::change_pct(baseline, current);
    let doubt = Doubt::of(old, new, metric, baseline);
    Some(Change {
        name: new.name.clone(),
        metric,
        baseline: Some(baseline),
        current: Some(current),
        change_pct,
        interval_pct: change_pct.and_then(|pct| doubt.interval(pct)),
        verdict,
        reason: why,
    })
}

/// The row of a function that was counted only, in one of the runs at least.
fn not_timed(pair: Pair<'_>) -> Change {
    let unknown = (Verdict::Inconclusive, "no call was timed".to_owned());
    let (verdict, reason) = pair.unmeasured().unwrap_or(unknown);
    Change {
        name: pair.new.name.clone(),
        metric: Metric::SelfNs,
        baseline: value(pair.old, Metric::SelfNs),
        current: value(pair.new, Metric::SelfNs),
        change_pct: None,
        interval_pct: None,
        verdict,
        reason,
    }
}

impl Pair<'_> {
    fn verdict(
        self,
        metric: Metric,
        limits: MetricLimits,
        baseline: f64,
        current: f64,
    ) -> (Verdict, String) {
        if let Some(answer) = self.cannot_judge(metric) {
            return answer;
        }
        let marks = [self.old, self.new].map(|function| estimates::is_estimated(function, metric));
        let said = reason::times(metric, [baseline, current], marks);
        let own = self.limits.allowances.max_regression(self.new);
        let limits = own.map_or(limits, |own| own_limits(limits, own.value));
        // From nothing to something is beyond every limit.
        let from_nothing = if current > baseline { f64::INFINITY } else { 0.0 };
        let pct = reason::change_pct(baseline, current).unwrap_or(from_nothing);
        let verdict = beyond(limits, pct);
        let floor = self.below_floor(metric, current - baseline);
        if let Some(floor) = floor.filter(|_| verdict != Verdict::Stable) {
            return (Verdict::Stable, format!("{said}, {floor}"));
        }
        if let Some(verdict) = self.doubt(metric, verdict, limits, current - baseline) {
            return (verdict, format!("{said}, but the median does not confirm it"));
        }
        let doubt = Doubt::of(self.old, self.new, metric, baseline);
        let certain = beyond(limits, doubt.certain_part(pct));
        if certain != verdict {
            let verdict = match verdict {
                Verdict::Improved => Verdict::Stable,
                _ => certain.max(Verdict::Inconclusive),
            };
            return (verdict, format!("{said}, {}", doubt.reason(pct)));
        }
        let why = reason::against_limits(verdict, limits);
        let origin = own.filter(|own| own.value.is_some() && verdict >= Verdict::Degraded);
        let origin = origin.map_or_else(String::new, |own| format!(" {}", own.origin));
        (verdict, format!("{said}, {why}{origin}"))
    }

    /// Whether the calls of one of the runs are too few for the metric.
    fn few(self, metric: Metric) -> bool {
        let needed = match metric {
            Metric::P95Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 20),
            Metric::P99Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 100),
            _ => self.limits.min_calls,
        };
        self.old.timed_calls().min(self.new.timed_calls()) < needed
    }

    /// Why there is nothing to judge, if so.
    fn cannot_judge(self, metric: Metric) -> Option<(Verdict, String)> {
        let (old, new) = (self.old, self.new);
        if metric == Metric::SelfNs {
            let running = |f: &Function| {
                f.unfinished.saturating_mul(100) > f.calls.saturating_mul(UNFINISHED_PCT)
            };
            if let Some((f, which)) = [(new, "this run"), (old, "the baseline")]
                .into_iter()
                .find(|(function, _)| running(function))
            {
                let calls = units::plural(f.unfinished, "call");
                return Some((
                    Verdict::Inconclusive,
                    format!("{calls} had not finished in {which}"),
                ));
            }
        }
        if let Some(answer) = self.unmeasured() {
            return Some(answer);
        }
        if !self.few(metric) {
            return None;
        }
        let timed = if old.sampled || new.sampled { "timed call" } else { "call" };
        let (then, now) =
            (units::plural(old.timed_calls(), timed), units::count(new.timed_calls()));
        let said = format!("{then} in the baseline and {now} in this run");
        let share = units::share(old.self_ns, self.old_run_ns)
            .max(units::share(new.self_ns, self.new_run_ns));
        if share < SMALL_SHARE_PCT {
            let share = units::percent(SMALL_SHARE_PCT);
            return Some((Verdict::Stable, format!("{said}, but less than {share} of either run")));
        }
        let needed = units::count(self.limits.min_calls);
        Some((Verdict::Inconclusive, format!("{said}; it takes {needed} to judge a time")))
    }

    /// Too many calls that were counted and are in no time, or too many polls: those that are need
    /// not be like them.
    fn unmeasured(self) -> Option<(Verdict, String)> {
        let is_much = |part: u64, of: u64| {
            part.saturating_mul(100) > of.saturating_mul(estimates::UNMEASURED_PCT)
        };
        let said = |f: &Function| {
            let polls = f.futures.as_ref().map_or(0, |futures| futures.polls);
            let calls =
                [(f.unmeasured_calls, f.calls, "call"), (f.unmeasured_polls(), polls, "poll")];
            let (part, _, one) = calls.into_iter().find(|it| is_much(it.0, it.1))?;
            Some(units::plural(part, one))
        };
        let runs = [(self.new, "this run"), (self.old, "the baseline")];
        let (calls, which) = runs.into_iter().find_map(|(f, which)| Some((said(f)?, which)))?;
        Some((Verdict::Inconclusive, format!("{calls} were counted and not timed in {which}")))
    }

    /// Which floor the change stays below, if it does.
    fn below_floor(self, metric: Metric, change: f64) -> Option<String> {
        let (call, run) = (self.limits.floor_ns, self.limits.run_floor_ns);
        let over_run = match metric {
            Metric::TotalNs => change,
            _ => change * float(self.new.calls),
        };
        if metric != Metric::TotalNs && change.abs() < call {
            return Some(format!("a change of less than {}", units::duration(call)));
        }
        (over_run.abs() < run)
            .then(|| format!("a change of less than {} over the run", units::duration(run)))
    }

    /// The verdict to give instead, where a few interrupted calls may have made the difference.
    fn doubt(
        self,
        metric: Metric,
        verdict: Verdict,
        limits: MetricLimits,
        change: f64,
    ) -> Option<Verdict> {
        let (limit, instead) = match verdict {
            Verdict::Regression => (limits.regression_pct?, Verdict::Inconclusive),
            Verdict::Degraded => (limits.degraded_pct?, Verdict::Inconclusive),
            Verdict::Improved => (limits.improved_pct?, Verdict::Stable),
            _ => return None,
        };
        let is_mean = matches!(metric, Metric::SelfNs | Metric::MeanNs);
        let doubted = is_mean && !outliers::more_than_a_few_calls(self, metric, change, limit);
        doubted.then_some(instead)
    }
}

/// The limits with the one that the function has of its own.
fn own_limits(limits: MetricLimits, own: Option<f64>) -> MetricLimits {
    let degraded_pct = limits.degraded_pct.map(|limit| limit.min(own.unwrap_or(limit)));
    MetricLimits { regression_pct: own, degraded_pct, ..limits }
}

fn beyond(limits: MetricLimits, pct: f64) -> Verdict {
    let over = |limit: Option<f64>, pct: f64| limit.is_some_and(|limit| pct > limit);
    if over(limits.regression_pct, pct) {
        Verdict::Regression
    } else if over(limits.degraded_pct, pct) {
        Verdict::Degraded
    } else if over(limits.improved_pct, -pct) {
        Verdict::Improved
    } else {
        Verdict::Stable
    }
}

/// The value that is compared; `None` when the run has none, or no usable one.
fn value(function: &Function, metric: Metric) -> Option<f64> {
    let value = match metric {
        Metric::SelfNs => Some(float(function.self_ns) / float(function.measured_calls())),
        Metric::TotalNs => Some(float(function.total_ns)),
        Metric::MeanNs => function.mean_ns,
        Metric::P50Ns => function.p50_ns.map(float),
        Metric::P95Ns => function.p95_ns.map(float),
        Metric::P99Ns => function.p99_ns.map(float),
        _ => None,
    };
    value.filter(|value| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Futures;

    fn function(calls: u64, ns: u64) -> Function {
        Function {
            name: "demo::f".to_owned(),
            calls,
            self_ns: calls * ns,
            total_ns: calls * ns,
            mean_ns: Some(float(ns)),
            p50_ns: Some(ns),
            p99_ns: Some(ns),
            ..Function::default()
        }
    }

    fn row(metric: Metric, old: &Function, new: &Function) -> Option<Change> {
        let limits = Limits::new(Metric::ALL, super::super::Thresholds::default());
        let run_ns = 10_000_000_000;
        let pair = Pair { old, new, old_run_ns: run_ns, new_run_ns: run_ns, limits: &limits };
        judge(pair, metric, limits.metrics[&metric])
    }

    #[track_caller]
    fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
        let row = row(metric, &function(old.0, old.1), &function(new.0, new.1)).unwrap();
        assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
    }

    const MS: u64 = 1_000_000;

    #[test]
    fn a_time_is_judged_by_its_limits() {
        use Verdict::{Degraded, Improved, Regression, Stable};
        let mean =
            |old, new, verdict, why| check(Metric::MeanNs, (50, old), (50, new), verdict, why);
        let why = "mean 20.1 ms → 24.9 ms (+23.9 %), over the limit of 15 %";
        mean(20_100_000, 24_900_000, Regression, why);
        let why = "mean 20.0 ms → 22.4 ms (+12.0 %), over 10 % but within the limit of 15 %";
        mean(20 * MS, 22_400_000, Degraded, why);
        mean(20 * MS, 20 * MS, Stable, "mean 20.0 ms → 20.0 ms (±0 %), within 10 %");
        let why = "mean 20.0 ms → 10.0 ms (-50.0 %), better by more than 10 %";
        mean(20 * MS, 10 * MS, Improved, why);
    }

    #[test]
    fn own_time_and_totals_say_what_they_are_of() {
        let why = "self time 20.0 ms → 30.0 ms a call (+50.0 %), over the limit of 15 %";
        check(Metric::SelfNs, (50, 20 * MS), (50, 30 * MS), Verdict::Regression, why);
        let why = "total time 1.00 s → 1.50 s in the run (+50.0 %), over the limit of 15 %";
        check(Metric::TotalNs, (50, 20 * MS), (50, 30 * MS), Verdict::Regression, why);
    }

    #[test]
    fn outer_percentiles_need_more_calls_and_more_change() {
        let why = "p99 20.0 ms → 26.0 ms (+30.0 %), within 30 %";
        check(Metric::P99Ns, (500, 20 * MS), (500, 26 * MS), Verdict::Stable, why);
        assert_eq!(row(Metric::P99Ns, &function(499, MS), &function(500, 9 * MS)), None);
    }

    #[test]
    fn small_changes_are_no_finding() {
        let why = "self time 20 ns → 28 ns a call (+40.0 %), a change of less than 10 ns";
        check(Metric::SelfNs, (1_000_000, 20), (1_000_000, 28), Verdict::Stable, why);
        let why = "self time 200 ns → 400 ns a call (+100.0 %), a change of less than 10.0 µs over the run";
        check(Metric::SelfNs, (20, 200), (20, 400), Verdict::Stable, why);
    }

    #[test]
    fn few_calls_are_inconclusive_unless_they_hardly_matter() {
        let why = "3 calls in the baseline and 4 in this run; it takes 5 to judge a time";
        check(Metric::SelfNs, (3, 900 * MS), (4, 2_000 * MS), Verdict::Inconclusive, why);
        let why = "1 call in the baseline and 1 in this run, but less than 1 % of either run";
        check(Metric::SelfNs, (1, MS), (1, 2 * MS), Verdict::Stable, why);
        assert_eq!(row(Metric::MeanNs, &function(4, MS), &function(9, MS)), None);
    }

    #[test]
    fn the_attribute_can_set_the_limit() {
        let old = function(50, 20 * MS);
        let mut new = function(50, 21 * MS);
        new.budget.max_regression_pct = Some(2.5);
        let row = row(Metric::MeanNs, &old, &new).unwrap();
        let why =
            "mean 20.0 ms → 21.0 ms (+5.0 %), over the limit of 2.5 % that its attribute sets";
        assert_eq!((row.verdict, row.reason.as_str()), (Verdict::Regression, why));
    }

    #[test]
    fn a_few_slow_calls_make_no_regression() {
        let old = function(50, MS);
        let new = Function { p50_ns: Some(MS), ..function(50, 2 * MS) };
        let worse = row(Metric::MeanNs, &old, &new).unwrap();
        let why = "mean 1.00 ms → 2.00 ms (+100.0 %), but the median does not confirm it";
        assert_eq!((worse.verdict, worse.reason.as_str()), (Verdict::Inconclusive, why));
        let better = row(Metric::SelfNs, &new, &old).unwrap();
        assert_eq!(better.verdict, Verdict::Stable);
    }

    #[test]
    fn calls_that_never_ended_leave_own_time_open() {
        let new = Function { unfinished: 1, ..function(50, MS) };
        let row = row(Metric::SelfNs, &function(50, MS), &new).unwrap();
        assert_eq!(row.verdict, Verdict::Inconclusive);
        assert_eq!(row.reason, "1 call had not finished in this run");
    }

    fn sampled(calls: u64, ns: u64, timed: u64) -> Function {
        Function {
            sampled: true,
            self_estimated: true,
            untimed_calls: calls - timed,
            stddev_ns: Some(float(ns) / 10.0),
            ..function(calls, ns)
        }
    }

    #[test]
    fn an_estimate_is_judged_with_what_it_leaves_open() {
        use Verdict::{Degraded, Improved, Inconclusive, Regression, Stable};
        let check = |old: u64, new: u64, verdict: Verdict, why: &str| {
            let (old, new) = (function(100_000, old), sampled(100_000, new, 400));
            let row = row(Metric::SelfNs, &old, &new).unwrap();
            assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
            assert!(row.interval_pct.is_some_and(|(low, high)| high - low > 11.9), "{row:?}");
        };
        let why = "self time 20.0 µs → ~30.0 µs a call (+50.0 %), over the limit of 15 %";
        check(20_000, 30_000, Regression, why);
        let open = "but what is sampled may be off by 6 %";
        let why = format!("self time 20.0 µs → ~23.6 µs a call (+18.0 %), {open}");
        check(20_000, 23_600, Degraded, &why);
        let why = format!("self time 20.0 µs → ~22.6 µs a call (+13.0 %), {open}");
        check(20_000, 22_600, Inconclusive, &why);
        let why = format!("self time 20.0 µs → ~17.6 µs a call (-12.0 %), {open}");
        check(20_000, 17_600, Stable, &why);
        let why = "self time 20.0 µs → ~10.0 µs a call (-50.0 %), better by more than 10 %";
        check(20_000, 10_000, Improved, why);
    }

    #[test]
    fn calls_that_were_not_timed_are_no_ground_to_judge_times() {
        let old = function(1_000, MS);
        let few = row(Metric::SelfNs, &old, &sampled(1_000, 9 * MS, 4)).unwrap();
        let why = "1,000 timed calls in the baseline and 4 in this run; it takes 5 to judge a time";
        assert_eq!((few.verdict, few.reason.as_str()), (Verdict::Inconclusive, why));
        let some = Function { unmeasured_calls: 20, ..sampled(1_000, 9 * MS, 900) };
        let none = Function { unmeasured_calls: 1_000, ..sampled(1_000, 0, 0) };
        let polls = |unmeasured_polls| Function {
            futures: Some(Futures { polls: 2_000, unmeasured_polls, ..Futures::default() }),
            ..function(1_000, 9 * MS)
        };
        assert_eq!(row(Metric::SelfNs, &old, &polls(20)).unwrap().verdict, Verdict::Regression);
        let polled = polls(21);
        for (new, count) in [(some, "20 calls"), (none, "1,000 calls"), (polled, "21 polls")] {
            let row = row(Metric::SelfNs, &old, &new).unwrap();
            let why = format!("{count} were counted and not timed in this run");
            assert_eq!((row.verdict, row.reason), (Verdict::Inconclusive, why));
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_judged() {
        let new = Function { mean_ns: Some(f64::NAN), ..function(50, MS) };
        assert_eq!(row(Metric::MeanNs, &function(50, MS), &new), None);
    }
}
