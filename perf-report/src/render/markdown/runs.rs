//! Stored runs as Markdown.

use std::fmt::Write as _;

use super::{Title, table};
use crate::model::RunsDocument;
use crate::render::words::runs as words;
use crate::stats::number::float;
use crate::text::sanitize::markdown_cell;
use crate::text::units;

/// Returns a row a run, newest first.
pub(crate) fn runs(document: &RunsDocument) -> String {
    let found = units::plural(document.found, "run");
    let mut text = format!("### {found}\n\n");
    if document.runs.is_empty() {
        return text;
    }
    let words = ["run", "started", "names", "command", "commit", "end"].map(Title::text);
    let numbers = ["time", "functions"].map(Title::number);
    let titles: Vec<_> = words.into_iter().chain(numbers).collect();
    let rows = document.runs.iter().map(|row| {
        vec![
            cell(&row.id),
            cell(&row.time),
            cell(&words::names(row)),
            cell(&words::command(row)),
            cell(&words::commit(row)),
            cell(&words::end(row)),
            row.wall_ns.map(|ns| units::duration(float(ns))).unwrap_or_default(),
            units::count(row.functions),
        ]
    });
    let (rows, left_out) = table(&titles, rows);
    text += &rows;
    let listed = document.runs.len() as u64;
    let more = document.found.saturating_sub(listed) + left_out as u64;
    if more > 0 {
        let _ = writeln!(text, "\n… and {} before them", units::plural(more, "run"));
    }
    text
}

/// Returns a text as a cell, which is empty where there is none.
fn cell(text: &str) -> String {
    if text.is_empty() { String::new() } else { markdown_cell(text) }
}
