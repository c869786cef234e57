//! Errors by kind as a table.

use super::paint::style;
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::wrap;
use crate::model::Function;
use crate::render::Screen;
use crate::render::words::failures::{self, MOST_ROWS, Row, TITLES};
use crate::render::words::{estimates::Mark, fit};
use crate::text::units;

/// The widest that the name of a kind becomes.
const KIND_WIDTH: usize = 48;

/// Returns the table of the errors of these functions by kind; `None` without any.
pub(crate) fn failures(functions: &[&Function], screen: Screen) -> Option<String> {
    let rows = failures::rows(functions.iter().copied());
    if rows.is_empty() {
        return None;
    }
    let shown = &rows[..rows.len().min(MOST_ROWS)];
    let mut text = table(shown).render(screen);
    let beyond = rows.len() - shown.len();
    if beyond > 0 {
        let more = units::plural(beyond as u64, "more kind");
        text += &wrap::words(&format!("… {more}, in --format json"), "", screen.width);
    }
    if let Some(about) = failures::explained(shown) {
        text += &wrap::words(about, "", screen.width);
    }
    Some(text)
}

fn table(rows: &[Row<'_>]) -> Table {
    let column = |at: usize, stays, cell: &dyn Fn(&Row<'_>) -> Cell| Column {
        title: TITLES[at],
        stays,
        align: if at == 0 { Align::Left } else { Align::Right },
        cells: rows.iter().map(cell).collect(),
    };
    let time = |row: &Row<'_>, time: Option<(Mark, f64)>| match time {
        Some((mark, ns)) => Cell::duration(style::PLAIN, mark, ns),
        None if is_first(rows, row) => Cell::unknown(),
        None => Cell::new(style::FAINT, "·"),
    };
    let columns = vec![
        column(0, ALWAYS, &|row| Cell::new(style::BAD, fit::name(row.name(), KIND_WIDTH))),
        column(1, ALWAYS, &|row| Cell::new(style::PLAIN, units::count(row.count))),
        column(2, 60, &|row| Cell::new(style::PLAIN, units::percent(row.share_pct))),
        column(3, 50, &|row| time(row, row.failed)),
        column(4, 40, &|row| time(row, row.others)),
    ];
    let names = rows.iter().map(|row| row.function.name.clone()).collect();
    Table { title: "errors by kind", names, columns }
}

/// Returns whether a row is the first of its function.
fn is_first(rows: &[Row<'_>], row: &Row<'_>) -> bool {
    let first = rows.iter().find(|it| it.function.name == row.function.name);
    first.is_some_and(|first| std::ptr::eq(first, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn the_table_fits_and_is_safe() {
        let run = samples::failing();
        let functions: Vec<&Function> = run.functions.iter().collect();
        let shown = |width| failures(&functions, Screen { width, styled: false }).unwrap();
        insta::assert_snapshot!(shown(100), @r"
        errors by kind                    kind of error       count  share  failed call  other calls
        ────────────────────────────────────────────────────────────────────────────────────────────
        code_stats::cache::Store::lookup  (all)                   6  100 %      ~900 ns     ~1.20 µs
        code_stats::parse::parse_file     Timeout                 2   50 %      31.0 ms      7.80 ms
        code_stats::parse::parse_file     \u{1b}[31m|Refused      1   25 %         ·            ·
        code_stats::parse::parse_file     (no name)               1   25 %         ·            ·
        ~ not all calls were timed: the mean of the failed ones that were stands for all of them
        ");
        assert!(shown(60).lines().all(|line| fit::width(line) <= 60), "{}", shown(60));
        let plain = samples::typical();
        let functions: Vec<&Function> = plain.functions.iter().collect();
        assert_eq!(failures(&functions, Screen { width: 80, styled: false }), None);
    }
}
