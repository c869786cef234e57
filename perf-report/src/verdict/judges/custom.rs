//! Judges the numbers that programs record of themselves: counts, gauges, ratios.
//!
//! Nothing in such a number says whether more of it is better. So a change is `changed` and fails
//! nothing, unless `perf.toml` says which way is better; then it is judged, a count exactly as calls
//! are. Limits of the value itself are budgets, and need no baseline. In a run of benchmarks a count says how
//! often its harness repeated something, so that a change of it is none for the worse.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Because, Change, CustomMetric, Metric, MetricKind, RunDocument, Suite, Verdict,
};
use crate::stats::number::{ends, nearest_ends};
use crate::verdict::evidence::chance;
use crate::verdict::limits::{Better, CustomLimits, Limits};

/// Metrics by name and kind. Of a document that holds one twice, the first counts.
type ByKey<'a> = BTreeMap<(&'a str, MetricKind), &'a CustomMetric>;

/// Returns a row for each metric that at least one of the sides has a value of. Where runs of a side differ,
/// sides whose values overlap are the same, and others are judged by those that come nearest.
pub(crate) fn rows(
    baseline: &[RunDocument],
    current: &[RunDocument],
    limits: &Limits,
) -> Vec<Change> {
    let (olds, news) = (by_run(baseline), by_run(current));
    let keys: BTreeSet<_> = olds.keys().chain(news.keys()).copied().collect();
    let directions = directions(current);
    let of_suites = memory_of_suites([baseline, current]);
    let of_benchmarks = [baseline, current].into_iter().flatten().any(has_benchmarks);
    let row = |key: (&str, MetricKind)| match (olds.get(&key), news.get(&key)) {
        (Some(old), Some(new)) => {
            let own = Own {
                better: directions.get(&key).copied(),
                is_memory: of_suites.contains(key.0),
                is_of_iterations: of_benchmarks && key.1 == MetricKind::Count,
            };
            Some(of_both(key, [old, new], own, limits))
        }
        (None, Some(new)) => {
            Some(of_one(key, [None, most(new)], Verdict::Added, Because::New { self_ns: None }))
        }
        (Some(old), None) => {
            Some(of_one(key, [most(old), None], Verdict::Removed, Because::Gone { self_ns: None }))
        }
        (None, None) => None,
    };
    keys.into_iter().filter_map(row).collect()
}

/// Returns the better way of each metric that has one by itself.
fn directions(runs: &[RunDocument]) -> BTreeMap<(&str, MetricKind), Better> {
    let known = runs.iter().flat_map(by_key);
    known.filter_map(|(key, metric)| Some((key, metric.better?))).collect()
}

/// Returns the values of each metric in some runs.
fn by_run(runs: &[RunDocument]) -> BTreeMap<(&str, MetricKind), Vec<f64>> {
    let mut values = BTreeMap::<_, Vec<f64>>::new();
    for run in runs {
        for (key, metric) in by_key(run) {
            values.entry(key).or_default().extend(value(metric));
        }
    }
    values.retain(|_, values| !values.is_empty());
    values
}

fn most(values: &[f64]) -> Option<f64> {
    ends(values.iter().copied()).map(|(_, most)| most)
}

/// Returns the row of a metric that one of the sides has no value of.
fn of_one(
    (name, kind): (&str, MetricKind),
    values: [Option<f64>; 2],
    verdict: Verdict,
    ground: Because,
) -> Change {
    Change { verdict, because: vec![ground], ..Change::exact(name, kind.into(), values) }
}

