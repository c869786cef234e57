//! hyperfine's JSON. Each entry of `times` is a process of its own, so each is a run.
//!
//! `user` and `system` are means over all runs, of no single one, and are not read. A run that ended with
//! another code than 0 is a failure: its time is kept, and counts for no verdict.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::Measured;
use super::names::{identify, of_parameters};
use super::notes::Notes;
use super::numbers::{Lenient, lenient};
use crate::model::{Function, Identity, Statistic};
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
    let mut taken = BTreeSet::new();
    let mut runs = Vec::new();
    for entry in &document.results {
        if !taken.insert((&entry.command, of_parameters(&parameters(entry)))) {
            return Err(Mistake::Alike(entry.command.clone()));
        }
        runs.extend(runs_of(entry, &mut notes));
    }
    Ok(Imported { runs, is_group: true, notes })
}

fn parameters(entry: &Entry) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entry.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Returns a run for each process; of a document without their times, one with the median.
fn runs_of(entry: &Entry, notes: &mut Notes) -> Vec<ImportedRun> {
    let times = entry.times.as_deref().unwrap_or_default();
    let measured = |value: f64, statistic| Measured {
        name: entry.command.clone(),
        value_ns: Some(value * 1e9),
        statistic,
        parameters: parameters(entry),
        ..Measured::default()
    };
    if times.is_empty() {
        notes.aside("command", "without the times of its runs: one value each", &entry.command);
        let typical = entry.median.map(|it| (it, Statistic::Median));
        let typical = typical.or(entry.mean.map(|it| (it, Statistic::Mean)));
        if typical.is_none() {
            notes.problem("command", "without a time, left out", &entry.command);
        }
        let one = typical.and_then(|(value, of)| function(measured(value, of), entry, notes));
        let run = |it| ImportedRun { functions: vec![it], ..ImportedRun::default() };
        return one.map(run).into_iter().collect();
    }
    let memory = entry.memory_usage_byte.as_deref().unwrap_or_default();
    let codes = entry.exit_codes.as_deref().unwrap_or_default();
    let run = |(at, time): (usize, &Lenient)| {
        let code = codes.get(at).copied();
        // A process that a signal ended has no code.
        let failed = code.map(|code| code != Some(0));
        if failed == Some(true) {
            notes.problem("run", "that failed, whose time counts for no verdict", &entry.command);
        }
        let time = time.0.unwrap_or(f64::NAN);
        let one = Measured {
            iterations: Some(1),
            errors: failed.map(u64::from),
            ends_ns: [Some(time * 1e9); 2],
            ..measured(time, Statistic::Single)
        };
        Some(ImportedRun {
            exit_code: code.flatten(),
            peak_rss_bytes: memory.get(at).and_then(|it| it.0).map(whole),
            functions: vec![function(one, entry, notes)?],
            ..ImportedRun::default()
        })
    };
    times.iter().enumerate().filter_map(run).collect()
}

/// Makes the function of a command, which its parameters tell apart from others of its text.
fn function(measured: Measured, entry: &Entry, notes: &mut Notes) -> Option<Function> {
    let mut function = measured.checked(notes)?.function();
    let qualifier = of_parameters(&parameters(entry));
    let name = entry.command.clone();
    let identity = (!qualifier.is_empty()).then_some(Identity { name, qualifier, measure: None });
    identify(identity.as_ref(), Some(&mut function), &mut []);
    Some(function)
}
