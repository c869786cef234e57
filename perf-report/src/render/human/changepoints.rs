//! Changes of series for a screen: those that have some are shown, the others are counted.

use std::fmt::Write as _;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::ChangePoints;
use crate::render::Screen;
use crate::render::words::changepoints::{headline, in_words, notes};
use crate::render::words::fit;
use crate::text::units;

/// Series that are shown on a screen.
const SHOWN: usize = 50;

/// Returns the series that changed, each with its changes.
pub(crate) fn changepoints(document: &ChangePoints, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let changed: Vec<_> =
        document.series.iter().filter(|series| !series.change_points.is_empty()).collect();
    let mut text = paint.paint(style::STRONG, &headline(document)) + "\n";
    for note in notes(document) {
        let note = wrap::words(&format!("note: {note}"), "", screen.width);
        text.extend(note.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    for series in changed.iter().take(SHOWN) {
        let name = fit::name(&series.name, screen.width.saturating_sub(2).max(20));
        let _ = writeln!(text, "\n{}", paint.paint(style::STRONG, &name));
        for change in &series.change_points {
            let line = wrap::words(&in_words(change), "  ", screen.width);
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
