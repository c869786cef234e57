//! pytest-benchmark's JSON: seconds an iteration, already divided. `data` is there only with
//! `--benchmark-save-data` or `--benchmark-json`; without it the median stands for the benchmark.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::Measured;
use super::names::{of_parameters, told_apart};
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
        let apart =
            entry.params.as_ref().map(|it| of_parameters(&texts(it))).or(entry.group.clone());
        let name = entry.fullname.clone().unwrap_or_else(|| entry.name.clone());
        match measured(entry, name.clone()) {
            Some(measured) => functions.push((measured.function(), apart)),
            None => notes.problem("benchmark", "without a time, left out", &name),
        }
    }
    run.functions = told_apart(functions, &mut notes)?;
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

fn measured(entry: Entry, name: String) -> Option<Measured> {
    let stats = entry.stats;
    let data = stats.data.unwrap_or_default();
    let samples_ns: Vec<f64> = data.iter().filter_map(|it| it.0).map(|it| it * NS).collect();
    let each = stats.iterations.map_or(1, whole).max(1);
    let rounds = stats.rounds.map_or(samples_ns.len() as u64, whole);
    let median = robust::median(&samples_ns).or(stats.median.map(|it| it * NS));
    let (value, statistic) = match (median, stats.mean) {
        (Some(median), _) => (median, Statistic::Median),
        (None, mean) => (mean? * NS, Statistic::Mean),
    };
    let is_call = each == 1;
    Some(Measured {
        name,
        value_ns: Some(value),
        statistic,
        stddev_ns: stats.stddev.map(|it| it * NS),
        are_calls: is_call,
        samples_ns,
        iterations: Some(rounds.saturating_mul(each)),
        ends_ns: [stats.min, stats.max].map(|it| it.filter(|_| is_call).map(|it| it * NS)),
        parameters: entry.params.map(|params| texts(&params)).unwrap_or_default(),
        ..Measured::default()
    })
}
