//! A run as Markdown: its functions, its metrics, its tree.

use std::fmt::Write as _;

use super::{Title, fenced, growth, notes, table};
use crate::model::{BenchGrowth, Function, FunctionKind, Metric, RunDocument};
use crate::render::words::bench::{self as ends, BESIDE};
use crate::render::words::estimates::Mark;
use crate::render::words::functions::columns;
use crate::render::words::metrics::value;
use crate::render::words::{benchmarks, estimates, facts, failures, futures, suites};
use crate::render::{Screen, Selection, human};
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// The sentence in place of a tree of nothing.
const NO_TREE: &str = "No tracked function was called.\n";

/// Returns the facts of a run, its functions and metrics, and what is missing.
pub(crate) fn run(run: &RunDocument, selection: &Selection, grown: &BenchGrowth) -> String {
    let selected = selection.select(run);
    let mut text = heading(run);
    let (profiled, others): (Vec<&Function>, Vec<&Function>) =
        selected.shown.iter().partition(|function| function.kind == FunctionKind::Profiled);
    let (tracked, measured): (Vec<&Function>, Vec<&Function>) =
        others.iter().partition(|function| function.kind.is_function());
    let mut hidden_measured = 0;
    let (table, hidden) = functions_table(run, &tracked);
    if !tracked.is_empty() || has_nothing_else(run) {
        text += &table;
    }
    if !measured.is_empty() {
        let (table, more) = measured_table(&measured);
        let gap = if tracked.is_empty() { "" } else { "\n" };
        text = text + gap + &table;
        hidden_measured = more;
    }
    let rest = |all: &[&'_ Function], count: usize| all.len().saturating_sub(count);
    let left_out = tracked.iter().skip(rest(&tracked, hidden));
    let left_out = left_out.chain(measured.iter().skip(rest(&measured, hidden_measured)));
    let kinds = left_out.chain(&selected.beyond).map(|function| function.kind);
    if let Some(more) = benchmarks::more(kinds) {
        let _ = writeln!(text, "\n… and {more}");
    }
    if !profiled.is_empty() {
        let profiled: Vec<Function> = profiled.into_iter().cloned().collect();
        let screen = Screen { width: 120, styled: false };
        let drawn = human::profile(&profiled, &run.tree, screen).unwrap_or_default();
        text = text + "\n" + &fenced(&drawn);
    }
    let bad_ends = ends::bad_ends(run.functions.iter());
    if !bad_ends.is_empty() {
        text.push('\n');
    }
    for bad in bad_ends {
        text += &super::bad_end(&code(&bad.name), &bad);
    }
    let bad = suites::bad(run);
    if !bad.is_empty() {
        text.push('\n');
    }
    for (word, suite, names) in bad {
        let _ = writeln!(text, "- {word} in {}: {}", code(suite), escape(&names));
    }
    if !selected.never_called.is_empty() {
        let _ = writeln!(text, "\n{}", never_called(&selected.never_called));
    }
    text += &failures_table(&selected.shown);
    if !run.metrics.is_empty() {
        text.push('\n');
        text += &metrics_table(run, selection);
    }
    text += &growth::growth(&grown.complexity, &grown.scaling);
    let about = futures::explained(run).into_iter().chain(estimates::beside(run));
    let about = about.chain(estimates::lines(run)).chain(ends::doubts(run.functions.iter()));
    text + &notes(about.chain(facts::unfinished(run)).chain(facts::problems(run)))
}

/// Returns whether a run has neither metrics nor benchmarks, suites and tests.
fn has_nothing_else(run: &RunDocument) -> bool {
    run.metrics.is_empty() && run.functions.iter().all(|function| function.kind.is_function())
}

/// Returns the table of some functions, and the number of those that it has no room for.
fn functions_table(run: &RunDocument, functions: &[&Function]) -> (String, usize) {
    let columns = columns(run, functions);
    let numbers = columns.iter().map(|column| Title::number(column.title));
    let titles: Vec<_> = [Title::text("function")].into_iter().chain(numbers).collect();
    let rows = functions.iter().map(|function| {
        let cells = columns.iter().map(|column| (column.cell)(function));
        [cell(&function.name)].into_iter().chain(cells).collect()
    });
    table(&titles, rows)
}

/// Returns the table of some benchmarks, suites and tests, and the number of those that it has no room for.
fn measured_table(functions: &[&Function]) -> (String, usize) {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let is_known = |column: &&ends::Column| functions.iter().any(|it| (column.value)(it).is_some());
    let beside: Vec<_> = BESIDE.iter().filter(is_known).collect();
    let rows = functions.iter().map(|it| {
        let mut cells = vec![
            cell(&it.name),
            it.kind.noun().to_owned(),
            or_none(benchmarks::value(it)),
            or_none(benchmarks::interval(it).or_else(|| benchmarks::spread(it))),
            or_none(benchmarks::throughput(it)),
            or_none(benchmarks::samples(it).map(units::count)),
        ];
        let value = |column: &&ends::Column| or_none((column.value)(it).map(ends::Value::text));
        cells.extend(beside.iter().map(value));
        cells.push(match it.outcome().filter(|_| it.is_failure()) {
            Some(outcome) => outcome.word().to_owned(),
            None if it.is_failure() => "failed".to_owned(),
            None => String::new(),
        });
        cells
    });
    let words = ["name", "kind"].map(Title::text);
    let numbers = ["time", "interval", "throughput", "samples"].map(Title::number);
    let beside = beside.iter().map(|column| Title::number(column.title));
    let titles: Vec<_> =
        words.into_iter().chain(numbers).chain(beside).chain([Title::text("")]).collect();
    table(&titles, rows)
}

/// Returns the table of errors by kind; nothing where there are none.
pub(super) fn failures_table(functions: &[&Function]) -> String {
    let rows = failures::rows(functions.iter().copied());
    if rows.is_empty() {
        return String::new();
    }
    let time = |time: Option<(Mark, f64)>| {
        time.map_or_else(String::new, |(mark, ns)| {
            format!("{}{}", mark.sign(), units::duration(ns))
        })
    };
    let cells = rows.iter().take(failures::MOST_ROWS).map(|row| {
        vec![
            cell(&row.function.name),
            cell(row.name()),
            units::count(row.count),
            units::percent(row.share_pct),
            time(row.failed),
            time(row.others),
        ]
    });
    let [kind, numbers @ ..] = failures::TITLES;
    let titles: Vec<_> = [Title::text("errors of"), Title::text(kind)]
        .into_iter()
        .chain(numbers.map(Title::number))
        .collect();
    let (table, left_out) = table(&titles, cells);
    let beyond = rows.len().saturating_sub(failures::MOST_ROWS) + left_out;
    let mut text = format!("\n{table}");
    if beyond > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(beyond as u64, "more kind"));
    }
    if let Some(about) = failures::explained(&rows) {
        let _ = writeln!(text, "\n{}", escape(about));
    }
    text
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
    let words = ["metric", "kind"].map(Title::text);
    let numbers = ["value", "min", "max", "mean", "samples"].map(Title::number);
    let titles: Vec<_> = words.into_iter().chain(numbers).collect();
    let (mut text, left_out) = table(&titles, rows);
    let hidden = beyond + left_out;
    if hidden > 0 {
        let _ = writeln!(text, "\n… and {}", units::plural(hidden as u64, "more metric"));
    }
    text
}

