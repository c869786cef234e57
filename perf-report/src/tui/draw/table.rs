//! Tables that stand still: columns of fixed width, which leave when the screen is narrow, beside names that
//! take what remains.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::style;
use crate::render::words::fit;

/// Columns between two columns.
const GAP: usize = 1;
/// The narrowest that names become beside columns.
const NAME_NEEDS: usize = 12;
/// The narrowest that they become beside the last column.
const NAME_NEEDS_AT_LAST: usize = 8;

/// A column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column<K> {
    /// The thing it shows.
    pub kind: K,
    /// Columns of the screen that it takes.
    pub width: usize,
    /// Its rank when the screen is narrow: the lowest leaves first.
    pub stays: u8,
}

/// Takes columns away until the names have room, and returns the width of the names: at most `longest`.
pub(super) fn fit_columns<K>(columns: &mut Vec<Column<K>>, width: usize, longest: usize) -> usize {
    let wanted = (width * 34 / 100).clamp(NAME_NEEDS, 44).min(longest.max(NAME_NEEDS));
    loop {
        let taken: usize = columns.iter().map(|column| column.width + GAP).sum();
        let left = width.saturating_sub(taken);
        let weakest = (0..columns.len()).min_by_key(|&at| columns[at].stays);
        match weakest {
            // The last one leaves only when names would be nothing beside it.
            Some(_) if left >= wanted || (columns.len() == 1 && left >= NAME_NEEDS_AT_LAST) => {
                return left.min(longest.max(NAME_NEEDS));
            }
            Some(at) => drop(columns.remove(at)),
            None => return width,
        }
    }
}

/// Returns the titles: that of the names, and those of the columns on the right.
pub(super) fn titles(name: &str, name_width: usize, columns: &[(String, usize)]) -> Line<'static> {
    let mut text = padded(&fit::shorten_middle(name, name_width), name_width);
    for (title, width) in columns {
        text += &" ".repeat(GAP);
        text += &right(title, *width);
    }
    Line::styled(text, style::STRONG)
}

/// Returns a line of a name and its cells.
pub(super) fn line(
    name: Span<'static>,
    name_width: usize,
    cells: &[(Cell, usize)],
) -> Line<'static> {
    let missing = name_width.saturating_sub(name.width());
    let mut line = Line::from(vec![name, Span::raw(" ".repeat(missing))]);
    for ((text, look), width) in cells {
        line.push_span(Span::raw(" ".repeat(GAP)));
        line.push_span(Span::styled(right(text, *width), *look));
    }
    line
}

/// The text of a cell, and its look.
pub(super) type Cell = (String, Style);

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(fit::width(text))))
}

/// Returns text at the right of a number of columns. What is too wide loses its middle.
pub(super) fn right(text: &str, width: usize) -> String {
    let text = fit::shorten_middle(text, width);
    format!("{}{text}", " ".repeat(width.saturating_sub(fit::width(&text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_in_the_order_of_their_ranks() {
        let of = |width| {
            let column = |kind, stays| Column { kind, width: 9, stays };
            let mut columns = vec![column('a', 3), column('b', 1), column('c', 2)];
            let name = fit_columns(&mut columns, width, 30);
            (columns.iter().map(|it| it.kind).collect::<String>(), name)
        };
        assert_eq!(of(200), ("abc".to_owned(), 30));
        assert_eq!(of(50), ("abc".to_owned(), 20));
        assert_eq!(of(40), ("ac".to_owned(), 20));
        assert_eq!(of(30), ("a".to_owned(), 20));
        assert_eq!(of(22), ("a".to_owned(), 12));
        assert_eq!(of(18), ("a".to_owned(), 8));
        assert_eq!(of(17), (String::new(), 17));
    }
}
