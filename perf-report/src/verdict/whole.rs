//! The command as a whole: its time on the wall, its processor time, its memory.
//!
//! These hold what nobody tracks: a compiler that ran first, a cold cache, a slow disk. So they have
//! a row only where it is known how much runs of the command differ; one run against one never
//! judges them.

use super::decide::{Draft, Test};
use super::estimates::Doubt;
use super::limits::{Limits, MetricLimits};
use super::noise::{self, Source, Values};
use super::reason;
use super::sides::Sides;
use super::suite::Suite;
use crate::model::{Change, Metric, ProcessSummary, RunDocument};
use crate::units::{self, float};

/// What the rows of the command are called.
pub const COMMAND: &str = "(command)";

/// The rows of the command. It is no part of the suite, so no shift is taken off.
pub(super) fn drafts(sides: Sides<'_>, limits: &Limits) -> Vec<Draft> {
    let of = |metric: Metric| {
        let own = *limits.metrics.get(&metric)?;
        draft(sides, metric, own, limits)
    };
    Metric::OF_COMMAND.into_iter().filter_map(of).collect()
}

fn draft(sides: Sides<'_>, metric: Metric, own: MetricLimits, limits: &Limits) -> Option<Draft> {
    let side = |runs: &[RunDocument]| -> Vec<Option<f64>> {
        runs.iter().map(|run| value(&run.process, metric)).collect()
    };
    let values = Values {
        olds: side(sides.baseline),
        news: side(sides.current),
        past: sides.past().map(|runs| side(runs).into_iter().flatten().collect()),
        within: 0.0,
    };
    let measured = noise::difference(&values, &Suite::default(), sides.paired)?;
    if measured.source == Source::Assumed {
        return None;
    }
    let [baseline, current] = values.middles();
    let (baseline, current) = (baseline?, current?);
    let is_time = metric != Metric::PeakRssBytes;
    let small = is_time && (current - baseline).abs() < limits.run_floor_ns;
    let floor =
        small.then(|| format!("a change of less than {}", units::duration(limits.run_floor_ns)));
    let row = Change {
        change_pct: reason::change_pct(baseline, current),
        ..Change::exact(COMMAND, metric, [Some(baseline), Some(current)])
    };
    let test = Test {
        measured,
        runs: [values.olds.len(), values.news.len()],
        limits: own,
        origin: String::new(),
        marks: [false; 2],
        floor,
        doubt: Doubt::NONE,
        unconfirmed: false,
    };
    Some(Draft { row, test: Some(test) })
}

/// What the command took, where that is known.
pub(super) fn value(process: &ProcessSummary, metric: Metric) -> Option<f64> {
    let value = match metric {
        Metric::WallNs => process.wall_ns,
        Metric::CpuNs => process.cpu_ns(),
        _ => process.peak_rss_bytes,
    };
    value.filter(|value| *value > 0).map(float)
}
