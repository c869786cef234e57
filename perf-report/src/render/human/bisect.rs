//! A search for a commit for a screen: what was found, how certain it is, and what it took.

use std::fmt::Write as _;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::BisectDocument;
use crate::render::Screen;
use crate::render::words::bisect as words;
use crate::text::units;

/// Returns what was found, the chart, the effort and the notes.
pub(crate) fn bisect(document: &BisectDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let mut text = paint.paint(style::STRONG, &words::headline(document)) + "\n";
    for step in &document.steps {
        text.push('\n');
        let (suspects, more) = words::suspects(document, step);
        for commit in suspects {
            let name = wrap::words(&words::named(commit), "", screen.width);
            text.extend(name.lines().map(|line| paint.paint(style::STRONG, line) + "\n"));
            if step.commits.len() == 1 {
                text += &wrap::words(&words::author(commit), "  ", screen.width);
            }
        }
        if more > 0 {
            let _ = writeln!(text, "… and {} more", units::count(more as u64));
        }
        text += &wrap::words(&words::change(document, step), "  ", screen.width);
        text += &wrap::words(&words::certainty(document, step), "  ", screen.width);
    }
    let chart = words::chart(document);
    if !chart.is_empty() {
        let _ = write!(text, "\n{}\n", chart.join("\n"));
    }
    text += "\n";
    text += &wrap::words(&words::effort(document), "", screen.width);
    for note in words::notes(document) {
        let note = wrap::words(&format!("note: {note}"), "", screen.width);
        text.extend(note.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    text
}
