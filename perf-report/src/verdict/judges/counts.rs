//! Judges counts: calls, errors, panics, allocations. Those that are the same in all runs of a side have no
//! noise, so any change is a finding; for the others see [`chance`].
//!
//! Errors and panics fail when there are more of them, unless the calls grew at least as much: a
//! suite with more tests of the error path is no worse. An error of a new kind fails: see [`kinds`]. A few more calls are `degraded`: they are a
//! finding, and often the cause of the time, but a new test, a retry, or a loop that runs until a
//! deadline makes them too. Beyond the limit for times they are a regression. With `check --fail-on
//! calls` a single one fails. Allocations are judged like calls, and like errors where there were
//! more calls to make them.

mod kinds;
mod success;

use crate::model::{Because, Change, Function, Metric, Verdict, Which, count_of};
use crate::stats::number::{change_pct, ends, float, nearest_ends};
use crate::verdict::evidence::chance;
use crate::verdict::limits::MetricLimits;
use crate::verdict::sides::{self, Pair};

/// The counts of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    /// The count that is judged, in the run that has least of it and in the one that has most.
    least: u64,
    most: u64,
    /// Calls of the newest run.
    calls: u64,
    /// Whether returned values were classified.
    classifies: bool,
}

/// A verdict and its grounds.
type Judgement = (Verdict, Vec<Because>);

/// Returns the row of a count, where there is anything to say.
pub(crate) fn judge(pair: &Pair<'_>, metric: Metric, limits: MetricLimits) -> Option<Change> {
    if metric == Metric::Success {
        return success::judge(pair, limits);
    }
    let old = Counted::of(&pair.olds, pair.old, metric)?;
    let new = Counted::of(&pair.news, pair.new, metric)?;
    if metric == Metric::Errors && !old.classifies && !new.classifies {
        return None;
    }
    let nearest = nearest_ends(old.ends(), new.ends());
    let (baseline, current) = nearest.unwrap_or_else(|| {
        let common = new.least.max(old.least);
        (common, common)
    });
    let differs = old.least < old.most || new.least < new.most;
    let (verdict, because) = match nearest {
        None if differs => in_some_runs(pair, metric, [old, new], limits),
        _ => verdict(old.with(baseline), new.with(current), metric, limits),
    };
    let mut row = Change {
        change_pct: change_pct(float(baseline), float(current)),
        verdict,
        because,
        ..Change::exact(&pair.new.name, metric, [Some(float(baseline)), Some(float(current))])
    };
    if differs && nearest.is_some() {
        soften(&mut row, pair, [old, new]);
    }
    if row.verdict >= Verdict::Degraded && are_counted_elsewhere(pair, metric, old) {
        row.verdict = Verdict::Inconclusive;
        row.because.push(Because::SampledPanics);
    }
    if metric == Metric::Errors {
        kinds::judge(&mut row, pair);
    }
    Some(row)
}

/// Adds where the runs of the two sides come nearest, and makes the verdict a milder one where they may be as
/// far apart by chance.
fn soften(row: &mut Change, pair: &Pair<'_>, [old, new]: [Counted; 2]) {
    let is_of_values =
        !matches!(row.verdict, Verdict::Inconclusive | Verdict::Added | Verdict::Removed);
    if is_of_values {
        let (baseline, current) = (old.range(), new.range());
        row.because.push(Because::NearestRuns { baseline, current });
    }
    let metric = row.metric;
    chance::soften(row, || chance::may_count_differ(pair, metric));
}

/// Judges a count whose runs of the two sides overlap: that there are more in some runs is no finding, nor is
/// it nothing.
fn in_some_runs(
    pair: &Pair<'_>,
    metric: Metric,
    [old, new]: [Counted; 2],
    limits: MetricLimits,
) -> Judgement {
    let overlap = Because::RunsOverlap { baseline: old.range(), current: new.range() };
    let middle = |runs: &[Option<&Function>]| {
        sides::middle(runs, |function| count_of(function, metric)).unwrap_or(0.0)
    };
    let (before, now) = (middle(&pair.olds), middle(&pair.news));
    let most_pct = limits.regression_pct.unwrap_or(f64::INFINITY);
    let is_more = change_pct(before, now).is_none_or(|pct| pct > most_pct) && now > before;
    if is_more && !chance::may_count_differ(pair, metric) {
        (Verdict::Inconclusive, vec![overlap, Because::MoreInMostRuns])
    } else if matches!(metric, Metric::Errors | Metric::Panics) && new.most > old.most {
        (Verdict::Inconclusive, vec![overlap, Because::MoreInSomeRuns])
    } else {
        (Verdict::Stable, vec![overlap])
    }
}

/// Returns whether more panics than some may be another function's: those of sampled calls are counted by
/// whoever is called next. Where there were none before, there are some now.
fn are_counted_elsewhere(pair: &Pair<'_>, metric: Metric, old: Counted) -> bool {
    let is_sampled = pair.olds.iter().chain(&pair.news).flatten().any(|function| function.sampled);
    metric == Metric::Panics && is_sampled && old.most > 0
}

impl Counted {
    fn of(runs: &[Option<&Function>], newest: &Function, metric: Metric) -> Option<Self> {
        let counts = runs.iter().flatten().map(|function| count_of(function, metric));
        let (least, most) = ends(counts.collect::<Option<Vec<_>>>()?)?;
        Some(Self { least, most, calls: newest.calls, classifies: newest.counts_errors() })
    }

    fn ends(self) -> (u64, u64) {
        (self.least, self.most)
    }

    fn range(self) -> (f64, f64) {
        (float(self.least), float(self.most))
    }

    /// Returns the same with one count for all runs.
    fn with(self, count: u64) -> Self {
        Self { least: count, most: count, ..self }
    }
}

/// Judges two counts that are the same in all runs of a side, or taken to be.
fn verdict(old: Counted, new: Counted, metric: Metric, limits: MetricLimits) -> Judgement {
    let (baseline, current) = (old.most, new.most);
    if metric == Metric::Errors && old.classifies != new.classifies {
        let side = if old.classifies { Which::Current } else { Which::Baseline };
        return (Verdict::Inconclusive, vec![Because::NotCounted { side }]);
    }
    match (metric, baseline, current) {
        _ if baseline == current => (Verdict::Stable, vec![Because::Same]),
        (Metric::Calls, _, 0) => (Verdict::Removed, vec![Because::NoLongerCalled]),
        (Metric::Calls, 0, _) => (Verdict::Added, vec![Because::NeverCalledBefore]),
        _ => by_limits([old, new], metric, limits),
    }
}

/// Judges two counts that differ.
fn by_limits([old, new]: [Counted; 2], metric: Metric, limits: MetricLimits) -> Judgement {
    let pct = change_pct(float(old.most), float(new.most)).unwrap_or(f64::INFINITY);
    let verdict = limits.verdict(pct);
    let has_more_calls = metric != Metric::Calls && is_same_rate(old, new);
    if verdict == Verdict::Regression && has_more_calls {
        let calls = Because::WithCalls { baseline: old.calls, current: new.calls };
        return (Verdict::Degraded, vec![calls]);
    }
    (verdict, vec![limits.ground(verdict, None)])
}

/// Returns whether the calls grew at least as much as what is counted among them.
fn is_same_rate(old: Counted, new: Counted) -> bool {
    u128::from(new.most) * u128::from(old.calls) <= u128::from(old.most) * u128::from(new.calls)
        && old.calls > 0
}

#[cfg(test)]
mod tests;
