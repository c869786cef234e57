//! Tables that fit: a column of names that gives way, columns of numbers that align, and columns
//! that leave when the screen is narrow.

use anstyle::Style;

use super::paint::{Paint, style};
use crate::model::Function;
use crate::render::Screen;
use crate::render::words::estimates::Mark;
use crate::render::words::fit;

/// Columns between two columns.
const GAP: usize = 2;
/// The narrowest that names become at all.
const NAME_NEEDS: usize = 12;

/// A table whose first column holds names.
#[derive(Debug)]
pub(crate) struct Table {
    /// Title of the names.
    pub(crate) title: &'static str,
    /// A name a row, not yet made safe for the screen.
    pub(crate) names: Vec<String>,
    /// The other columns.
    pub(crate) columns: Vec<Column>,
}

/// A column of values.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its title.
    pub(crate) title: &'static str,
    /// Its rank when the screen is narrow: the lowest leaves first, the highest never.
    pub(crate) stays: u8,
    /// The side its cells stand on.
    pub(crate) align: Align,
    /// A cell a row.
    pub(crate) cells: Vec<Cell>,
}

/// The column that never leaves.
pub(crate) const ALWAYS: u8 = u8::MAX;

/// The side of a column that its cells stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A value, and its unit where the column aligns units below each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// The value.
    pub(crate) text: String,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Its style.
    pub(crate) style: Style,
}

impl Cell {
    /// The text of a value that is not known.
    pub(crate) const UNKNOWN: &str = "–";

    /// Returns the cell of a value that is not known.
    pub(crate) fn unknown() -> Self {
        Self::new(style::FAINT, Self::UNKNOWN)
    }

    /// Returns a cell without a unit.
    pub(crate) fn new(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), unit: "", style }
    }

    /// Returns the cell of a duration in nanoseconds, with its mark.
    pub(crate) fn duration(style: Style, mark: Mark, ns: f64) -> Self {
        let (number, unit) = crate::text::units::duration_parts(ns);
        Self { text: format!("{}{number}", mark.sign()), unit, style }
    }
}

impl Column {
    /// Returns a column of numbers, a cell for each of `functions`.
    pub(crate) fn of(
        title: &'static str,
        stays: u8,
        functions: &[&Function],
        cell: impl Fn(&Function) -> Cell,
    ) -> Self {
        let cells = functions.iter().map(|function| cell(function)).collect();
        Self { title, stays, align: Align::Right, cells }
    }

    fn unit_width(&self) -> usize {
        self.cells.iter().map(|cell| fit::width(cell.unit)).max().unwrap_or(0)
    }

    /// Columns of the screen it takes, without the gap before it.
    fn width(&self) -> usize {
        let unit = self.unit_width();
        let unit = if unit > 0 { unit + 1 } else { 0 };
        let text = self.cells.iter().map(|cell| fit::width(&cell.text)).max().unwrap_or(0);
        (text + unit).max(fit::width(self.title))
    }

    /// Returns all cells, as wide as the column.
    fn texts(&self, paint: Paint) -> Vec<String> {
        let (width, unit_width) = (self.width(), self.unit_width());
        self.cells.iter().map(|cell| self.text(cell, width, unit_width, paint)).collect()
    }

    fn text(&self, cell: &Cell, width: usize, unit_width: usize, paint: Paint) -> String {
        let value = paint.paint(cell.style, &cell.text);
        let unit = paint.paint(style::FAINT, cell.unit);
        let gap = if unit_width > 0 { " " } else { "" };
        let unit_pad = " ".repeat(unit_width - fit::width(cell.unit));
        let pad = " ".repeat(width - fit::width(&cell.text) - gap.len() - unit_width);
        match self.align {
            Align::Left => format!("{value}{gap}{unit}{unit_pad}{pad}"),
            Align::Right => format!("{pad}{value}{gap}{unit}{unit_pad}"),
        }
    }

    fn heading(&self) -> String {
        let pad = " ".repeat(self.width() - fit::width(self.title));
        match self.align {
            Align::Left => format!("{}{pad}", self.title),
            Align::Right => format!("{pad}{}", self.title),
        }
    }
}

impl Table {
    /// Returns the table as lines that keep within the screen.
    pub(crate) fn render(mut self, screen: Screen) -> String {
        let name_width = self.fit(screen.width);
        let paint = Paint { styled: screen.styled };
        let titles: Vec<_> = self.columns.iter().map(Column::heading).collect();
        let titles = titles.iter().map(String::as_str);
        let head = line(&pad(self.title, name_width), titles);
        let rule = "─".repeat(fit::width(&head));
        let head = head.trim_end();
        let mut lines =
            format!("{}\n{}\n", paint.paint(style::STRONG, head), paint.paint(style::FAINT, &rule));
        let columns: Vec<_> = self.columns.iter().map(|column| column.texts(paint)).collect();
        for (at, name) in self.names.iter().enumerate() {
            let cells = columns.iter().map(|cells| cells[at].as_str());
            lines += line(&pad(&fit::name(name, name_width), name_width), cells).trim_end();
            lines.push('\n');
        }
        lines
    }

    /// Returns the part of a screen that names get before a column of numbers does.
    pub(crate) fn names_need(width: usize) -> usize {
        (width * 28 / 100).clamp(20, 40)
    }

    /// Takes columns away until the rest fits, and returns the width that remains for names.
    fn fit(&mut self, width: usize) -> usize {
        let longest = self.names.iter().map(|name| fit::width(&fit::name(name, usize::MAX))).max();
        let longest = longest.unwrap_or(0).max(fit::width(self.title));
        let wanted = Self::names_need(width);
        loop {
            let taken: usize = self.columns.iter().map(|column| column.width() + GAP).sum();
            let left = width.saturating_sub(taken);
            if left >= longest.min(wanted) {
                return longest.min(left);
            }
            let weakest = (0..self.columns.len())
                .filter(|at| self.columns[*at].stays < ALWAYS)
                .min_by_key(|at| self.columns[*at].stays);
            match weakest {
                Some(at) => drop(self.columns.remove(at)),
                None => return longest.min(left.max(NAME_NEEDS)),
            }
        }
    }
}

fn line<'a>(name: &str, cells: impl Iterator<Item = &'a str>) -> String {
    let mut line = name.to_owned();
    for cell in cells {
        line.push_str(&" ".repeat(GAP));
        line.push_str(cell);
    }
    line
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(fit::width(text))))
}
