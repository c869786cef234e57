//! Functions over all their runs as CSV: a line a function.

use super::{Column, field_name, float, number, table};
use crate::model::{TrackedDocument, TrackedSummary};
use crate::text::sanitize;

/// The columns, in the order of the document.
const COLUMNS: [Column<TrackedSummary>; 17] = [
    ("name", |it| sanitize::csv(&it.name)),
    ("runs", |it| it.runs.to_string()),
    ("first_time", |it| sanitize::csv(&it.first_time)),
    ("latest_time", |it| sanitize::csv(&it.latest_time)),
    ("latest_run", |it| sanitize::csv(&it.latest_run)),
    ("calls", |it| it.calls.to_string()),
    ("successes", |it| it.successes.to_string()),
    ("failures", |it| it.failures.to_string()),
    ("success_pct", |it| float(it.success_pct)),
    ("reliability", |it| it.reliability.map(|word| word.to_string()).unwrap_or_default()),
    ("mean_ns", |it| float(it.mean_ns)),
    ("median_ns", |it| float(it.median_ns)),
    ("min_ns", |it| number(it.min_ns)),
    ("max_ns", |it| number(it.max_ns)),
    ("stddev_ns", |it| float(it.stddev_ns)),
    ("change_pct", |it| float(it.change_pct)),
    ("trend", |it| it.trend.map(|word| field_name(&word).to_uppercase()).unwrap_or_default()),
];

/// Returns a line a function: the summary of each document.
pub(crate) fn tracked(documents: &[TrackedDocument]) -> String {
    table(&COLUMNS, documents.iter().map(|it| &it.summary))
}
