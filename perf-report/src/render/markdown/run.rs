//! A run as Markdown: its functions, its metrics, its tree.

use std::fmt::Write as _;

use super::{fenced, notes, table};
use crate::model::{Function, Metric, RunDocument};
use crate::render::words::estimates::{self, Mark};
use crate::render::words::metrics::value;
use crate::render::words::{facts, futures, memory};
use crate::render::{Screen, Selection, human};
use crate::stats::number::{float, share_pct};
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// Returns the facts of a run, its functions and metrics, and what is missing.
pub(crate) fn run(run: &RunDocument, selection: &Selection) -> String {
    let selected = selection.select(run);
    let mut text = heading(run);
    let (table, left_out) = functions_table(run, &selected.shown);
    if !selected.shown.is_empty() || run.metrics.is_empty() {
        text += &table;
    }
    let hidden = selected.beyond.len() + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more function"));
    }
    if !selected.never_called.is_empty() {
        let _ = writeln!(text, "\n{}", never_called(&selected.never_called));
    }
    if !run.metrics.is_empty() {
        text.push('\n');
        text += &metrics_table(run, selection);
    }
    let about = futures::explained(run).into_iter().chain(estimates::beside(run));
    let about = about.chain(estimates::lines(run));
    text + &notes(about.chain(facts::unfinished(run)).chain(facts::problems(run)))
}

/// Returns the table of some functions, and the number of those that it has no room for.
fn functions_table(run: &RunDocument, functions: &[&Function]) -> (String, usize) {
    let columns = columns(run, functions);
    let titles: Vec<_> =
        ["function"].into_iter().chain(columns.iter().map(|column| column.title)).collect();
    let rows = functions.iter().map(|function| {
        let cells = columns.iter().map(|column| (column.cell)(function));
        [cell(&function.name)].into_iter().chain(cells).collect()
    });
    table(&titles, rows)
}

/// A column of the table of functions.
struct Column {
    title: &'static str,
    cell: Box<dyn Fn(&Function) -> String>,
}

impl Column {
    fn new(title: &'static str, cell: impl Fn(&Function) -> String + 'static) -> Self {
        Self { title, cell: Box::new(cell) }
    }

    /// Returns a column of times of one call.
    fn of_time(title: &'static str, time: fn(&Function) -> Option<(Mark, f64)>) -> Self {
        Self::new(title, move |f| {
            time(f).map_or_else(|| "–".to_owned(), |(mark, ns)| mark.duration(ns))
        })
    }
}

/// Returns the columns that have anything to show.
fn columns(run: &RunDocument, functions: &[&Function]) -> Vec<Column> {
    let any = |has: fn(&Function) -> bool| run.functions.iter().any(has);
    let all_ns = run.own_ns();
    let mut columns = vec![Column::new("calls", |f| units::count(f.calls))];
    if any(|f| f.classifies_errors || f.errors > 0) {
        columns.push(Column::new("errors", |f| units::count(f.errors)));
    }
    if any(|f| f.panics > 0) {
        columns.push(Column::new("panics", |f| units::count(f.panics)));
    }
    if any(|f| f.cancelled > 0) {
        columns.push(Column::new("cancelled", |f| units::count(f.cancelled)));
    }
    columns.push(Column::new("self", |f| sum(f, Mark::of_self(f), f.self_ns)));
    let share = move |f: &Function| estimates::share(f, share_pct(f.self_ns, all_ns));
    columns.push(Column::new("self %", share));
    if functions.iter().any(|f| estimates::is_notable(f)) {
        columns.push(Column::new("recorder", recorder_share));
    }
    columns.push(Column::new("total", |f| sum(f, Mark::of_total(f), f.total_ns)));
    columns.extend(times());
    let futures = futures::columns(run).iter();
    columns.extend(futures.map(|it| Column::new(it.title(), |f| future(it.value(f)))));
    let memory = memory::columns(run).into_iter();
    let bytes = |value: Option<String>| value.unwrap_or_else(|| "·".to_owned());
    columns.extend(memory.map(|it| Column::new(it.title(), move |f| bytes(it.value(f)))));
    columns
}

