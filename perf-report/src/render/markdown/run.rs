//! A run as Markdown: its functions, its metrics, its tree.

use std::fmt::Write as _;

use super::{fenced, notes, table};
use crate::model::{Function, RunDocument};
use crate::render::words::estimates::{self, Mark};
use crate::render::words::metrics::value;
use crate::render::words::{facts, futures, memory};
use crate::render::{Screen, Selection, human};
use crate::stats::number::{float, share_pct};
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// A run: what was run, its functions, what is missing.
pub(crate) fn run(run: &RunDocument, selection: &Selection) -> String {
    let selected = selection.select(run);
    let mut text = heading(run);
    let errors = run.functions.iter().any(|f| f.classifies_errors || f.errors > 0);
    let panics = run.functions.iter().any(|f| f.panics > 0);
    let cancelled = run.functions.iter().any(|f| f.cancelled > 0);
    let mut titles = vec!["function", "calls"];
    titles.extend(errors.then_some("errors"));
    titles.extend(panics.then_some("panics"));
    titles.extend(cancelled.then_some("cancelled"));
    let recorder = selected.shown.iter().any(|f| estimates::is_notable(f));
    titles.extend(["self", "self %"]);
    titles.extend(recorder.then_some("recorder"));
    titles.extend(["total", "mean", "p50", "p95", "p99", "max"]);
    let futures = futures::columns(run);
    titles.extend(futures.iter().map(|column| column.title()));
    let memory = memory::columns(run);
    titles.extend(memory.iter().map(|column| column.title()));
    let own = run.own_ns();
    let rows = selected.shown.iter().map(|f| {
        let mut row = vec![cell(&f.name), units::count(f.calls)];
        row.extend(errors.then(|| units::count(f.errors)));
        row.extend(panics.then(|| units::count(f.panics)));
        row.extend(cancelled.then(|| units::count(f.cancelled)));
        row.push(sum(f, Mark::of_self(f), f.self_ns));
        row.push(estimates::share(f, share_pct(f.self_ns, own)));
        row.extend(recorder.then(|| recorder_share(f)));
        row.push(sum(f, Mark::of_total(f), f.total_ns));
        row.extend(times(f));
        row.extend(futures.iter().map(|column| future(column.value(f))));
        row.extend(memory.iter().map(|column| column.value(f).unwrap_or_else(|| "·".to_owned())));
        row
    });
    let (table, left_out) = table(&titles, rows);
    if !selected.shown.is_empty() || run.metrics.is_empty() {
        text += &table;
    }
    let hidden = selected.beyond.len() + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more function"));
    }
    if !selected.never_called.is_empty() {
        let names: Vec<_> =
            selected.never_called.iter().take(20).map(|function| code(&function.name)).collect();
        let count = units::plural(selected.never_called.len() as u64, "tracked function");
        let verb = if selected.never_called.len() == 1 { "was" } else { "were" };
        let more = if selected.never_called.len() > names.len() { ", …" } else { "" };
        let _ = writeln!(text, "\n{count} {verb} never called: {}{more}", names.join(", "));
    }
    if !run.metrics.is_empty() {
        text.push('\n');
        text += &metrics_table(run, selection);
    }
    let about = futures::explained(run).into_iter().chain(estimates::beside(run));
    let about = about.chain(estimates::lines(run));
    text + &notes(about.chain(facts::unfinished(run)).chain(facts::problems(run)))
}

/// What the programs of a run told of themselves.
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

/// The calling-context tree of a run, as it looks on a screen.
pub(crate) fn run_tree(run: &RunDocument, all: bool) -> String {
    let drawn = human::plain_tree(run, all, Screen { width: 120, styled: false });
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

fn times(function: &Function) -> impl Iterator<Item = String> {
    let single = |ns| estimates::single(function, ns);
    [
        estimates::mean(function),
        single(function.p50_ns),
        single(function.p95_ns),
        single(function.p99_ns),
        single(function.max_ns),
    ]
    .into_iter()
    .map(|time| time.map_or_else(|| "–".to_owned(), |(mark, ns)| mark.duration(ns)))
}

fn future(value: futures::Value) -> String {
    match value {
        futures::Value::None => "·".to_owned(),
        futures::Value::Unknown => "–".to_owned(),
        futures::Value::Count(count) => units::count(count),
        futures::Value::Time(mark, ns) => mark.duration(ns),
    }
}

/// What of the self time is the recorder's, where that matters.
fn recorder_share(function: &Function) -> String {
    let is_notable = estimates::is_notable(function);
    if is_notable { format!("~{:.0} %", function.recorder_pct()) } else { String::new() }
}

/// A time of all calls.
fn sum(function: &Function, mark: Mark, ns: u64) -> String {
    if estimates::is_unmeasured(function) { "–".to_owned() } else { mark.duration(float(ns)) }
}
