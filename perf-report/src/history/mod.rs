//! Many runs of one command as a series of values for each function: what `history` shows, and what
//! `compare-last` judges. Pure.

mod courses;
mod series;

pub use courses::{decline, points};

use crate::model::{
    FunctionHistory, HISTORY_SCHEMA, HISTORY_VERSION, HistoryChange, HistoryDocument, Metric,
    RunDocument, Side, TrendLimits,
};
use crate::stats::segments::{self, ChangePoint, Settings};
use crate::verdict::{self, Trends};
use series::Series;

/// Fewer runs have no change of level, whatever they hold.
pub const FEWEST: usize = 8;

/// The history of `metric` in `runs`, which are comparable and oldest first: each function with its
/// values, where it is heading, and where its level changed. `None` of no runs.
///
/// ```
/// use perf_report::history::history;
/// use perf_report::model::{Metric, TrendLimits};
///
/// assert_eq!(history(&[], Metric::SelfNs, TrendLimits::default()), None);
/// ```
pub fn history(
    runs: &[RunDocument],
    metric: Metric,
    limits: TrendLimits,
) -> Option<HistoryDocument> {
    let newest = runs.last()?;
    let sides: Vec<Side> = runs.iter().map(Side::from).collect();
    let trends = verdict::trends(runs, metric, limits);
    let functions = series::all(runs, metric);
    let functions = functions.into_iter().filter_map(|it| function(it, &sides, &trends)).collect();
    Some(HistoryDocument {
        schema: HISTORY_SCHEMA.to_owned(),
        version: HISTORY_VERSION,
        command: newest.run.command.clone(),
        machine_key: newest.run.machine.key.clone(),
        branch: None,
        metric,
        limits,
        judged_runs: trends.judged_runs as u64,
        baseline_runs: trends.baseline_runs as u64,
        too_few: runs.len() < FEWEST,
        notes: trends.notes,
        runs: sides,
        functions,
    })
}

fn function(series: Series, runs: &[Side], trends: &Trends) -> Option<FunctionHistory> {
    let latest = series.values.iter().rev().flatten().next().copied()?;
    let row = trends.rows.get(&series.name);
    let verdict = row.map(|row| row.verdict);
    let reason = match row {
        Some(row) => row.reason.clone(),
        None if trends.baseline_runs == 0 => "there is no run before to judge it by".to_owned(),
        None => "too few calls to judge it, or no value on one of the sides".to_owned(),
    };
    let change_points = changes(&series.values, runs);
    Some(FunctionHistory {
        name: series.name,
        values: series.values,
        latest,
        trend: verdict.and_then(verdict::word),
        verdict,
        change_pct: row.and_then(|row| row.change_pct),
        reason,
        change_points,
    })
}

/// The changes of level, of the runs that have a value.
fn changes(values: &[Option<f64>], runs: &[Side]) -> Vec<HistoryChange> {
    let present: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let (places, values): (Vec<usize>, Vec<f64>) = present.into_iter().unzip();
    if values.len() < FEWEST {
        return Vec::new();
    }
    let found = segments::change_points(&values, Settings::DEFAULT);
    found.into_iter().filter_map(|change| located(change, &places, runs)).collect()
}

fn located(change: ChangePoint, places: &[usize], runs: &[Side]) -> Option<HistoryChange> {
    let index = *places.get(change.index)?;
    let end = *places.get(change.end)?;
    let last_before = *places.get(change.index.checked_sub(1)?)?;
    let commit = |at: usize| runs.get(at).and_then(|run| run.commit.clone());
    let pct = (change.after - change.before) / change.before.abs() * 100.0;
    Some(HistoryChange {
        kind: change.kind,
        index: index as u64,
        end: end as u64,
        last_before: last_before as u64,
        before: change.before,
        after: change.after,
        change_pct: Some(pct).filter(|pct| pct.is_finite()),
        p_value: change.p_value,
        commit_before: commit(last_before),
        commit: commit(index),
        commit_end: commit(end),
    })
}
