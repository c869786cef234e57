//! The cost of recording as Markdown.

use super::{Title, notes, table};
use crate::model::OverheadDocument;
use crate::render::words::costs;
use crate::text::sanitize::{markdown_cell as cell, markdown_sentence as escape};
use crate::text::units;

/// Returns the verdict on the targets, and a row an operation.
pub(crate) fn overhead(document: &OverheadDocument) -> String {
    let (word, rest) = costs::verdict(document);
    let mark = if document.met { "✅" } else { "❌" };
    let origin: Vec<_> = costs::origin(document).iter().map(|item| escape(item)).collect();
    let mut text = format!("### {mark} {word}: {rest}\n\n{}\n\n", origin.join(" · "));
    let numbers =
        ["threads", "cost", "of bare", "mean", "p95", "min", "a second"].map(Title::number);
    let [first, last] = ["operation", "target"].map(Title::text);
    let titles: Vec<_> = [first].into_iter().chain(numbers).chain([last]).collect();
    let rows = document.rows.iter().map(|row| {
        vec![
            cell(row.operation.title()),
            units::count(row.threads.into()),
            units::duration(row.cost_ns),
            row.overhead_pct.map_or_else(|| "–".to_owned(), units::rough_percent),
            units::duration(row.mean_ns),
            units::duration(row.p95_ns),
            units::duration(row.min_ns),
            units::rough_count(row.per_second),
            costs::targets(row),
        ]
    });
    text += &table(&titles, rows).0;
    text + &notes(costs::missed(document).into_iter().chain(document.notes.iter().cloned()))
}
