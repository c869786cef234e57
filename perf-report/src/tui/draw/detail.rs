//! One function in detail: figures, distribution, callers and callees, its rate.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::frame::fitted;
use super::{style, table};
use crate::live::top::{Bar, Detail, Place, State};
use crate::model::Neighbour;
use crate::render::words::fit;
use crate::render::words::sparkline::sparkline;
use crate::render::words::top::{Column, rough};
use crate::stats::number::{float, whole};
use crate::text::{sanitize, units};

/// Callers, and callees, that are shown.
const MOST_EDGES: usize = 12;
/// Columns of a bar at most.
const BAR: usize = 60;

pub(super) fn lines(state: &State, name: &str, width: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(fit::name(name, width), style::STRONG)];
    let Some(detail) = state.shown_detail() else {
        let text = "It was not called in this time; d shows all time.";
        lines.push(Line::styled(fit::shorten_middle(text, width), style::FAINT));
        return lines;
    };
    let function = &detail.function.function;
    if !function.file.is_empty() {
        let place = format!("{}:{}", sanitize::screen(&function.file), function.line);
        lines.push(Line::styled(fit::shorten_middle(&place, width), style::FAINT));
    }
    lines.extend(figures(&detail, width));
    let rates: Vec<Option<f64>> = state.rates(name).iter().copied().map(Some).collect();
    if rates.len() > 1 {
        const TITLE: &str = "calls/s ";
        let line = sparkline(&rates, width.saturating_sub(TITLE.len()).min(BAR));
        let title = Span::styled(TITLE, style::FAINT);
        lines.push(Line::from(vec![title, Span::styled(line, style::HEAT)]));
    }
    lines.extend(distribution(&detail, width));
    lines.extend(edges("called by", &detail.callers, width));
    lines.extend(edges("calls", &detail.callees, width));
    lines
}

/// Returns all figures of the function, on as many lines as they need.
fn figures(detail: &Detail, width: usize) -> Vec<Line<'static>> {
    let of = |column: &Column| format!("{} {}", column.title(), column.value(&detail.function));
    let shown = |column: &&Column| match column {
        Column::Errors => detail.function.function.counts_errors(),
        Column::Panics => detail.function.function.panics > 0,
        Column::Allocs => detail.function.function.allocs.is_some(),
        _ => true,
    };
    let mut items: Vec<String> = Column::ALL.iter().filter(shown).map(of).collect();
    let unfinished = detail.function.function.unfinished;
    if unfinished > 0 {
        items.push(format!("{} not finished", units::count(unfinished)));
    }
    let mut lines = Vec::new();
    while !items.is_empty() {
        let text = fitted(&items, width);
        let used = text.matches(" · ").count() + 1;
        items.drain(..used.min(items.len()));
        lines.push(Line::raw(text));
    }
    lines
}

/// Returns a bar for each range of durations.
fn distribution(detail: &Detail, width: usize) -> Vec<Line<'static>> {
    const TIME: usize = 10;
    const CALLS: usize = 9;
    if detail.bars.is_empty() {
        return Vec::new();
    }
    let room = width.saturating_sub(TIME + CALLS + 2).min(BAR);
    let bar = |bar: &Bar| {
        let text = bar_of(bar.part, room);
        let pad = room.saturating_sub(fit::width(&text));
        let calls = if bar.calls == 0 { "·".to_owned() } else { rough(bar.calls) };
        let from = units::duration(float(bar.from_ns));
        let from = if bar.place == Place::Below { format!("< {from}") } else { from };
        Line::from(vec![
            Span::raw(table::right(&from, TIME) + " "),
            Span::styled(text + &" ".repeat(pad), look(bar)),
            Span::raw(" ".to_owned() + &table::right(&calls, CALLS)),
        ])
    };
    let head = format!("{} durations of calls", table::right("from", TIME));
    let head = Line::styled(fit::shorten_middle(&head, width), style::FAINT);
    [Line::default(), head].into_iter().chain(detail.bars.iter().map(bar)).collect()
}

/// Returns the look of a bar: what is far off is none of the picture.
fn look(bar: &Bar) -> Style {
    if bar.place == Place::Within { style::HEAT } else { style::FAINT }
}

/// Draws a part of a number of columns, in eighths of one; something is never nothing.
fn bar_of(part: f64, columns: usize) -> String {
    const STEPS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = whole((part * float(columns as u64) * 8.0).ceil());
    let eighths = usize::try_from(eighths).unwrap_or(0).min(columns * 8);
    format!("{}{}", "█".repeat(eighths / 8), STEPS[eighths % 8])
}

fn edges(title: &'static str, edges: &[Neighbour], width: usize) -> Vec<Line<'static>> {
    if edges.is_empty() {
        return Vec::new();
    }
    let line = |edge: &Neighbour| {
        let calls = table::right(&format!("{} ×", rough(edge.calls)), 11);
        let time = table::right(&units::duration(float(edge.total_ns)), 9);
        let figures = if width >= 40 { format!("{calls} {time}  ") } else { format!("{time} ") };
        let left = width.saturating_sub(fit::width(&figures));
        let name = match &edge.name {
            Some(name) => fit::name(name, left),
            None => fit::shorten_middle("nothing that is tracked", left),
        };
        Line::raw(figures + &name)
    };
    let more = edges.len().saturating_sub(MOST_EDGES);
    let mut lines = vec![Line::default(), Line::styled(title, style::FAINT)];
    lines.extend(edges.iter().take(MOST_EDGES).map(line));
    if more > 0 {
        lines.push(Line::styled(format!("… {more} more"), style::FAINT));
    }
    lines
}
