//! The list of stored runs for a screen.

use std::fmt::Write as _;

use super::columns::list;
use crate::model::{RunRow, RunsDocument};
use crate::render::Screen;
use crate::render::words::fit::shorten_middle;
use crate::render::words::runs as words;
use crate::stats::number::float;
use crate::text::moment;
use crate::text::units;

/// The most columns of the screen that names take, and branches with their commits.
const WIDEST: usize = 36;

/// The titles of the columns.
const TITLES: [&str; 8] = ["RUN", "AGE", "TIME", "FUNCTIONS", "END", "COMMIT", "NAMES", "COMMAND"];

/// Returns a line a run under a line of titles, without columns that would be empty; nothing without runs.
pub(crate) fn runs(document: &RunsDocument, screen: Screen) -> String {
    if document.runs.is_empty() {
        return String::new();
    }
    let cells = document.runs.iter().map(|row| cells(row, document));
    let rows: Vec<[String; TITLES.len()]> = cells.collect();
    let is_shown = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
    let shown: Vec<usize> = (0..TITLES.len()).filter(is_shown).collect();
    let titles = shown.iter().map(|&column| TITLES[column].to_owned()).collect();
    let lines = rows.iter().map(|row| shown.iter().map(|&column| row[column].clone()).collect());
    let mut text = list(&std::iter::once(titles).chain(lines).collect::<Vec<_>>(), screen.width);
    let more = document.found.saturating_sub(document.runs.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "… and {} before them", units::plural(more, "run"));
    }
    text
}

fn cells(row: &RunRow, document: &RunsDocument) -> [String; TITLES.len()] {
    [
        words::short_id(row, &document.runs).to_owned(),
        moment::age(&row.time, &document.time).unwrap_or_default(),
        row.wall_ns.map(|ns| units::duration(float(ns))).unwrap_or_default(),
        units::count(row.functions),
        words::end(row),
        shorten_middle(&words::commit(row), WIDEST),
        shorten_middle(&words::names(row), WIDEST),
        words::command(row),
    ]
}
