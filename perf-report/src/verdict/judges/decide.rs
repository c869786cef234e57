//! Judges all rows of a comparison together: which changes are no noise, and what they are then.
//!
//! With thousands of rows, some differ by much for no reason. So what counts as seen is decided once
//! for all, by a control of the false-discovery rate; then limits and floors say what it means. What
//! was not seen is stable where a change that matters would have been, and otherwise inconclusive.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::model::{Because, Beside, Change, Verdict};
use crate::stats::fdr;
use crate::stats::moderated::{Difference, Reach};
use crate::stats::number::float;
use crate::text::units;
use crate::verdict::evidence::estimates::Doubt;
use crate::verdict::evidence::noise::{Measured, Source};
use crate::verdict::evidence::suite::{with_suite, without_suite};
use crate::verdict::limits::{Limits, MetricLimits, Origin};

/// The level of intervals.
const CONFIDENCE: f64 = 0.95;
/// The share of comparisons in which the smallest detectable change is to be found.
const POWER: f64 = 0.8;
/// Share of false ones among changes that are called suspicious.
const SUSPICION: f64 = 0.2;

/// A row that is not judged yet, or was settled without a test.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The row; what a test decides is still open in it.
    pub(crate) row: Change,
    /// The test that decides; `None` where it is settled.
    pub(crate) test: Option<Test>,
}

/// The evidence on a value that has noise.
#[derive(Debug)]
pub(crate) struct Test {
    /// The difference of the sides, and the noise.
    pub(crate) measured: Measured,
    /// Whether that is the difference of the values that the row shows. One that is shorter than it can be
    /// known was taken to be as long as that.
    pub(crate) is_of_values: bool,
    /// The limits of its change.
    pub(crate) limits: MetricLimits,
    /// The place of the regression limit, if not in the settings.
    pub(crate) origin: Option<Origin>,
    /// The floor that the change stays below.
    pub(crate) floor: Option<Because>,
    /// The changes that something else than the program may have made.
    pub(crate) doubt: Doubt,
    /// The ground on which it would not matter, if so.
    pub(crate) small: Option<Because>,
    /// A ground that speaks against it.
    pub(crate) denied: Option<Because>,
}

/// Judges every draft. The rows are in the order of the drafts. Outer percentiles, which ever fewer
/// calls decide, have none where the comparison is too coarse for them; a note says how many.
pub(crate) fn decide(drafts: Vec<Draft>, limits: &Limits) -> (Vec<Change>, Option<String>) {
    let tests = drafts.iter().filter_map(|draft| draft.test.as_ref());
    let p_values: Vec<f64> = tests.map(|test| test.measured.difference.p_value).collect();
    let adjusted = fdr::adjusted(&p_values);
    let found = adjusted.iter().filter(|p| **p <= limits.false_discoveries).count();
    let level = Level {
        found: limits.false_discoveries,
        each: limits.false_discoveries * float(found.max(1) as u64)
            / float(p_values.len().max(1) as u64),
        resolution_pct: limits.resolution_pct,
    };
    let reaches = reaches(&drafts, level);
    let mut adjusted = adjusted.into_iter();
    let adjusted: Vec<f64> = drafts
        .iter()
        .map(|draft| draft.test.as_ref().and_then(|_| adjusted.next()).unwrap_or(1.0))
        .collect();
    let judge = |(draft, adjusted): (Draft, f64)| match draft.test {
        None => draft.row,
        Some(test) => {
            let difference = test.measured.difference;
            let known = reaches.get(&difference.degrees.to_bits()).copied();
            let reach = known.unwrap_or_else(|| level.reach(&difference));
            test.judge(draft.row, adjusted, level, reach)
        }
    };
    let mut rows: Vec<Change> = drafts.into_par_iter().zip(adjusted).map(judge).collect();
    let all = rows.len();
    rows.retain(|row| {
        !(row.metric.is_outer_percentile() && is_too_coarse(row, limits.resolution_pct))
    });
    let left_out = all - rows.len();
    let note = (left_out > 0).then(|| {
        let percentiles = units::plural(left_out as u64, "outer percentile");
        let verb = if left_out == 1 { "was" } else { "were" };
        format!("{percentiles} {verb} left out: nothing but noise could be seen in so few runs")
    });
    (rows, note)
}

