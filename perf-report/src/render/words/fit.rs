//! Names and text within some columns of a screen. Pure.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::text::sanitize;

/// Returns the columns that `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Returns a function's name for a screen, at most `width` columns wide.
pub(crate) fn name(name: &str, width: usize) -> String {
    if name.is_empty() {
        shorten("(no name)", width)
    } else {
        shorten(&sanitize::line_start(&sanitize::screen(name)), width)
    }
}

/// Returns `path` within `width` columns: leading segments give way first, since the last ones say
/// what it is; then the middle.
pub(crate) fn shorten(path: &str, width: usize) -> String {
    if self::width(path) <= width {
        return path.to_owned();
    }
    path.match_indices("::")
        .map(|(at, _)| &path[at..])
        .find(|rest| self::width(rest) < width)
        .filter(|rest| rest.len() > 2)
        .map_or_else(|| shorten_middle(path, width), |rest| format!("…{rest}"))
}

/// Returns `text` within `width` columns, its beginning and its end.
pub(crate) fn shorten_middle(text: &str, width: usize) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = take(text.chars(), room.div_ceil(2));
    let tail: String = take(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// Takes as many characters as fit into `width` columns.
fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_first_segments_first() {
        let long = "code_stats::metrics::Complexity::visit";
        assert_eq!(name(long, 40), long);
        assert_eq!(name(long, 30), "…::metrics::Complexity::visit");
        assert_eq!(name(long, 20), "…::Complexity::visit");
        assert_eq!(name(long, 10), "…::visit");
        assert_eq!(name("unbelievably_long_function", 11), "unbel…ction");
        assert_eq!(name("", 20), "(no name)");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(name("日本語::関数", 9), "…::関数");
        assert_eq!(width(&name("日本語日本語日本語", 8)), 7);
    }
}
