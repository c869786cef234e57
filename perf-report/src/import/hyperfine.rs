//! hyperfine's JSON. Each entry of `times` is a process of its own, so each is a run.
//!
//! `user` and `system` are means over all runs, of no single one, and are not read. A run that ended with
//! another code than 0 is a failure: its time is kept, and counts for no verdict.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::Measured;
use super::names::{of_parameters, told_apart};
use super::notes::Notes;
use super::numbers::{Lenient, lenient};
use crate::model::Statistic;
use crate::stats::number::whole;

#[derive(Debug, Deserialize)]
struct Document {
    results: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    command: String,
    #[serde(default, deserialize_with = "lenient")]
    median: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    mean: Option<f64>,
    times: Option<Vec<Lenient>>,
    #[serde(default)]
    memory_usage_byte: Option<Vec<Lenient>>,
    #[serde(default)]
    exit_codes: Option<Vec<Option<i32>>>,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
}

/// Reads the runs.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let document: Document = json::document(text, "hyperfine")?;
    let mut notes = Notes::default();
    let names = names(&document.results, &mut notes)?;
    let mut runs = Vec::new();
    for (entry, name) in document.results.iter().zip(names) {
        runs.extend(runs_of(entry, &name, &mut notes));
    }
    Ok(Imported { runs, is_group: true, notes })
}

/// Returns a name for each entry: the command, and the parameters where another has the same.
fn names(entries: &[Entry], notes: &mut Notes) -> Result<Vec<String>, Mistake> {
    let named = |entry: &Entry| {
        let measured = Measured { name: entry.command.clone(), ..Measured::default() };
        (measured.function(), Some(of_parameters(&parameters(entry))))
    };
    let functions = told_apart(entries.iter().map(named).collect(), notes)?;
    Ok(functions.into_iter().map(|function| function.name).collect())
}

fn parameters(entry: &Entry) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entry.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Returns a run for each process; of a document without their times, one with the median.
fn runs_of(entry: &Entry, name: &str, notes: &mut Notes) -> Vec<ImportedRun> {
    let times = entry.times.as_deref().unwrap_or_default();
    let measured = |value: f64, statistic| Measured {
        name: name.to_owned(),
        value_ns: Some(value * 1e9),
        statistic,
        parameters: parameters(entry),
        ..Measured::default()
    };
    if times.is_empty() {
        notes.aside("command", "without the times of its runs: one value each", name);
        let typical = entry.median.map(|it| (it, Statistic::Median));
        let typical = typical.or(entry.mean.map(|it| (it, Statistic::Mean)));
        let function = typical.map(|(value, statistic)| measured(value, statistic).function());
        return function
            .map(|it| ImportedRun { functions: vec![it], ..ImportedRun::default() })
            .into_iter()
            .collect();
    }
    let memory = entry.memory_usage_byte.as_deref().unwrap_or_default();
    let codes = entry.exit_codes.as_deref().unwrap_or_default();
    let run = |(at, time): (usize, &Lenient)| {
        let code = codes.get(at).copied();
        // A process that a signal ended has no code.
        let failed = code.map(|code| code != Some(0));
        if failed == Some(true) {
            notes.problem("run", "that failed, whose time counts for no verdict", name);
        }
        let one = Measured {
            iterations: Some(1),
            errors: failed.map(u64::from),
            ends_ns: [time.0.map(|time| time * 1e9); 2],
            ..measured(time.0?, Statistic::Single)
        };
        Some(ImportedRun {
            exit_code: code.flatten(),
            peak_rss_bytes: memory.get(at).and_then(|it| it.0).map(whole),
            functions: vec![one.function()],
            ..ImportedRun::default()
        })
    };
    times.iter().enumerate().filter_map(run).collect()
}
