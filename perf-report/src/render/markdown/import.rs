//! The report of an import as Markdown.

use super::{Title, notes, table};
use crate::model::ImportDocument;
use crate::render::human::{import_found, import_kept};
use crate::text::sanitize::{markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// Returns what was found, the newest run's results, what was left out, and where it is stored.
pub(crate) fn import(document: &ImportDocument) -> String {
    let results = document.runs.last().map(|run| run.results.as_slice()).unwrap_or_default();
    let rows = results.iter().map(|it| {
        vec![
            cell(&it.name),
            it.value_ns.map_or_else(|| "–".to_owned(), units::duration),
            if it.samples > 1 { units::count(it.samples) } else { "–".to_owned() },
            if it.failed { "failed".to_owned() } else { String::new() },
        ]
    });
    let (table, left_out) = table(
        &[Title::text("name"), Title::number("time"), Title::number("samples"), Title::text("")],
        rows,
    );
    let more = if left_out > 0 { format!("\n… and {left_out} more\n") } else { String::new() };
    let sentences = document.notes.iter().map(|note| note.text.clone());
    format!(
        "### {}\n\n{table}{more}\n{}\n",
        escape(&import_found(document)),
        escape(&import_kept(document))
    ) + &notes(sentences)
}
