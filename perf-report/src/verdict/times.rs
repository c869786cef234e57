//! The times of a function: what is compared of them, and whether that can be judged at all.
//!
//! What is left is a [`Draft`], which [`super::decide`] judges together with all others.
//!
//! Two floors keep small things from being findings: one for the change of a single call, below
//! which the layout of the machine code decides, and one for the change over all calls of the run,
//! below which nobody could notice.

use super::decide::{Draft, Test};
use super::estimates::Doubt;
use super::limits::MetricLimits;
use super::noise::{self, Source, Values};
use super::sides::Pair;
use super::suite::Suite;
use super::{estimates, outliers, reason};
use crate::model::{Change, Function, Metric, Verdict};
use crate::units::{self, float};

/// Calls that must lie beyond a percentile before it is worth a row.
const BEYOND_PERCENTILE: u64 = 5;

/// Unfinished calls, in per cent of the finished ones, from which self time cannot be divided.
const UNFINISHED_PCT: u64 = 1;

/// A share of the self time of a run below which a function is too small to matter, in per cent.
const SMALL_SHARE_PCT: f64 = 1.0;

/// The row of a time, where there is anything to say.
///
/// Self time has a row wherever both sides called the function, if only to say that the calls are
/// too few. The inclusive times do not repeat that: they have a row where there are enough.
pub(super) fn draft(
    pair: &Pair<'_>,
    metric: Metric,
    limits: MetricLimits,
    (suite, paired): (&Suite, bool),
) -> Option<Draft> {
    let (old, new) = (pair.old, pair.new);
    if old.calls == 0 || new.calls == 0 {
        return None;
    }
    if metric == Metric::SelfNs && old.measured_calls().min(new.measured_calls()) == 0 {
        return Some(pair.not_timed());
    }
    let values = pair.values(metric, known);
    let [baseline, current] = pair.values(metric, value).middles();
    let row = Change::exact(&new.name, metric, [Some(baseline?), Some(current?)]);
    if metric != Metric::SelfNs && pair.few(metric) || pair.has_no_percentiles(metric) {
        return None;
    }
    let (baseline, current) = (baseline?, current?);
    let own = limits_of_its_own(pair, limits);
    let doubt = Doubt::of(old, new, metric, baseline).on_a_busy_machine(pair.waited_pct);
    let change_pct = reason::change_pct(baseline, current);
    let row =
        Change { change_pct, interval_pct: change_pct.and_then(|pct| doubt.interval(pct)), ..row };
    if let Some((verdict, reason)) = pair.cannot_judge(metric) {
        return Some(Draft { row: Change { verdict, reason, ..row }, test: None });
    }
    let floor = pair.below_floor(metric, current - baseline);
    let Some(measured) = noise::difference(&values, suite, paired) else {
        return Some(from_or_to_nothing(row, floor));
    };
    let is_mean = matches!(metric, Metric::SelfNs | Metric::MeanNs);
    let limit = own.limits.degraded_pct.unwrap_or_default();
    let change = current - baseline;
    let denied = match metric {
        _ if is_mean && measured.source == Source::Assumed => {
            let is_confirmed = outliers::more_than_a_few_calls(pair, metric, change, limit);
            (!is_confirmed).then(|| "the median does not confirm it".to_owned())
        }
        _ => outliers::made_by_few(pair, metric, change),
    };
    let marks = [old, new].map(|function| estimates::is_estimated(function, metric));
    let test = Test {
        measured,
        is_of_values: values.middles() == [Some(baseline), Some(current)],
        runs: [values.olds.len(), values.news.len()],
        limits: own.limits,
        origin: own.origin,
        marks,
        per: "",
        floor,
        doubt,
        small: pair.small(metric),
        denied,
    };
    Some(Draft { row, test: Some(test) })
}

