//! How functions did over the stored runs, in every medium: all of them, or one with its runs.

mod markdown;
mod one;
mod words;

#[cfg(test)]
mod tests;

pub use markdown::markdown;
pub(super) use words::{name, title};

use std::fmt::Write as _;

use super::csv::{field_name, write};
use super::paint::{Paint, style};
use super::sparkline::sparkline;
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::{Screen, text};
use crate::model::{FunctionHistory, HistoryDocument, Trend};
use crate::text::{sanitize, units};

/// What to show of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// So many functions at most, or runs of one function; `None` for all.
    pub limit: Option<usize>,
    /// Whether it is of one function that was asked for, so that its runs are shown.
    pub one: bool,
}

impl Shown {
    fn most(self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }
}

/// The widest picture of a series.
const WIDEST: usize = 40;
/// The narrowest one.
const NARROWEST: usize = 8;
/// Columns between two columns of a table.
const GAP: usize = 2;

/// For a screen.
pub fn human(document: &HistoryDocument, shown: Shown, screen: Screen) -> String {
    match document.functions.as_slice() {
        [function] if shown.one => one::human(document, function, shown, screen),
        _ => all(document, shown, screen),
    }
}

/// As CSV, a line a function and run, oldest first: what `changepoints` reads.
pub fn csv(document: &HistoryDocument) -> String {
    const HEADER: [&str; 8] =
        ["series", "index", "value", "commit", "time", "run", "metric", "branch"];
    let metric = field_name(&document.metric);
    let metric = metric.as_str();
    let text = |text: Option<&str>| sanitize::csv(text.unwrap_or_default());
    let rows = document.functions.iter().flat_map(|function| {
        document.runs.iter().zip(&function.values).enumerate().filter_map(move |(at, it)| {
            let (run, value) = (it.0, (*it.1)?);
            Some(vec![
                sanitize::csv(&function.name),
                at.to_string(),
                value.to_string(),
                text(run.commit.as_deref()),
                text(Some(&run.time)),
                text(Some(&run.id)),
                metric.to_owned(),
                text(run.branch.as_deref()),
            ])
        })
    });
    write(&HEADER, rows)
}

fn all(document: &HistoryDocument, shown: Shown, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let mut text = paint.paint(style::STRONG, &words::headline(document)) + "\n";
    let facts = text::join_wrapped(&words::facts(document), "", screen.width);
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

/// What the words mean here, and what must be known of the runs.
fn notes(text: &mut String, document: &HistoryDocument, screen: Screen) {
    let paint = Paint { styled: screen.styled };
    let lines = words::legend(document)
        .into_iter()
        .map(|line| (style::FAINT, line))
        .chain(document.notes.iter().map(|note| (style::WARN, format!("note: {note}"))));
    for (look, line) in lines {
        let wrapped = text::wrap_words(&sanitize::screen(&line), "", screen.width);
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
        let said = change.map_or_else(|| "·".to_owned(), |it| words::short(it, &document.runs));
        Cell::new(style::PLAIN, said)
    });
    let (trends, changes): (Vec<Cell>, Vec<Cell>) = (trends.collect(), changes.collect());
    let widest = |cells: &[Cell], title: &str| {
        let of = |cell: &Cell| text::width(&cell.text) + usize::from(!cell.unit.is_empty()) * 3;
        cells.iter().map(of).max().unwrap_or(0).max(text::width(title)) + GAP
    };
    let names = functions.iter().map(|it| text::width(&text::name(&it.name, usize::MAX))).max();
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

/// A value of the document's metric.
fn value(document: &HistoryDocument, number: f64) -> Cell {
    if words::is_time(document.metric) {
        let (text, unit) = units::duration_parts(number);
        return Cell { text, unit, style: style::STRONG };
    }
    Cell::new(style::STRONG, document.metric.number(number))
}

/// The style of a word.
pub(super) fn of_trend(trend: Trend) -> anstyle::Style {
    match trend {
        Trend::Regression => style::BAD,
        Trend::Degraded => style::WARN,
        Trend::Improvement => style::GOOD,
        Trend::Stable => style::FAINT,
    }
}
