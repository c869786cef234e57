//! The file that github-action-benchmark takes with `tool: customSmallerIsBetter`: `[{name, unit, value, range?,
//! extra?}]`.
//!
//! Everything in it is a time, since a file has one direction: the time of the command on the wall, and mean
//! durations of calls, callees included. Zeros are left out, for the action calls anything after a zero
//! infinitely worse. The action keeps every value for ever, so there are 20 functions unless the user says
//! otherwise. `range` is the interval of our comparison, where there is a baseline; `extra` says when a value is
//! an estimate.
//!
//! Names are visible characters, at most 200. Since the action writes them into tables and code spans as they
//! are, `|` is written `¦` and `` ` `` as `'`.

use serde::Serialize;

use super::bmf::nothing;
use super::functions::{Ranked, Taken, visible, wall_ns};
use super::interval::Intervals;
use super::{Against, Choice, Facts, Options, Source};
use crate::error::UserError;
use crate::model::{COMMAND, Function, Metric, value};
use crate::render::{Mark, json};
use crate::text::units;

pub(super) const FACTS: Facts = Facts {
    word: "github-action-benchmark",
    about: "The action of that name, with `tool: customSmallerIsBetter`",
    against: Against::Judgement,
    choices: &[Choice::Top, Choice::All],
    is_binary: false,
};

/// Functions that are written unless the user says otherwise.
const USUAL: usize = 20;

/// Characters of a name; it stands in a table of a comment.
const LONGEST: usize = 200;

/// A value, by the names of the action.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    unit: &'static str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
}

/// Writes the time of the command and of its functions.
///
/// # Errors
/// [`ExitCode::NothingToJudge`](crate::error::ExitCode::NothingToJudge) of a run without any.
pub(super) fn write(source: &Source<'_>, options: &Options) -> Result<Vec<u8>, UserError> {
    let means = Intervals::new(source, Metric::MeanNs);
    let mut taken = Taken::default();
    let mut entries: Vec<Entry> = of_command(source, &mut taken).into_iter().collect();
    for function in Ranked::new(source.run, options, USUAL).shown {
        entries.extend(of_function(function, &means, &mut taken));
    }
    if entries.is_empty() {
        return Err(nothing(source));
    }
    Ok(json::exact(&entries).into_bytes())
}

fn of_command(source: &Source<'_>, taken: &mut Taken) -> Option<Entry> {
    let wall = wall_ns(source.run)?;
    let range = Intervals::new(source, Metric::WallNs).around(COMMAND, wall).map(range);
    Some(Entry { name: name(COMMAND, taken), unit: "ns", value: wall, range, extra: None })
}

fn of_function(function: &Function, means: &Intervals<'_>, taken: &mut Taken) -> Option<Entry> {
    // The action shows every digit.
    let rounded = |mean: f64| if mean < 1e6 { (mean * 1e3).round() / 1e3 } else { mean.round() };
    let mean = value(function, Metric::MeanNs).map(rounded).filter(|mean| *mean > 0.0)?;
    let mut extra = units::plural(function.calls, "call");
    if Mark::of_calls(function) != Mark::Exact {
        extra += "; an estimate, from some of them";
    }
    Some(Entry {
        name: name(&function.name, taken),
        unit: "ns/call",
        value: mean,
        range: means.around(&function.name, mean).map(range),
        extra: Some(extra),
    })
}

fn name(name: &str, taken: &mut Taken) -> String {
    taken.unique(&visible(name, LONGEST).replace('|', "¦").replace('`', "'"))
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low:.0} to {high:.0}")
}
