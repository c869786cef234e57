//! Benchmarks of several processes as CSV: a line a benchmark, a member of a group, or a step of a ramp.

use super::{Column, field_name, float, number, table};
use crate::model::{BenchIo, BenchRow, Function, Harness};
use crate::render::BenchView;
use crate::render::words::bench::BenchFacet;
use crate::text::sanitize;

/// Returns the lines of the view.
pub(crate) fn bench(view: &BenchView<'_>) -> String {
    match view.facet {
        BenchFacet::Comparison => members(view),
        BenchFacet::Stress => steps(view),
        _ => table(&COLUMNS, &view.document.benchmarks),
    }
}

/// The columns of a benchmark, the same in every view, in the order in which they were added.
const COLUMNS: [Column<BenchRow>; 37] = [
    ("name", |row| sanitize::csv(&row.benchmark.name)),
    ("outcome", |row| harness(row, |it| Some(it.outcome.word().to_owned()))),
    ("mean_ns", |row| float(row.benchmark.mean_ns)),
    ("low_ns", |row| float(interval(&row.benchmark).map(|it| it.0))),
    ("high_ns", |row| float(interval(&row.benchmark).map(|it| it.1))),
    ("p50_ns", |row| number(row.benchmark.p50_ns)),
    ("p90_ns", |row| number(row.benchmark.p90_ns)),
    ("p99_ns", |row| number(row.benchmark.p99_ns)),
    ("max_ns", |row| number(row.benchmark.max_ns)),
    ("iterations", |row| row.benchmark.calls.to_string()),
    ("errors", |row| row.benchmark.errors.to_string()),
    ("calls_per_s", |row| harness(row, |it| it.calls_per_s.map(|it| it.to_string()))),
    ("bytes", |row| float(work(&row.benchmark, "bytes"))),
    ("items", |row| float(work(&row.benchmark, "items"))),
    ("threads", |row| harness(row, |it| Some(it.threads.to_string()))),
    ("rate_per_s", |row| harness(row, |it| it.rate_per_s.map(|it| it.to_string()))),
    ("user_ns", |row| harness(row, |it| Some(it.user_ns.to_string()))),
    ("system_ns", |row| harness(row, |it| Some(it.system_ns.to_string()))),
    ("utilisation", |row| harness(row, |it| Some(it.utilisation.to_string()))),
    ("preempted", |row| harness(row, |it| Some(it.preempted.to_string()))),
    ("allocs", |row| harness(row, |it| it.memory.allocs.map(|it| it.to_string()))),
    ("alloc_bytes", |row| harness(row, |it| it.memory.alloc_bytes.map(|it| it.to_string()))),
    ("leak_bytes", |row| harness(row, |it| it.memory.leak.map(|it| it.bytes.to_string()))),
    ("peak_rss_bytes", |row| harness(row, |it| Some(it.memory.peak_rss_bytes.to_string()))),
    ("read_bytes", |row| io(row, |it| it.read_bytes)),
    ("written_bytes", |row| io(row, |it| it.written_bytes)),
    ("device_read_bytes", |row| io(row, |it| it.device_read_bytes)),
    ("device_written_bytes", |row| io(row, |it| it.device_written_bytes)),
    ("network_bytes", |row| io(row, |it| it.network_bytes)),
    ("loopback_bytes", |row| io(row, |it| it.loopback_bytes)),
    ("doubts", |row| harness(row, |it| Some(doubts(it)))),
    ("baseline_ns", |row| float(row.change.as_ref().and_then(|it| it.baseline_ns))),
    ("change_pct", |row| float(row.change.as_ref().and_then(|it| it.change_pct))),
    ("verdict", |row| row.change.as_ref().map_or_else(String::new, |it| it.verdict.to_string())),
    ("file", |row| sanitize::csv(&row.benchmark.file)),
    ("line", |row| row.benchmark.line.to_string()),
    ("beside_pct", |row| {
        float(row.change.as_ref().and_then(|it| it.beside).map(|it| it.change_pct))
    }),
];

fn interval(function: &Function) -> Option<(f64, f64)> {
    function.benchmark.as_ref()?.interval_ns
}

fn work(function: &Function, unit: &str) -> Option<f64> {
    function.benchmark.as_ref()?.throughput.get(unit).copied()
}

fn harness(row: &BenchRow, of: fn(&Harness) -> Option<String>) -> String {
    row.benchmark.harness().and_then(of).unwrap_or_default()
}

fn io(row: &BenchRow, of: fn(&BenchIo) -> f64) -> String {
    let io = row.benchmark.harness().and_then(|it| it.io.as_ref());
    io.map_or_else(String::new, |io| of(io).to_string())
}

fn doubts(harness: &Harness) -> String {
    harness.doubts.iter().map(field_name).collect::<Vec<_>>().join(" ")
}

fn members(view: &BenchView<'_>) -> String {
    let header = [
        "group", "argument", "threads", "name", "rank", "is_base", "ratio", "low", "high",
        "rounds", "placing",
    ];
    let rows = view.document.groups.iter().flat_map(|group| {
        group.members.iter().map(|it| {
            vec![
                sanitize::csv(&group.name),
                group.argument.as_deref().map(sanitize::csv).unwrap_or_default(),
                group.threads.to_string(),
                sanitize::csv(&it.name),
                number(it.rank),
                it.is_base.to_string(),
                float(it.ratio),
                float(it.interval.map(|it| it.0)),
                float(it.interval.map(|it| it.1)),
                it.rounds.to_string(),
                field_name(&it.placing),
            ]
        })
    });
    super::write(&header, rows)
}

fn steps(view: &BenchView<'_>) -> String {
    let header =
        ["ramp", "name", "threads", "calls_per_s", "efficiency", "p99_ns", "knee", "hurts_from"];
    let rows = view.document.ramps.iter().flat_map(|ramp| {
        ramp.steps.iter().map(|it| {
            vec![
                sanitize::csv(&ramp.name),
                sanitize::csv(&it.name),
                it.threads.to_string(),
                float(it.calls_per_s),
                float(it.efficiency),
                number(it.p99_ns),
                number(ramp.knee),
                number(ramp.hurts_from),
            ]
        })
    });
    super::write(&header, rows)
}