/// A time that is zero on one side or on both, of which no ratio speaks, and so no test.
fn from_or_to_nothing(row: Change, floor: Option<String>) -> Draft {
    let values = [row.baseline, row.current].map(Option::unwrap_or_default);
    let said = reason::measured(row.metric, values, [false; 2], None);
    let (verdict, reason) = match floor {
        Some(floor) => (Verdict::Stable, format!("{said}, {floor}")),
        None if values[0].total_cmp(&values[1]).is_eq() => (Verdict::Stable, said),
        None => {
            let why = "but a time of nothing says how little was measured, and no more";
            (Verdict::Inconclusive, format!("{said}, {why}"))
        }
    };
    Draft { row: Change { verdict, reason, ..row }, test: None }
}

impl Pair<'_> {
    /// What each run has of a metric, as it is shown or as it is known.
    fn values(&self, metric: Metric, value: fn(&Function, Metric) -> Option<f64>) -> Values {
        let side = |runs: &[Option<&Function>]| {
            runs.iter().map(|function| function.and_then(|it| value(it, metric))).collect()
        };
        Values {
            olds: side(&self.olds),
            news: side(&self.news),
            past: self
                .past
                .each_ref()
                .map(|runs| runs.iter().filter_map(|function| value(function, metric)).collect()),
            within: [self.old, self.new].map(within_a_run).into_iter().fold(0.0, f64::max),
        }
    }

    /// The row of a function that was counted only, on one of the sides at least.
    fn not_timed(&self) -> Draft {
        let unknown = (Verdict::Inconclusive, "no call was timed".to_owned());
        let (verdict, reason) = self.unmeasured().unwrap_or(unknown);
        let values = [self.old, self.new].map(|function| value(function, Metric::SelfNs));
        let row = Change::exact(&self.new.name, Metric::SelfNs, values);
        Draft { row: Change { verdict, reason, ..row }, test: None }
    }

    /// Whether the calls of one of the runs are too few for the metric.
    fn few(&self, metric: Metric) -> bool {
        let needed = match metric {
            Metric::P90Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 10),
            Metric::P95Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 20),
            Metric::P99Ns => self.limits.min_calls.max(BEYOND_PERCENTILE * 100),
            _ => self.limits.min_calls,
        };
        self.old.timed_calls().min(self.new.timed_calls()) < needed
    }

    /// Whether `metric` is a percentile of a function whose times are estimates in one of the runs: they
    /// are those of the calls in a few windows, and of calls of nanoseconds all but the recorder's.
    fn has_no_percentiles(&self, metric: Metric) -> bool {
        let is_percentile = outliers::share(metric).is_some();
        let mut runs = self.olds.iter().chain(&self.news).flatten();
        is_percentile && runs.any(|function| function.has_estimated_times())
    }

    /// Why there is nothing to judge, if so.
    fn cannot_judge(&self, metric: Metric) -> Option<(Verdict, String)> {
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
        if let Some(answer) = self.unmeasured().or_else(|| self.truncated(metric)) {
            return Some(answer);
        }
        if !self.few(metric) {
            return None;
        }
        let timed = if old.sampled || new.sampled { "timed call" } else { "call" };
        let (then, now) =
            (units::plural(old.timed_calls(), timed), units::count(new.timed_calls()));
        let said = format!("{then} in the baseline and {now} in this run");
        if let Some(small) = self.small(Metric::SelfNs) {
            return Some((Verdict::Stable, format!("{said}, but {small}")));
        }
        let needed = units::count(self.limits.min_calls);
        Some((Verdict::Inconclusive, format!("{said}; it takes {needed} to judge a time")))
    }

    /// Why a change of the metric would not matter to the run, if so. What a percentile says need not
    /// show in a run's time, so that none is small.
    fn small(&self, metric: Metric) -> Option<String> {
        let time: fn(&Function) -> u64 = match metric {
            Metric::SelfNs => |function| function.self_ns,
            Metric::MeanNs | Metric::TotalNs => |function| function.total_ns,
            _ => return None,
        };
        let sides = [&self.olds, &self.news].into_iter().zip(&self.run_ns);
        let runs = sides.flat_map(|(side, all)| side.iter().copied().zip(all.iter().copied()));
        let largest = runs
            .filter_map(|(function, all)| Some(units::share(time(function?), all)))
            .fold(0.0, f64::max);
        let limit = units::percent(SMALL_SHARE_PCT);
        (largest < SMALL_SHARE_PCT).then(|| format!("less than {limit} of either run"))
    }

    /// Too many calls that were counted and are in no time, or too many polls: those that are need
    /// not be like them.
    fn unmeasured(&self) -> Option<(Verdict, String)> {
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

    /// Percentiles that too many calls are not in: those that are came first, and need not be like them.
    fn truncated(&self, metric: Metric) -> Option<(Verdict, String)> {
        /// Calls that no percentile knows, in per cent, from which it says nothing.
        const LOST_PCT: u64 = 1;
        outliers::share(metric)?;
        let sides = [(&self.news, "this run"), (&self.olds, "the baseline")];
        let is_much = |f: &&&Function| {
            f.lost_durations.saturating_mul(100) > f.timed_calls().saturating_mul(LOST_PCT)
        };
        let (function, which) = sides.into_iter().find_map(|(runs, which)| {
            runs.iter().flatten().find(is_much).map(|function| (function, which))
        })?;
        let (lost, of) =
            (units::count(function.lost_durations), units::count(function.timed_calls()));
        let why = format!(
            "{} of {which} is of too few calls, for want of memory: it lacks {lost} of {of}",
            reason::title(metric)
        );
        Some((Verdict::Inconclusive, why))
    }

    /// Which floor the change stays below, if it does.
    fn below_floor(&self, metric: Metric, change: f64) -> Option<String> {
        let (call, run) = (self.limits.floor_ns, self.limits.run_floor_ns);
        let over_run = match metric {
            Metric::TotalNs => change,
            _ => change * float(self.new.calls),
        };
        if metric != Metric::TotalNs && change.abs() < call {
            return Some(format!("a change of less than {}", units::duration(call)));
        }
        if over_run.abs() < run {
            return Some(format!("a change of less than {} over the run", units::duration(run)));
        }
        let open = estimates::left_open_ns(self.old, self.new, metric);
        (change.abs() < open).then(|| {
            format!(
                "a change of less than the clock and the recorder leave open, {}",
                units::duration(open)
            )
        })
    }
}

