//! Lists in columns, without rules or colours.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::text::sanitize;

/// Returns rows of cells as columns two spaces apart, the last one as it is.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let safe = |row: &[String; N]| {
        let mut row = row.clone().map(|cell| sanitize::screen(&cell).into_owned());
        if let Some(first) = row.first_mut() {
            *first = sanitize::line_start(first);
        }
        row
    };
    let rows: Vec<[String; N]> = rows.iter().map(safe).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell}{:1$}", "", width - cell.width() + 2);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
