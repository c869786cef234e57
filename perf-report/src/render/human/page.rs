//! One function for a screen: its figures, its distribution, who calls it and whom it calls, its limits, its
//! past.

use std::fmt::Write as _;

use super::failures::failures;
use super::paint::{Paint, of_trend, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::{Function, FunctionDocument, HistoryDocument, Neighbour, Verdict};
use crate::render::Screen;
use crate::render::words::histogram::{self, Row};
use crate::render::words::sparkline::sparkline;
use crate::render::words::{fit, page as words};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

/// The most rows of a distribution.
const MOST_ROWS: usize = 16;
/// The widest bar of a distribution.
const WIDEST_BAR: usize = 50;
/// The narrowest one that is worth its room.
const NARROWEST_BAR: usize = 4;
/// Callers and callees that are shown.
const NEIGHBOURS: usize = 10;

/// Returns the page of a function.
pub(crate) fn page(page: &FunctionDocument, screen: Screen) -> String {
    let page = Page { document: page, screen, paint: Paint { styled: screen.styled } };
    let parts = [
        page.head(),
        page.distribution(),
        failures(&[&page.document.function], screen).unwrap_or_default(),
        page.neighbours(),
        page.budgets(),
        page.past(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// Returns the distribution alone, without colours.
pub(crate) fn plain_distribution(function: &Function, width: usize) -> String {
    let rows = histogram::rows(function, MOST_ROWS);
    Bars::of(&rows, width).lines(&rows, Paint { styled: false })
}

struct Page<'a> {
    document: &'a FunctionDocument,
    screen: Screen,
    paint: Paint,
}

impl Page<'_> {
    fn head(&self) -> String {
        let function = &self.document.function;
        let name = fit::name(&function.name, self.screen.width.max(20));
        let mut text = self.paint.paint(style::STRONG, &name) + "\n";
        text += &self.items(style::FAINT, &words::origin(self.document));
        text += &self.items(style::PLAIN, &words::sums(self.document));
        let failed = [function.errors, function.panics, function.cancelled, function.unfinished];
        let look = if failed.iter().any(|calls| *calls > 0) { style::BAD } else { style::PLAIN };
        text += &self.items(look, &words::failures(function));
        text += &self.items(style::FAINT, &words::tags(function).into_iter().collect::<Vec<_>>());
        text
    }

    fn distribution(&self) -> String {
        let function = &self.document.function;
        if !function.kind.is_function() {
            return String::new();
        }
        let mut text = self.title("duration of a call", "");
        let rows = histogram::rows(function, MOST_ROWS);
        if rows.is_empty() {
            let why = if function.calls > 0 { "no call was timed" } else { "it was never called" };
            return text + &self.items(style::PLAIN, &[why.to_owned()]);
        }
        text += &self.items(style::FAINT, &words::durations(function));
        text += &Bars::of(&rows, self.screen.width).lines(&rows, self.paint);
        text
    }

    fn neighbours(&self) -> String {
        let of = |title: &'static str, all: &[Neighbour]| {
            if all.is_empty() {
                return String::new();
            }
            let shown = &all[..all.len().min(NEIGHBOURS)];
            let mut text = neighbours_table(title, shown).render(self.screen);
            let more = (all.len() - shown.len()) as u64;
            if more > 0 {
                let more = format!("… {}", units::plural(more, "more function"));
                text += &(self.paint.paint(style::FAINT, &more) + "\n");
            }
            text
        };
        let parts = [of("called by", &self.document.callers), of("calls", &self.document.callees)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    fn budgets(&self) -> String {
        let rows = &self.document.budgets;
        if rows.is_empty() {
            return String::new();
        }
        let mut text = self.title("budgets", "");
        let width = rows.iter().map(|row| words::kept(row).len()).max().unwrap_or(0);
        let indent = " ".repeat(width + 4);
        for row in rows {
            let look = match row.verdict {
                Verdict::Stable => style::GOOD,
                Verdict::Inconclusive => style::WARN,
                _ => style::BAD,
            };
            let word = self.paint.paint(look, &format!("{:width$}", words::kept(row)));
            let reason = sanitize::screen(&row.reason);
            let reason = wrap::words(&reason, &indent, self.screen.width);
            let _ = write!(text, "  {word}  {}", reason.trim_start());
        }
        text
    }

    fn past(&self) -> String {
        let Some(history) = &self.document.history else { return String::new() };
        let mut text = self.title(&words::past(history), "");
        text += &self.course(history);
        for change in words::changes(history) {
            text += &wrap::words(&change, "  ", self.screen.width);
        }
        text
    }

    /// Returns the series with its ends, and the word for its newest runs.
    fn course(&self, history: &HistoryDocument) -> String {
        let Some(function) = history.functions.first() else { return String::new() };
        let known = || function.values.iter().flatten().copied();
        let number = |value: Option<f64>| {
            value.map_or_else(String::new, |value| history.metric.number(value))
        };
        let (first, last) = (number(known().next()), number(known().last()));
        let trend = function.trend;
        let word = trend.map_or("", |word| word.word());
        let taken = fit::width(&first) + fit::width(&last) + word.len() + 8;
        let room = self.screen.width.saturating_sub(taken).clamp(8, 60);
        let line = self.paint.paint(style::HEAT, &sparkline(&function.values, room));
        let word = self.paint.paint(trend.map_or(style::PLAIN, of_trend), word);
        let line = format!("  {first} {line} {last}  {word}");
        line.trim_end().to_owned() + "\n"
    }

    fn title(&self, title: &str, more: &str) -> String {
        format!("{}{more}\n", self.paint.paint(style::STRONG, title))
    }

    /// Returns items on lines; nothing of none.
    fn items(&self, look: anstyle::Style, items: &[String]) -> String {
        if items.is_empty() {
            return String::new();
        }
        let lines = wrap::items(items, "", self.screen.width);
        lines.lines().map(|line| self.paint.paint(look, line) + "\n").collect()
    }
}

/// Returns the table of callers or callees.
fn neighbours_table(title: &'static str, shown: &[Neighbour]) -> Table {
    let column =
        |title, stays, cells: Vec<Cell>| Column { title, stays, align: Align::Right, cells };
    let cells = |cell: fn(&Neighbour) -> Cell| shown.iter().map(cell).collect();
    Table {
        title,
        names: shown.iter().map(words::neighbour).collect(),
        columns: vec![
            column("calls", 50, cells(|it| Cell::new(style::PLAIN, units::count(it.calls)))),
            column(
                "time",
                60,
                cells(|it| {
                    let (mark, ns) = words::time(it);
                    Cell::duration(style::PLAIN, mark, ns)
                }),
            ),
            column("%", ALWAYS, cells(|it| Cell::new(style::HEAT, format!("{:.1}", it.share_pct)))),
        ],
    }
}

/// The columns of a distribution.
struct Bars {
    from: (usize, usize),
    bar: usize,
    calls: usize,
    all: u64,
    most: u64,
    has: Columns,
}

/// The columns that give way on a narrow screen.
#[derive(Clone, Copy)]
struct Columns {
    /// The values of percentiles beside their names.
    values: bool,
    calls: bool,
    marks: bool,
}

impl Bars {
    /// Fits the columns into `width`: the values of percentiles give way first, then numbers of calls, then
    /// percentiles.
    fn of(rows: &[Row], width: usize) -> Self {
        let widest = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let from = |row: &Row| units::duration_parts(float(row.from_ns));
        let number = widest(&|row| fit::width(&from(row).0));
        let unit = widest(&|row| fit::width(from(row).1));
        let calls = widest(&|row| units::count(row.calls).len());
        let taken = |has: Columns| {
            let marks = widest(&|row| fit::width(&marks(row, has)));
            let calls = if has.calls { calls + 2 } else { 0 };
            number + 1 + unit + 2 + calls + 2 + "100.0 %".len() + marks
        };
        let all = [(true, true, true), (false, true, true), (false, false, true)];
        let all = all.map(|(values, calls, marks)| Columns { values, calls, marks });
        let none = Columns { values: false, calls: false, marks: false };
        let fits = |has: &Columns| taken(*has) + NARROWEST_BAR <= width;
        let has = all.into_iter().find(fits).unwrap_or(none);
        let room = width.saturating_sub(taken(has));
        let all = rows.iter().fold(0_u64, |sum, row| sum.saturating_add(row.calls));
        let most = rows.iter().map(|row| row.calls).max().unwrap_or(0);
        let bar = if room < NARROWEST_BAR { 0 } else { room.min(WIDEST_BAR) };
        Self { from: (number, unit), bar, calls, all, most, has }
    }

    fn lines(&self, rows: &[Row], paint: Paint) -> String {
        rows.iter().map(|row| self.line(row, paint) + "\n").collect()
    }

    fn line(&self, row: &Row, paint: Paint) -> String {
        let (number, unit) = units::duration_parts(float(row.from_ns));
        let unit_pad = " ".repeat(self.from.1 - fit::width(unit));
        let mut line = format!("{number:>width$} ", width = self.from.0);
        let _ = write!(line, "{}{unit_pad}", paint.paint(style::FAINT, unit));
        if self.bar > 0 {
            let part = if self.most == 0 { 0.0 } else { float(row.calls) / float(self.most) };
            let bar = histogram::bar(part, self.bar);
            let pad = " ".repeat(self.bar - fit::width(&bar));
            let _ = write!(line, "  {}{pad}", paint.paint(style::HEAT, &bar));
        }
        let is_empty = row.calls == 0;
        if self.has.calls {
            let calls = if is_empty { "·".to_owned() } else { units::count(row.calls) };
            let _ = write!(line, "  {calls:>width$}", width = self.calls);
        }
        let share = format!("{:>5.1} %", share_pct(row.calls, self.all));
        let _ = write!(line, "  {:>7}", if is_empty { "" } else { &share });
        line += &paint.paint(style::WARN, &marks(row, self.has));
        line.trim_end().to_owned()
    }
}

/// Returns the percentiles of a row: `  ◂ p90 8.2 ms, p95 9.1 ms`.
fn marks(row: &Row, has: Columns) -> String {
    if !has.marks {
        return String::new();
    }
    let mark = |(title, ns): &(&str, u64)| {
        let value = if has.values { units::duration(float(*ns)) } else { String::new() };
        format!("{title} {value}").trim_end().to_owned()
    };
    let marks: Vec<String> = row.marks.iter().map(mark).collect();
    if marks.is_empty() { String::new() } else { format!("  ◂ {}", marks.join(", ")) }
}
