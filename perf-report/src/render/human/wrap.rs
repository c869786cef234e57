//! Wrapping of text in the columns of a screen. Pure.

use crate::render::words::fit::{self, shorten_middle};
use crate::text::sanitize;

/// Returns items joined by ` · `, wrapped between items, each line after `indent`.
pub(crate) fn items(items: &[String], indent: &str, width: usize) -> String {
    wrap(items.iter().map(String::as_str), " · ", indent, width)
}

/// Returns words wrapped at `width` columns, each line after `indent`. A number and its unit stay
/// together.
pub(crate) fn words(text: &str, indent: &str, width: usize) -> String {
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

/// Returns whether two words are a number and its unit, a sign and its number, or a summand and the plus behind it.
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
    // At the beginning of a line, it would be taken for a formula.
    let is_plus = after == "+";
    is_unit || is_plus || (is_sign && is_number(after, |word| word.chars().next()))
}

/// Returns the lines of `items`, each ending in a newline. An item wider than a line is shortened.
fn wrap<'a>(
    items: impl Iterator<Item = &'a str>,
    separator: &str,
    indent: &str,
    width: usize,
) -> String {
    let room = width.saturating_sub(fit::width(indent)).max(20);
    let mut lines = vec![String::new()];
    for item in items {
        let item = shorten_middle(item, room);
        let fits =
            |line: &str| fit::width(line) + fit::width(separator) + fit::width(&item) <= room;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&begin(&item, room)),
            Some(line) if fits(line) => {
                line.push_str(separator);
                line.push_str(&item);
            }
            _ => lines.push(begin(&item, room)),
        }
    }
    let mut text = String::new();
    for line in lines {
        text.extend([indent, &sanitize::line_start(&line), "\n"]);
    }
    text
}

/// Returns an item that begins a line, within the room for it: what readers would obey is escaped, which is wider.
fn begin(item: &str, room: usize) -> String {
    shorten_middle(&sanitize::line_start(item), room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit_stay_together() {
        let text = "mean 20.1 ms → 24.9 ms (+23.9 %, likely 3 ×); peak 64.2 MiB, at most ≤ 10 ns";
        for width in 20..90 {
            for line in words(text, "", width).lines() {
                let parted = ["ms", "%,", "×);", "MiB,", "10", "ns"];
                let first = line.split(' ').next().unwrap();
                assert!(!parted.contains(&first), "{width}: {line}");
            }
        }
        assert_eq!(words("a  b in 3 months", "", 20), "a  b in 3 months\n");
    }

    #[test]
    fn lines_break_between_items() {
        let facts = ["exit 0", "wall 912 ms", "peak 64.2 MiB"].map(str::to_owned);
        assert_eq!(items(&facts, "", 24), "exit 0 · wall 912 ms\npeak 64.2 MiB\n");
    }
}
