//! Google Benchmark's JSON. Aggregates are made of the entries beside them and give nothing; where a file
//! has aggregates alone, their median stands for the benchmark.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::{Measured, gauge, whole_count};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use super::numbers::{Lenient, lenient, ns_of};
use crate::model::{Better, Machine, Statistic};
use crate::stats::number::whole;

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    context: Context,
    benchmarks: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
struct Context {
    date: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    num_cpus: Option<f64>,
    library_build_type: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    run_name: Option<String>,
    run_type: Option<String>,
    aggregate_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    iterations: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    real_time: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    cpu_time: Option<f64>,
    time_unit: Option<String>,
    #[serde(default)]
    error_occurred: bool,
    /// Counters of the user, among fields that are known by their names.
    #[serde(flatten)]
    others: BTreeMap<String, Other>,
}

/// A field that nobody knows beforehand.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Other {
    Number(Lenient),
    Any(serde::de::IgnoredAny),
}

/// Fields of every entry that are no counters.
const NO_COUNTERS: [&str; 10] = [
    "family_index",
    "per_family_instance_index",
    "repetitions",
    "repetition_index",
    "error_message",
    "label",
    "skipped",
    "skip_message",
    "cpu_coefficient",
    "threads",
];

/// The entries of a benchmark.
#[derive(Debug, Default)]
struct Bench {
    real_ns: Vec<f64>,
    cpu_ns: Vec<f64>,
    iterations: u64,
    counters: BTreeMap<String, Vec<f64>>,
    /// The aggregates, by their names, in nanoseconds.
    aggregates: BTreeMap<String, f64>,
    has_failed: bool,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let document: Document = json::document(text, "Google Benchmark")?;
    let mut notes = Notes::default();
    if document.context.library_build_type.as_deref() == Some("debug") {
        notes.problem(
            "library",
            "of Google Benchmark built for debugging, so that times are longer",
            "",
        );
    }
    let mut benches = BTreeMap::<String, Bench>::new();
    for entry in document.benchmarks {
        add(entry, &mut benches, &mut notes);
    }
    let time = document.context.date.and_then(|date| date.parse().ok());
    let cores = document.context.num_cpus.map_or(0, whole);
    let cores = u32::try_from(cores).unwrap_or(u32::MAX);
    let machine = Machine { cores, ..Machine::default() };
    let mut run = ImportedRun { time, machine, ..ImportedRun::default() };
    let mut functions = Vec::new();
    for (name, bench) in benches {
        let metric = |(counter, values): (&String, &Vec<f64>)| {
            let better = counter.ends_with("_per_second").then_some(Better::Higher);
            gauge(&name, counter, values, better)
        };
        let metrics = bench.counters.iter().filter_map(metric).collect();
        if bench.has_failed && bench.real_ns.is_empty() {
            notes.problem("benchmark", "that failed, left out", &name);
            continue;
        }
        let measured = measured(name, bench, &mut notes);
        functions.extend(measured.map(|it| Apart { measured: it, metrics, ..Apart::default() }));
    }
    told_apart(functions, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}

/// Adds an entry to its benchmark.
fn add(entry: Entry, benches: &mut BTreeMap<String, Bench>, notes: &mut Notes) {
    let is_aggregate =
        entry.run_type.as_deref() == Some("aggregate") || entry.aggregate_name.is_some();
    let name = entry.run_name.filter(|_| is_aggregate).unwrap_or(entry.name);
    let scale = ns_of(entry.time_unit.as_deref().unwrap_or("ns"));
    if is_aggregate {
        let what = entry.aggregate_name.unwrap_or_default();
        if let (Some(time), Some(scale), "median" | "mean") =
            (entry.real_time, scale, what.as_str())
        {
            benches.entry(name).or_default().aggregates.insert(what, time * scale);
        }
        return;
    }
    let bench = benches.entry(name.clone()).or_default();
    if entry.error_occurred {
        bench.has_failed = true;
        return;
    }
    let (Some(real), Some(scale)) = (entry.real_time, scale) else {
        notes.problem("entry", "without a time, left out", &name);
        return;
    };
    bench.real_ns.push(real * scale);
    bench.cpu_ns.extend(entry.cpu_time.map(|time| time * scale));
    let iterations = entry.iterations.and_then(|it| whole_count(it, &name, notes));
    bench.iterations = bench.iterations.saturating_add(iterations.map_or(0, whole));
    for (counter, value) in entry.others {
        if let Other::Number(Lenient(Some(value))) = value
            && !NO_COUNTERS.contains(&counter.as_str())
        {
            bench.counters.entry(counter).or_default().push(value);
        }
    }
}

/// Returns what is told of a benchmark; `None` where it has no time.
fn measured(name: String, bench: Bench, notes: &mut Notes) -> Option<Measured> {
    let of_all = bench.aggregates.get("median").map(|it| (*it, Statistic::Median));
    let of_all = of_all.or(bench.aggregates.get("mean").map(|it| (*it, Statistic::Mean)));
    let named = Measured {
        name,
        iterations: (bench.iterations > 0).then_some(bench.iterations),
        cpu_samples_ns: bench.cpu_ns,
        ..Measured::default()
    };
    if !bench.real_ns.is_empty() {
        return Some(Measured { samples_ns: bench.real_ns, ..named }.with_median(notes));
    }
    let (value, statistic) = of_all?;
    Some(Measured { value_ns: Some(value), statistic, ..named })
}
