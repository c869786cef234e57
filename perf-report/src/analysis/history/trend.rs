//! The trends of functions, in one word each: a view on the verdicts of a comparison of the newest
//! runs with those before them, by limits of its own.
//!
//! A word is never bolder than the verdict: a change that may be noise is STABLE, and the reason
//! explains it.

use std::collections::HashMap;

use crate::model::{Change, Metric, RunDocument, Trend, TrendLimits, Verdict};
use crate::verdict::limits::{Limits, MetricLimits, Thresholds};
use crate::verdict::sides::Sides;
use crate::verdict::{Load, Used, compare_runs};

/// Number of runs that the newest are judged by. The ones before these show the noise.
const BASELINE: usize = 5;
/// Number of earlier runs from which their noise is known. Then a run is evidence however few calls
/// it holds.
const KNOWN: usize = 8;

/// The verdicts on the newest runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trends {
    /// Number of newest runs that are judged: one, or all that `run --repeat` made with it.
    pub judged_runs: usize,
    /// Number of runs before them that they are judged by.
    pub baseline_runs: usize,
    /// Sentences to read before a word is believed.
    pub notes: Vec<String>,
    /// The verdict on each function, by its name.
    pub rows: HashMap<String, Change>,
}

/// The rules by which words are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TrendRules {
    /// The limits of the words.
    pub limits: TrendLimits,
    /// The source of the work.
    pub load: Load,
}

