//! github-action-benchmark: its `data.js` or the same as JSON, which is a history with a run an entry; and
//! the array of its custom input, which is one run.
//!
//! Values in a unit of time become nanoseconds, whatever the unit of an entry was. A rate or a size stays a
//! metric, with its unit in its name. Entries of several suites for one commit are one run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json::{self, Entries};
use super::measured::{Measured, gauge};

use super::notes::Notes;
use super::numbers::{is_rate, lenient, ns_of, number};
use crate::model::{Better, CustomMetric, Function, Statistic};

/// The beginning of the script.
const SCRIPT: &str = "window.BENCHMARK_DATA";

#[derive(Debug, Deserialize)]
struct Data {
    entries: Entries<Vec<Entry>>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    commit: Commit,
    #[serde(default, deserialize_with = "lenient")]
    date: Option<f64>,
    #[serde(default)]
    tool: String,
    #[serde(default)]
    benches: Vec<Bench>,
}

#[derive(Debug, Default, Deserialize)]
struct Commit {
    id: Option<String>,
    timestamp: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Bench {
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    value: Option<f64>,
    range: Option<String>,
    #[serde(default)]
    unit: String,
}

/// A run that is being put together, with the suites that are in it.
struct Growing {
    run: ImportedRun,
    date: f64,
    suites: Vec<usize>,
}

/// Reads the history.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let json = without_script(text);
    if json.starts_with('[') {
        return custom(json);
    }
    let Data { entries: Entries(suites) } = json::document(json, "github-action-benchmark")?;
    let mut notes = Notes::default();
    let mut units = BTreeMap::<String, String>::new();
    let mut runs: Vec<Growing> = Vec::new();
    for (at, (suite, entries)) in suites.iter().enumerate() {
        for entry in entries {
            let prefix = format!("{suite} / ");
            let (functions, metrics) = of_entry(entry, &prefix, &mut units, &mut notes)?;
            let growing = place(&mut runs, entry, at);
            growing.run.functions.extend(functions);
            growing.run.metrics.extend(metrics);
        }
    }
    runs.sort_by(|a, b| a.date.total_cmp(&b.date));
    let runs = runs.into_iter().map(|growing| growing.run).collect();
    Ok(Imported { runs, is_group: false, notes })
}

/// Returns the JSON of a script, or of a text that is JSON already.
fn without_script(text: &str) -> &str {
    let text = text.trim();
    let Some(at) = text.find(SCRIPT) else { return text };
    let after = text.get(at + SCRIPT.len()..).unwrap_or_default();
    let json = after.trim_start().strip_prefix('=').unwrap_or(after);
    json.trim().trim_end_matches(';').trim_end()
}

/// Returns the run of the entry's commit that has nothing of this suite yet, or a new one.
fn place<'a>(runs: &'a mut Vec<Growing>, entry: &Entry, suite: usize) -> &'a mut Growing {
    let fits = |it: &Growing| {
        entry.commit.id.is_some() && it.run.commit == entry.commit.id && !it.suites.contains(&suite)
    };
    let at = runs.iter().position(fits).unwrap_or_else(|| {
        let date = entry.date.unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds; `as` saturates")]
        let at_date = entry.date.and_then(|ms| jiff::Timestamp::from_millisecond(ms as i64).ok());
        let of_commit = || entry.commit.timestamp.as_ref()?.parse().ok();
        let time = at_date.or_else(of_commit);
        let commit = entry.commit.id.clone();
        let run = ImportedRun { time, commit, ..ImportedRun::default() };
        runs.push(Growing { run, date, suites: Vec::new() });
        runs.len() - 1
    });
    let growing = &mut runs[at];
    growing.suites.push(suite);
    growing
}

/// Reads the benchmarks of an entry.
fn of_entry(
    entry: &Entry,
    prefix: &str,
    units: &mut BTreeMap<String, String>,
    notes: &mut Notes,
) -> Result<(Vec<Function>, Vec<CustomMetric>), Mistake> {
    let (mut functions, mut metrics) = (Vec::<Function>::new(), Vec::<CustomMetric>::new());
    let mut taken = BTreeSet::new();
    for bench in &entry.benches {
        let name = format!("{prefix}{}", bench.name);
        let unit = bench.unit.trim();
        let Some(value) = bench.value else {
            notes.problem("value", "that is no number, left out", &name);
            continue;
        };
        let before = units.insert(name.clone(), unit.to_owned());
        if before.is_some_and(|before| before != unit) {
            notes.problem("change", "of the unit of a series", &format!("{name}: {unit}"));
        }
        let Some(scale) = ns_of(unit) else {
            let metric = gauge(
                &name,
                if unit.is_empty() { "value" } else { unit },
                &[value],
                better(entry, unit),
            );
            if metric.as_ref().is_some_and(|it| metrics.iter().any(|m| m.name == it.name)) {
                return Err(Mistake::Alike(name));
            }
            metrics.extend(metric);
            continue;
        };
        // The first keeps its name, whatever follows.
        let name = if taken.contains(&name) { format!("{name} ({unit})") } else { name };
        if !taken.insert(name.clone()) {
            return Err(Mistake::Alike(name));
        }
        let spread = spread(bench, notes);
        let measured = Measured {
            name,
            value_ns: Some(value * scale),
            statistic: Statistic::Single,
            spread_ns: spread.map(|spread| spread * scale),
            may_be_zero: true,
            ..Measured::default()
        };
        functions.extend(measured.checked(notes).map(Measured::function));
    }
    Ok((functions, metrics))
}

/// Returns the number behind `±`; a text that is none is noted.
fn spread(bench: &Bench, notes: &mut Notes) -> Option<f64> {
    let text = bench.range.as_deref()?.trim_start_matches(['±', '+', '/', '-', ' ']);
    let spread = number(text);
    // Of some tools there are two ends, or per cent.
    let is_one =
        !text.is_empty() && text.chars().all(|it| it.is_ascii_digit() || ",._".contains(it));
    if spread.is_none() && is_one {
        notes.problem("range", "that cannot be read, left out", &format!("{}: {text}", bench.name));
    }
    spread
}

/// Returns the better way of a value that is no time, where the tool or the unit says it.
fn better(entry: &Entry, unit: &str) -> Option<Better> {
    match entry.tool.as_str() {
        "customBiggerIsBetter" => Some(Better::Higher),
        "customSmallerIsBetter" => Some(Better::Lower),
        _ => is_rate(unit).then_some(Better::Higher),
    }
}

/// Reads the array that the action takes as its custom input.
fn custom(json: &str) -> Result<Imported, Mistake> {
    let benches: Vec<Bench> = json::document(json, "github-action-benchmark")?;
    let entry = Entry { commit: Commit::default(), date: None, tool: String::new(), benches };
    let mut notes = Notes::default();
    let (functions, metrics) = of_entry(&entry, "", &mut BTreeMap::new(), &mut notes)?;
    Ok(Imported::one(ImportedRun { functions, metrics, ..ImportedRun::default() }, notes))
}