/// What a time may change by, and where that was given, if not in the settings.
struct Own {
    limits: MetricLimits,
    /// The end of a sentence.
    origin: String,
}

/// The limits of a time, with the one that the function has of its own.
fn limits_of_its_own(pair: &Pair<'_>, limits: MetricLimits) -> Own {
    let Some(own) = pair.limits.allowances.max_regression(pair.new) else {
        return Own { limits, origin: String::new() };
    };
    let degraded_pct = limits.degraded_pct.map(|limit| limit.min(own.value.unwrap_or(limit)));
    let origin = own.value.map_or_else(String::new, |_| format!(" {}", own.origin));
    Own { limits: MetricLimits { regression_pct: own.value, degraded_pct, ..limits }, origin }
}

/// What the mean of the calls of a run may be off by for being of so few, on the log scale: a bound
/// from below for what runs differ by.
fn within_a_run(function: &Function) -> f64 {
    let known = function.stddev_ns.zip(function.mean_ns).filter(|(_, mean)| *mean > 0.0);
    let part = known.map_or(0.0, |(deviation, mean)| deviation / mean);
    (part / float(function.timed_calls().max(1)).sqrt()).clamp(0.0, 1.0)
}

/// The value that is held against noise: what is shorter than it can be known is as long as that.
fn known(function: &Function, metric: Metric) -> Option<f64> {
    let least = match metric {
        Metric::SelfNs => float(function.self_error_ns) / float(function.measured_calls()),
        _ => 0.0,
    };
    value(function, metric).map(|value| value.max(least))
}

