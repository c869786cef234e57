//! The keys, explained.

use ratatui::text::{Line, Span};

use super::style;
use crate::render::words::fit;

/// Keys, and what they do.
const KEYS: [(&str, &str); 20] = [
    ("q", "leave; a command that was started goes on to its end"),
    ("Ctrl-C", "leave, and ask the command to end"),
    ("Ctrl-Z", "stop; `fg` comes back"),
    ("1 2 3 4, Tab", "functions, tree, threads now, metrics"),
    ("↑ ↓ k j", "another row"),
    ("PgUp PgDn", "a screen up or down; Ctrl-U and Ctrl-D half of one"),
    ("Home End g G", "the first row, the last row"),
    ("Enter", "the function of the row in detail"),
    ("Esc", "back; without anything open, no filter"),
    ("← → h l", "close or open a node of the tree; another column sorts"),
    ("s S > <", "another column sorts"),
    ("r", "the other way round"),
    ("/", "only rows with a text in their name"),
    ("d", "figures of the last reading, since the start, since 0"),
    ("0", "count from now on"),
    ("space p", "pause"),
    ("+ -", "read less often, more often"),
    ("w", "write what is shown to a file, as JSON"),
    ("?", "these keys"),
    ("~ ≥ ≤", "estimated; at least; less than the clock shows"),
];

pub(super) fn lines(width: usize) -> Vec<Line<'static>> {
    let keys = KEYS.iter().map(|(keys, _)| fit::width(keys)).max().unwrap_or(0);
    let line = |(key, text): &(&'static str, &'static str)| {
        let pad = " ".repeat(keys - fit::width(key) + 2);
        let left = width.saturating_sub(keys + 2);
        // Beside each other they would say nothing.
        if left < 16 {
            return Line::raw(fit::shorten_middle(&format!("{key}: {text}"), width));
        }
        Line::from(vec![
            Span::styled(format!("{key}{pad}"), style::STRONG),
            Span::raw(fit::shorten_middle(text, left)),
        ])
    };
    KEYS.iter().map(line).collect()
}
