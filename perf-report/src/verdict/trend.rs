//! Where functions are heading, in one word each: a view on the verdicts that a comparison of the
//! newest runs with those before them gives, by limits of its own.
//!
//! A word is never bolder than the verdict: what may be noise is STABLE, and the reason says so.

use std::collections::HashMap;

use super::compare_runs;
use super::limits::{Limits, MetricLimits, Thresholds};
use super::sides::Sides;
use crate::model::{Change, Metric, RunDocument, Trend, TrendLimits, Verdict};

/// Runs that the newest are judged by. The ones before these tell what is noise.
const BASELINE: usize = 5;
/// Earlier runs from which their noise is known. Then a run is evidence however few calls it holds.
const KNOWN: usize = 8;

/// What is said of the newest runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trends {
    /// Newest runs that are judged: one, or all that `run --repeat` made with it.
    pub judged_runs: usize,
    /// Runs before them that they are judged by.
    pub baseline_runs: usize,
    /// What must be known of the runs before believing a word.
    pub notes: Vec<String>,
    /// The verdict on each function, by its name.
    pub rows: HashMap<String, Change>,
}

/// Judges `metric` in the newest of `runs`, which are comparable and oldest first, by the runs
/// before it. Without any before it, nothing is judged.
pub fn trends(runs: &[RunDocument], metric: Metric, limits: TrendLimits) -> Trends {
    trends_by(runs, metric, &limits_for(metric, limits))
}

fn trends_by(runs: &[RunDocument], metric: Metric, limits: &Limits) -> Trends {
    let (before, current) = runs.split_at(runs.len() - newest(runs));
    let (history, baseline) = before.split_at(before.len().saturating_sub(BASELINE));
    let sides = Sides { baseline, current, history, paired: false };
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

/// How many of the last runs belong to the newest: those that were made with it.
fn newest(runs: &[RunDocument]) -> usize {
    let Some(last) = runs.last() else { return 0 };
    let with_it = |run: &&RunDocument| run.run.group.is_some() && run.run.group == last.run.group;
    runs.iter().rev().take_while(with_it).count().max(1)
}

/// The limits of a comparison of one metric.
fn limits_for(metric: Metric, limits: TrendLimits) -> Limits {
    let mut all = Limits::new([metric], Thresholds::default());
    let own = MetricLimits {
        improved_pct: limits.improvement_pct,
        degraded_pct: limits.degraded_pct,
        regression_pct: limits.regression_pct,
    };
    all.metrics.insert(metric, own);
    all
}

/// The word for a verdict; `None` for one that is no judgement of a value, as of a function that is
/// new.
pub fn word(verdict: Verdict) -> Option<Trend> {
    match verdict {
        Verdict::Improved => Some(Trend::Improvement),
        Verdict::Stable | Verdict::Inconclusive => Some(Trend::Stable),
        Verdict::Degraded => Some(Trend::Degraded),
        Verdict::Regression => Some(Trend::Regression),
        Verdict::Changed | Verdict::Added | Verdict::Removed | Verdict::Renamed => None,
    }
}