/// The value that is shown; `None` when the run has none, or no usable one.
pub(super) fn value(function: &Function, metric: Metric) -> Option<f64> {
    let value = match metric {
        Metric::SelfNs => Some(float(function.self_ns) / float(function.measured_calls())),
        Metric::TotalNs => Some(float(function.total_ns)),
        Metric::MeanNs => function.mean_ns,
        Metric::P50Ns => function.p50_ns.map(float),
        Metric::P90Ns => function.p90_ns.map(float),
        Metric::P95Ns => function.p95_ns.map(float),
        Metric::P99Ns => function.p99_ns.map(float),
        _ => None,
    };
    value.filter(|value| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
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
        row_of_runs(metric, std::slice::from_ref(old), std::slice::from_ref(new))
    }

    fn row_of_runs(metric: Metric, olds: &[Function], news: &[Function]) -> Option<Change> {
        let limits = Limits::new(Metric::ALL, super::super::Thresholds::default());
        let mut pair = Pair::single(olds.last()?, news.last()?, &limits);
        pair.run_ns = [olds, news].map(|runs| vec![pair.run_ns[0][0]; runs.len()]);
        (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
        let draft = draft(&pair, metric, limits.metrics[&metric], (&Suite::default(), false))?;
        super::super::decide::decide(vec![draft], &limits).0.pop()
    }

    #[track_caller]
    fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
        let row = row(metric, &function(old.0, old.1), &function(new.0, new.1)).unwrap();
        assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
    }

    const MS: u64 = 1_000_000;

    /// Five runs whose noise is so many per mille.
    fn runs(calls: u64, ns: u64, noise: u64) -> Vec<Function> {
        let of = |at: u64| function(calls, ns - 2 * ns * noise / 1_000 + at * ns * noise / 1_000);
        (0..5).map(of).collect()
    }

    #[test]
    fn a_time_is_judged_by_noise_and_by_limits() {
        let said = |old: Vec<Function>, new: Vec<Function>| {
            let row = row_of_runs(Metric::MeanNs, &old, &new).unwrap();
            format!("{}: {}", row.verdict, row.reason)
        };
        let quiet = |ns| runs(50, ns, 2);
        let noisy = |ns| runs(50, ns, 40);
        insta::assert_snapshot!([
            said(quiet(20 * MS), quiet(21 * MS)),
            said(quiet(20 * MS), quiet(20_400_000)),
            said(quiet(20 * MS), quiet(20_150_000)),
            said(quiet(20 * MS), quiet(20_050_000)),
            said(quiet(20 * MS), quiet(19 * MS)),
            said(noisy(20 * MS), noisy(21 * MS)),
            said(noisy(20 * MS), noisy(22 * MS)),
            said(noisy(20 * MS), noisy(30 * MS)),
            said(runs(50, 20 * MS, 120), runs(50, 21 * MS, 120)),
        ].join("\n"), @r"
        regression: mean 20.0 ms → 21.0 ms (+5.0 %, likely +4.5 to +5.5 %), over the limit of 3 %
        degraded: mean 20.0 ms → 20.4 ms (+2.0 %, likely +1.5 to +2.5 %), over 1 % but within the limit of 3 %
        stable: mean 20.0 ms → 20.2 ms (+0.8 %, likely +0.3 to +1.2 %), within the noise; a change of 0.95 % would have been seen
        stable: mean 20.0 ms → 20.1 ms (+0.3 %, likely -0.2 to +0.7 %), within the noise; a change of 0.95 % would have been seen
        improved: mean 20.0 ms → 19.0 ms (-5.0 %, likely -5.4 to -4.6 %), better by more than 1 %
        stable: mean 20.0 ms → 21.0 ms (+5.0 %, likely -4.3 to +15.2 %), within the noise; a change of 21 % would have been seen
        inconclusive: mean 20.0 ms → 22.0 ms (+10.0 %, likely +0.3 to +20.7 %), perhaps slower, but it may be noise
        regression: mean 20.0 ms → 30.0 ms (+50.0 %, likely +36.8 to +64.5 %), over the limit of 3 %
        inconclusive: mean 20.0 ms → 21.0 ms (+5.0 %, likely -20.8 to +39.2 %), but runs differ by 21 %, so that only a change of 78 % could be told from noise
        ");
    }

    #[test]
    fn one_run_against_one_tells_large_changes_only() {
        use Verdict::{Inconclusive, Regression};
        let why = "mean 20.0 ms → 40.0 ms (+100.0 %), over the limit of 3 %";
        check(Metric::MeanNs, (50, 20 * MS), (50, 40 * MS), Regression, why);
        let row = row(Metric::MeanNs, &function(50, 20 * MS), &function(50, 21 * MS)).unwrap();
        assert_eq!(row.verdict, Inconclusive);
        insta::assert_snapshot!(row.reason, @"mean 20.0 ms → 21.0 ms (+5.0 %), but with one run of each side only a change of 37 % could be told from noise");
        assert!(row.detectable_pct.is_some_and(|pct| pct > 30.0));
    }

    #[test]
    fn own_time_and_totals_say_what_they_are_of() {
        let why = "self time 20.0 ms → 40.0 ms a call (+100.0 %), over the limit of 3 %";
        check(Metric::SelfNs, (50, 20 * MS), (50, 40 * MS), Verdict::Regression, why);
        let why = "total time 1.00 s → 2.00 s in the run (+100.0 %), over the limit of 3 %";
        check(Metric::TotalNs, (50, 20 * MS), (50, 40 * MS), Verdict::Regression, why);
    }

    #[test]
    fn outer_percentiles_need_more_calls() {
        let why = "p99 20.0 ms → 40.0 ms (+100.0 %), over the limit of 7 %";
        check(Metric::P99Ns, (500, 20 * MS), (500, 40 * MS), Verdict::Regression, why);
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
        let old = runs(50, 20 * MS, 2);
        let within = |limit: f64| {
            let mut new = runs(50, 21 * MS, 2);
            for run in &mut new {
                run.budget.max_regression_pct = Some(limit);
            }
            row_of_runs(Metric::MeanNs, &old, &new).unwrap()
        };
        let worse = within(2.5);
        assert_eq!(worse.verdict, Verdict::Regression);
        assert!(worse.reason.ends_with("over the limit of 2.5 % that its attribute sets"));
        assert_eq!(within(25.0).verdict, Verdict::Degraded);
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
        let said = |old: u64, new: u64| {
            let timed = |ns| move |at: u64| sampled(100_000, ns + at * ns / 1_000, 400);
            let (old, new) = (runs(100_000, old, 1), (0..5).map(timed(new)).collect::<Vec<_>>());
            let row = row_of_runs(Metric::SelfNs, &old, &new).unwrap();
            assert!(row.interval_pct.is_some_and(|(low, high)| high - low > 11.9), "{row:?}");
            format!("{}: {}", row.verdict, row.reason)
        };
        insta::assert_snapshot!([
            said(20_000, 30_000),
            said(20_000, 21_400),
            said(20_000, 20_600),
            said(20_000, 19_000),
            said(20_000, 10_000),
        ].join("\n"), @r"
        regression: self time 20.0 µs → ~30.1 µs a call (+50.3 %, likely +44.0 to +56.6 %), over the limit of 3 %
        degraded: self time 20.0 µs → ~21.4 µs a call (+7.2 %, likely +1.0 to +13.5 %), but what is sampled may be off by 6 %
        inconclusive: self time 20.0 µs → ~20.6 µs a call (+3.2 %, likely -3.0 to +9.4 %), but what is sampled may be off by 6 %
        stable: self time 20.0 µs → ~19.0 µs a call (-4.8 %, likely -11.0 to +1.4 %), but what is sampled may be off by 6 %
        improved: self time 20.0 µs → ~10.0 µs a call (-49.9 %, likely -56.0 to -43.8 %), better by more than 1 %
        ");
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
    fn a_time_of_nothing_is_as_long_as_it_can_be_known_and_is_held_against_noise() {
        let of = |self_ns, self_error_ns| Function {
            self_ns,
            self_error_ns,
            raw_total_ns: 1,
            ..sampled(1_000_000, 100, 1_000_000)
        };
        // In one run of the five the callees' estimates left nothing.
        let olds = [0, 90_000_000, 80_000_000, 100_000_000, 90_000_000];
        let olds = olds.map(|ns| of(ns, 30_000_000));
        let row = row_of_runs(Metric::SelfNs, &olds, &[of(383_000_000, 30_000_000)]).unwrap();
        assert_eq!(row.verdict, Verdict::Inconclusive, "{}", row.reason);
        // Where not even that is known, there is no ratio and no verdict.
        let row = super::tests::row(Metric::SelfNs, &of(0, 0), &of(38_300_000, 0)).unwrap();
        let why = "self time 0 ns → 38.3 ns a call, but a time of nothing says how little was \
                   measured, and no more";
        assert_eq!((row.verdict, row.reason.as_str()), (Verdict::Inconclusive, why));
    }

    #[test]
    fn percentiles_of_few_of_many_calls_are_not_judged() {
        let (old, new) = (function(5_000, 2 * MS), function(5_000, 9 * MS));
        let told = |lost_durations| {
            let new = Function { lost_durations, ..new.clone() };
            row(Metric::P50Ns, &old, &new).map(|row| (row.verdict, row.reason)).unwrap()
        };
        assert_eq!(told(50).0, Verdict::Regression);
        let why =
            "p50 of this run is of too few calls, for want of memory: it lacks 4,992 of 5,000";
        assert_eq!(told(4_992), (Verdict::Inconclusive, why.to_owned()));
        let new = Function { lost_durations: 4_992, ..new.clone() };
        assert_eq!(row(Metric::MeanNs, &old, &new).unwrap().verdict, Verdict::Regression);
    }

    #[test]
    fn percentiles_of_callers_of_much_that_is_recorded_have_no_row() {
        let with = |overhead_ns| Function {
            overhead_ns,
            raw_total_ns: 5_000 * 2 * MS + overhead_ns,
            ..function(5_000, 2 * MS)
        };
        let much = 5_000 * 2 * MS / 10;
        assert!(row(Metric::P99Ns, &with(0), &with(much / 10)).is_some());
        assert!(row(Metric::P99Ns, &with(0), &with(much)).is_none());
        let mean = row(Metric::MeanNs, &with(0), &with(much)).unwrap();
        assert!(mean.reason.starts_with("mean 2.00 ms → ~2.00 ms"), "{}", mean.reason);
    }

    #[test]
    fn a_time_that_is_shorter_than_it_can_be_known_is_shown_as_it_is() {
        let of = |self_ns| Function {
            self_ns,
            self_error_ns: 23_700_000,
            raw_total_ns: 1,
            ..function(10_000_000, 1)
        };
        let said = |old: u64, new: u64| {
            let [olds, news] =
                [old, new].map(|ns| [0, 1, 2, 3, 4].map(|at| of(ns + at * ns / 100)));
            let row = row_of_runs(Metric::SelfNs, &olds, &news).unwrap();
            format!("{}: {}", row.verdict, row.reason)
        };
        insta::assert_snapshot!([
            said(2_700_000, 3_900_000),
            said(2_700_000, 400_000_000),
            said(400_000_000, 2_700_000),
            said(0, 400_000_000),
            said(0, 0),
        ].join("\n"), @r"
        stable: self time 0.28 ns → 0.40 ns a call (+44.4 %, likely -100.0 to +282.9 %), a change of less than 10 ns
        regression: self time 0.28 ns → 40.8 ns a call (148 ×, likely 15 × to 148 ×), over the limit of 3 %
        stable: self time 40.8 ns → 0.28 ns a call (-99.3 %, likely -100.0 to +106.2 %), but what recording takes may be off by 200.3 %
        regression: self time 2.37 ns → 40.8 ns a call (17 ×, likely 15 × to 19 ×), over the limit of 3 %
        stable: self time 0 ns → 0 ns a call (±0 %, likely -100.0 to +282.9 %), a change of less than 10 ns
        ");
    }

    #[test]
    fn percentiles_of_sampled_functions_have_no_row() {
        let (old, new) = (sampled(1_000_000, 20_000, 4_000), sampled(1_000_000, 90_000, 4_000));
        for metric in [Metric::P50Ns, Metric::P90Ns, Metric::P95Ns, Metric::P99Ns] {
            assert_eq!(row(metric, &old, &new), None);
        }
        assert!(row(Metric::MeanNs, &old, &new).is_some());
    }

    #[test]
    fn what_is_not_a_number_is_not_judged() {
        let new = Function { mean_ns: Some(f64::NAN), ..function(50, MS) };
        assert_eq!(row(Metric::MeanNs, &function(50, MS), &new), None);
    }
}
