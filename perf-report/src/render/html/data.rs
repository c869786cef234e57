//! The data of the page: two documents, of which the first is needed to show anything at all.
//!
//! They say what the documents in JSON say, in columns, without what no view shows. In large pages times
//! have fewer digits, though more than a view shows; counts stay exact. The second has what a view needs
//! later: histograms, the past, figures of the baseline.

mod more;

use std::collections::HashMap;

use serde::Serialize;

use super::block::block;
use super::heaviest::Heaviest;
use super::packed::{Columns, fields};
use super::{Page, VERSION, benchmarks};
use crate::model::{Function, Futures, Histogram, RunDocument, Verdict};
use crate::render::words::estimates::{self, Mark};
use crate::render::words::{evidence, findings, sentences};
use crate::stats::number::share_pct;

pub(super) use more::more;

/// The version of these data; scripts and data are of one page, so nobody reads others.
const VERSION_OF_DATA: u32 = 1;

/// Returns the element with what every view needs.
pub(super) fn data(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let run = page.run;
    let mut data = Object::default();
    data.field("page", &VERSION_OF_DATA);
    data.field("tool", VERSION);
    data.field("run", &run.run);
    data.field("process", &run.process);
    data.field("recording", &run.recording);
    data.raw("metrics", &Columns::of(&run.metrics, &[]).json());
    let (functions, tree) = rayon::join(|| functions(page), || tree(page));
    data.raw("functions", &functions);
    data.raw("tree", &tree);
    data.raw("comparison", &comparison(page, heaviest));
    data.field("growth", &benchmarks::growth(page));
    data.field("ramps", &benchmarks::ramps(page));
    data.raw("words", &words(page, heaviest));
    block("page-data", data.end())
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

/// Numbers that keep so many digits in a large page. Counts are not among them.
type Digits = &'static [(&'static str, usize)];

const OF_FUNCTIONS: Digits = &[
    ("total_ns", 4),
    ("self_ns", 4),
    ("mean_ns", 4),
    ("stddev_ns", 3),
    ("min_ns", 3),
    ("max_ns", 3),
    ("p50_ns", 3),
    ("p90_ns", 3),
    ("p95_ns", 3),
    ("p99_ns", 3),
    ("alloc_bytes", 3),
    ("self_alloc_bytes", 3),
];
const OF_CONTEXTS: Digits =
    &[("total_ns", 3), ("self_ns", 3), ("alloc_bytes", 3), ("grown_bytes", 3)];
const OF_CHANGES: Digits = &[
    ("baseline", 4),
    ("current", 4),
    ("change_pct", 4),
    ("interval_pct", 3),
    ("detectable_pct", 2),
    ("share_pct", 3),
];

/// Fields of a function that no view shows: what the recorder did is in words beside them.
const UNSEEN: &[&str] = &[
    "raw_total_ns",
    "raw_self_ns",
    "self_error_ns",
    "overhead_ns",
    "self_overhead_ns",
    "self_preempted_ns",
    "active_ns",
    "sampled_ns",
    "counted_ns",
    "largest_interval",
    "untimed_calls",
    "lost_durations",
    "histogram",
    "async",
    "benchmark",
];

/// Returns rows that are rounded where the page is large.
fn rows(page: &Page<'_>, digits: Digits) -> Columns {
    if page.is_large() { Columns::rounded(digits) } else { Columns::default() }
}

/// Returns the place of each function.
fn places(run: &RunDocument) -> HashMap<&str, usize> {
    run.functions.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect()
}

/// Returns the functions, with what the words of other media say of their figures.
fn functions(page: &Page<'_>) -> String {
    let all_ns = page.run.own_ns();
    let mut columns = rows(page, OF_FUNCTIONS);
    for function in &page.run.functions {
        columns.row(function, UNSEEN);
        if let Some(futures) = &function.futures {
            let futures = Futures { lifetime_histogram: Histogram::new(), ..futures.clone() };
            columns.cell("async", &futures);
        }
        if let Some(figures) = benchmarks::figures(function) {
            columns.cell("bench", &figures);
        }
        columns.cell("marks", &marks(function));
        columns.cell("unmeasured", &estimates::is_unmeasured(function));
        let parts = if page.is_large() { 10.0 } else { 100.0 };
        columns.cell("recorder_pct", &rounded(function.recorder_pct(), parts));
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
fn tree(page: &Page<'_>) -> String {
    let run = page.run;
    let functions = self::places(run);
    let places: HashMap<u32, usize> =
        run.tree.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut columns = rows(page, OF_CONTEXTS);
    for node in &run.tree {
        // Of a leaf both are the same.
        let is_brief = page.is_large() && node.total_ns == node.self_ns;
        let left_out = ["id", "parent", "function", "total_ns"];
        columns.row(node, &left_out[..if is_brief { 4 } else { 3 }]);
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

/// Fields of a change that no view shows, and the reason, which of what is stable is its limit.
const UNSEEN_OF_STABLE: [&str; 5] = ["name", "because", "p_value", "noise_pct", "reason"];

fn comparison(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let Some(comparison) = page.compared() else { return null() };
    let mut object = Object::default();
    fields(comparison, &["functions", "budgets"], |key, json| {
        object.raw(key, std::str::from_utf8(json).unwrap_or("null"));
    });
    let places = places(page.run);
    let mut columns = rows(page, OF_CHANGES);
    for row in comparison.functions.iter().filter(|row| heaviest.has_changes(&row.name)) {
        let is_brief = page.is_large() && row.verdict == Verdict::Stable;
        columns.row(row, if is_brief { &UNSEEN_OF_STABLE } else { &UNSEEN_OF_STABLE[..4] });
        columns.name(&row.name, &places);
        columns.cell("limit_pct", &evidence::limit_pct(row));
    }
    object.raw("functions", &columns.json());
    object.raw("budgets", &Columns::of(&comparison.budgets, &[]).json());
    object.end()
}

fn words(page: &Page<'_>, heaviest: &Heaviest) -> String {
    let headline = page.verdict();
    let mut words = Object::default();
    words.field("verdict", &headline.word.to_uppercase());
    words.field("opening", &headline.sentence);
    let closing = page.comparison.and_then(|it| sentences::closing(it, &findings::findings(it)));
    words.field("closing", &closing);
    words.field("estimates", &estimates::lines(page.run));
    words.field("beside", &estimates::beside(page.run).collect::<Vec<_>>());
    words.field("left_out", heaviest.left_out());
    words.end()
}
