//! The course of one function as a chart: values over runs, the levels between changes, and the commits of
//! these.

use crate::model::{FunctionHistory, HistoryDocument};
use crate::render::Screen;
use crate::render::human::paint::{Paint, style};
use crate::render::words::{fit, history as words};
use crate::stats::number::{ends, exponent, float, tenfold};
use crate::stats::robust;

/// Rows between the axis and the highest value.
const ROWS: usize = 11;
/// The widest gap between two runs, in columns.
const WIDEST_GAP: f64 = 6.0;
/// The narrowest screen that a chart is drawn for.
const NARROWEST: usize = 40;
/// The whole height is this part of the largest value at the least: noise of a per cent or two must not
/// look like mountains.
const LEAST_SPAN: f64 = 0.2;
/// Ticks of the axis of values, about.
const TICKS: f64 = 4.0;

/// A character and its look.
type Cell = (char, anstyle::Style);

/// Draws the values of a function within the screen; `None` where there is nothing to connect, or no room.
pub(crate) fn chart(
    document: &HistoryDocument,
    function: &FunctionHistory,
    screen: Screen,
) -> Option<String> {
    if screen.width < NARROWEST {
        return None;
    }
    let known = function.values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = ends(known.clone())?;
    if known.count() < 2 {
        return None;
    }
    let axis = Axis::of(low, high, document);
    let gutter = axis.ticks.iter().map(|(_, label)| fit::width(label)).max().unwrap_or(0);
    let room = screen.width.saturating_sub(gutter + 3);
    let gap = (float(room.saturating_sub(1) as u64) / float(last_of(function).max(1) as u64))
        .min(WIDEST_GAP);
    let chart = Chart {
        document,
        function,
        axis,
        gutter,
        room,
        gap,
        paint: Paint { styled: screen.styled },
    };
    Some(chart.text())
}

fn last_of(function: &FunctionHistory) -> usize {
    function.values.len().saturating_sub(1)
}

/// The axis of values.
struct Axis {
    low: f64,
    span: f64,
    /// Rows from the top, with their labels.
    ticks: Vec<(usize, String)>,
}

impl Axis {
    fn of(low: f64, high: f64, document: &HistoryDocument) -> Self {
        let largest = high.abs().max(low.abs());
        let span = (high - low).max(LEAST_SPAN * largest);
        let span = if span > 0.0 && span.is_finite() { span } else { 1.0 };
        let middle = low / 2.0 + high / 2.0;
        // What cannot be below zero is not drawn as if it could.
        let low = if low >= 0.0 { (middle - span / 2.0).max(0.0) } else { middle - span / 2.0 };
        let mut axis = Self { low, span, ticks: Vec::new() };
        let step = round_step(span / TICKS, document);
        let first = (low / step).ceil();
        let values = (0..10).map(|at| (first + float(at)) * step);
        for value in values.filter(|value| *value <= low + span) {
            let tick = (axis.row(value), document.metric.number(value));
            if axis.ticks.last().is_none_or(|last| last.0 > tick.0) {
                axis.ticks.push(tick);
            }
        }
        axis
    }

    /// Returns the row of a value, from the top.
    fn row(&self, value: f64) -> usize {
        let part = ((value - self.low) / self.span).clamp(0.0, 1.0);
        ROWS - 1 - nearest(part * float(ROWS as u64 - 1)).min(ROWS - 1)
    }
}

/// Returns the step between ticks: 1, 2 or 5 and its tenfolds, and of what is counted a whole number.
fn round_step(least: f64, document: &HistoryDocument) -> f64 {
    let power = tenfold(1.0, exponent(least));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| *step >= least).unwrap_or(least);
    let step = if document.metric.is_count() { step.max(1.0) } else { step };
    if step.is_finite() && step > 0.0 { step } else { 1.0 }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundreds")]
fn nearest(value: f64) -> usize {
    value.round().max(0.0) as usize
}

struct Chart<'a> {
    document: &'a HistoryDocument,
    function: &'a FunctionHistory,
    axis: Axis,
    /// Columns of the labels on the left.
    gutter: usize,
    /// Columns for runs, at most.
    room: usize,
    /// Columns from run to run.
    gap: f64,
    paint: Paint,
}

