//! Functions, a row each.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::table::{self, Cell};
use super::{row, style, visible};
use crate::live::top::{Item, State};
use crate::model::TopFunction;
use crate::render::words::fit;
use crate::render::words::top::Column;

/// A function's share of the self time from which it stands out, in per cent.
const HOT_PCT: f64 = 10.0;

pub(super) fn lines(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    let functions = &state.document.functions;
    let longest = functions.iter().map(|row| row.function.name.len()).max().unwrap_or(0);
    let mut columns: Vec<table::Column<Column>> =
        Column::of(&state.document).into_iter().map(|column| of(state, column)).collect();
    let name_width = table::fit_columns(&mut columns, width, longest.max(20));
    let titles: Vec<_> = columns.iter().map(|it| (title(state, it.kind), it.width)).collect();
    let mut lines = vec![table::titles(&title(state, Column::Name), name_width, &titles)];
    for (place, is_selected) in visible(state, height.saturating_sub(1)) {
        let Item::Function(at) = state.rows[place].item else { continue };
        let function = &functions[at];
        let cells: Vec<_> = columns.iter().map(|it| (cell(function, it.kind), it.width)).collect();
        let name = Span::raw(fit::name(&function.function.name, name_width));
        lines.push(row(table::line(name, name_width, &cells), width, is_selected));
    }
    if lines.len() == 1 {
        lines.push(nothing(state, width));
    }
    lines
}

/// Returns the reason why there are no rows.
fn nothing(state: &State, width: usize) -> Line<'static> {
    let text = if !state.filter.is_empty() {
        "No function passes the filter; Esc clears it."
    } else if state.document.processes.is_empty() {
        "Waiting for a process to record."
    } else {
        "No tracked function was called in this time; d shows all time."
    };
    Line::styled(fit::shorten_middle(text, width), style::FAINT)
}

fn of(state: &State, kind: Column) -> table::Column<Column> {
    let width = match kind {
        Column::Share | Column::Errors | Column::Panics | Column::Allocs => 7,
        Column::Rate => 8,
        _ => 9,
    };
    // The order would not be understood without it.
    let stays = if kind == state.sort { u8::MAX } else { kind.stays() };
    table::Column { kind, width, stays }
}

/// Returns the title of a column, with the direction if it is the one that sorts.
fn title(state: &State, column: Column) -> String {
    let mark = match (column == state.sort, state.is_reversed == (column == Column::Name)) {
        (false, _) => "",
        (true, true) => "▼",
        (true, false) => "▲",
    };
    format!("{}{mark}", column.title())
}

fn cell(function: &TopFunction, column: Column) -> Cell {
    (column.value(function), look(function, column))
}

fn look(row: &TopFunction, column: Column) -> Style {
    let function = &row.function;
    match column {
        Column::Errors if function.errors > 0 => style::BAD,
        Column::Panics if function.panics > 0 => style::BAD,
        Column::Errors | Column::Panics => style::FAINT,
        Column::Share | Column::Own if row.self_pct >= HOT_PCT => style::HEAT,
        _ => style::PLAIN,
    }
}
