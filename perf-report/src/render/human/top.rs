//! What runs now, as one table.

use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column as TableColumn, Table};
use super::wrap;
use crate::model::{TopDocument, TopFunction};
use crate::render::Screen;
use crate::render::words::top::{Column, facts, subject, window};
use crate::text::{sanitize, units};

/// Functions that are shown.
const MOST: usize = 20;
/// A function's share of the self time from which it stands out, in per cent.
const HOT_PCT: f64 = 10.0;

/// Returns the processes, the busiest functions, and what is missing.
pub(crate) fn top(document: &TopDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let painted = |look, text: &str| -> String {
        text.lines().map(|line| paint.paint(look, line) + "\n").collect()
    };
    let mut text = painted(style::STRONG, &wrap::items(&subject(document), "", screen.width));
    let mut about = facts(document);
    about.push(window(document));
    text += &painted(style::FAINT, &wrap::items(&about, "", screen.width));
    text.push('\n');
    if document.functions.is_empty() {
        text += "No tracked function was called in this time.\n";
    } else {
        text += &table(document).render(screen);
    }
    if let Some(more) = document.functions.len().checked_sub(MOST).filter(|more| *more > 0) {
        let more = units::plural(more as u64, "more function");
        text += &painted(style::FAINT, &format!("… {more}; --format json has all"));
    }
    for problem in &document.recording.problems {
        let note = format!("note: {}", sanitize::screen(problem));
        text += &painted(style::WARN, &wrap::words(&note, "", screen.width));
    }
    text
}

fn table(document: &TopDocument) -> Table {
    let shown: Vec<&TopFunction> = document.functions.iter().take(MOST).collect();
    let cell = |row: &TopFunction, column: Column| {
        let is_hot = matches!(column, Column::Share | Column::Own) && row.self_pct >= HOT_PCT;
        let is_bad = match column {
            Column::Errors => row.function.errors > 0,
            Column::Panics => row.function.panics > 0,
            _ => false,
        };
        let look = match (is_hot, is_bad) {
            (true, _) => style::HEAT,
            (_, true) => style::BAD,
            _ => style::PLAIN,
        };
        Cell::new(look, column.value(row))
    };
    let column = |column: Column| TableColumn {
        title: column.title(),
        stays: if column == Column::Share { ALWAYS } else { column.stays() },
        align: Align::Right,
        cells: shown.iter().map(|row| cell(row, column)).collect(),
    };
    Table {
        title: Column::Name.title(),
        names: shown.iter().map(|row| row.function.name.clone()).collect(),
        columns: Column::of(document).into_iter().map(column).collect(),
    }
}
