//! The data of the page: two documents, of which the first is needed to show anything at all.
//!
//! They say what the documents in JSON say, in columns; what is rounded or left out is named. The second
//! has what a view needs later: histograms, the past, figures of the baseline.

use std::collections::HashMap;

use serde::Serialize;

use super::block::block;
use super::heaviest::Heaviest;
use super::packed::{Columns, fields};
use super::{Page, VERSION, vanished};
use crate::model::{Function, Futures, Histogram, HistoryDocument, RunDocument};
use crate::render::words::estimates::{self, Mark};
use crate::render::words::{evidence, findings, sentences};
use crate::stats::number::share_pct;

/// The version of these data; scripts and data are of one page, so nobody reads others.
const VERSION_OF_DATA: u32 = 1;

/// Returns the element with what every view needs.
pub(super) fn data(page: &Page<'_>) -> String {
    let run = page.run;
    let mut data = Object::default();
    data.field("page", &VERSION_OF_DATA);
    data.field("tool", VERSION);
    data.field("run", &run.run);
    data.field("process", &run.process);
    data.field("recording", &run.recording);
    data.raw("metrics", &Columns::of(&run.metrics, &[]).json());
    let (functions, tree) = rayon::join(|| functions(run), || tree(run));
    data.raw("functions", &functions);
    data.raw("tree", &tree);
    data.raw("comparison", &comparison(page));
    data.raw("words", &words(page));
    block("page-data", data.end())
}

/// Returns the element with what only some views need.
pub(super) fn more(page: &Page<'_>) -> String {
    let mut more = Object::default();
    more.raw("histograms", &histograms(page));
    more.raw("edges", r#"{"per_octave":32}"#);
    more.raw("baseline", &page.baseline.map_or_else(null, baseline));
    let vanished = page.baseline.map(|it| vanished::paths(it, page.run));
    more.raw("vanished", &vanished.unwrap_or_else(null));
    more.raw("history", &page.history.map_or_else(null, |it| history(page, it)));
    let budgets = page.comparison.map(|it| Columns::of(&it.budgets, &["because"]).json());
    more.raw("budgets", &budgets.unwrap_or_else(null));
    block("page-more", more.end())
}

fn null() -> String {
    "null".to_owned()
}

/// An object of JSON that is written field by field.
#[derive(Debug, Default)]
struct Object {
    text: String,
}

impl Object {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        self.raw(key, &serde_json::to_string(value).unwrap_or_else(|_| null()));
    }

    /// Adds a field whose value is JSON already.
    fn raw(&mut self, key: &str, json: &str) {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        self.text.extend(["\"", key, "\":", json]);
    }

    fn end(mut self) -> String {
        if self.text.is_empty() {
            self.text.push('{');
        }
        self.text + "}"
    }
}

/// Returns the functions, with what the words of other media say of their figures.
fn functions(run: &RunDocument) -> String {
    let all_ns = run.own_ns();
    let mut columns = Columns::default();
    for function in &run.functions {
        columns.row(function, &["histogram", "async"]);
        if let Some(futures) = &function.futures {
            let futures = Futures { lifetime_histogram: Histogram::new(), ..futures.clone() };
            columns.cell("async", &futures);
        }
        columns.cell("marks", &marks(function));
        columns.cell("unmeasured", &estimates::is_unmeasured(function));
        columns.cell("recorder_pct", &rounded(function.recorder_pct(), 100.0));
        columns.cell("self_pct", &rounded(share_pct(function.self_ns, all_ns), 10_000.0));
    }
    columns.json()
}

