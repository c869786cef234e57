//! Lists in columns, without rules or colours.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::text::sanitize;

/// Returns rows of cells as columns two spaces apart, the last one as it is.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    list(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>(), usize::MAX)
}

/// The fewest columns of the screen that the last column gets.
const LEAST: usize = 16;

/// Returns rows of as many cells each as columns two spaces apart, the last one cut where it does not fit into
/// `screen` columns.
pub(crate) fn list(rows: &[Vec<String>], screen: usize) -> String {
    let safe = |row: &Vec<String>| -> Vec<String> {
        let cells = row.iter().enumerate();
        let safe = cells.map(|(at, cell)| {
            let cell = sanitize::screen(cell).into_owned();
            if at == 0 { sanitize::line_start(&cell) } else { cell }
        });
        safe.collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(safe).collect();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
    let last = screen.saturating_sub(before).max(LEAST);
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let cell = if at + 1 == columns { cut(cell, last) } else { cell.clone() };
            let _ = write!(line, "{cell}{:1$}", "", (width + 2).saturating_sub(cell.width()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the beginning of a text that is wider than `width`, with a sign that it goes on.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + c.width().unwrap_or(0) + 1 > width {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}