/// Returns the reach of differences by their degrees of freedom, as bits.
fn reaches(drafts: &[Draft], level: Level) -> HashMap<u64, Reach> {
    let mut reaches = HashMap::new();
    for test in drafts.iter().filter_map(|draft| draft.test.as_ref()) {
        let difference = test.measured.difference;
        reaches.entry(difference.degrees.to_bits()).or_insert_with(|| level.reach(&difference));
    }
    reaches
}

fn is_too_coarse(row: &Change, resolution_pct: f64) -> bool {
    row.verdict == Verdict::Inconclusive
        && row.detectable_pct.is_none_or(|pct| pct > resolution_pct)
        && row.p_value.is_some()
}

/// The level that a change must meet to be seen.
#[derive(Debug, Clone, Copy)]
struct Level {
    /// The largest adjusted p-value.
    found: f64,
    /// The largest p-value itself.
    each: f64,
    /// The largest change that may go unseen.
    resolution_pct: f64,
}

impl Level {
    fn reach(self, difference: &Difference) -> Reach {
        difference.reach(CONFIDENCE, self.each, POWER)
    }
}

impl Test {
    fn judge(self, mut row: Change, adjusted: f64, level: Level, reach: Reach) -> Change {
        let difference = self.measured.difference;
        let pct = difference.change_pct();
        let interval = self.interval(pct, reach);
        let detectable = difference.detectable_within(reach);
        let metric = row.metric;
        let worse = |pct: f64| if metric.less_is_worse() { turned(pct) } else { pct };
        let bounds = [worse(interval.0), worse(interval.1)];
        let bounds = (bounds[0].min(bounds[1]), bounds[0].max(bounds[1]));
        let suite_pct = Some(self.measured.suite_pct).filter(|pct| *pct != 0.0);
        row.because.extend(suite_pct.map(|suite_pct| Because::BesideSuite { suite_pct }));
        let seen = Seen { pct: worse(pct), bounds, adjusted, detectable };
        let verdict = self.verdict(seen, level, &mut row.because);
        let (baseline, pct) = self.shown(pct, &row);
        let interval = (interval.0.min(pct), interval.1.max(pct));
        let interval_pct = Some(interval).filter(|(low, high)| low.is_finite() && high.is_finite());
        // The two values hold the change of everything, and so does the change beside them.
        let whole = |pct: f64| suite_pct.map_or(pct, |suite_pct| with_suite(pct, suite_pct));
        let beside = suite_pct.map(|all_pct| Beside { all_pct, change_pct: pct, interval_pct });
        Change {
            baseline: Some(baseline),
            change_pct: finite(whole(pct)),
            interval_pct: interval_pct.map(|(low, high)| (whole(low), whole(high))),
            beside: beside.filter(|_| pct.is_finite()),
            p_value: finite(difference.p_value),
            detectable_pct: finite(detectable),
            noise_pct: finite(self.measured.noise_pct()),
            verdict,
            ..row
        }
    }

    /// Returns the baseline's value to show, and the change: what was judged, or where a value was taken to be
    /// longer than it is, that of the values. Of nothing there is no ratio, and what was judged is shown.
    fn shown(&self, pct: f64, row: &Change) -> (f64, f64) {
        match row.change_pct.filter(|_| !self.is_of_values) {
            Some(own) => (row.baseline.unwrap_or(0.0), without_suite(own, self.measured.suite_pct)),
            None => (self.judged_baseline(pct, row), pct),
        }
    }

