//! Functions that became slower run by run, as Markdown.

use std::fmt::Write as _;

use crate::model::{Decline, DeclineDocument};
use crate::render::words::decline::{
    UNSURE, findings, headline, picture, rest, unsure, word, word_of,
};
use crate::text::sanitize::{
    markdown_cell as cell, markdown_sentence as escape, markdown_sentence_cell as escape_cell,
};

/// Returns a headline and a row a function that declines, or may.
pub(crate) fn decline(document: &DeclineDocument) -> String {
    let mut text = format!("### {}: {}\n", word(document), escape(&headline(document)));
    let rows: Vec<&Decline> = findings(document).chain(unsure(document).take(UNSURE)).collect();
    if !rows.is_empty() {
        text += "\n| function | trend | oldest to newest | why |\n| :-- | :-- | :-- | :-- |\n";
    }
    for row in rows {
        let word = word_of(row, document);
        let (name, why) = (cell(&row.name), escape_cell(&row.reason));
        let _ = writeln!(text, "| {name} | {word} | {} | {why} |", picture(row));
    }
    if let Some(rest) = rest(document) {
        let _ = writeln!(text, "\n{}", escape(&rest));
    }
    for note in &document.notes {
        let _ = writeln!(text, "\n> {}", escape(note));
    }
    text
}
