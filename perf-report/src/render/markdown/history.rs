//! A history as Markdown.

use std::fmt::Write as _;

use crate::model::{FunctionHistory, HistoryDocument};
use crate::render::Shown;
use crate::render::words::history as words;
use crate::render::words::sparkline::sparkline;
use crate::text::sanitize::{
    markdown as code, markdown_cell as cell, markdown_sentence as escape,
    markdown_sentence_cell as escape_cell,
};
use crate::text::units;

/// The widest picture of a series.
const WIDEST: usize = 30;

/// Returns all functions with their courses, or the one that was asked for with its runs.
pub(crate) fn history(document: &HistoryDocument, shown: Shown) -> String {
    let mut text = match document.functions.as_slice() {
        [function] if shown.one => of_one(document, function, shown),
        _ => of_all(document, shown),
    };
    for breach in &document.breaches {
        let _ = writeln!(text, "\n- {}", escape(&words::outlook(breach)));
    }
    for line in words::legend(document).iter().chain(&document.notes) {
        let _ = writeln!(text, "\n> {}", escape(line));
    }
    text
}

fn of_all(document: &HistoryDocument, shown: Shown) -> String {
    let mut text = format!("### {}\n", escape(&words::headline(document)));
    let functions: Vec<_> = document.functions.iter().take(shown.most()).collect();
    if functions.is_empty() {
        return text;
    }
    text += "\n| function | oldest to newest | latest | trend | last change |\n";
    text += "| :-- | :-- | --: | :-- | :-- |\n";
    for function in &functions {
        let change = function.change_points.last();
        let change = change.map_or_else(|| "·".to_owned(), |it| words::short(it, &document.runs));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            cell(&function.name),
            sparkline(&function.values, WIDEST),
            document.metric.number(function.latest),
            words::trend(function),
            escape_cell(&change),
        );
    }
    let more = document.functions.len() - functions.len();
    if more > 0 {
        let _ = writeln!(text, "\n… {}", units::plural(more as u64, "more function"));
    }
    text
}

fn of_one(document: &HistoryDocument, function: &FunctionHistory, shown: Shown) -> String {
    let title = words::title(document.metric);
    let runs = units::plural(document.runs.len() as u64, "run");
    let mut text = format!("### {}: {title} over {runs}\n", code(&function.name));
    let word = function.trend.map_or_else(String::new, |word| format!("**{word}** "));
    let _ = writeln!(text, "\n{}", sparkline(&function.values, 2 * WIDEST));
    let _ = writeln!(text, "\n{word}{}", escape(&function.reason));
    let changes = function.change_points.iter().rev();
    let doubtful = function.doubtful_changes.iter().rev();
    let lines: Vec<String> = changes
        .map(|change| words::long(change, document))
        .chain(doubtful.map(|change| words::doubtful(change, document)))
        .collect();
    if !lines.is_empty() {
        text.push('\n');
    }
    for line in lines {
        let _ = writeln!(text, "- {}", escape(&line));
    }
    text + &runs_table(document, function, shown)
}

/// Returns a row a run, the newest first.
fn runs_table(document: &HistoryDocument, function: &FunctionHistory, shown: Shown) -> String {
    let mut text = "\n| commit | time (UTC) | value | against previous | |\n".to_owned();
    text += "| :-- | :-- | --: | --: | :-- |\n";
    let newest_first = document.runs.iter().enumerate().rev();
    for (place, run) in newest_first.take(shown.most()) {
        let value = function.values.get(place).copied().flatten();
        let value = value.map_or_else(|| "·".to_owned(), |it| document.metric.number(it));
        let _ = writeln!(
            text,
            "| {} | {} | {value} | {} | {} |",
            cell(&words::name(run)),
            words::minute(run),
            words::step(function, place),
            words::mark(document, function, place),
        );
    }
    text
}
