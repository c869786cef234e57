//! Measuring, shortening and wrapping text in columns of a screen. Pure.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::sanitize;

/// Columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// A function's name for a screen, at most `width` columns wide.
pub(super) fn name(name: &str, width: usize) -> String {
    if name.is_empty() {
        shorten("(no name)", width)
    } else {
        shorten(&sanitize::screen(name), width)
    }
}

/// `path` within `width` columns: leading segments give way first, since the last ones say what it
/// is; then the middle.
pub(super) fn shorten(path: &str, width: usize) -> String {
    if self::width(path) <= width {
        return path.to_owned();
    }
    path.match_indices("::")
        .map(|(at, _)| &path[at..])
        .find(|rest| self::width(rest) < width)
        .filter(|rest| rest.len() > 2)
        .map_or_else(|| shorten_middle(path, width), |rest| format!("…{rest}"))
}

/// `text` within `width` columns, its beginning and its end.
pub(super) fn shorten_middle(text: &str, width: usize) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = take(text.chars(), room.div_ceil(2));
    let tail: String = take(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// As many characters as fit into `width` columns.
fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

/// Items joined by ` · `, wrapped between items, each line after `indent`.
pub(super) fn join_wrapped(items: &[String], indent: &str, width: usize) -> String {
    wrap(items.iter().map(String::as_str), " · ", indent, width)
}

/// Words wrapped at `width` columns, each line after `indent`.
pub(super) fn wrap_words(text: &str, indent: &str, width: usize) -> String {
    wrap(text.split(' '), " ", indent, width)
}

/// Lines of `items`, each ending in a newline. An item wider than a line is shortened.
fn wrap<'a>(
    items: impl Iterator<Item = &'a str>,
    separator: &str,
    indent: &str,
    width: usize,
) -> String {
    let room = width.saturating_sub(self::width(indent)).max(20);
    let mut lines = vec![String::new()];
    for item in items {
        let item = shorten_middle(item, room);
        let fits =
            |line: &str| self::width(line) + self::width(separator) + self::width(&item) <= room;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&item),
            Some(line) if fits(line) => {
                line.push_str(separator);
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    let mut text = String::new();
    for line in lines {
        text.extend([indent, &line, "\n"]);
    }
    text
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

    #[test]
    fn lines_break_between_items() {
        let items = ["exit 0", "wall 912 ms", "peak 64.2 MiB"].map(str::to_owned);
        assert_eq!(join_wrapped(&items, "", 24), "exit 0 · wall 912 ms\npeak 64.2 MiB\n");
    }
}