fn of_both(
    (name, kind): (&str, MetricKind),
    [olds, news]: [&[f64]; 2],
    own: Own,
    limits: &Limits,
) -> Change {
    let given = limits.custom.get(name).copied().unwrap_or_default();
    let Own { better, is_memory, is_of_iterations } = own;
    let own = with_direction(given, better, limits);
    // Of its own direction alone nobody knows how much it differs from run to run.
    let is_noisy = given.better.is_none() && own.better.is_some() && kind != MetricKind::Count;
    let [baseline, current] =
        [olds, news].map(|side| ends(side.iter().copied()).unwrap_or_default());
    let differs = baseline.0 < baseline.1 || current.0 < current.1;
    let nearest = nearest_ends(baseline, current);
    let common = baseline.0.max(current.0);
    let (before, now) = nearest.unwrap_or((common, common));
    let (verdict, ground) = match nearest {
        None if differs => (Verdict::Stable, Because::RunsOverlap { baseline, current }),
        Some(_) if is_of_iterations => (Verdict::Changed, Because::CountOfIterations),
        _ if is_memory
            && !limits.custom.contains_key(name)
            && is_usual(change_pct(before, now)) =>
        {
            (Verdict::Stable, Because::WithinLimit { limit_pct: Some(USUAL_PCT) })
        }
        _ => judge(kind, before, now, own),
    };
    let mut row = Change {
        change_pct: change_pct(before, now),
        verdict,
        because: vec![ground],
        ..Change::exact(name, kind.into(), [Some(before), Some(now)])
    };
    if differs && nearest.is_some() {
        row.because.push(Because::NearestRuns { baseline, current });
    }
    if differs && nearest.is_some() || is_noisy {
        chance::soften(&mut row, || chance::may_differ(olds, news, limits.false_discoveries));
    }
    row
}

/// A change of the memory of a suite, in per cent, up to which nobody is told who set no limit.
const USUAL_PCT: f64 = 10.0;

/// Returns whether the memory of a suite differs as much from run to run of the same code.
fn is_usual(change_pct: Option<f64>) -> bool {
    change_pct.is_some_and(|pct| pct.abs() <= USUAL_PCT)
}

/// The facts about a metric that its runs know.
#[derive(Debug, Clone, Copy)]
struct Own {
    /// The better way.
    better: Option<Better>,
    /// True of the memory of a test suite.
    is_memory: bool,
    /// True of a count that grows with the iterations of benchmarks.
    is_of_iterations: bool,
}

/// Returns whether a harness of ours chose how often the program ran its benchmarks.
fn has_benchmarks(run: &RunDocument) -> bool {
    let mut benchmarks = run.functions.iter().filter_map(|it| it.benchmark.as_ref());
    benchmarks.any(|benchmark| benchmark.harness.is_some())
}

/// Returns the names of the metrics that are the memory of a suite of these runs. A metric that a program calls
/// so is none.
fn memory_of_suites(sides: [&[RunDocument]; 2]) -> BTreeSet<String> {
    let suites = sides.into_iter().flatten().flat_map(|run| &run.suites);
    suites.filter(|suite| suite.peak_rss_bytes.is_some()).map(Suite::memory_metric).collect()
}

/// Returns limits with the direction that whoever measured it gives it, and the limit of calls, which are
/// counted as well.
fn with_direction(given: CustomLimits, better: Option<Better>, limits: &Limits) -> CustomLimits {
    if given.better.is_some() || better.is_none() {
        return given;
    }
    let of_calls = limits.metrics.get(&Metric::Calls).and_then(|own| own.regression_pct);
    CustomLimits { better, max_regression_pct: given.max_regression_pct.or(of_calls), ..given }
}

pub(super) fn by_key(run: &RunDocument) -> ByKey<'_> {
    // The last insertion stays.
    run.metrics.iter().rev().map(|metric| ((metric.name.as_str(), metric.kind), metric)).collect()
}

pub(super) fn value(metric: &CustomMetric) -> Option<f64> {
    metric.value.filter(|value| value.is_finite())
}

fn judge(kind: MetricKind, old: f64, new: f64, limits: CustomLimits) -> (Verdict, Because) {
    let change = new - old;
    if change == 0.0 {
        return (Verdict::Stable, Because::Same);
    }
    let Some(better) = limits.better else { return (Verdict::Changed, Because::NoDirection) };
    let is_better = (change > 0.0) == (better == Better::Higher);
    let size = change_pct(old, new).map_or(f64::INFINITY, f64::abs);
    let limit_pct = limits.max_regression_pct;
    // A count has no noise, so that any change of it is a finding; see `counts`.
    let within = limit_pct.filter(|limit| size <= *limit);
    match (is_better, within, limit_pct) {
        (_, Some(_), _) if kind != MetricKind::Count => {
            (Verdict::Stable, Because::WithinLimit { limit_pct })
        }
        (true, ..) => (Verdict::Improved, Because::BetterThanLimit { limit_pct: 0.0 }),
        (false, None, Some(limit_pct)) => {
            (Verdict::Regression, Because::OverLimit { limit_pct, origin: None })
        }
        (false, ..) => {
            let ground = Because::OverLowerLimit { lower_pct: 0.0, limit_pct, origin: None };
            (Verdict::Degraded, ground)
        }
    }
}

