//! What only some views need: histograms, figures of the baseline, the past, budgets.

use std::collections::HashMap;

use serde::Serialize;

use super::super::Page;
use super::super::block::block;
use super::super::heaviest::Heaviest;
use super::super::packed::{Columns, fields};
use super::super::vanished;
use super::{Digits, Object, null, places, rows};
use crate::model::{Function, Histogram, HistoryDocument, RunDocument};

/// Returns the element with what only some views need.
pub(in super::super) fn more(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let mut more = Object::default();
    more.raw("histograms", &histograms(page, heaviest));
    more.raw("edges", r#"{"per_octave":32}"#);
    more.raw("baseline", &page.baseline.map_or_else(null, |run| baseline(page, heaviest, run)));
    let gone = page.baseline.map(|it| vanished::paths(it, page.run));
    more.raw("vanished", &gone.unwrap_or_else(null));
    more.raw("history", &page.history.map_or_else(null, |it| history(page, heaviest, it)));
    let budgets = page.comparison.map(|it| Columns::of(&it.budgets, &["because"]).json());
    more.raw("budgets", &budgets.unwrap_or_else(null));
    block("page-more", more.end())
}

/// Returns the histograms of the functions, in their order; null for those that are left out.
fn histograms(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let functions = &page.run.functions;
    let mut histograms = Object::default();
    let current = |it: &Function| Some(durations(it).clone());
    histograms.raw("current", &flat(functions, heaviest, current));
    let before: HashMap<&str, &Function> = page
        .baseline
        .into_iter()
        .flat_map(|run| &run.functions)
        .map(|it| (it.name.as_str(), it))
        .collect();
    let baseline = |it: &Function| Some(durations(before.get(it.name.as_str())?).clone());
    let baseline = page.baseline.map(|_| flat(functions, heaviest, baseline));
    histograms.raw("baseline", &baseline.unwrap_or_else(null));
    let lifetimes = |it: &Function| Some(it.futures.as_ref()?.lifetime_histogram.clone());
    if functions.iter().any(|it| lifetimes(it).is_some_and(|it| !it.is_empty())) {
        histograms.raw("lifetimes", &flat(functions, heaviest, lifetimes));
    }
    histograms.end()
}

/// Returns how long its calls took: of a benchmark its iterations, where they were timed one by one.
fn durations(function: &Function) -> &Histogram {
    let own = &function.histogram;
    function.harness().filter(|_| own.is_empty()).map_or(own, |harness| &harness.latencies)
}

/// Returns histograms with buckets and counts in turn; of each bucket the distance to the one before.
fn flat(
    functions: &[Function],
    heaviest: &Heaviest,
    of: impl Fn(&Function) -> Option<Histogram>,
) -> String {
    let one = |(at, function): (usize, &Function)| {
        let histogram = of(function).filter(|it| !it.is_empty() && heaviest.has_buckets(at))?;
        let mut before = 0;
        let pair = |(from, count): (u64, u64)| {
            let bucket = bucket(from);
            let step = bucket.saturating_sub(before);
            before = bucket;
            [step, count]
        };
        Some(histogram.into_iter().flat_map(pair).collect::<Vec<u64>>())
    };
    let all: Vec<_> = functions.iter().enumerate().map(one).collect();
    serde_json::to_string(&all).unwrap_or_else(|_| null())
}

/// The figures of a function in the baseline's newest run.
#[derive(Debug, Serialize)]
struct Before<'a> {
    name: &'a str,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p95_ns: Option<u64>,
    p99_ns: Option<u64>,
    mean_ns: Option<f64>,
    max_ns: Option<u64>,
    self_ns: u64,
    calls: u64,
}

const OF_BASELINE: Digits = &[
    ("p50_ns", 3),
    ("p90_ns", 3),
    ("p95_ns", 3),
    ("p99_ns", 3),
    ("mean_ns", 3),
    ("max_ns", 3),
    ("self_ns", 3),
];

fn baseline(page: &Page<'_>, heaviest: &Heaviest, run: &RunDocument) -> String {
    let shown = run.functions.iter().filter(|it| heaviest.has_changes(&it.name));
    let before = shown.map(|it| Before {
        name: &it.name,
        p50_ns: it.p50_ns,
        p90_ns: it.p90_ns,
        p95_ns: it.p95_ns,
        p99_ns: it.p99_ns,
        mean_ns: it.mean_ns,
        max_ns: it.max_ns,
        self_ns: it.self_ns,
        calls: it.calls,
    });
    let mut baseline = Object::default();
    baseline.field("id", &run.run.id);
    baseline.field("time", &run.run.time);
    let places = places(page.run);
    let mut columns = rows(page, OF_BASELINE);
    for row in before {
        columns.row(&row, &["name"]);
        columns.name(row.name, &places);
    }
    baseline.raw("functions", &columns.json());
    baseline.end()
}

/// Returns the number of the bucket that begins at `from`: one a nanosecond below 32, then 32 an octave.
fn bucket(from: u64) -> u64 {
    let Some(octave) = from.checked_ilog2().filter(|octave| *octave >= 5) else { return from };
    u64::from(octave - 5) * 32 + (from >> (octave - 5))
}

/// Values of a past from which on they are written as steps.
const EXACT: usize = 6_000;
/// Steps of the natural logarithm: one is a change of 0.05 %.
const STEPS: f64 = 2_000.0;

fn history(page: &Page<'_>, heaviest: &Heaviest, history: &HistoryDocument) -> String {
    let mut object = Object::default();
    fields(history, &["runs", "functions"], |key, json| {
        object.raw(key, std::str::from_utf8(json).unwrap_or("null"));
    });
    object.raw("runs", &Columns::of(&history.runs, &[]).json());
    let shown: Vec<_> = history.functions.iter().filter(|it| heaviest.has_past(&it.name)).collect();
    let is_long = shown.len() * history.runs.len() > EXACT;
    let places = places(page.run);
    let mut columns = rows(page, &[("latest", 4), ("change_pct", 4)]);
    for function in shown {
        columns.row(function, if is_long { &["name", "values"] } else { &["name"] });
        columns.name(&function.name, &places);
        if is_long {
            columns.cell("from", &function.latest);
            columns.cell("steps", &steps(&function.values, function.latest));
        }
    }
    object.raw("functions", &columns.json());
    object.end()
}

/// Returns how far values lie from one of them, in steps. What is zero is below all others.
#[expect(clippy::cast_possible_truncation, reason = "logarithms are small")]
fn steps(values: &[Option<f64>], from: f64) -> Vec<Option<i32>> {
    let from = if from > 0.0 { from } else { 1.0 };
    let step = |value: f64| {
        if value > 0.0 { ((value / from).ln() * STEPS).round() as i32 } else { NOTHING }
    };
    values.iter().map(|value| value.map(step)).collect()
}

/// The step of a value of zero.
const NOTHING: i32 = -1_000_000;
