//! The functions of a run as CSV. New columns stand at the end, as people count them.

use super::{float, number, write};
use crate::model::{Function, RunDocument};
use crate::text::sanitize;

/// The functions of a run.
pub(crate) fn functions(run: &RunDocument) -> String {
    const HEADER: [&str; 33] = [
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
        "self_estimated",
        "untimed_calls",
        "unmeasured_calls",
        "lost_durations",
        "overhead_ns",
        "self_overhead_ns",
        "active_ns",
        "sampled_ns",
        "counted_ns",
        "largest_interval",
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
            f.self_estimated.to_string(),
            f.untimed_calls.to_string(),
            f.unmeasured_calls.to_string(),
            f.lost_durations.to_string(),
            f.overhead_ns.to_string(),
            f.self_overhead_ns.to_string(),
            f.active_ns.to_string(),
            f.sampled_ns.to_string(),
            f.counted_ns.to_string(),
            f.largest_interval.to_string(),
        ]
    };
    let rows = run
        .functions
        .iter()
        .map(|f| [&row(f)[..], &memory(f)[..], &futures(f)[..], &waits(f)[..]].concat());
    write(&[&HEADER[..], &MEMORY[..], &FUTURES[..], &WAITS[..]].concat(), rows)
}

/// What [`memory`] says.
const MEMORY: [&str; 6] = [
    "grown_bytes",
    "peak_bytes",
    "self_allocs",
    "self_alloc_bytes",
    "self_grown_bytes",
    "self_peak_bytes",
];

/// What else was counted of a function's allocations.
fn memory(f: &Function) -> [String; MEMORY.len()] {
    [
        number(f.grown_bytes),
        number(f.peak_bytes),
        number(f.self_allocs),
        number(f.self_alloc_bytes),
        number(f.self_grown_bytes),
        number(f.self_peak_bytes),
    ]
}

/// What [`futures`] says.
const FUTURES: [&str; 9] = [
    "polls",
    "unmeasured_polls",
    "max_poll_ns",
    "in_flight",
    "lifetime_mean_ns",
    "lifetime_p50_ns",
    "lifetime_p95_ns",
    "lifetime_p99_ns",
    "lifetime_max_ns",
];

/// What the futures of an async function did.
fn futures(f: &Function) -> [String; FUTURES.len()] {
    let Some(futures) = &f.futures else { return Default::default() };
    [
        futures.polls.to_string(),
        futures.unmeasured_polls.to_string(),
        number(futures.max_poll_ns),
        futures.in_flight.to_string(),
        float(futures.lifetime_mean_ns),
        number(futures.lifetime_p50_ns),
        number(futures.lifetime_p95_ns),
        number(futures.lifetime_p99_ns),
        number(futures.lifetime_max_ns),
    ]
}

/// What [`waits`] says.
const WAITS: [&str; 2] = ["preempted_ns", "self_preempted_ns"];

/// How long threads waited for a processor.
fn waits(f: &Function) -> [String; WAITS.len()] {
    [f.preempted_ns.to_string(), f.self_preempted_ns.to_string()]
}
