//! Functions that became slower run by run, for a screen.

use std::fmt::Write as _;

use super::paint::{Paint, of_trend, style};
use super::wrap;
use crate::model::DeclineDocument;
use crate::render::Screen;
use crate::render::words::decline::{
    UNSURE, facts, findings, headline, picture, rest, unsure, word, word_of,
};
use crate::render::words::fit;
use crate::text::sanitize;

/// Returns the functions that decline, then those that may, each with its values and its reason.
pub(crate) fn decline(document: &DeclineDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let look = document.functions.first().map_or(style::FAINT, |it| of_trend(it.trend));
    let (word, headline) = (word(document), headline(document));
    let mut text = format!("{}  {}\n", paint.paint(look.bold(), word), strong(paint, &headline));
    let lines = wrap::items(&facts(document), "", screen.width);
    text.extend(lines.lines().map(|line| paint.paint(style::FAINT, line) + "\n"));
    for note in &document.notes {
        let lines = wrap::words(&sanitize::screen(&format!("note: {note}")), "", screen.width);
        text.extend(lines.lines().map(|line| paint.paint(style::WARN, line) + "\n"));
    }
    for row in findings(document).chain(unsure(document).take(UNSURE)) {
        let name = fit::name(&row.name, screen.width.saturating_sub(15).max(20));
        let word = word_of(row, document);
        let word = paint.paint(of_trend(row.trend), &format!("{word:<11}"));
        let _ = writeln!(text, "\n  {word}  {}", strong(paint, &name));
        let picture = picture(row);
        let reason = sanitize::screen(&row.reason).into_owned();
        text += &wrap::words(&format!("{picture}  {reason}"), "               ", screen.width);
    }
    if let Some(rest) = rest(document) {
        let _ = writeln!(text, "\n{}", paint.paint(style::FAINT, &rest));
    }
    text
}

fn strong(paint: Paint, text: &str) -> String {
    paint.paint(style::STRONG, text)
}