/// Returns the change in per cent of the size of the baseline, which may be below zero here.
fn change_pct(old: f64, new: f64) -> Option<f64> {
    let pct = (new - old) / old.abs() * 100.0;
    pct.is_finite().then_some(pct)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Benchmark, Function, FunctionKind, Harness, samples};
    use crate::verdict::words::Words;

    fn in_words(row: &Change) -> String {
        Words::of([1, 1]).reason(row)
    }

    const COUNT: MetricKind = MetricKind::Count;
    const RATIO: MetricKind = MetricKind::Ratio;

    fn run(metrics: &[(&str, MetricKind, Option<f64>)]) -> RunDocument {
        let metrics = metrics.iter().map(|&(name, kind, value)| samples::metric(name, kind, value));
        RunDocument { metrics: metrics.collect(), ..samples::empty() }
    }

    fn better(better: Better, max_regression_pct: Option<f64>) -> CustomLimits {
        CustomLimits { better: Some(better), max_regression_pct, ..CustomLimits::default() }
    }

    #[track_caller]
    fn check(
        kind: MetricKind,
        (old, new): (f64, f64),
        limits: CustomLimits,
        verdict: Verdict,
        why: &str,
    ) {
        let runs = [old, new].map(|value| run(&[("m", kind, Some(value))]));
        let custom = BTreeMap::from([("m".to_owned(), limits)]);
        let limits = Limits { custom, ..Limits::default() };
        let rows = rows(&runs[..1], &runs[1..], &limits);
        assert_eq!((rows[0].verdict, in_words(&rows[0]).as_str()), (verdict, why));
    }

    #[test]
    fn a_change_is_told_and_not_judged() {
        let nothing = CustomLimits::default();
        check(COUNT, (412.0, 824.0), nothing, Verdict::Changed, "count 412 → 824 (+100.0 %)");
        check(COUNT, (3.0, 3.0), nothing, Verdict::Stable, "count 3 in both runs");
        check(RATIO, (0.9, 0.45), nothing, Verdict::Changed, "ratio 90 % → 45 % (-50.0 %)");
    }

    #[test]
    fn which_way_is_better_makes_it_a_verdict() {
        let higher = better(Better::Higher, Some(5.0));
        check(
            RATIO,
            (0.8, 0.79),
            higher,
            Verdict::Stable,
            "ratio 80 % → 79 % (-1.3 %), within 5 %",
        );
        let why = "ratio 80 % → 72 % (-10.0 %), worse by more than 5 %";
        check(RATIO, (0.8, 0.72), higher, Verdict::Regression, why);
        check(RATIO, (0.8, 0.9), higher, Verdict::Improved, "ratio 80 % → 90 % (+12.5 %), better");
        let lower = better(Better::Lower, None);
        check(COUNT, (8.0, 9.0), lower, Verdict::Degraded, "count 8 → 9 (+12.5 %), worse");
        check(COUNT, (8.0, 6.0), lower, Verdict::Improved, "count 8 → 6 (-25.0 %), better");
    }

    #[test]
    fn counts_of_benchmarks_are_told_and_gauges_are_judged() {
        let shown = |kind: MetricKind| {
            let function = Function {
                kind: FunctionKind::Benchmark,
                benchmark: Some(Box::new(Benchmark {
                    harness: Some(Harness::default()),
                    ..Benchmark::default()
                })),
                ..Function::default()
            };
            let runs = [8.0, 9.0].map(|value| RunDocument {
                functions: vec![function.clone()],
                ..run(&[("m", kind, Some(value))])
            });
            let custom = BTreeMap::from([("m".to_owned(), better(Better::Lower, Some(5.0)))]);
            let limits = Limits { custom, ..Limits::default() };
            let row = &rows(&runs[..1], &runs[1..], &limits)[0];
            format!("{}: {}", row.verdict, in_words(row))
        };
        assert_eq!(
            shown(COUNT),
            "changed: count 8 → 9 (+12.5 %), as the harness chose how often it ran"
        );
        let why = "regression: gauge 8 → 9 (+12.5 %), worse by more than 5 %";
        assert_eq!(shown(MetricKind::Gauge), why);
    }

    #[test]
    fn memory_of_suites_is_told_where_it_is_more_than_usual() {
        let verdict = |name: &str, now: f64| {
            let suites = vec![Suite {
                name: "app".to_owned(),
                peak_rss_bytes: Some(100),
                ..Suite::default()
            }];
            let runs = [100.0, now].map(|value| RunDocument {
                suites: suites.clone(),
                ..run(&[(name, MetricKind::Gauge, Some(value))])
            });
            rows(&runs[..1], &runs[1..], &Limits::default())[0].verdict
        };
        assert_eq!(verdict("suite.app/peak-memory", 109.0), Verdict::Stable);
        assert_eq!(verdict("suite.app/peak-memory", 120.0), Verdict::Changed);
        assert_eq!(verdict("suite.app/other", 101.0), Verdict::Changed);
        let own = verdict("suite.mine/peak-memory", 101.0);
        assert_eq!(own, Verdict::Changed, "what a program calls so is no suite");
    }

    #[test]
    fn counts_are_judged_exactly() {
        let lower = better(Better::Lower, Some(50.0));
        let why = "count 8 → 9 (+12.5 %), worse but within the limit of 50 %";
        check(COUNT, (8.0, 9.0), lower, Verdict::Degraded, why);
        check(
            COUNT,
            (0.0, 1.0),
            lower,
            Verdict::Regression,
            "count 0 → 1, worse by more than 50 %",
        );
    }

    #[test]
    fn what_differs_from_run_to_run_is_no_worse_by_as_much() {
        let runs = |values: &[f64]| -> Vec<_> {
            values.iter().map(|value| run(&[("m", RATIO, Some(*value))])).collect()
        };
        let custom = BTreeMap::from([("m".to_owned(), better(Better::Higher, Some(5.0)))]);
        let limits = Limits { custom, ..Limits::default() };
        let shown = |olds: &[f64], news: &[f64]| {
            let row = &rows(&runs(olds), &runs(news), &limits)[0];
            format!("{}: {}", row.verdict, in_words(row))
        };
        insta::assert_snapshot!([
            shown(&[0.8, 0.7, 0.9, 0.85, 0.75], &[0.6]),
            shown(&[0.8, 0.7, 0.9, 0.85, 0.75], &[0.95]),
            shown(&[0.8, 0.81, 0.8, 0.79, 0.8], &[0.6]),
        ].join("\n"), @r"
        inconclusive: ratio 70 % → 60 % (-14.3 %), worse by more than 5 %, between the nearest runs (70 % to 90 % before, 60 % now), which may be chance, since they differ from run to run
        stable: ratio 90 % → 95 % (+5.6 %), better, between the nearest runs (70 % to 90 % before, 95 % now), which may be chance, since they differ from run to run
        regression: ratio 79 % → 60 % (-24.1 %), worse by more than 5 %, between the nearest runs (79 % to 81 % before, 60 % now)
        ");
    }

    #[test]
    fn a_value_in_one_run_only_is_added_or_removed() {
        let old = run(&[("a", COUNT, Some(1.0)), ("b", MetricKind::Gauge, None)]);
        let new = run(&[("a", RATIO, Some(0.5)), ("b", MetricKind::Gauge, None)]);
        let shown: Vec<_> = rows(&[old], &[new], &Limits::default())
            .into_iter()
            .map(|row| format!("{} {}: {}", row.verdict, row.name, in_words(&row)))
            .collect();
        assert_eq!(shown, ["removed a: gone: count 1 before", "added a: new: ratio 50 %"]);
    }
}
