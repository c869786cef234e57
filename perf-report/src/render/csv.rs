//! Documents as CSV (RFC 4180, `\n` ends a line): a header of the JSON's field names, then one line
//! a function, a metric, a context, a row, or a running call. Base units; empty where the JSON has
//! `null`.
//!
//! Text is defused by [`sanitize::csv`], which says how to undo it.

mod functions;

pub use functions::run;

use crate::model::{
    Comparison, CustomMetric, Frame, FuturesInFlight, OverheadDocument, OverheadRow, RunDocument,
    SelfTestDocument, StacksDocument, ThreadStack, TreeNode,
};
use crate::text::sanitize;

/// What the programs of a run told of themselves.
pub fn metrics(run: &RunDocument) -> String {
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
pub fn tree(run: &RunDocument) -> String {
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

/// The rows of a comparison, then its budgets: those have the limit for a baseline, and a metric
/// that begins with `budget.`.
pub fn comparison(comparison: &Comparison) -> String {
    const HEADER: [&str; 12] = [
        "name",
        "metric",
        "baseline",
        "current",
        "change_pct",
        "verdict",
        "reason",
        "low_pct",
        "high_pct",
        "p_value",
        "detectable_pct",
        "noise_pct",
    ];
    let rows = comparison.functions.iter().map(|row| {
        vec![
            sanitize::csv(&row.name),
            field_name(&row.metric),
            float(row.baseline),
            float(row.current),
            float(row.change_pct),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
            float(row.interval_pct.map(|interval| interval.0)),
            float(row.interval_pct.map(|interval| interval.1)),
            float(row.p_value),
            float(row.detectable_pct),
            float(row.noise_pct),
        ]
    });
    let nothing = || std::iter::repeat_with(String::new).take(5);
    let budgets = comparison.budgets.iter().map(|row| {
        let cells = vec![
            sanitize::csv(&row.name),
            format!("budget.{}", field_name(&row.limit)),
            float(Some(row.allowed)),
            float(row.actual),
            String::new(),
            row.verdict.to_string(),
            sanitize::csv(&row.reason),
        ];
        cells.into_iter().chain(nothing()).collect()
    });
    write(&HEADER, rows.chain(budgets))
}

/// What a gate would catch, a line a function.
pub fn self_test(document: &SelfTestDocument) -> String {
    const HEADER: [&str; 7] =
        ["name", "share_pct", "smallest_pct", "caught_by", "extra_call", "extra_error", "reason"];
    let rows = document.functions.iter().map(|row| {
        let caught_by = row.caught_by.as_ref().map_or_else(String::new, |by| by.name.clone());
        vec![
            sanitize::csv(&row.name),
            float(Some(row.share_pct)),
            number(row.smallest_pct.map(u64::from)),
            sanitize::csv(&caught_by),
            field_name(&row.extra_call),
            field_name(&row.extra_error),
            sanitize::csv(&row.reason),
        ]
    });
    write(&HEADER, rows)
}

/// The running calls of all threads, the outermost of a thread first.
pub fn stacks(document: &StacksDocument) -> String {
    const HEADER: [&str; 12] = [
        "pid",
        "program",
        "running",
        "thread",
        "name",
        "function",
        "running_ns",
        "since",
        "recursive",
        "in_flight",
        "aged",
        "median_ns",
    ];
    let rows = document.processes.iter().flat_map(|process| {
        let of_process = || {
            vec![
                process.pid.to_string(),
                sanitize::csv(&process.program),
                process.running.to_string(),
            ]
        };
        let frames = process
            .threads
            .iter()
            .flat_map(|thread| thread.frames.iter().map(move |frame| frame_cells(thread, frame)));
        let cells = frames.chain(process.futures.iter().map(futures_cells));
        let rows: Vec<_> = cells.map(|cells| [of_process(), cells.into()].concat()).collect();
        rows
    });
    write(&HEADER, rows)
}

/// The cells of a call that a thread is in.
fn frame_cells(thread: &ThreadStack, frame: &Frame) -> [String; 9] {
    [
        thread.id.to_string(),
        sanitize::csv(thread.name.as_deref().unwrap_or_default()),
        sanitize::csv(&frame.function),
        number(frame.running_ns),
        sanitize::csv(frame.since.as_deref().unwrap_or_default()),
        frame.recursive.to_string(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// The cells of the futures of a function: no thread is in them, and times are those of the oldest.
fn futures_cells(futures: &FuturesInFlight) -> [String; 9] {
    [
        String::new(),
        String::new(),
        sanitize::csv(&futures.function),
        number(futures.oldest_ns),
        sanitize::csv(futures.since.as_deref().unwrap_or_default()),
        String::new(),
        futures.in_flight.to_string(),
        futures.aged.to_string(),
        number(futures.median_ns),
    ]
}

/// What recording costs, a line a row of the table.
pub fn overhead(document: &OverheadDocument) -> String {
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

pub(super) fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
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
pub(super) fn field_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

pub(super) fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn float(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
}
