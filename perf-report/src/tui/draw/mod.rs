//! Pictures of the state: lines, exactly as many as the screen has. Pure.

mod detail;
mod frame;
mod functions;
mod help;
mod metrics;
mod table;
mod threads;
mod tree;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget as _};

use super::Look;
use crate::live::top::{Open, State, View};

/// The looks of text.
mod style {
    use super::{Color, Modifier, Style};

    pub(super) const PLAIN: Style = Style::new();
    pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
    pub(super) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
    pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);
    pub(super) const HEAT: Style = Style::new().fg(Color::Cyan);
    pub(super) const BAD: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    pub(super) const WARN: Style = Style::new().fg(Color::Yellow);
}

/// The parts of a screen, in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    /// Lines above the rows: the subject, the account, the views.
    head: usize,
    /// Lines of titles.
    titles: usize,
    /// Rows.
    rows: usize,
    /// Lines below them.
    foot: usize,
}

impl Parts {
    fn of(height: usize) -> Self {
        let head = match height {
            0..=3 => 0,
            4..=6 => 1,
            7..=9 => 2,
            _ => 3,
        };
        let titles = usize::from(height >= 2);
        let foot = usize::from(height >= 3);
        Self { head, titles, rows: height.saturating_sub(head + titles + foot), foot }
    }
}

/// Returns the number of rows that a screen has room for.
pub(super) fn room(size: Size) -> usize {
    Parts::of(size.height.into()).rows
}

/// Draws the whole screen.
pub(super) fn screen(state: &State, look: Look, buffer: &mut Buffer) {
    let area = buffer.area;
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let parts = Parts::of(height);
    let mut lines = frame::head(state, width, parts.head);
    let body = parts.titles + parts.rows;
    lines.extend(fill(content(state, width, body), body));
    if parts.foot > 0 {
        lines.push(frame::foot(state, width));
    }
    lines.truncate(height);
    Paragraph::new(lines).render(Rect { x: area.x, y: area.y, ..area }, buffer);
    look.restrict(buffer);
}

/// Returns the lines between head and foot: titles and rows, or what covers them.
fn content(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    match &state.open {
        Open::Rows => {}
        Open::Help => return scrolled(help::lines(width), state.scrolled, height),
        Open::Detail(name) => {
            return scrolled(detail::lines(state, name, width), state.scrolled, height);
        }
    }
    match state.view {
        View::Functions => functions::lines(state, width, height),
        View::Tree => tree::lines(state, width, height),
        View::Threads => threads::lines(state, width, height),
        View::Metrics => metrics::lines(state, width, height),
    }
}

/// Returns the part of `lines` that is seen, never less than a screen of it.
fn scrolled(lines: Vec<Line<'static>>, by: usize, height: usize) -> Vec<Line<'static>> {
    let most = lines.len().saturating_sub(height);
    lines.into_iter().skip(by.min(most)).take(height).collect()
}

/// Returns lines that fill the height.
fn fill(mut lines: Vec<Line<'static>>, height: usize) -> Vec<Line<'static>> {
    lines.resize(height, Line::default());
    lines
}

/// Returns the place in the view of each row that is on the screen, and whether it is selected.
fn visible(state: &State, rows: usize) -> impl Iterator<Item = (usize, bool)> + use<> {
    let selected = state.selected();
    let places = (state.first..state.rows.len()).take(rows);
    places.map(move |place| (place, Some(place) == selected))
}

/// Returns a line over the whole width, turned round where it is selected.
fn row(mut line: Line<'static>, width: usize, is_selected: bool) -> Line<'static> {
    if is_selected {
        let missing = width.saturating_sub(line.width());
        line.push_span(" ".repeat(missing));
        line = line.patch_style(style::SELECTED);
        for span in &mut line.spans {
            span.style = style::SELECTED;
        }
    }
    line
}
