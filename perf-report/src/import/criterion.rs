//! Criterion's folder, of 0.3 to 0.8: the files of each benchmark, read by whoever walks it. Pure.
//!
//! Nothing in it says when and of which commit it is, in which unit it was measured, or whether a benchmark
//! still exists; the names of its folders are cut and changed. So the name is `full_id`, times are those of
//! the files, and what is older than the newest results can be is left out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake, Options};
use super::json;
use super::measured::{Measured, gauge, mean};
use super::names::{Apart, numbered, told_apart};
use super::notes::Notes;
use super::numbers::{Lenient, ns_of};
use crate::model::Statistic;
use crate::stats::number::{float, whole};

/// The files of one benchmark.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Files {
    /// The folder of the benchmark, below that of criterion.
    pub folder: String,
    /// The time of the newest of its results, in nanoseconds since 1970.
    pub modified_ns: u64,
    /// Text of `benchmark.json`.
    pub benchmark: String,
    /// Text of `estimates.json`; empty where it is not there.
    pub estimates: String,
    /// Text of `sample.json`; empty where it is not there.
    pub sample: String,
}

/// The part of the results that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The results that one run of the benchmarks can have written: the newest, and those hardly older.
    Newest,
    /// The results written at this time, in nanoseconds since 1970, or later.
    Since(u64),
    /// All of it.
    All,
}

/// The time that a run may take for a benchmark beside its samples, in nanoseconds: warming up (3 s unless
/// told otherwise), analysing, drawing.
const BESIDE_NS: f64 = 12e9;
/// So many times its samples a benchmark may take: what it sets up before each is in none of them.
const TIMES_SAMPLES: f64 = 3.0;
/// The largest part by which the mean of the samples may differ from the estimate that was made of them.
const SAME_RUN: f64 = 1e-3;

#[derive(Debug, Deserialize)]
struct Name {
    group_id: Option<String>,
    function_id: Option<String>,
    value_str: Option<String>,
    full_id: Option<String>,
    #[serde(default)]
    throughput: Value,
}

#[derive(Debug, Deserialize)]
struct Estimates {
    #[serde(alias = "Mean")]
    mean: Estimate,
    #[serde(alias = "Slope")]
    slope: Option<Estimate>,
    #[serde(alias = "StdDev")]
    std_dev: Option<Estimate>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Estimate {
    point_estimate: Option<f64>,
    confidence_interval: Option<Interval>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Interval {
    lower_bound: Option<f64>,
    upper_bound: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Sample {
    Named {
        iters: Vec<Lenient>,
        times: Vec<Lenient>,
    },
    /// As 0.3.0 to 0.3.2 wrote it.
    Bare(Vec<Lenient>, Vec<Lenient>),
}

/// A benchmark that was read.
struct Found {
    measured: Measured,
    folder: String,
    modified_ns: u64,
    /// Time of its samples in nanoseconds, set-up left out.
    sampled_ns: f64,
}

/// Reads the benchmarks of a folder. Those whose files are damaged, half written or stale are left out, and
/// noted.
///
/// # Errors
/// When benchmarks of one name cannot be told apart.
pub fn read(all: &[Files], taken: Taken, options: &Options) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut found = Vec::new();
    for files in all {
        match one(files) {
            Ok(one) => found.push(one),
            Err(why) => notes.problem("benchmark", why, &files.folder),
        }
    }
    let found = without_stale(found, taken, &mut notes);
    let newest = found.iter().map(|one| one.modified_ns).max();
    let unit = options.unit.as_deref().unwrap_or("ns");
    let scale = ns_of(unit);
    let mut benchmarks: Vec<Apart> = Vec::new();
    for one in found {
        let qualifier = numbered(&one.folder, &one.measured.name);
        benchmarks.push(match scale {
            Some(scale) => {
                Apart::by(scaled(one.measured, scale).with_deviation(&mut notes), qualifier)
            }
            None => Apart { qualifier, ..as_metric(one.measured, unit) },
        });
    }
    let time = newest.and_then(|ns| jiff::Timestamp::from_nanosecond(ns.into()).ok());
    let mut run = ImportedRun { time, ..ImportedRun::default() };
    told_apart(benchmarks, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes).in_order())
}

/// Reads one benchmark; or says why it is left out.
fn one(files: &Files) -> Result<Found, &'static str> {
    if files.benchmark.is_empty() {
        return Err("left out, since it has no name yet: criterion was ended meanwhile");
    }
    if files.estimates.is_empty() {
        return Err("left out, since it has no estimates: criterion was ended meanwhile");
    }
    let damaged = |_| "left out, since a file of it cannot be read";
    let name: Name = json::document(&files.benchmark, "criterion").map_err(damaged)?;
    let estimates: Estimates = json::document(&files.estimates, "criterion").map_err(damaged)?;
    let sample: Option<Sample> = match files.sample.as_str() {
        "" => None,
        text => Some(json::document(text, "criterion").map_err(damaged)?),
    };
    let (iterations, samples, sampled_ns, are_calls) = of_sample(sample);
    let statistic = match estimates.slope.and_then(|slope| slope.point_estimate) {
        Some(_) => Statistic::Slope,
        None => Statistic::Mean,
    };
    let typical =
        estimates.slope.filter(|it| it.point_estimate.is_some()).unwrap_or(estimates.mean);
    let value = typical.point_estimate.ok_or("left out, since its time is no number")?;
    if let (Some(of_samples), Some(estimated)) = (mean(&samples), estimates.mean.point_estimate)
        && (of_samples - estimated).abs() > SAME_RUN * estimated.abs()
    {
        return Err("left out, since its samples and its estimates are of different runs");
    }
    let name = full_name(&name, files)?;
    let interval =
        typical.confidence_interval.and_then(|it| Some((it.lower_bound?, it.upper_bound?)));
    let stddev_ns = estimates.std_dev.and_then(|it| it.point_estimate);
    let measured = Measured {
        name: name.0,
        value_ns: Some(value),
        statistic,
        stddev_ns,
        samples_ns: samples,
        iterations,
        are_calls,
        interval_ns: interval,
        throughput: name.1,
        ..Measured::default()
    };
    let folder = files.folder.clone();
    Ok(Found { measured, folder, modified_ns: files.modified_ns, sampled_ns })
}

