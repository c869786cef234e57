//! cargo-criterion's lines: an object a line, among lines that are none.
//!
//! The name is the title, cut at 100 characters: the whole one is in no line. `change` is a ratio, whatever
//! its unit says, and no time; it is not read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake, Options};
use super::measured::{Measured, gauge};
use super::names::{Apart, numbered, told_apart};
use super::notes::Notes;
use super::numbers::{Lenient, lenient, ns_of};
use crate::model::Statistic;
use crate::stats::number::whole;

#[derive(Debug, Deserialize)]
struct Line {
    reason: String,
    id: Option<String>,
    report_directory: Option<String>,
    #[serde(default)]
    iteration_count: Vec<Lenient>,
    #[serde(default)]
    measured_values: Vec<Lenient>,
    unit: Option<String>,
    #[serde(default)]
    throughput: Vec<Throughput>,
    typical: Option<Estimate>,
    mean: Option<Estimate>,
    slope: Option<Estimate>,
}

#[derive(Debug, Deserialize)]
struct Throughput {
    #[serde(default, deserialize_with = "lenient")]
    per_iteration: Option<f64>,
    #[serde(default)]
    unit: String,
}

#[derive(Debug, Deserialize)]
struct Estimate {
    #[serde(rename = "estimate", default, deserialize_with = "lenient")]
    value: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    lower_bound: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    upper_bound: Option<f64>,
    unit: Option<String>,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str, options: &Options) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut run = ImportedRun::default();
    let mut benchmarks = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            notes.aside("line", "that is no result, passed over", line);
            continue;
        };
        if line.reason != "benchmark-complete" {
            continue;
        }
        match benchmark(line, options, &mut notes) {
            Some(apart) => benchmarks.push(apart),
            None => notes.problem("benchmark", "without a name or a value, left out", ""),
        }
    }
    told_apart(benchmarks, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

/// Reads a benchmark; one that was not measured in time gets a metric.
fn benchmark(line: Line, options: &Options, notes: &mut Notes) -> Option<Apart> {
    let name = line.id.filter(|id| !id.is_empty())?;
    let folder = line.report_directory.as_deref().unwrap_or_default();
    let qualifier = numbered(below_reports(folder), &name);
    let slope = line.slope.filter(|slope| slope.value.is_some());
    let statistic = if slope.is_some() { Statistic::Slope } else { Statistic::Mean };
    let known = |it: &Estimate| it.value.is_some();
    let typical = line.typical.filter(known).or(slope).or(line.mean.filter(known))?;
    let unit = options.unit.clone().or(typical.unit).or(line.unit).unwrap_or("ns".to_owned());
    let value = typical.value?;
    let pairs = line.iteration_count.iter().zip(&line.measured_values);
    let pairs: Vec<_> =
        pairs.filter_map(|(count, value)| Some((count.0?, value.0.unwrap_or(f64::NAN)))).collect();
    let iterations = pairs.iter().fold(0_u64, |sum, (count, _)| sum.saturating_add(whole(*count)));
    let throughput = line.throughput.iter();
    let throughput: BTreeMap<_, _> = throughput
        .filter_map(|it| Some((it.unit.to_lowercase(), it.per_iteration.filter(|it| *it > 0.0)?)))
        .collect();
    let named = Measured {
        name: name.clone(),
        iterations: (iterations > 0).then_some(iterations),
        throughput,
        ..Measured::default()
    };
    let Some(scale) = ns_of(&unit) else {
        let metrics = gauge(&name, &unit, &[value], None).into_iter().collect();
        return Some(Apart { measured: named, qualifier, metrics });
    };
    let samples = pairs.iter().filter(|(count, _)| *count > 0.0);
    let samples_ns: Vec<f64> = samples.map(|(count, value)| value / count * scale).collect();
    let ends = typical.lower_bound.zip(typical.upper_bound);
    let measured = Measured {
        value_ns: Some(value * scale),
        statistic,
        are_calls: iterations > 0 && iterations == pairs.len() as u64,
        samples_ns,
        interval_ns: ends.map(|(low, high)| (low * scale, high * scale)),
        ..named
    };
    Some(Apart::by(measured.with_deviation(notes), qualifier))
}

/// Returns the part of a path that is the benchmark's own: the rest is of the machine.
fn below_reports(folder: &str) -> &str {
    let at = folder.rfind("/reports/").or_else(|| folder.rfind("\\reports\\"));
    at.and_then(|at| folder.get(at + "/reports/".len()..)).unwrap_or(folder)
}
