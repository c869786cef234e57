//! The text of `go test -bench`, and the same as `go test -json` wraps it.
//!
//! `Name-P  N  value unit [value unit]…`: `-P` is GOMAXPROCS, and `pkg:` holds until the next one. Neither is
//! part of the name; both tell apart what has one name in two packages, or ran with several (`-cpu 1,2,4`).
//! Lines of one name are repetitions in one process, so samples of one run.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::measured::{Measured, count, gauge};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use super::numbers::{is_rate, ns_of, number};
use crate::model::{Better, CustomMetric, Machine};

/// A benchmark with its values, by their units.
#[derive(Debug, Default)]
struct Bench {
    name: String,
    /// GOMAXPROCS with its dash; empty where it is 1.
    processors: String,
    package: String,
    iterations: u64,
    values: BTreeMap<String, Vec<f64>>,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let unwrapped = unwrapped(text);
    let text = unwrapped.as_deref().unwrap_or(text);
    let mut notes = Notes::default();
    let mut machine = Machine::default();
    let mut benches: Vec<Bench> = Vec::new();
    let mut places = BTreeMap::new();
    let mut package = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((key, value)) = setting(line) {
            match key {
                "pkg" => value.clone_into(&mut package),
                "cpu" => value.clone_into(&mut machine.cpu),
                "goos" => value.clone_into(&mut machine.os),
                "goarch" => value.clone_into(&mut machine.arch),
                _ => {}
            }
        } else if let Some(([name, processors], iterations, values)) =
            line.starts_with("Benchmark").then(|| result(line)).flatten()
        {
            let key = [&package, name, processors].map(str::to_owned);
            let at = *places.entry(key).or_insert_with(|| {
                let [package, name, processors] = [&package, name, processors].map(str::to_owned);
                benches.push(Bench { name, processors, package, ..Bench::default() });
                benches.len() - 1
            });
            if let Some(bench) = benches.get_mut(at) {
                bench.iterations = bench.iterations.saturating_add(iterations);
                for (unit, value) in values {
                    bench.values.entry(unit).or_default().push(value);
                }
            }
        } else if line.starts_with("--- FAIL") || line.starts_with("--- SKIP") {
            notes.problem("benchmark", "that failed or was skipped", line);
        } else if line.starts_with("Benchmark") && line.contains(char::is_whitespace) {
            let what = "of a benchmark that cannot be read, left out";
            notes.problem("line", what, line);
        }
    }
    let mut run = ImportedRun { machine, ..ImportedRun::default() };
    let mut all = Vec::new();
    for bench in benches {
        let metrics = metrics(&bench, &mut notes);
        let qualifier = Some(bench.qualifier());
        all.push(Apart { measured: measured(&bench, &mut notes), qualifier, metrics });
    }
    told_apart(all, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

impl Bench {
    /// Returns its package, and GOMAXPROCS where it is not 1.
    fn qualifier(&self) -> String {
        let processors = self.processors.strip_prefix('-');
        let processors = processors.map(|number| format!("GOMAXPROCS={number}"));
        let package = Some(self.package.clone()).filter(|package| !package.is_empty());
        package.into_iter().chain(processors).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the text that the lines of `go test -json` wrap; `None` of a text that is none of these.
fn unwrapped(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Event {
        #[serde(rename = "Output", default)]
        output: String,
        #[serde(rename = "Package", default)]
        package: String,
    }
    if !text.lines().any(|line| line.starts_with('{')) {
        return None;
    }
    // Packages run at the same time, and a result comes in two parts.
    let mut packages = BTreeMap::<String, String>::new();
    for line in text.lines() {
        // What was there before the events began, or stands among them, has no package.
        let event = serde_json::from_str::<Event>(line);
        let event =
            event.unwrap_or_else(|_| Event { output: format!("{line}\n"), package: String::new() });
        *packages.entry(event.package).or_default() += &event.output;
    }
    let each = packages.into_iter().map(|(package, text)| format!("pkg: {package}\n{text}\n"));
    Some(each.collect())
}

/// Reads a line `key: value`, whose key begins in lower case and has no space.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key =
        key.starts_with(|it: char| it.is_lowercase()) && !key.contains(char::is_whitespace);
    is_key.then_some((key, value.trim()))
}

/// A result: its name and GOMAXPROCS, its iterations, its values with their units.
type Line<'a> = ([&'a str; 2], u64, Vec<(String, f64)>);

/// Reads a result.
fn result(line: &str) -> Option<Line<'_>> {
    let mut words = line.split_whitespace();
    let name = words.next()?.strip_prefix("Benchmark")?;
    let iterations = words.next()?.parse::<u64>().ok()?;
    let mut values = Vec::new();
    while let (Some(value), Some(unit)) = (words.next(), words.next()) {
        values.push((unit.to_owned(), number(value)?));
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let named = match name.rsplit_once('-') {
        Some((base, processors)) if is_number(processors) => {
            let (base, processors) = name.split_at(base.len());
            [base, processors]
        }
        _ => [name, ""],
    };
    (!values.is_empty()).then_some((named, iterations, values))
}

fn measured(bench: &Bench, notes: &mut Notes) -> Measured {
    let samples = bench.values.iter().find_map(|(unit, values)| Some((ns_of(unit)?, values)));
    let samples_ns = samples.map(|(scale, values)| values.iter().map(|it| it * scale).collect());
    Measured {
        name: bench.name.clone(),
        samples_ns: samples_ns.unwrap_or_default(),
        iterations: Some(bench.iterations),
        may_be_zero: true,
        ..Measured::default()
    }
    .with_median(notes)
}

/// Returns the further measures of a benchmark. Allocations are counts, where all repetitions agree.
fn metrics(bench: &Bench, notes: &mut Notes) -> Vec<CustomMetric> {
    let name = &bench.name;
    let others = bench.values.iter().filter(|(unit, _)| ns_of(unit).is_none());
    let metric = |(unit, values): (&String, &Vec<f64>)| {
        let counted = match unit.as_str() {
            "B/op" => Some("bytes-per-op"),
            "allocs/op" => Some("allocs-per-op"),
            _ => None,
        };
        let first = values.first().copied()?;
        let is_exact =
            values.iter().all(|value| value.total_cmp(&first).is_eq() && value.fract() == 0.0);
        match counted {
            Some(measure) if is_exact => count((name, measure), first, Some(Better::Lower), notes),
            Some(measure) => gauge(name, measure, values, Some(Better::Lower)),
            None => gauge(name, unit, values, is_rate(unit).then_some(Better::Higher)),
        }
    };
    others.filter_map(metric).collect()
}
