//! What recording costs, as CSV.

use super::{float, write};
use crate::model::{OverheadDocument, OverheadRow};

/// What recording costs, a line a row of the table.
pub(crate) fn overhead(document: &OverheadDocument) -> String {
    const HEADER: [&str; 11] = [
        "operation",
        "threads",
        "operations",
        "cost_ns",
        "mean_ns",
        "median_ns",
        "p95_ns",
        "min_ns",
        "per_second",
        "overhead_pct",
        "met",
    ];
    let row = |row: &OverheadRow| {
        let met = row.targets.iter().all(|target| target.met);
        vec![
            row.operation.word().to_owned(),
            row.threads.to_string(),
            row.operations.to_string(),
            float(Some(row.cost_ns)),
            float(Some(row.mean_ns)),
            float(Some(row.median_ns)),
            float(Some(row.p95_ns)),
            float(Some(row.min_ns)),
            float(Some(row.per_second)),
            float(row.overhead_pct),
            if row.targets.is_empty() { String::new() } else { met.to_string() },
        ]
    };
    write(&HEADER, document.rows.iter().map(row))
}
