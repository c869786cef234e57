//! pytest-benchmark's JSON: seconds an iteration, already divided. `data` is there only with
//! `--benchmark-save-data` or `--benchmark-json`; without it the median stands for the benchmark.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::{Measured, whole_count};
use super::names::{Apart, of_parameters, told_apart};
use super::notes::Notes;
use super::numbers::{Lenient, lenient, timestamp};
use crate::model::{Machine, Statistic};
use crate::stats::number::whole;
use crate::stats::robust;

const NS: f64 = 1e9;

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    machine_info: Value,
    #[serde(default)]
    commit_info: Value,
    benchmarks: Vec<Entry>,
    datetime: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    fullname: Option<String>,
    group: Option<String>,
    #[serde(default)]
    params: Option<BTreeMap<String, Value>>,
    stats: Stats,
}

#[derive(Debug, Deserialize)]
struct Stats {
    #[serde(default, deserialize_with = "lenient")]
    mean: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    median: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    stddev: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    min: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    max: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    rounds: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    iterations: Option<f64>,
    #[serde(default)]
    data: Option<Vec<Lenient>>,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let document: Document = json::document(text, "pytest-benchmark")?;
    let mut notes = Notes::default();
    let commit = &document.commit_info;
    let text_of = |value: &Value| value.as_str().map(str::to_owned).filter(|it| !it.is_empty());
    let mut run = ImportedRun {
        time: document.datetime.as_deref().and_then(timestamp),
        commit: text_of(&commit["id"]).filter(|id| id.bytes().all(|it| it.is_ascii_hexdigit())),
        branch: text_of(&commit["branch"])
            .filter(|it| it != "(detached head)" && it != "(unknown)"),
        dirty: commit["dirty"].as_bool().unwrap_or(false),
        machine: machine(&document.machine_info),
        ..ImportedRun::default()
    };
    let mut functions = Vec::new();
    for entry in document.benchmarks {
        let params = entry.params.as_ref().map(|it| of_parameters(&steady(it)));
        let apart = params.filter(|it| !it.is_empty()).or(entry.group.clone());
        let name = entry.fullname.clone().unwrap_or_else(|| entry.name.clone());
        match measured(entry, name.clone(), &mut notes) {
            Some(measured) => functions.push(Apart::by(measured, apart)),
            None => notes.problem("benchmark", "without a time, left out", &name),
        }
    }
    told_apart(functions, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

fn machine(info: &Value) -> Machine {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cores = info["cpu"]["count"].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    Machine {
        cpu: text(&info["cpu"]["brand_raw"]),
        cores,
        os: text(&info["system"]).to_lowercase(),
        arch: text(&info["machine"]),
        ..Machine::default()
    }
}

fn texts(values: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Returns parameters without those that say nothing but where something lay in memory.
fn steady(values: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let mut texts = texts(values);
    texts.retain(|_, text| !text.starts_with("UNSERIALIZABLE["));
    texts
}

fn measured(entry: Entry, name: String, notes: &mut Notes) -> Option<Measured> {
    let stats = entry.stats;
    let data = stats.data.unwrap_or_default();
    let samples_ns = data.iter().map(|it| it.0.unwrap_or(f64::NAN) * NS).collect();
    let sampled = Measured { name, samples_ns, ..Measured::default() }.with_deviation(notes);
    let mut counted =
        |count: Option<f64>| count.and_then(|it| whole_count(it, &sampled.name, notes)).map(whole);
    let each = counted(stats.iterations).unwrap_or(1).max(1);
    let rounds = counted(stats.rounds).unwrap_or(sampled.samples_ns.len() as u64);
    let median = robust::median(&sampled.samples_ns).or(stats.median.map(|it| it * NS));
    let (value, statistic) = match (median, stats.mean) {
        (Some(median), _) => (median, Statistic::Median),
        (None, mean) => (mean? * NS, Statistic::Mean),
    };
    let is_call = each == 1;
    Some(Measured {
        value_ns: Some(value),
        statistic,
        stddev_ns: stats.stddev.map(|it| it * NS).or(sampled.stddev_ns),
        are_calls: is_call,
        iterations: Some(rounds.saturating_mul(each)),
        ends_ns: [stats.min, stats.max].map(|it| it.filter(|_| is_call).map(|it| it * NS)),
        parameters: entry.params.map(|params| texts(&params)).unwrap_or_default(),
        ..sampled
    })
}