/// Returns the columns of the times of one call.
fn times() -> [Column; 5] {
    [
        Column::of_time("mean", estimates::mean),
        Column::of_time("p50", |f| estimates::single(f, f.p50_ns)),
        Column::of_time("p95", |f| estimates::single(f, f.p95_ns)),
        Column::of_time("p99", |f| estimates::single(f, f.p99_ns)),
        Column::of_time("max", |f| estimates::single(f, f.max_ns)),
    ]
}

/// Returns a sentence about functions that were never called.
fn never_called(functions: &[&Function]) -> String {
    let names: Vec<_> = functions.iter().take(20).map(|function| code(&function.name)).collect();
    let count = units::plural(functions.len() as u64, "tracked function");
    let verb = if functions.len() == 1 { "was" } else { "were" };
    let more = if functions.len() > names.len() { ", …" } else { "" };
    format!("{count} {verb} never called: {}{more}", names.join(", "))
}

/// Returns the facts of a run and the metrics of its programs.
pub(crate) fn run_metrics(run: &RunDocument, selection: &Selection) -> String {
    heading(run) + &metrics_table(run, selection)
}

fn metrics_table(run: &RunDocument, selection: &Selection) -> String {
    let (shown, beyond) = selection.select_metrics(run);
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), units::number);
    let rows = shown.iter().map(|metric| {
        vec![
            cell(&metric.name),
            metric.kind.to_string(),
            value(metric).unwrap_or_else(|| "–".to_owned()),
            number(metric.min),
            number(metric.max),
            number(metric.mean),
            metric.samples.map_or_else(|| "–".to_owned(), units::count),
        ]
    });
    let titles = ["metric", "kind", "value", "min", "max", "mean", "samples"];
    let (mut text, left_out) = table(&titles, rows);
    let hidden = beyond + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more metric"));
    }
    text
}

/// Returns the calling-context tree of a run, as it looks on a screen.
pub(crate) fn run_tree(run: &RunDocument, all: bool) -> String {
    let drawn = human::plain_tree(run, all, Screen { width: 120, styled: false });
    heading(run) + &fenced(&drawn) + &notes(estimates::lines(run).into_iter())
}

/// Returns the icicle of a run, as it looks on a screen.
pub(crate) fn run_flame(run: &RunDocument, metric: Metric, selection: &Selection) -> String {
    let drawn = human::plain_flame(run, metric, selection, Screen::default());
    heading(run) + &fenced(&drawn) + &notes(estimates::lines(run).into_iter())
}

fn heading(run: &RunDocument) -> String {
    let origin: Vec<_> = facts::origin(run).iter().map(|item| escape(item)).collect();
    let outcome: Vec<_> = facts::outcome(run).iter().map(|item| escape(item)).collect();
    let command = code(&facts::command(run));
    let all =
        facts::with_unrecorded(run).map_or_else(String::new, |all| format!("  \n{}", escape(&all)));
    format!("### {command}\n\n{}  \n{}{all}\n\n", origin.join(" · "), outcome.join(" · "))
}

fn future(value: futures::Value) -> String {
    match value {
        futures::Value::None => "·".to_owned(),
        futures::Value::Unknown => "–".to_owned(),
        futures::Value::Count(count) => units::count(count),
        futures::Value::Time(mark, ns) => mark.duration(ns),
    }
}

/// Returns the recorder's part of the self time, where that matters.
fn recorder_share(function: &Function) -> String {
    let is_notable = estimates::is_notable(function);
    if is_notable { format!("~{:.0} %", function.recorder_pct()) } else { String::new() }
}

/// Returns a time of all calls.
fn sum(function: &Function, mark: Mark, ns: u64) -> String {
    if estimates::is_unmeasured(function) { "–".to_owned() } else { mark.duration(float(ns)) }
}