/// Returns the calling-context tree of a run, as it looks on a screen.
pub(crate) fn run_tree(run: &RunDocument, all: bool) -> String {
    if run.tree.is_empty() {
        return heading(run) + NO_TREE;
    }
    let drawn = human::plain_tree(run, all, Screen { width: 120, styled: false });
    heading(run) + &fenced(&drawn) + &notes(estimates::lines(run).into_iter())
}

/// Returns the icicle of a run, as it looks on a screen.
pub(crate) fn run_flame(run: &RunDocument, metric: Metric, selection: &Selection) -> String {
    if run.tree.is_empty() {
        return heading(run) + NO_TREE;
    }
    let drawn = human::plain_flame(run, metric, selection, Screen::default());
    heading(run) + &fenced(&drawn) + &notes(estimates::lines(run).into_iter())
}

fn heading(run: &RunDocument) -> String {
    let parts: Vec<_> = facts::parts(run).iter().map(|item| escape(item)).collect();
    let parts = if parts.is_empty() { String::new() } else { parts.join(" · ") + "\n\n" };
    let lacking = facts::lacking(run).map(|it| format!("⚠️ {}\n\n", escape(&it)));
    let plain = plain_heading(run);
    plain + &lacking.unwrap_or_default() + &parts
}

fn plain_heading(run: &RunDocument) -> String {
    let origin: Vec<_> = facts::origin(run).iter().map(|item| escape(item)).collect();
    let outcome: Vec<_> = facts::outcome(run).iter().map(|item| escape(item)).collect();
    let command = code(&facts::command(run));
    let all =
        facts::with_unrecorded(run).map_or_else(String::new, |all| format!("  \n{}", escape(&all)));
    if outcome.is_empty() {
        return format!("### {command}\n\n{}{all}\n\n", origin.join(" · "));
    }
    format!("### {command}\n\n{}  \n{}{all}\n\n", origin.join(" · "), outcome.join(" · "))
}
