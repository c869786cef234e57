//! The functions of a run as CSV. New columns stand at the end, as people count them.

use super::{Column, field_name, float, number, table};
use crate::model::{Function, Futures, Harness, RunDocument};
use crate::text::sanitize;

/// Returns a line a function.
pub(crate) fn functions(run: &RunDocument) -> String {
    table(&COLUMNS, &run.functions)
}

/// The columns, in the order in which they were added.
const COLUMNS: [Column<Function>; 60] = [
    ("name", |f| sanitize::csv(&f.name)),
    ("module", |f| sanitize::csv(&f.module)),
    ("file", |f| sanitize::csv(&f.file)),
    ("line", |f| f.line.to_string()),
    ("calls", |f| f.calls.to_string()),
    ("errors", |f| f.errors.to_string()),
    ("panics", |f| f.panics.to_string()),
    ("cancelled", |f| f.cancelled.to_string()),
    ("unfinished", |f| f.unfinished.to_string()),
    ("total_ns", |f| f.total_ns.to_string()),
    ("self_ns", |f| f.self_ns.to_string()),
    ("mean_ns", |f| float(f.mean_ns)),
    ("stddev_ns", |f| float(f.stddev_ns)),
    ("min_ns", |f| number(f.min_ns)),
    ("max_ns", |f| number(f.max_ns)),
    ("p50_ns", |f| number(f.p50_ns)),
    ("p90_ns", |f| number(f.p90_ns)),
    ("p95_ns", |f| number(f.p95_ns)),
    ("p99_ns", |f| number(f.p99_ns)),
    ("sampled", |f| f.sampled.to_string()),
    ("allocs", |f| number(f.allocs)),
    ("alloc_bytes", |f| number(f.alloc_bytes)),
    ("tags", |f| sanitize::csv(&f.tags.join(" "))),
    ("self_estimated", |f| f.self_estimated.to_string()),
    ("untimed_calls", |f| f.untimed_calls.to_string()),
    ("unmeasured_calls", |f| f.unmeasured_calls.to_string()),
    ("lost_durations", |f| f.lost_durations.to_string()),
    ("overhead_ns", |f| f.overhead_ns.to_string()),
    ("self_overhead_ns", |f| f.self_overhead_ns.to_string()),
    ("active_ns", |f| f.active_ns.to_string()),
    ("sampled_ns", |f| f.sampled_ns.to_string()),
    ("counted_ns", |f| f.counted_ns.to_string()),
    ("largest_interval", |f| f.largest_interval.to_string()),
    ("grown_bytes", |f| number(f.grown_bytes)),
    ("peak_bytes", |f| number(f.peak_bytes)),
    ("self_allocs", |f| number(f.self_allocs)),
    ("self_alloc_bytes", |f| number(f.self_alloc_bytes)),
    ("self_grown_bytes", |f| number(f.self_grown_bytes)),
    ("self_peak_bytes", |f| number(f.self_peak_bytes)),
    ("polls", |f| of_futures(f, |it| it.polls.to_string())),
    ("unmeasured_polls", |f| of_futures(f, |it| it.unmeasured_polls.to_string())),
    ("max_poll_ns", |f| of_futures(f, |it| number(it.max_poll_ns))),
    ("in_flight", |f| of_futures(f, |it| it.in_flight.to_string())),
    ("lifetime_mean_ns", |f| of_futures(f, |it| float(it.lifetime_mean_ns))),
    ("lifetime_p50_ns", |f| of_futures(f, |it| number(it.lifetime_p50_ns))),
    ("lifetime_p95_ns", |f| of_futures(f, |it| number(it.lifetime_p95_ns))),
    ("lifetime_p99_ns", |f| of_futures(f, |it| number(it.lifetime_p99_ns))),
    ("lifetime_max_ns", |f| of_futures(f, |it| number(it.lifetime_max_ns))),
    ("preempted_ns", |f| f.preempted_ns.to_string()),
    ("self_preempted_ns", |f| f.self_preempted_ns.to_string()),
    ("kind", |f| field_name(&f.kind)),
    ("outcome", |f| of_harness(f, |it| Some(it.outcome.word().to_owned()))),
    ("calls_per_s", |f| of_harness(f, |it| it.calls_per_s.map(|it| it.to_string()))),
    ("user_ns", |f| of_harness(f, |it| Some(it.user_ns.to_string()))),
    ("system_ns", |f| of_harness(f, |it| Some(it.system_ns.to_string()))),
    ("utilisation", |f| of_harness(f, |it| Some(it.utilisation.to_string()))),
    ("allocs_an_iteration", |f| of_harness(f, |it| it.memory.allocs.map(|it| it.to_string()))),
    ("bytes_an_iteration", |f| of_harness(f, |it| it.memory.alloc_bytes.map(|it| it.to_string()))),
    ("leak_bytes", |f| of_harness(f, |it| it.memory.leak.map(|it| it.bytes.to_string()))),
    ("peak_rss_bytes", |f| of_harness(f, |it| Some(it.memory.peak_rss_bytes.to_string()))),
];

/// Returns the cell of an async function's futures; nothing of another function.
fn of_futures(function: &Function, cell: fn(&Futures) -> String) -> String {
    function.futures.as_ref().map_or_else(String::new, cell)
}

/// Returns the cell of a benchmark of `#[perf_bench]`; nothing of anything else.
fn of_harness(function: &Function, cell: fn(&Harness) -> Option<String>) -> String {
    function.harness().and_then(cell).unwrap_or_default()
}
