//! What of a change that a series of runs shows is the program's. The series has stood its own test of noise;
//! all else that a comparison of two runs asks is asked here of the runs on either side: whether that could
//! be measured at all, what sampling and the recorder leave open, whether the machine was busier, whether a
//! few calls made it, whether a run is whole, whether others decided how much there was to do.

use super::decide::Test;
use super::{load, times, whole};
use crate::model::{Change, Metric, RunDocument, Verdict};
use crate::stats::number;
use crate::verdict::evidence::suite::Suite;
use crate::verdict::limits::{Limits, Load, MetricLimits};
use crate::verdict::sides::{Pair, Sides, missing};

/// Runs before a change, and runs after it.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Runs of the level before, at least one.
    pub before: &'a [RunDocument],
    /// Runs of the level after, at least one.
    pub after: &'a [RunDocument],
    /// Other runs before these.
    pub history: &'a [RunDocument],
    /// What a run of each side is called.
    pub called: [&'static str; 2],
}

/// What of a change is certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Certain {
    /// The change, per cent: 0 where nothing is certain. Infinite of a count that was 0.
    pub pct: f64,
    /// Why it is less than what was measured, as the end of a sentence.
    pub why: Option<String>,
}

impl Certain {
    /// All of it.
    pub(crate) fn all(pct: f64) -> Self {
        Self { pct, why: None }
    }

    fn nothing(why: impl Into<String>) -> Self {
        Self { pct: 0.0, why: Some(why.into()) }
    }
}

impl Ends<'_> {
    /// What is certain of a change of a level. Floors that are set for what matters say nothing of it: it is
    /// shown for what it is.
    pub fn level(&self, name: &str, metric: Metric, values: [f64; 2], load: Load) -> Certain {
        let limits = Limits { floor_ns: 0.0, run_floor_ns: 0.0, ..limits(metric, load) };
        self.certain(name, metric, values, &limits)
    }

    /// What is certain of a change that may fail a gate.
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
        let certain = match what_is_missing(sides, metric, pct) {
            Some(why) => Certain::nothing(why),
            None if metric.is_count() => of_a_count(sides, name, metric, values, limits),
            None if metric.is_of_function() => of_a_time(sides, name, metric, pct, limits),
            None => of_the_command(sides, metric, values, limits),
        };
        let named = |why: String| {
            why.replace("the baseline", self.called[0]).replace("this run", self.called[1])
        };
        Certain { why: certain.why.map(named), ..certain }
    }
}

/// Per cent of the first; infinite where that is 0.
fn change_pct([before, after]: [f64; 2]) -> f64 {
    let from_0 = if after > before { f64::INFINITY } else { 0.0 };
    number::change_pct(before, after).unwrap_or(from_0)
}

/// Limits by which any change is a finding, however few the calls are: there are many runs.
fn limits(metric: Metric, load: Load) -> Limits {
    let limits = Limits::new([metric], crate::verdict::Thresholds::default());
    let metrics = [(metric, MetricLimits::EXACT)].into();
    Limits { metrics, min_calls: 1, load, ..limits }
}

fn what_is_missing(sides: Sides<'_>, metric: Metric, pct: f64) -> Option<String> {
    let verdict = if pct > 0.0 { Verdict::Regression } else { Verdict::Improved };
    let mut row = Change { verdict, ..Change::exact("", metric, [None, None]) };
    missing::apply(std::slice::from_mut(&mut row), sides);
    (row.verdict != verdict).then(|| row.reason.trim_start_matches(", ").to_owned())
}

/// Counts have no noise, but of an open load those of a run that did more.
fn of_a_count(
    sides: Sides<'_>,
    name: &str,
    metric: Metric,
    values: [f64; 2],
    limits: &Limits,
) -> Certain {
    let pct = change_pct(values);
    if limits.load == Load::Closed {
        return Certain::all(pct);
    }
    let row = Change {
        verdict: Verdict::Regression,
        change_pct: Some(pct),
        ..Change::exact(name, metric, values.map(Some))
    };
    let mut rows = [row];
    load::judge(&mut rows, sides, limits);
    let [row] = rows;
    let why = row.reason.split_once(", where ").map(|(_, why)| format!("where {why}"));
    match row.verdict {
        Verdict::Stable => Certain { pct: 0.0, why },
        _ => Certain { pct: row.change_pct.unwrap_or(pct), why },
    }
}

fn of_a_time(sides: Sides<'_>, name: &str, metric: Metric, pct: f64, limits: &Limits) -> Certain {
    let Some(pair) = Pair::of(sides, name, limits) else {
        return Certain::nothing("but this run does not know the function");
    };
    let own = MetricLimits::EXACT;
    let Some(draft) = times::draft(&pair, metric, own, (&Suite::default(), false)) else {
        return Certain::nothing(format!("but {}", why_no_row(&pair, metric)));
    };
    let is_nothing = |value: Option<f64>| value.is_some_and(|value| value <= 0.0);
    match draft.test {
        Some(test) => by_test(&test, pct),
        None if is_nothing(draft.row.baseline) || is_nothing(draft.row.current) => {
            Certain::nothing(times::OF_NOTHING)
        }
        None => Certain::nothing(format!("but {}", draft.row.reason)),
    }
}

/// Why a time has no row in a comparison.
pub(crate) fn why_no_row(pair: &Pair<'_>, metric: Metric) -> String {
    if pair.has_no_percentiles(metric) {
        return "percentiles of a function that is sampled are those of a few windows".to_owned();
    }
    format!("its calls are too few for the {}", metric.title())
}

fn of_the_command(sides: Sides<'_>, metric: Metric, values: [f64; 2], limits: &Limits) -> Certain {
    let (floor, doubt, denied) = whole::objections(sides, metric, values, limits);
    by(floor.as_deref(), denied.as_deref(), doubt, change_pct(values))
}

fn by_test(test: &Test, pct: f64) -> Certain {
    by(test.floor.as_deref(), test.denied.as_deref(), test.doubt, pct)
}

fn by(
    floor: Option<&str>,
    denied: Option<&str>,
    doubt: crate::verdict::evidence::estimates::Doubt,
    pct: f64,
) -> Certain {
    if let Some(floor) = floor {
        return Certain::nothing(floor);
    }
    if let Some(denied) = denied {
        return Certain::nothing(format!("but {denied}"));
    }
    let certain = doubt.certain_part(pct);
    let why = (certain.total_cmp(&pct).is_ne()).then(|| doubt.reason(pct));
    Certain { pct: certain, why }
}
