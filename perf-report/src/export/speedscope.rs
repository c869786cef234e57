//! The file of speedscope: a `sampled` profile for each metric, a sample a context, its weight what the
//! context has alone. Names go out whole. The name of a profile says whether its figures are estimates.

use serde::Serialize;

use super::contexts::{Contexts, Figures};
use super::names::UNNAMED;
use super::{Against, Facts, NO_CALL, Options, RECORDS_NOTHING, Source, nothing};
use crate::error::{ExitCode, UserError};
use crate::model::RunDocument;
use crate::render;

pub(super) const FACTS: Facts = Facts {
    word: "speedscope",
    about: "speedscope, with several metrics in one file",
    against: Against::Nothing(
        "write both runs, and open each: speedscope compares none; `export collapsed` does",
    ),
    choices: &[],
    is_binary: false,
};

const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    exporter: String,
    name: String,
    #[serde(rename = "activeProfileIndex")]
    active: usize,
    shared: Shared<'a>,
    profiles: Vec<Profile<'a>>,
}

#[derive(Serialize)]
struct Shared<'a> {
    frames: Vec<Frame<'a>>,
}

#[derive(Serialize)]
struct Frame<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile<'a> {
    r#type: &'static str,
    name: String,
    unit: &'static str,
    start_value: u64,
    end_value: u64,
    /// Indices of frames, the root first.
    samples: Vec<&'a [usize]>,
    weights: Vec<u64>,
}

/// A metric: its name, its unit, and the figure of a context.
type Metric = (&'static str, &'static str, fn(Figures) -> u64);

const METRICS: [Metric; 5] = [
    ("wall time", "nanoseconds", |own| own.ns),
    ("calls", "none", |own| own.calls),
    ("errors", "none", |own| own.errors),
    ("allocations", "none", |own| own.allocs),
    ("allocated bytes", "bytes", |own| own.bytes),
];

/// Writes the file.
///
/// # Errors
/// Where no tracked function was called.
pub(super) fn write(source: &Source<'_>, _: &Options) -> Result<Vec<u8>, UserError> {
    let contexts = Contexts::of(source.run);
    let paths: Vec<Vec<usize>> = (0..contexts.nodes.len()).map(|at| contexts.path(at)).collect();
    let profiles = profiles(source.run, &contexts, &paths);
    if profiles.is_empty() {
        return Err(nothing(source.run, NO_CALL, RECORDS_NOTHING));
    }
    let file = File {
        schema: SCHEMA,
        exporter: concat!("perf-report ", env!("CARGO_PKG_VERSION")).to_owned(),
        name: [vec![render::command_line(source.run)], render::notes(source.run)]
            .concat()
            .join("; "),
        active: 0,
        shared: Shared { frames: frames(&contexts) },
        profiles,
    };
    let mut bytes = serde_json::to_vec(&file).map_err(|error| {
        UserError::new(ExitCode::Internal, "the profile cannot be written").because(error)
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn frames<'a>(contexts: &Contexts<'a>) -> Vec<Frame<'a>> {
    let places = contexts.functions.iter();
    places
        .map(|place| Frame {
            name: if place.name.is_empty() { UNNAMED } else { place.name },
            file: Some(place.file).filter(|file| !file.is_empty()),
            line: Some(place.line).filter(|line| *line > 0),
        })
        .collect()
}

/// Returns a profile for each metric of which there is anything.
fn profiles<'a>(
    run: &RunDocument,
    contexts: &Contexts<'_>,
    paths: &'a [Vec<usize>],
) -> Vec<Profile<'a>> {
    let is_exact = render::has_exact_times(run);
    let profile = |(name, unit, figure): Metric| {
        let weighed = || contexts.nodes.iter().zip(paths).filter(|(node, _)| figure(node.own) > 0);
        let weights: Vec<u64> = weighed().map(|(node, _)| figure(node.own)).collect();
        let mark = if unit == "nanoseconds" && !is_exact { "~ " } else { "" };
        Profile {
            r#type: "sampled",
            name: format!("{mark}{name}"),
            unit,
            start_value: 0,
            end_value: weights.iter().fold(0, |sum, weight| sum.saturating_add(*weight)),
            samples: weighed().map(|(_, path)| path.as_slice()).collect(),
            weights,
        }
    };
    METRICS.into_iter().map(profile).filter(|profile| !profile.weights.is_empty()).collect()
}
