//! Measuring, shortening and wrapping text in columns of a screen. Pure.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::text::sanitize;

/// Columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// A function's name for a screen, at most `width` columns wide.
pub(super) fn name(name: &str, width: usize) -> String {
    if name.is_empty() {
        shorten("(no name)", width)
    } else {
        shorten(&sanitize::line_start(&sanitize::screen(name)), width)
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

/// Words wrapped at `width` columns, each line after `indent`. A number and its unit stay together.
pub(super) fn wrap_words(text: &str, indent: &str, width: usize) -> String {
    let mut begin = 0;
    let mut items = Vec::new();
    for (at, _) in text.match_indices(' ') {
        let before = text[begin..at].rsplit(' ').next().unwrap_or_default();
        let after = text[at + 1..].split(' ').next().unwrap_or_default();
        if !are_one(before, after) {
            items.push(&text[begin..at]);
            begin = at + 1;
        }
    }
    items.push(&text[begin..]);
    wrap(items.into_iter(), " ", indent, width)
}

/// Whether two words are a number and its unit, or a sign and its number.
fn are_one(before: &str, after: &str) -> bool {
    const UNITS: [&str; 17] = [
        "%", "×", "ns", "µs", "ms", "s", "min", "h", "B", "KiB", "MiB", "GiB", "TiB", "k", "M",
        "G", "σ",
    ];
    let unit = after.trim_end_matches([',', ';', ':', '.', ')', '…']);
    let is_number =
        |word: &str, c: fn(&str) -> Option<char>| c(word).is_some_and(|c| c.is_ascii_digit());
    let is_unit = UNITS.contains(&unit) && is_number(before, |word| word.chars().next_back());
    let is_sign = ["≤", "≥", "<", ">", "±"].contains(&before);
    is_unit || (is_sign && is_number(after, |word| word.chars().next()))
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
        text.extend([indent, &sanitize::line_start(&line), "\n"]);
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
    fn a_number_and_its_unit_stay_together() {
        let text = "mean 20.1 ms → 24.9 ms (+23.9 %, likely 3 ×); peak 64.2 MiB, at most ≤ 10 ns";
        for width in 20..90 {
            for line in wrap_words(text, "", width).lines() {
                let parted = ["ms", "%,", "×);", "MiB,", "10", "ns"];
                let first = line.split(' ').next().unwrap();
                assert!(!parted.contains(&first), "{width}: {line}");
            }
        }
        assert_eq!(wrap_words("a  b in 3 months", "", 20), "a  b in 3 months\n");
    }

    #[test]
    fn lines_break_between_items() {
        let items = ["exit 0", "wall 912 ms", "peak 64.2 MiB"].map(str::to_owned);
        assert_eq!(join_wrapped(&items, "", 24), "exit 0 · wall 912 ms\npeak 64.2 MiB\n");
    }
}
