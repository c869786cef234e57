//! The metrics and the calling-context tree of a run as CSV.

use super::{float, number, write};
use crate::model::{CustomMetric, RunDocument, TreeNode};
use crate::text::sanitize;

/// What the programs of a run told of themselves.
pub(crate) fn metrics(run: &RunDocument) -> String {
    const HEADER: [&str; 11] =
        ["name", "kind", "value", "min", "max", "mean", "samples", "part", "whole", "file", "line"];
    let row = |metric: &CustomMetric| {
        vec![
            sanitize::csv(&metric.name),
            metric.kind.to_string(),
            float(metric.value),
            float(metric.min),
            float(metric.max),
            float(metric.mean),
            number(metric.samples),
            number(metric.part),
            number(metric.whole),
            sanitize::csv(&metric.file),
            metric.line.to_string(),
        ]
    };
    write(&HEADER, run.metrics.iter().map(row))
}

/// The calling-context tree of a run.
pub(crate) fn tree(run: &RunDocument) -> String {
    const HEADER: [&str; 14] = [
        "id",
        "parent",
        "function",
        "calls",
        "total_ns",
        "self_ns",
        "errors",
        "panics",
        "sampled",
        "self_estimated",
        "allocs",
        "alloc_bytes",
        "grown_bytes",
        "self_allocs",
    ];
    let row = |node: &TreeNode| {
        vec![
            node.id.to_string(),
            node.parent.map_or_else(String::new, |parent| parent.to_string()),
            sanitize::csv(&node.function),
            node.calls.to_string(),
            node.total_ns.to_string(),
            node.self_ns.to_string(),
            node.errors.to_string(),
            node.panics.to_string(),
            node.sampled.to_string(),
            node.self_estimated.to_string(),
            number(node.allocs),
            number(node.alloc_bytes),
            number(node.grown_bytes),
            number(node.self_allocs),
        ]
    };
    write(&HEADER, run.tree.iter().map(row))
}