    /// Returns the baseline's value to show: the middle one of its runs. Where that and the current one deny
    /// the change, it is the level that the current one was held against, which runs before those of the
    /// baseline may have made.
    fn judged_baseline(&self, pct: f64, row: &Change) -> f64 {
        /// The difference that is too little to be a contradiction, in per cent, and as a part of the change.
        const LEAST_PCT: f64 = 1.0;
        const LEAST_PART: f64 = 0.05;
        let (shown, current) = (row.baseline.unwrap_or(0.0), row.current.unwrap_or(0.0));
        let pct = with_suite(pct, self.measured.suite_pct);
        let judged = current / (1.0 + pct / 100.0);
        let denied = (current / shown - 1.0) * 100.0 - pct;
        let agrees = denied.abs() <= LEAST_PCT.max(LEAST_PART * pct.abs());
        if agrees || !judged.is_finite() { shown } else { judged }
    }

    /// Returns the interval of a change, by noise and by what is in doubt besides.
    fn interval(&self, pct: f64, reach: Reach) -> (f64, f64) {
        let (low, high) = self.measured.difference.interval_within(reach);
        self.doubt.interval(pct).map_or((low, high), |(doubt_low, doubt_high)| {
            // Nothing becomes less than nothing.
            ((low + (doubt_low - pct)).max(-100.0), high + (doubt_high - pct))
        })
    }

    /// Returns the verdict, and adds its grounds to `because`.
    fn verdict(&self, seen: Seen, level: Level, because: &mut Vec<Because>) -> Verdict {
        let (limits, pct) = (self.limits, seen.pct);
        let verdict = limits.verdict(pct);
        if let Some(floor) = &self.floor {
            because.push(floor.clone());
            return Verdict::Stable;
        }
        if seen.adjusted > level.found {
            let (verdict, ground) = self.unseen(verdict, seen, level);
            because.push(ground);
            return verdict;
        }
        if let Some(denied) = self.denied.as_ref().filter(|_| verdict != Verdict::Stable) {
            because.push(denied.clone());
            return if pct > 0.0 { Verdict::Inconclusive } else { Verdict::Stable };
        }
        let (low, high) = seen.bounds;
        let may_be_none = self.doubt != Doubt::NONE && low <= 0.0 && high >= 0.0;
        let certain_pct = if may_be_none { 0.0 } else { self.doubt.certain_part(pct) };
        let certain = limits.verdict(certain_pct);
        if certain != verdict {
            because.extend(self.doubt.grounds(pct));
            return match verdict {
                Verdict::Improved => Verdict::Stable,
                _ => certain.max(Verdict::Inconclusive),
            };
        }
        because.push(limits.ground(verdict, self.origin));
        verdict
    }

    /// Returns the verdict on a change that may be noise, of `would` were it none.
    fn unseen(&self, would: Verdict, seen: Seen, level: Level) -> (Verdict, Because) {
        if seen.detectable > level.resolution_pct {
            return match &self.small {
                Some(small) => (Verdict::Stable, small.clone()),
                None => (Verdict::Inconclusive, self.too_coarse(seen.detectable)),
            };
        }
        if would >= Verdict::Degraded && seen.adjusted < SUSPICION {
            return (Verdict::Inconclusive, Because::PerhapsNoise);
        }
        (Verdict::Stable, Because::WithinNoise { detectable_pct: seen.detectable })
    }

    fn too_coarse(&self, detectable: f64) -> Because {
        let noise = (self.measured.source != Source::Assumed).then(|| self.measured.noise_pct());
        Because::TooCoarse { detectable_pct: finite(detectable), noise_pct: noise }
    }
}

/// A change for the worse as it was seen, in per cent.
#[derive(Debug, Clone, Copy)]
struct Seen {
    pct: f64,
    /// The interval that it lies in.
    bounds: (f64, f64),
    /// Its p-value, adjusted for all that were tested.
    adjusted: f64,
    /// The smallest change that would have been seen.
    detectable: f64,
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// Turns a change in per cent of what should be more into one of what should be less: half as much a second is
/// twice as long.
fn turned(pct: f64) -> f64 {
    100.0 * (1.0 / (1.0 + pct / 100.0).max(f64::MIN_POSITIVE) - 1.0)
}
