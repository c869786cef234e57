//! Documents as CSV (RFC 4180, `\n` ends a line): a header of the JSON's field names, then one line
//! a function, a context, or a row. Base units; empty where the JSON has `null`.
//!
//! Text is defused by [`sanitize::csv`], which says how to undo it.

use super::sanitize;
use crate::model::{Comparison, Function, RunDocument, TreeNode};

/// The functions of a run.
pub fn run(run: &RunDocument) -> String {
    const HEADER: [&str; 23] = [
        "name",
        "module",
        "file",
        "line",
        "calls",
        "errors",
        "panics",
        "cancelled",
        "unfinished",
        "total_ns",
        "self_ns",
        "mean_ns",
        "stddev_ns",
        "min_ns",
        "max_ns",
        "p50_ns",
        "p90_ns",
        "p95_ns",
        "p99_ns",
        "sampled",
        "allocs",
        "alloc_bytes",
        "tags",
    ];
    let row = |f: &Function| {
        vec![
            sanitize::csv(&f.name),
            sanitize::csv(&f.module),
            sanitize::csv(&f.file),
            f.line.to_string(),
            f.calls.to_string(),
            f.errors.to_string(),
            f.panics.to_string(),
            f.cancelled.to_string(),
            f.unfinished.to_string(),
            f.total_ns.to_string(),
            f.self_ns.to_string(),
            float(f.mean_ns),
            float(f.stddev_ns),
            number(f.min_ns),
            number(f.max_ns),
            number(f.p50_ns),
            number(f.p90_ns),
            number(f.p95_ns),
            number(f.p99_ns),
            f.sampled.to_string(),
            number(f.allocs),
            number(f.alloc_bytes),
            sanitize::csv(&f.tags.join(" ")),
        ]
    };
    write(&HEADER, run.functions.iter().map(row))
}

/// The calling-context tree of a run.
pub fn tree(run: &RunDocument) -> String {
    const HEADER: [&str; 8] =
        ["id", "parent", "function", "calls", "total_ns", "self_ns", "errors", "panics"];
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
        ]
    };
    write(&HEADER, run.tree.iter().map(row))
}

/// The rows of a comparison, then its budgets: those have the limit for a baseline, and a metric
/// that begins with `budget.`.
pub fn comparison(comparison: &Comparison) -> String {
    const HEADER: [&str; 7] =
        ["name", "metric", "baseline", "current", "change_pct", "verdict", "reason"];
    let rows = comparison.functions.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            field_name(&row.metric),
            float(row.baseline),
            float(row.current),
            float(row.change_pct),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
        ]
    });
    let budgets = comparison.budgets.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            format!("budget.{}", field_name(&row.limit)),
            row.allowed.to_string(),
            float(row.actual),
            String::new(),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
        ]
    });
    write(&HEADER, rows.chain(budgets))
}

fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer
        .write_record(header)
        .and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row)));
    // Memory takes everything, and every row is as long as its header.
    debug_assert!(written.is_ok(), "{written:?}");
    let text = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// The name that the JSON gives to a value of a list of names.
fn field_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn float(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
}