/// Returns the signs before self time, total time, the time of a call, and percentiles.
fn marks(function: &Function) -> String {
    let marks = [
        Mark::of_self(function),
        Mark::of_total(function),
        Mark::of_calls(function),
        Mark::of_percentiles(function),
    ];
    marks.map(|mark| if mark.sign().is_empty() { " " } else { mark.sign() }).concat()
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// Returns the tree, in which numbers stand for functions and callers.
fn tree(run: &RunDocument) -> String {
    let functions: HashMap<&str, usize> =
        run.functions.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
    let places: HashMap<u32, usize> =
        run.tree.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut columns = Columns::default();
    for node in &run.tree {
        columns.row(node, &["id", "parent", "function"]);
        columns.cell("parent", &node.parent.and_then(|id| places.get(&id)));
        if let Some(at) = functions.get(node.function.as_str()) {
            columns.cell("function", at);
        } else {
            columns.cell("function", &-1);
            columns.cell("function_name", &node.function);
        }
    }
    columns.json()
}

fn comparison(page: &Page<'_>) -> String {
    let Some(comparison) = page.compared() else { return null() };
    let mut object = Object::default();
    fields(comparison, &["functions", "budgets"], |key, json| {
        object.raw(key, std::str::from_utf8(json).unwrap_or("null"));
    });
    let mut columns = Columns::default();
    for row in &comparison.functions {
        columns.row(row, &[]);
        columns.cell("limit_pct", &evidence::limit_pct(row));
    }
    object.raw("functions", &columns.json());
    object.raw("budgets", &Columns::of(&comparison.budgets, &[]).json());
    object.end()
}

fn words(page: &Page<'_>) -> String {
    let headline = page.verdict();
    let mut words = Object::default();
    words.field("verdict", &headline.word.to_uppercase());
    words.field("opening", &headline.sentence);
    let closing = page.comparison.and_then(|it| sentences::closing(it, &findings::findings(it)));
    words.field("closing", &closing);
    words.field("estimates", &estimates::lines(page.run));
    words.field("beside", &estimates::beside(page.run).collect::<Vec<_>>());
    words.field("left_out", &Heaviest::of(page).left_out());
    words.end()
}

/// Returns the histograms of the functions, in their order; null for those that are left out.
fn histograms(page: &Page<'_>) -> String {
    let functions = &page.run.functions;
    let heaviest = Heaviest::of(page);
    let mut histograms = Object::default();
    let current = |it: &Function| Some(it.histogram.clone());
    histograms.raw("current", &flat(functions, &heaviest, current));
    let before: HashMap<&str, &Function> = page
        .baseline
        .into_iter()
        .flat_map(|run| &run.functions)
        .map(|it| (it.name.as_str(), it))
        .collect();
    let baseline = |it: &Function| Some(before.get(it.name.as_str())?.histogram.clone());
    let baseline = page.baseline.map(|_| flat(functions, &heaviest, baseline));
    histograms.raw("baseline", &baseline.unwrap_or_else(null));
    let lifetimes = |it: &Function| Some(it.futures.as_ref()?.lifetime_histogram.clone());
    if functions.iter().any(|it| lifetimes(it).is_some_and(|it| !it.is_empty())) {
        histograms.raw("lifetimes", &flat(functions, &heaviest, lifetimes));
    }
    histograms.end()
}

/// Returns histograms with bounds and counts in turn.
fn flat(
    functions: &[Function],
    heaviest: &Heaviest,
    of: impl Fn(&Function) -> Option<Histogram>,
) -> String {
    let one = |(at, function): (usize, &Function)| {
        let histogram = of(function).filter(|it| !it.is_empty() && heaviest.has_buckets(at))?;
        Some(histogram.into_iter().flat_map(<[u64; 2]>::from).collect::<Vec<u64>>())
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

fn baseline(run: &RunDocument) -> String {
    let before = run.functions.iter().map(|it| Before {
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
    baseline.raw("functions", &Columns::of(&before.collect::<Vec<_>>(), &[]).json());
    baseline.end()
}

fn history(page: &Page<'_>, history: &HistoryDocument) -> String {
    let heaviest = Heaviest::of(page);
    let mut object = Object::default();
    fields(history, &["runs", "functions"], |key, json| {
        object.raw(key, std::str::from_utf8(json).unwrap_or("null"));
    });
    object.raw("runs", &Columns::of(&history.runs, &[]).json());
    let shown = history.functions.iter().filter(|it| heaviest.has_past(&it.name));
    object.raw("functions", &Columns::of(shown, &[]).json());
    object.end()
}
