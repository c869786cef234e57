//! The part of a change in a series of runs that is the program's. The series has stood its own test of noise;
//! all else that a comparison of two runs asks is asked here of the runs on either side: whether that could
//! be measured at all, what sampling and the recorder leave open, whether the machine was busier, whether a
//! few calls made it, whether a run is whole, whether others decided how much there was to do.

use super::evidence::estimates::Doubt;
use super::evidence::suite::Suite;
use super::judges::{load, times, whole};
use super::limits::{Limits, Load, MetricLimits};
use super::sides::{Pair, Sides, missing};
use super::words::Words;
use crate::model::{Because, Change, Metric, RunDocument, Verdict, Which};
use crate::stats::number;

/// Runs before a change, and runs after it.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Runs of the level before, at least one.
    pub before: &'a [RunDocument],
    /// Runs of the level after, at least one.
    pub after: &'a [RunDocument],
    /// Other runs before these.
    pub history: &'a [RunDocument],
    /// Names of a run of each side.
    pub called: [&'static str; 2],
}

/// The part of a change that is certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Certain {
    /// The change, per cent: 0 where nothing is certain. Infinite of a count that was 0.
    pub pct: f64,
    /// The reason why it is less than what was measured, as the end of a sentence.
    pub why: Option<String>,
}

impl Certain {
    /// Returns all of a change.
    #[cfg(test)]
    pub(crate) fn all(pct: f64) -> Self {
        Self { pct, why: None }
    }
}

/// The part of a change that is certain, and the grounds on which it is less than what was measured.
struct Part {
    pct: f64,
    because: Vec<Because>,
}

impl Part {
    fn all(pct: f64) -> Self {
        Self { pct, because: Vec::new() }
    }

    fn none(because: Vec<Because>) -> Self {
        Self { pct: 0.0, because }
    }
}

impl Ends<'_> {
    /// Returns what is certain of a change of a level. Floors that are set for what matters say nothing of it:
    /// it is shown for what it is.
    pub fn level(&self, name: &str, metric: Metric, values: [f64; 2], load: Load) -> Certain {
        let limits = Limits { floor_ns: 0.0, run_floor_ns: 0.0, ..limits(metric, load) };
        self.certain(name, metric, values, &limits)
    }

    /// Returns what is certain of a change that may fail a gate.
    pub fn finding(&self, name: &str, metric: Metric, values: [f64; 2], load: Load) -> Certain {
        self.certain(name, metric, values, &limits(metric, load))
    }

    fn certain(&self, name: &str, metric: Metric, values: [f64; 2], limits: &Limits) -> Certain {
        let sides = Sides {
            baseline: self.before,
            current: self.after,
            history: self.history,
            paired: false,
        };
        let pct = change_pct(values);
        let part = match not_whole(sides, metric, pct) {
            Some(because) => Part::none(because),
            None if metric.is_count() => of_a_count(sides, name, metric, values, limits),
            None if metric.is_of_function() => of_a_time(sides, name, metric, pct, limits),
            None => of_the_command(sides, metric, values, limits),
        };
        let runs = [self.before, self.after].map(|runs| runs.len() as u64);
        let words = Words { runs, called: self.called };
        Certain { pct: part.pct, why: words.why(metric, &part.because) }
    }
}

/// Returns the change in per cent of the first; infinite where that is 0.
fn change_pct([before, after]: [f64; 2]) -> f64 {
    let from_0 = if after > before { f64::INFINITY } else { 0.0 };
    number::change_pct(before, after).unwrap_or(from_0)
}

/// Returns limits by which any change is a finding, however few the calls are: there are many runs.
fn limits(metric: Metric, load: Load) -> Limits {
    let limits = Limits::new([metric], super::Thresholds::default());
    let metrics = [(metric, MetricLimits::EXACT)].into();
    Limits { metrics, min_calls: 1, load, ..limits }
}

/// Returns the grounds on which a run that is not whole denies a change, if so.
fn not_whole(sides: Sides<'_>, metric: Metric, pct: f64) -> Option<Vec<Because>> {
    let verdict = if pct > 0.0 { Verdict::Regression } else { Verdict::Improved };
    let mut row = Change { verdict, ..Change::exact("", metric, [None, None]) };
    missing::apply(std::slice::from_mut(&mut row), sides);
    (row.verdict != verdict).then_some(row.because)
}

/// Returns the certain part of a change of a count. Counts have no noise, but of an open load those of a run
/// that did more.
fn of_a_count(
    sides: Sides<'_>,
    name: &str,
    metric: Metric,
    values: [f64; 2],
    limits: &Limits,
) -> Part {
    let pct = change_pct(values);
    if limits.load == Load::Closed {
        return Part::all(pct);
    }
    let mut row = Change {
        verdict: Verdict::Regression,
        change_pct: Some(pct),
        ..Change::exact(name, metric, values.map(Some))
    };
    load::judge(std::slice::from_mut(&mut row), sides, limits);
    match row.verdict {
        Verdict::Stable => Part::none(row.because),
        _ => Part { pct: row.change_pct.unwrap_or(pct), because: row.because },
    }
}

fn of_a_time(sides: Sides<'_>, name: &str, metric: Metric, pct: f64, limits: &Limits) -> Part {
    let Some(pair) = Pair::of(sides, name, limits) else {
        return Part::none(vec![Because::Unknown { side: Which::Current }]);
    };
    let own = MetricLimits::EXACT;
    let Some(draft) = times::draft(&pair, metric, own, (&Suite::default(), false)) else {
        return Part::none(vec![why_no_row(&pair, metric)]);
    };
    let is_nothing = |value: Option<f64>| value.is_some_and(|value| value <= 0.0);
    match draft.test {
        Some(test) => certain_part(test.floor, test.denied, test.doubt, pct),
        None if is_nothing(draft.row.baseline) || is_nothing(draft.row.current) => {
            Part::none(vec![Because::OfNothing])
        }
        None => Part::none(draft.row.because),
    }
}

/// Returns why a time has no row in a comparison.
fn why_no_row(pair: &Pair<'_>, metric: Metric) -> Because {
    if pair.has_no_percentiles(metric) { Because::SampledPercentile } else { Because::TooFewFor }
}

fn of_the_command(sides: Sides<'_>, metric: Metric, values: [f64; 2], limits: &Limits) -> Part {
    let (floor, doubt, denied) = whole::objections(sides, metric, values, limits);
    certain_part(floor, denied, doubt, change_pct(values))
}

/// Returns what floors, denials and doubts leave of a change.
fn certain_part(floor: Option<Because>, denied: Option<Because>, doubt: Doubt, pct: f64) -> Part {
    if let Some(ground) = floor.or(denied) {
        return Part::none(vec![ground]);
    }
    let certain = doubt.certain_part(pct);
    let is_less = certain.total_cmp(&pct).is_ne();
    Part { pct: certain, because: doubt.grounds(pct).filter(|_| is_less).collect() }
}