impl Chart<'_> {
    fn text(&self) -> String {
        let mut grid = vec![vec![(' ', style::PLAIN); self.width()]; ROWS];
        self.draw_changes(&mut grid);
        self.draw_levels(&mut grid);
        self.draw_points(&mut grid);
        let mut text = String::new();
        for (at, cells) in grid.iter().enumerate() {
            let tick = self.axis.ticks.iter().find(|tick| tick.0 == at);
            text += &self.line(
                tick.map_or("", |tick| &tick.1),
                if tick.is_some() { '┤' } else { '│' },
                cells,
            );
        }
        text += &self.line("", '└', &self.runs_axis());
        text += &self.names();
        text + &self.legend()
    }

    /// Returns the columns that the runs take.
    fn width(&self) -> usize {
        (self.column(last_of(self.function)) + 1).min(self.room)
    }

    fn column(&self, run: usize) -> usize {
        nearest(float(run as u64) * self.gap).min(self.room.saturating_sub(1))
    }

    fn line(&self, label: &str, rim: char, cells: &[Cell]) -> String {
        let pad = " ".repeat(self.gutter.saturating_sub(fit::width(label)));
        let is_axis = rim == '└';
        let rim = self.paint.paint(style::FAINT, &format!("{pad}{label} {rim}"));
        let runs = cells.chunk_by(|a, b| a.1 == b.1);
        let text: String = runs
            .map(|run| {
                self.paint.paint(run[0].1, &run.iter().map(|cell| cell.0).collect::<String>())
            })
            .collect();
        // The axis has no gap.
        let gap = if is_axis { self.paint.paint(style::FAINT, "─") } else { " ".to_owned() };
        format!("{rim}{gap}{text}").trim_end().to_owned() + "\n"
    }

    /// Returns the runs at which the level changed, and whether that is in doubt.
    fn changes(&self) -> impl Iterator<Item = (usize, bool)> {
        let sure = self.function.change_points.iter().map(|change| (change, false));
        let doubtful = self.function.doubtful_changes.iter().map(|change| (change, true));
        let all = sure.chain(doubtful);
        let last = last_of(self.function);
        all.filter_map(move |(change, in_doubt)| {
            Some((usize::try_from(change.index).ok().filter(|at| *at <= last)?, in_doubt))
        })
    }

    fn draw_changes(&self, grid: &mut [Vec<Cell>]) {
        for (run, _) in self.changes() {
            let column = self.column(run);
            for cells in grid.iter_mut() {
                cells[column] = ('┆', style::FAINT);
            }
        }
    }

    /// Draws the level of each segment: between changes, or of the whole where there was none.
    fn draw_levels(&self, grid: &mut [Vec<Cell>]) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(last_of(self.function));
        let mut begin = 0;
        let mut levels = Vec::new();
        for change in &self.function.change_points {
            levels.push((begin, place(change.last_before), change.before));
            begin = place(change.end);
        }
        let newest = self.function.change_points.last().map(|change| change.after);
        let whole = self.function.values.iter().enumerate().filter(|(at, _)| self.is_whole(*at));
        let whole: Vec<f64> = whole.filter_map(|(_, value)| *value).collect();
        let level = newest.or_else(|| robust::median(&whole).filter(|_| !self.document.too_few));
        levels.extend(level.map(|level| (begin, last_of(self.function), level)));
        for (from, to, level) in levels.into_iter().filter(|(.., level)| level.is_finite()) {
            let row = &mut grid[self.axis.row(level)];
            let (from, to) = (self.column(from), self.column(to));
            row.iter_mut().take(to + 1).skip(from).for_each(|cell| *cell = ('─', style::PLAIN));
        }
    }

    fn draw_points(&self, grid: &mut [Vec<Cell>]) {
        let known =
            |(at, value): (usize, &Option<f64>)| Some((at, value.filter(|it| it.is_finite())?));
        for (at, value) in self.function.values.iter().enumerate().filter_map(known) {
            let cell = &mut grid[self.axis.row(value)][self.column(at)];
            if self.is_whole(at) {
                *cell = ('●', style::HEAT);
            } else if cell.0 != '●' {
                *cell = ('×', style::WARN);
            }
        }
    }

    fn is_whole(&self, at: usize) -> bool {
        !self.document.not_whole.contains(&(at as u64))
    }

    /// Returns the axis of runs, with a mark at each change.
    fn runs_axis(&self) -> Vec<Cell> {
        let mut cells = vec![('─', style::FAINT); self.width()];
        for (run, in_doubt) in self.changes() {
            cells[self.column(run)] =
                if in_doubt { ('?', style::WARN) } else { ('▲', style::STRONG) };
        }
        cells
    }

    /// Returns the names of runs below the axis: those of changes first, then the newest and the oldest.
    fn names(&self) -> String {
        let mut wanted: Vec<usize> = self.changes().map(|(run, _)| run).collect();
        wanted.reverse();
        wanted.extend([last_of(self.function), 0]);
        let mut placed: Vec<(usize, String)> = Vec::new();
        for run in wanted {
            let name = words::place(&self.document.runs, run as u64);
            let width = fit::width(&name);
            let last = self.room.saturating_sub(width);
            // Below its run, as far as there is room to the right.
            let from = self.column(run).min(last);
            let is_free = |(other, text): &(usize, String)| {
                from + width + 2 <= *other || other + fit::width(text) + 2 <= from
            };
            if width <= self.room && !name.is_empty() && placed.iter().all(is_free) {
                placed.push((from, name));
            }
        }
        placed.sort();
        let mut line = String::new();
        for (from, name) in placed {
            line += &" ".repeat(from - fit::width(&line).min(from));
            line += &name;
        }
        let cells: Vec<Cell> = line.chars().map(|c| (c, style::FAINT)).collect();
        self.line("", ' ', &cells)
    }

    /// Returns the meaning of the signs that are not known from any chart.
    fn legend(&self) -> String {
        let is_part = |at: usize| self.function.values.get(at).is_some_and(Option::is_some);
        let has_parts = (0..self.function.values.len()).any(|at| !self.is_whole(at) && is_part(at));
        let changes: Vec<(usize, bool)> = self.changes().collect();
        let items = [
            (changes.iter().any(|change| !change.1), "▲ change of level"),
            (changes.iter().any(|change| change.1), "? change in doubt"),
            (has_parts, "× not whole"),
        ];
        let items: Vec<String> =
            items.into_iter().filter(|item| item.0).map(|item| item.1.to_owned()).collect();
        if items.is_empty() {
            return String::new();
        }
        let indent = " ".repeat(self.gutter + 3);
        let lines = crate::render::human::wrap::items(&items, &indent, self.gutter + 3 + self.room);
        lines.lines().map(|line| self.paint.paint(style::FAINT, line) + "\n").collect()
    }
}