impl From<TrendLimits> for TrendRules {
    fn from(limits: TrendLimits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// Judges `metric` in the newest of `runs`, which are comparable and oldest first, by the runs
/// before it that are whole. Without any before it, nothing is judged.
pub fn trends(runs: &[RunDocument], metric: Metric, rules: impl Into<TrendRules>) -> Trends {
    trends_by(runs, metric, &limits_for(metric, rules.into()))
}

fn trends_by(runs: &[RunDocument], metric: Metric, limits: &Limits) -> Trends {
    with_sides(runs, |sides| trends_of(sides, metric, limits))
}

/// Divides runs into those that are judged, those that they are judged by, and the history of these.
pub(super) fn with_sides<T>(runs: &[RunDocument], with: impl FnOnce(Sides<'_>) -> T) -> T {
    let (before, current) = runs.split_at(runs.len() - newest(runs));
    let before = Used::of(before, 1).runs;
    let (history, baseline) = before.split_at(before.len().saturating_sub(BASELINE));
    with(Sides { baseline, current, history, paired: false })
}

fn trends_of(sides: Sides<'_>, metric: Metric, limits: &Limits) -> Trends {
    let Sides { baseline, current, history, .. } = sides;
    let min_calls = if history.len() >= KNOWN { 1 } else { limits.min_calls };
    let Some(comparison) = compare_runs(sides, &Limits { min_calls, ..limits.clone() }) else {
        return Trends { judged_runs: current.len(), ..Trends::default() };
    };
    let sides_only = [Verdict::Added, Verdict::Removed, Verdict::Renamed];
    let mut rows: HashMap<String, Change> = HashMap::new();
    for row in comparison.functions {
        if row.metric == metric && !sides_only.contains(&row.verdict) {
            rows.insert(row.name.clone(), row);
        } else if sides_only.contains(&row.verdict) {
            rows.entry(row.name.clone()).or_insert(row);
        }
    }
    let (judged_runs, baseline_runs) = (current.len(), baseline.len());
    Trends { judged_runs, baseline_runs, notes: comparison.notes, rows }
}

/// Counts the last runs that belong to the newest: those made with it.
fn newest(runs: &[RunDocument]) -> usize {
    let Some(last) = runs.last() else { return 0 };
    let with_it = |run: &&RunDocument| run.run.was_made_with(&last.run);
    runs.iter().rev().take_while(with_it).count().max(1)
}

/// Returns the limits of a comparison of one metric. The metrics of most calls are compared beside
/// an outer percentile, whose judgement needs them.
pub(super) fn limits_for(metric: Metric, TrendRules { limits, load }: TrendRules) -> Limits {
    let body = [Metric::SelfNs, Metric::MeanNs, Metric::P50Ns];
    let beside = if metric.is_outer_percentile() { &body[..] } else { &[] };
    let metrics = beside.iter().copied().chain([metric]);
    let mut all = Limits { load, ..Limits::new(metrics, Thresholds::default()) };
    all.metrics.insert(metric, own_limits(limits));
    all
}

/// Returns the limits of the words as those of a metric.
pub(super) fn own_limits(limits: TrendLimits) -> MetricLimits {
    MetricLimits {
        improved_pct: limits.improvement_pct,
        degraded_pct: limits.degraded_pct,
        regression_pct: limits.regression_pct,
    }
}

/// Returns the word for a verdict; `None` for a verdict that judges no value, as on a new function.
pub fn word(verdict: Verdict) -> Option<Trend> {
    match verdict {
        Verdict::Improved => Some(Trend::Improvement),
        Verdict::Stable | Verdict::Inconclusive => Some(Trend::Stable),
        Verdict::Degraded => Some(Trend::Degraded),
        Verdict::Regression => Some(Trend::Regression),
        Verdict::Changed | Verdict::Added | Verdict::Removed | Verdict::Renamed => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::samples::{noisy, past};

    /// Returns twenty runs with noise of `noise` per mille, and then one of `last` nanoseconds.
    fn then(noise: u64, last: u64) -> Vec<u64> {
        let mut times = noisy(7, 20, 12_000_000, noise);
        times.push(last);
        times
    }

    fn judged(times: Vec<u64>) -> String {
        let runs = past(&[("demo::f", times)]);
        let trends = trends(&runs, Metric::SelfNs, TrendLimits::default());
        let row = &trends.rows["demo::f"];
        let word = word(row.verdict).map_or("none", Trend::word);
        format!("{word}: {}", row.reason)
    }

    #[test]
    fn a_word_is_a_view_on_the_verdict() {
        let all = [
            judged(then(10, 14_500_000)),
            judged(then(10, 13_500_000)),
            judged(then(10, 12_500_000)),
            judged(then(10, 10_500_000)),
            judged(then(300, 14_500_000)),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn what_was_made_together_is_judged_together() {
        let mut runs = past(&[("demo::f", noisy(3, 15, 12_000_000, 10))]);
        for run in runs.iter_mut().skip(12) {
            run.run.group = Some("one".to_owned());
        }
        let found = trends(&runs, Metric::SelfNs, TrendLimits::default());
        assert_eq!((found.judged_runs, found.baseline_runs), (3, 5));
        let alone = trends(&runs[12..], Metric::SelfNs, TrendLimits::default());
        assert_eq!((alone.judged_runs, alone.baseline_runs, alone.rows.len()), (3, 0, 0));
        assert_eq!(trends(&[], Metric::SelfNs, TrendLimits::default()), Trends::default());
    }

    #[test]
    fn with_a_history_a_run_is_evidence_however_few_calls_it_holds() {
        let one_call = |times: Vec<u64>| {
            let mut runs = past(&[("demo::main", times)]);
            for function in runs.iter_mut().flat_map(|run| &mut run.functions) {
                (function.calls, function.histogram[0].1) = (1, 1);
            }
            let found = trends(&runs, Metric::SelfNs, TrendLimits::default());
            word(found.rows["demo::main"].verdict)
        };
        assert_eq!(one_call(then(10, 14_500_000)), Some(Trend::Regression));
        assert_eq!(one_call(then(10, 14_500_000).split_off(15)), Some(Trend::Stable));
    }

    #[test]
    fn what_is_new_or_gone_has_no_word() {
        let mut runs = past(&[("demo::f", then(5, 12_000_000)), ("demo::g", then(5, 12_000_000))]);
        let newest = runs.last_mut().unwrap();
        newest.functions[0].name = "demo::h".to_owned();
        newest.functions[0].calls = 3;
        let found = trends(&runs, Metric::SelfNs, TrendLimits::default());
        let verdict = |name: &str| found.rows[name].verdict;
        assert_eq!((verdict("demo::f"), verdict("demo::h")), (Verdict::Removed, Verdict::Added));
        assert_eq!(word(Verdict::Removed), None);
    }

    #[test]
    fn counts_are_judged_by_the_same_limits() {
        use Trend::{Degraded, Improvement, Regression, Stable};
        let calls = |last: u64| {
            let mut runs = past(&[("demo::f", then(5, 12_000_000))]);
            runs.last_mut().unwrap().functions[0].calls = last;
            let found = trends(&runs, Metric::Calls, TrendLimits::default());
            word(found.rows["demo::f"].verdict).unwrap()
        };
        let words = [100, 105, 112, 120, 80].map(calls);
        assert_eq!(words, [Stable, Stable, Degraded, Regression, Improvement]);
    }

    /// Generates functions over fourteen runs, each with noise and a step at the end.
    fn functions() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let one = (any::<u64>(), 1_000_000_u64..50_000_000, 1_u64..200, 500_u64..2_000);
        proptest::collection::vec(one, 1..6).prop_map(|functions| {
            let of = |(seed, level, noise, last): (u64, u64, u64, u64)| {
                let mut times = noisy(seed, 13, level, noise);
                times.push(level * last / 1_000);
                times
            };
            functions.into_iter().map(of).collect()
        })
    }

    const NAMES: [&str; 5] = ["demo::a", "demo::b", "demo::c", "demo::d", "demo::e"];

    fn words(functions: &[Vec<u64>], factor: u64, limits: TrendLimits) -> Vec<Option<Trend>> {
        let named: Vec<(&str, Vec<u64>)> = NAMES
            .iter()
            .zip(functions)
            .map(|(name, times)| (*name, times.iter().map(|ns| ns * factor).collect()))
            .collect();
        let found = trends(&past(&named), Metric::SelfNs, limits);
        named.iter().map(|(name, _)| word(found.rows[*name].verdict)).collect()
    }

    fn is_worse(word: Option<Trend>) -> bool {
        word.is_some_and(|word| word >= Trend::Degraded)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn scaling_all_times_changes_no_word(functions in functions(), power in 1_u32..8) {
            let limits = TrendLimits::default();
            let scaled = words(&functions, 1 << power, limits);
            prop_assert_eq!(words(&functions, 1, limits), scaled);
        }

        #[test]
        fn the_order_of_functions_changes_no_word(functions in functions()) {
            let named: Vec<_> = NAMES.iter().zip(&functions).map(|(n, t)| (*n, t.clone())).collect();
            let mut runs = past(&named);
            let before = trends(&runs, Metric::SelfNs, TrendLimits::default());
            for run in &mut runs {
                run.functions.reverse();
            }
            prop_assert_eq!(before, trends(&runs, Metric::SelfNs, TrendLimits::default()));
        }

        #[test]
        fn a_wider_limit_never_adds_what_is_worse(
            functions in functions(), narrow in 0.0..30.0, more in 0.0..30.0, step in 0.0..20.0,
        ) {
            let limits = |degraded: f64| TrendLimits {
                improvement_pct: Some(degraded),
                degraded_pct: Some(degraded),
                regression_pct: Some(degraded + step),
            };
            let before = words(&functions, 1, limits(narrow));
            let after = words(&functions, 1, limits(narrow + more));
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(is_worse(*before) || !is_worse(*after), "{before:?} {after:?}");
                let regressed = |word: Option<Trend>| word == Some(Trend::Regression);
                prop_assert!(regressed(*before) || !regressed(*after), "{before:?} {after:?}");
            }
        }
    }
}
