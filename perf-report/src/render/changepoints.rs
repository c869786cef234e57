//! Changes of series in every medium. Those that have some are shown, the others are counted.

use std::fmt::Write as _;

use super::csv::write;
use super::paint::{Paint, style};
use super::sanitize::{self, markdown_cell as cell};
use super::{Screen, text};
use crate::model::{ChangePoints, LevelChange, SeriesChanges};
use crate::stats::segments::Kind;
use crate::units;

/// Series that are shown on a screen.
const SHOWN: usize = 50;

/// For a screen.
pub fn human(document: &ChangePoints, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let changed: Vec<_> =
        document.series.iter().filter(|series| !series.change_points.is_empty()).collect();
    let mut text = paint.paint(style::STRONG, &sentence(document)) + "\n";
    for series in changed.iter().take(SHOWN) {
        let name = text::name(&series.name, screen.width.saturating_sub(2).max(20));
        let _ = writeln!(text, "\n{}", paint.paint(style::STRONG, &name));
        for change in &series.change_points {
            let line = text::wrap_words(&said(change), "  ", screen.width);
            text.push_str(&line);
        }
    }
    if changed.len() > SHOWN {
        let more = units::plural((changed.len() - SHOWN) as u64, "more series");
        let _ =
            writeln!(text, "\n… and {}; --format json has them all", more.trim_end_matches('s'));
    }
    text
}

/// As Markdown.
pub fn markdown(document: &ChangePoints) -> String {
    let mut text = format!("### {}\n", sentence(document));
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
        let between = cell(&between(change).unwrap_or_default());
        let (name, at) = (cell(&series.name), change.index);
        let _ = writeln!(text, "| {name} | {at} | {} | {between} |", pct(change));
    }
    text
}

/// As CSV, a line a change.
pub fn csv(document: &ChangePoints) -> String {
    const HEADER: [&str; 9] = [
        "series",
        "index",
        "before",
        "after",
        "change_pct",
        "p_value",
        "commit_before",
        "commit",
        "kind",
    ];
    let rows = document.series.iter().flat_map(|series| {
        series.change_points.iter().map(move |change| {
            let commit = |commit: &Option<String>| sanitize::csv(commit.as_deref().unwrap_or(""));
            vec![
                sanitize::csv(&series.name),
                change.index.to_string(),
                change.before.to_string(),
                change.after.to_string(),
                change.change_pct.map_or_else(String::new, |pct| pct.to_string()),
                change.p_value.to_string(),
                commit(&change.commit_before),
                commit(&change.commit),
                match change.kind {
                    Kind::Step => "step".to_owned(),
                    Kind::Drift => "drift".to_owned(),
                },
            ]
        })
    });
    write(&HEADER, rows)
}

/// `2 of 14 series changed their level`
fn sentence(document: &ChangePoints) -> String {
    let changed = document.series.iter().filter(|series| !series.change_points.is_empty());
    match (changed.count() as u64, document.series.len() as u64) {
        (_, 0) => "there is no series".to_owned(),
        (0, 1) => "the series kept its level".to_owned(),
        (1, 1) => "the series changed its level".to_owned(),
        (0, all) => format!("each of {} series kept its level", units::count(all)),
        (some, all) => {
            format!("{} of {} series changed their level", units::count(some), units::count(all))
        }
    }
}

/// `at 60: 1.00 → 1.15 (+15.0 %), between 1a2b and 3c4d`
fn said(change: &LevelChange) -> String {
    let [before, after] = [change.before, change.after].map(units::number);
    let between = between(change).map_or_else(String::new, |between| format!(", {between}"));
    let at = match change.kind {
        Kind::Step => "at",
        Kind::Drift => "little by little from",
    };
    let index = units::count(change.index);
    format!("{at} {index}: {before} → {after} ({}){between}", pct(change))
}

fn pct(change: &LevelChange) -> String {
    change.change_pct.map_or_else(|| "from nothing".to_owned(), units::change)
}

fn between(change: &LevelChange) -> Option<String> {
    let short = |commit: &str| -> String { sanitize::screen(commit).chars().take(12).collect() };
    let now = change.commit.as_deref().map(short)?;
    Some(match change.commit_before.as_deref().map(short) {
        Some(before) => format!("between {before} and {now}"),
        None => format!("with {now}"),
    })
}