/// Returns the name of the benchmark, and the work of an iteration.
fn full_name(name: &Name, files: &Files) -> Result<(String, BTreeMap<String, f64>), &'static str> {
    let parts = [&name.group_id, &name.function_id, &name.value_str];
    let made = || parts.into_iter().flatten().cloned().collect::<Vec<_>>().join("/");
    let full = name.full_id.clone().filter(|id| !id.is_empty()).unwrap_or_else(made);
    let full = if full.is_empty() { files.folder.clone() } else { full };
    if full.is_empty() {
        return Err("left out, since it has no name");
    }
    Ok((full, throughput(&name.throughput)))
}

/// Returns iterations, time of an iteration in each sample, time of all, and whether each sample is one call.
fn of_sample(sample: Option<Sample>) -> (Option<u64>, Vec<f64>, f64, bool) {
    let Some(Sample::Named { iters, times } | Sample::Bare(iters, times)) = sample else {
        return (None, Vec::new(), 0.0, false);
    };
    let pairs = iters.iter().zip(&times);
    let pairs = pairs.filter_map(|(count, time)| Some((count.0?, time.0.unwrap_or(f64::NAN))));
    let pairs: Vec<(f64, f64)> = pairs.filter(|(count, _)| *count > 0.0).collect();
    let iterations = pairs.iter().fold(0_u64, |sum, (count, _)| sum.saturating_add(whole(*count)));
    let are_calls = !pairs.is_empty() && iterations == pairs.len() as u64;
    let all = pairs.iter().map(|(_, time)| time).filter(|time| time.is_finite()).sum();
    let samples = pairs.iter().map(|(count, time)| time / count).collect();
    ((iterations > 0).then_some(iterations), samples, all, are_calls)
}

/// Returns the work of an iteration by its unit. Kinds that are not known yet keep their names.
fn throughput(declared: &Value) -> BTreeMap<String, f64> {
    let Value::Object(kinds) = declared else { return BTreeMap::new() };
    let mut work = BTreeMap::new();
    for (kind, value) in kinds {
        match value {
            Value::Object(parts) => {
                let parts = parts.iter().filter_map(|(unit, value)| Some((unit, value.as_f64()?)));
                work.extend(parts.map(|(unit, value)| (unit.to_lowercase(), value)));
            }
            value => {
                let unit = match kind.as_str() {
                    "BytesDecimal" => "bytes".to_owned(),
                    kind => kind.to_lowercase(),
                };
                work.extend(value.as_f64().map(|value| (unit, value)));
            }
        }
    }
    work.retain(|_, value| *value > 0.0);
    work
}

/// Leaves out what is not of the run that is meant.
fn without_stale(mut found: Vec<Found>, taken: Taken, notes: &mut Notes) -> Vec<Found> {
    found.sort_by(|a, b| b.modified_ns.cmp(&a.modified_ns).then(a.folder.cmp(&b.folder)));
    let fresh = match taken {
        Taken::All => found.len(),
        Taken::Since(ns) => found.partition_point(|one| one.modified_ns >= ns),
        Taken::Newest => newest(&found),
    };
    let what = match taken {
        Taken::Since(_) => "of an earlier run, left out",
        _ => "of an earlier run than the newest, left out (--all takes them)",
    };
    for stale in found.drain(fresh..) {
        notes.problem("benchmark", what, &stale.measured.name);
    }
    found
}

/// Returns the number of results, newest first, that one run can have written: between two of them lies no
/// more time than the later one can have taken.
fn newest(found: &[Found]) -> usize {
    let is_gap = |pair: &[Found]| match pair {
        [later, earlier] => {
            let between = float(later.modified_ns.saturating_sub(earlier.modified_ns));
            between > BESIDE_NS + TIMES_SAMPLES * later.sampled_ns
        }
        _ => false,
    };
    found.windows(2).position(is_gap).map_or(found.len(), |at| at + 1)
}

/// Returns the benchmark in nanoseconds, of one that was measured in units of `scale` nanoseconds.
fn scaled(mut measured: Measured, scale: f64) -> Measured {
    let times = measured.samples_ns.iter_mut().chain(&mut measured.value_ns);
    times.chain(&mut measured.stddev_ns).for_each(|value| *value *= scale);
    measured.interval_ns = measured.interval_ns.map(|(low, high)| (low * scale, high * scale));
    measured
}

/// Turns what was measured into a metric, of a measurement that is no time.
fn as_metric(measured: Measured, unit: &str) -> Apart {
    let metric = gauge(&measured.name, unit, &Vec::from_iter(measured.value_ns), None);
    let measured = Measured {
        name: measured.name,
        iterations: measured.iterations,
        throughput: measured.throughput,
        ..Measured::default()
    };
    Apart { measured, metrics: metric.into_iter().collect(), ..Apart::default() }
}
