//! The self-test of a gate as Markdown.

use std::fmt::Write as _;

use super::{Title, notes, table};
use crate::model::{SelfTestDocument, SelfTestRow};
use crate::render::words::self_test as gate;
use crate::text::sanitize::{markdown as code, markdown_cell as cell, markdown_sentence as escape};

/// Returns the verdict on the gate, a row a function, and the reason for each blind spot.
pub(crate) fn self_test(document: &SelfTestDocument) -> String {
    let (word, rest) = gate::verdict(document);
    let mark = if document.blind == 0 { "✅" } else { "❌" };
    let rows = document.functions.iter().map(|row| {
        vec![
            cell(&row.name),
            format!("{:.1}", row.share_pct),
            gate::smallest(row),
            caught_by(row),
            gate::extra(row.extra_call).to_owned(),
            gate::extra(row.extra_error).to_owned(),
        ]
    });
    let numbers = ["self %", "caught from"].map(Title::number);
    let words = ["by", "one call more", "one error more"].map(Title::text);
    let titles: Vec<_> =
        [Title::text("function")].into_iter().chain(numbers).chain(words).collect();
    let (table, left_out) = table(&titles, rows);
    let mut text = format!("### {mark} {word}: {rest}\n\n{table}");
    if left_out > 0 {
        let _ = writeln!(text, "\n… and {left_out} more; the JSON has them all.");
    }
    for row in gate::blind(document) {
        let _ = writeln!(text, "\n- blind for {}: {}", code(&row.name), escape(&row.reason));
    }
    text + &notes(std::iter::once(gate::ABOUT.to_owned()).chain(document.notes.iter().cloned()))
}

fn caught_by(row: &SelfTestRow) -> String {
    let (what, other) = gate::caught_by(row);
    other.map_or_else(|| what.clone(), |name| format!("{what} of {}", cell(name)))
}
