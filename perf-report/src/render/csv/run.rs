//! The metrics and the calling-context tree of a run as CSV.

use super::{Column, float, number, table};
use crate::model::{CustomMetric, RunDocument, TreeNode};
use crate::text::sanitize;

/// Returns a line a metric of the program.
pub(crate) fn metrics(run: &RunDocument) -> String {
    table(&METRICS, &run.metrics)
}

/// Returns a line a context of the calls.
pub(crate) fn tree(run: &RunDocument) -> String {
    table(&CONTEXTS, &run.tree)
}

/// The columns of a metric.
const METRICS: [Column<CustomMetric>; 11] = [
    ("name", |metric| sanitize::csv(&metric.name)),
    ("kind", |metric| metric.kind.to_string()),
    ("value", |metric| float(metric.value)),
    ("min", |metric| float(metric.min)),
    ("max", |metric| float(metric.max)),
    ("mean", |metric| float(metric.mean)),
    ("samples", |metric| number(metric.samples)),
    ("part", |metric| number(metric.part)),
    ("whole", |metric| number(metric.whole)),
    ("file", |metric| sanitize::csv(&metric.file)),
    ("line", |metric| metric.line.to_string()),
];

/// The columns of a context.
const CONTEXTS: [Column<TreeNode>; 14] = [
    ("id", |node| node.id.to_string()),
    ("parent", |node| number(node.parent)),
    ("function", |node| sanitize::csv(&node.function)),
    ("calls", |node| node.calls.to_string()),
    ("total_ns", |node| node.total_ns.to_string()),
    ("self_ns", |node| node.self_ns.to_string()),
    ("errors", |node| node.errors.to_string()),
    ("panics", |node| node.panics.to_string()),
    ("sampled", |node| node.sampled.to_string()),
    ("self_estimated", |node| node.self_estimated.to_string()),
    ("allocs", |node| number(node.allocs)),
    ("alloc_bytes", |node| number(node.alloc_bytes)),
    ("grown_bytes", |node| number(node.grown_bytes)),
    ("self_allocs", |node| number(node.self_allocs)),
];
