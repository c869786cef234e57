//! Bencher Metric Format: `{name: {measure: {value, lower_value?, upper_value?}}}`, for the `json` adapter of
//! Bencher.
//!
//! Measures are few, since a tracker alerts on each of them:
//!
//! - `latency`: mean duration of a call in nanoseconds, callees included; of `(command)`, its time on the
//!   wall. With a baseline, `lower_value` and `upper_value` are the interval of our comparison.
//! - `allocations`: those by the function itself in the run; only where they were counted.
//! - `throughput`: of `(command)`; only under an open load.
//!
//! Names are visible characters, at most 1,024; what is longer ends in a hash. Functions without a time are
//! left out. Estimates are written as exact figures are: the format has no place for the difference.

use std::collections::BTreeMap;

use serde::Serialize;

use super::functions::{Ranked, Taken, visible, wall_ns};
use super::interval::Intervals;
use super::{Against, Choice, Facts, Options, Source};
use crate::error::{ExitCode, UserError};
use crate::model::{COMMAND, Function, Metric, value};
use crate::render::json;
use crate::stats::number::float;

pub(super) const FACTS: Facts = Facts {
    word: "bmf",
    about: "Bencher Metric Format: `bencher run --adapter json --file FILE`",
    against: Against::Judgement,
    choices: &[Choice::Top, Choice::All],
    is_binary: false,
};

/// Functions that are written unless the user says otherwise.
const USUAL: usize = 200;

/// Characters that Bencher takes of a name.
const LONGEST: usize = 1024;

/// A value of a measure.
#[derive(Debug, Serialize)]
struct Measured {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_value: Option<f64>,
}

/// The measures of a benchmark, by their names.
type Measures = BTreeMap<&'static str, Measured>;

/// Writes the measures of the command and of its functions.
///
/// # Errors
/// [`ExitCode::NothingToJudge`] of a run without any: Bencher would take an empty file for success.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let latencies = Intervals::new(source, Metric::MeanNs);
    let mut taken = Taken::default();
    let mut all: BTreeMap<String, Measures> = BTreeMap::new();
    let command = of_command(source);
    if !command.is_empty() {
        all.insert(taken.unique(COMMAND), command);
    }
    for function in Ranked::new(source.run, options, USUAL).shown {
        let measures = of_function(function, &latencies);
        if !measures.is_empty() {
            all.insert(taken.unique(&visible(&function.name, LONGEST)), measures);
        }
    }
    if all.is_empty() {
        return Err(nothing(source));
    }
    Ok(json::exact(&all).into_bytes())
}

/// Makes the error that a run has nothing to track.
pub(super) fn nothing(source: &Source<'_>) -> UserError {
    let problem = format!("run {} holds no time to track", source.run.run.id);
    UserError::new(ExitCode::NothingToJudge, problem)
        .help("`perf-report doctor` looks for what stands in the way of recording")
}

fn of_function(function: &Function, latencies: &Intervals<'_>) -> Measures {
    let mut measures = Measures::new();
    if let Some(mean) = value(function, Metric::MeanNs) {
        let interval = latencies.around(&function.name, mean);
        measures.insert("latency", measured(mean, interval));
    }
    if let Some(allocs) = function.self_allocs.filter(|_| function.calls > 0) {
        measures.insert("allocations", measured(float(allocs), None));
    }
    measures
}

fn of_command(source: &Source<'_>) -> Measures {
    let mut measures = Measures::new();
    if let Some(wall) = wall_ns(source.run) {
        let interval = Intervals::new(source, Metric::WallNs).around(COMMAND, wall);
        measures.insert("latency", measured(wall, interval));
    }
    let rows = source.comparison.iter().flat_map(|comparison| &comparison.functions);
    let throughput =
        rows.filter(|row| row.metric == Metric::Throughput).find_map(|row| row.current);
    if let Some(rate) = throughput.filter(|rate| rate.is_finite()) {
        measures.insert("throughput", measured(rate, None));
    }
    measures
}

fn measured(value: f64, interval: Option<(f64, f64)>) -> Measured {
    let (lower_value, upper_value) = interval.unzip();
    Measured { value, lower_value, upper_value }
}
