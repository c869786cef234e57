//! The changes of a function's level, and the part of them that comes from the program.

use crate::model::{HistoryChange, Metric, Side};
use crate::stats::segments::{self, ChangePoint, Kind, Settings};
use crate::verdict::{Certain, Ends, Load, Used};

use super::FEWEST;

/// Number of runs on each side of a step that decide what is certain of it.
const NEAR: usize = 12;
/// Number of runs at each end of a drift that decide what is certain of it.
const ENDS: usize = 5;

/// The runs in which changes of level are looked for, and the metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level<'a> {
    pub(super) used: &'a Used<'a>,
    pub(super) sides: &'a [Side],
    pub(super) metric: Metric,
    pub(super) load: Load,
}

impl Level<'_> {
    /// Returns the changes of level of a function, over the runs with a value. The second list has
    /// those that may not come from the program.
    pub(super) fn changes(
        &self,
        name: &str,
        values: &[Option<f64>],
    ) -> (Vec<HistoryChange>, Vec<HistoryChange>) {
        let value = |at: usize| values.get(self.used.places[at]).copied().flatten();
        let present: Vec<usize> =
            (0..self.used.places.len()).filter(|at| value(*at).is_some()).collect();
        if present.len() < FEWEST {
            return Default::default();
        }
        let values: Vec<f64> = present.iter().filter_map(|at| value(*at)).collect();
        let found = segments::change_points(&values, Settings::DEFAULT);
        let located = (0..found.len()).filter_map(|at| {
            let certain = self.certain(name, &found, at, &present)?;
            let change = self.located(found[at], &present)?;
            let doubt = certain.why.filter(|_| certain.pct.abs() < f64::MIN_POSITIVE);
            Some(HistoryChange { doubt, ..change })
        });
        located.partition(|change| change.doubt.is_none())
    }

    /// Returns the certain part of one change, by the runs on either side as far as the next
    /// change.
    fn certain(
        &self,
        name: &str,
        found: &[ChangePoint],
        at: usize,
        present: &[usize],
    ) -> Option<Certain> {
        let change = found[at];
        let earliest = at.checked_sub(1).map_or(0, |before| found[before].end);
        let latest = found.get(at + 1).map_or(present.len(), |after| after.index);
        let (before, after) = match change.kind {
            Kind::Step => (
                change.index.saturating_sub(NEAR).max(earliest)..change.index,
                change.index..(change.index + NEAR).min(latest),
            ),
            Kind::Drift => (
                change.index - 1..(change.index - 1 + ENDS).min(change.end),
                (change.end + 1).saturating_sub(ENDS).max(change.index)..change.end + 1,
            ),
        };
        let runs = |range: std::ops::Range<usize>| {
            let (first, last) =
                (present.get(range.start)?, present.get(range.end.checked_sub(1)?)?);
            self.used.runs.get(*first..=*last)
        };
        let ends = Ends {
            before: runs(before)?,
            after: runs(after)?,
            history: &[],
            called: ["a run before it", "a run after it"],
        };
        Some(ends.level(name, self.metric, [change.before, change.after], self.load))
    }

    fn located(&self, change: ChangePoint, present: &[usize]) -> Option<HistoryChange> {
        let place = |at: usize| Some(self.used.places[*present.get(at)?]);
        let (index, end) = (place(change.index)?, place(change.end)?);
        let last_before = place(change.index.checked_sub(1)?)?;
        let commit = |at: usize| self.sides.get(at).and_then(|run| run.commit.clone());
        Some(HistoryChange {
            kind: change.kind,
            index: index as u64,
            end: end as u64,
            last_before: last_before as u64,
            before: change.before,
            after: change.after,
            change_pct: change.change_pct(),
            p_value: change.p_value,
            commit_before: commit(last_before),
            commit: commit(index),
            commit_end: commit(end),
            doubt: None,
        })
    }
}
