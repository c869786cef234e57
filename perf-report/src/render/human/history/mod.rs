//! The history of functions for a screen: all of them, or one with its runs.

mod chart;
mod one;

use std::fmt::Write as _;

use super::paint::{Paint, of_trend, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{FunctionHistory, HistoryDocument};
use crate::render::words::sparkline::sparkline;
use crate::render::words::{fit, history as words};
use crate::render::{Screen, Shown};
use crate::text::{sanitize, units};

/// The widest picture of a series.
const WIDEST: usize = 40;
/// The narrowest one.
const NARROWEST: usize = 8;
/// Columns between two columns of a table.
const GAP: usize = 2;

/// Returns all functions with their courses, or the one that was asked for with its runs.
pub(crate) fn history(document: &HistoryDocument, shown: Shown, screen: Screen) -> String {
    match document.functions.as_slice() {
        [function] if shown.one => one::one(document, function, shown, screen),
        _ => all(document, shown, screen),
    }
}

fn all(document: &HistoryDocument, shown: Shown, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let mut text = paint.paint(style::STRONG, &words::headline(document)) + "\n";
    let facts = wrap::items(&words::facts(document), "", screen.width);
    text.extend(facts.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    let functions: Vec<_> = document.functions.iter().take(shown.most()).collect();
    if !functions.is_empty() {
        text.push('\n');
        text += &table(document, &functions, screen).render(screen);
    }
    let more = document.functions.len() - functions.len();
    if more > 0 {
        let more = format!("… {}; --all shows them", units::plural(more as u64, "more function"));
        text += &(paint.paint(style::FAINT, &more) + "\n");
    }
    text.push('\n');
    notes(&mut text, document, screen);
    text
}

/// Adds the meaning of the words, and what must be known of the runs.
fn notes(text: &mut String, document: &HistoryDocument, screen: Screen) {
    let paint = Paint { styled: screen.styled };
    let breaches = document.breaches.iter().map(|it| (style::WARN, words::outlook(it)));
    let lines = breaches
        .chain(words::legend(document).into_iter().map(|line| (style::FAINT, line)))
        .chain(document.notes.iter().map(|note| (style::WARN, format!("note: {note}"))));
    for (look, line) in lines {
        let wrapped = wrap::words(&sanitize::screen(&line), "", screen.width);
        for line in wrapped.lines() {
            let _ = writeln!(text, "{}", paint.paint(look, line));
        }
    }
}

fn table(document: &HistoryDocument, functions: &[&FunctionHistory], screen: Screen) -> Table {
    let column = |title, stays, align, cells: Vec<Cell>| Column { title, stays, align, cells };
    let latest: Vec<Cell> = functions.iter().map(|it| value(document, it.latest)).collect();
    let trends = functions.iter().map(|it| {
        let look = it.trend.map_or(style::FAINT, of_trend);
        Cell::new(look, words::trend(it))
    });
    let changes = functions.iter().map(|it| {
        let change = it.change_points.last();
        let change = change.map_or_else(|| "·".to_owned(), |it| words::short(it, &document.runs));
        Cell::new(style::PLAIN, change)
    });
    let (trends, changes): (Vec<Cell>, Vec<Cell>) = (trends.collect(), changes.collect());
    let widest = |cells: &[Cell], title: &str| {
        let of = |cell: &Cell| fit::width(&cell.text) + usize::from(!cell.unit.is_empty()) * 3;
        cells.iter().map(of).max().unwrap_or(0).max(fit::width(title)) + GAP
    };
    let names = functions.iter().map(|it| fit::width(&fit::name(&it.name, usize::MAX))).max();
    let wanted = Table::names_need(screen.width);
    let taken = names.unwrap_or(0).min(wanted)
        + widest(&latest, "latest")
        + widest(&trends, "trend")
        + widest(&changes, "last change");
    let room = screen.width.saturating_sub(taken + GAP).clamp(NARROWEST, WIDEST);
    let pictures =
        functions.iter().map(|it| Cell::new(style::HEAT, sparkline(&it.values, room))).collect();
    Table {
        title: "function",
        names: functions.iter().map(|it| it.name.clone()).collect(),
        columns: vec![
            column("oldest to newest", 2, Align::Left, pictures),
            column("latest", ALWAYS, Align::Right, latest),
            column("trend", ALWAYS, Align::Left, trends),
            column("last change", 1, Align::Left, changes),
        ],
    }
}

/// Returns the cell of a value of the document's metric.
fn value(document: &HistoryDocument, number: f64) -> Cell {
    if words::is_time(document.metric) {
        let (text, unit) = units::duration_parts(number);
        return Cell { text, unit, style: style::STRONG };
    }
    Cell::new(style::STRONG, document.metric.number(number))
}
