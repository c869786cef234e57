//! Tests of which times are judged, and how.

use super::*;
use crate::model::Futures;
use crate::verdict::Limits;
use crate::verdict::words::Words;

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
    let limits = Limits::new(Metric::ALL, crate::verdict::Thresholds::default());
    let mut pair = Pair::single(olds.last()?, news.last()?, &limits);
    pair.run_ns = [olds, news].map(|runs| vec![pair.run_ns[0][0]; runs.len()]);
    (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
    let draft = draft(&pair, metric, limits.metrics[&metric], (&Suite::default(), false))?;
    let row = crate::verdict::judges::decide::decide(vec![draft], &limits).0.pop()?;
    let words = Words::of([olds, news].map(|runs| runs.len() as u64));
    Some(Change { reason: words.reason(&row), ..row })
}

#[track_caller]
fn check(metric: Metric, old: (u64, u64), new: (u64, u64), verdict: Verdict, why: &str) {
    let row = row(metric, &function(old.0, old.1), &function(new.0, new.1)).unwrap();
    assert_eq!((row.verdict, row.reason.as_str()), (verdict, why));
}

const MS: u64 = 1_000_000;

/// Returns five runs with this noise, per mille.
fn runs(calls: u64, ns: u64, noise: u64) -> Vec<Function> {
    let of = |at: u64| function(calls, ns - 2 * ns * noise / 1_000 + at * ns * noise / 1_000);
    (0..5).map(of).collect()
}

#[test]
fn a_time_is_judged_by_noise_and_by_limits() {
    let shown = |old: Vec<Function>, new: Vec<Function>| {
        let row = row_of_runs(Metric::MeanNs, &old, &new).unwrap();
        format!("{}: {}", row.verdict, row.reason)
    };
    let quiet = |ns| runs(50, ns, 2);
    let noisy = |ns| runs(50, ns, 40);
    insta::assert_snapshot!([
        shown(quiet(20 * MS), quiet(21 * MS)),
        shown(quiet(20 * MS), quiet(20_400_000)),
        shown(quiet(20 * MS), quiet(20_150_000)),
        shown(quiet(20 * MS), quiet(20_050_000)),
        shown(quiet(20 * MS), quiet(19 * MS)),
        shown(noisy(20 * MS), noisy(21 * MS)),
        shown(noisy(20 * MS), noisy(22 * MS)),
        shown(noisy(20 * MS), noisy(30 * MS)),
        shown(runs(50, 20 * MS, 120), runs(50, 21 * MS, 120)),
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
    let why =
        "self time 200 ns → 400 ns a call (+100.0 %), a change of less than 10.0 µs over the run";
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
    let shown = |old: u64, new: u64| {
        let timed = |ns| move |at: u64| sampled(100_000, ns + at * ns / 1_000, 400);
        let (old, new) = (runs(100_000, old, 1), (0..5).map(timed(new)).collect::<Vec<_>>());
        let row = row_of_runs(Metric::SelfNs, &old, &new).unwrap();
        assert!(row.interval_pct.is_some_and(|(low, high)| high - low > 11.9), "{row:?}");
        format!("{}: {}", row.verdict, row.reason)
    };
    insta::assert_snapshot!([
        shown(20_000, 30_000),
        shown(20_000, 21_400),
        shown(20_000, 20_600),
        shown(20_000, 19_000),
        shown(20_000, 10_000),
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
    let why = "p50 of this run is of too few calls, for want of memory: it lacks 4,992 of 5,000";
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
    let shown = |old: u64, new: u64| {
        let [olds, news] = [old, new].map(|ns| [0, 1, 2, 3, 4].map(|at| of(ns + at * ns / 100)));
        let row = row_of_runs(Metric::SelfNs, &olds, &news).unwrap();
        format!("{}: {}", row.verdict, row.reason)
    };
    insta::assert_snapshot!([
        shown(2_700_000, 3_900_000),
        shown(2_700_000, 400_000_000),
        shown(400_000_000, 2_700_000),
        shown(0, 400_000_000),
        shown(0, 0),
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
