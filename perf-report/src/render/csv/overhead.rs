//! The cost of recording as CSV.

use super::{Column, float, table};
use crate::model::{OverheadDocument, OverheadRow};

/// Returns a line a row of the table.
pub(crate) fn overhead(document: &OverheadDocument) -> String {
    table(&COLUMNS, &document.rows)
}

/// The columns of an operation.
const COLUMNS: [Column<OverheadRow>; 11] = [
    ("operation", |row| row.operation.word().to_owned()),
    ("threads", |row| row.threads.to_string()),
    ("operations", |row| row.operations.to_string()),
    ("cost_ns", |row| float(Some(row.cost_ns))),
    ("mean_ns", |row| float(Some(row.mean_ns))),
    ("median_ns", |row| float(Some(row.median_ns))),
    ("p95_ns", |row| float(Some(row.p95_ns))),
    ("min_ns", |row| float(Some(row.min_ns))),
    ("per_second", |row| float(Some(row.per_second))),
    ("overhead_pct", |row| float(row.overhead_pct)),
    ("met", met),
];

/// Returns whether every target is met; nothing without a target.
fn met(row: &OverheadRow) -> String {
    let met = row.targets.iter().all(|target| target.met);
    if row.targets.is_empty() { String::new() } else { met.to_string() }
}
