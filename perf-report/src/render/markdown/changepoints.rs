//! Changes of series as Markdown.

use std::fmt::Write as _;

use crate::model::{ChangePoints, LevelChange, SeriesChanges};
use crate::render::words::changepoints::{between, headline, levels, notes, pct};
use crate::text::sanitize::{self, markdown_cell as cell};

/// Returns a headline, the notes, and a row a change.
pub(crate) fn changepoints(document: &ChangePoints) -> String {
    let mut text = format!("### {}\n", headline(document));
    for note in notes(document) {
        let _ = writeln!(text, "\n{}", sanitize::markdown_sentence(&note));
    }
    let rows: Vec<(&SeriesChanges, &LevelChange)> = document
        .series
        .iter()
        .flat_map(|series| series.change_points.iter().map(move |change| (series, change)))
        .collect();
    if rows.is_empty() {
        return text;
    }
    text.push_str("\n| series | at | change | between |\n| :-- | --: | --: | :-- |\n");
    for (series, change) in rows {
        let between = between(change).map_or_else(String::new, |between| cell(&between));
        let (name, at) = (cell(&series.name), change.index);
        let change = pct(change).unwrap_or_else(|| levels(change));
        let _ = writeln!(text, "| {name} | {at} | {change} | {between} |");
    }
    text
}
