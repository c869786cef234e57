//! The line of a case: its columns, and what follows them where there is something to say. The words are those of
//! `perf-report bench`.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::bencher::as_f64;
use super::cases::Case;
use super::figures;
use super::quantity;
use crate::snapshot::{Batch, Benchmark, Phase};

/// Variable that tells a process the width of the names of all cases, since it has those of its group alone.
pub(super) const WIDTH: &str = "PERF_TRACK_BENCH_NAMES_WIDTH";
/// The widest column of names; longer ones push the others aside.
const WIDEST: usize = 48;
/// Width of the column of times.
const TIME: usize = 8;
/// Width of the column of intervals.
const INTERVAL: usize = 17;

/// Width of the column of names.
static NAMES: AtomicUsize = AtomicUsize::new(WIDEST);

/// Makes the column of names as wide as these cases need, or as the process that waits for this one says.
pub(super) fn fit(cases: &[Case]) {
    let told = std::env::var(WIDTH).ok().and_then(|it| it.parse().ok());
    let longest = || cases.iter().map(|case| case.name().chars().count()).max();
    let width = told.or_else(longest).unwrap_or(WIDEST);
    NAMES.store(width.clamp("benchmark".len(), WIDEST), Relaxed);
}

/// Returns the width of the column of names.
pub(super) fn width() -> usize {
    NAMES.load(Relaxed)
}

/// Returns a name, as wide as its column.
pub(super) fn name(name: &str) -> String {
    format!("{name:<width$}", width = width())
}

/// Returns the titles of the columns.
pub(super) fn titles() -> String {
    format!("{}  {:>TIME$}  {:>INTERVAL$}", name("benchmark"), "time", "interval")
}

/// Returns the line of a case that was measured.
pub(super) fn measured(name: &str, facts: &Benchmark, base: Option<&Benchmark>) -> String {
    let means: Vec<f64> = means(facts).map(|(_, mean)| mean).collect();
    let (middle, half) = figures::middle(&means).unwrap_or_default();
    let interval = quantity::interval((middle - half).max(0.0), middle + half);
    let time = quantity::time(middle);
    let mut line = format!("{}  {time:>TIME$}  {interval:>INTERVAL$}", self::name(name));
    let per_second = |work: u64| as_f64(work) / middle.max(1e-9) * 1e9;
    let bytes = facts.bytes.map(|bytes| format!("{}/s", quantity::size(per_second(bytes))));
    let items = facts.items.map(|items| rate(per_second(items), "items"));
    let compared = base.and_then(|base| compared(facts, base));
    let rest =
        [bytes, items, calls(facts), latency(facts), allocations(facts), success(facts), compared];
    for part in rest.into_iter().flatten() {
        line += "  ";
        line += &part;
    }
    line
}

fn rate(per_second: f64, of: &str) -> String {
    format!("{} {of}/s", quantity::count(per_second))
}

/// Returns the calls of all threads a second, where there are several, or a rate.
fn calls(facts: &Benchmark) -> Option<String> {
    if facts.threads <= 1 && facts.rate_millihertz.is_none() {
        return None;
    }
    let add = |sum: (u64, u64), it: &Batch| (sum.0 + it.iterations, sum.1 + it.wall_ns);
    let (count, wall) = facts.of_phase(Phase::Timed).fold((0, 0), add);
    Some(rate(as_f64(count) / as_f64(wall.max(1)) * 1e9, "calls"))
}

/// Returns the latency from the intended beginning, at a rate.
fn latency(facts: &Benchmark) -> Option<String> {
    facts.rate_millihertz?;
    let histogram = &facts.latencies.histogram;
    let at = |q| histogram.quantile_ns(q).map(|ns| quantity::time(as_f64(ns)));
    let max = quantity::time(as_f64(facts.latencies.max_ns));
    Some(format!("latency p50 {}, p99 {}, max {max}", at(0.5)?, at(0.99)?))
}

/// Returns the share of iterations that succeeded, if any failed.
fn success(facts: &Benchmark) -> Option<String> {
    let add = |sum: (u64, u64), it: &Batch| (sum.0 + it.errors, sum.1 + it.iterations);
    let (errors, iterations) = facts.batches.iter().fold((0, 0), add);
    let well = as_f64(iterations.saturating_sub(errors)) / as_f64(iterations.max(1));
    (errors > 0).then(|| format!("success {}", quantity::share(well)))
}

/// Returns the paired ratio to the base of the group, where there are rounds that both are known by.
fn compared(facts: &Benchmark, base: &Benchmark) -> Option<String> {
    let of_base: HashMap<u32, f64> = means(base).collect();
    let ratios: Vec<f64> = means(facts)
        .filter_map(|(round, mean)| of_base.get(&round).map(|base| mean / base.max(1e-9)))
        .collect();
    let (middle, half) = figures::middle(&ratios)?;
    let [middle, low, high] =
        [middle, (middle - half).max(0.0), middle + half].map(quantity::ratio);
    Some(format!("{middle} × base ({low} to {high} ×)"))
}

fn means(facts: &Benchmark) -> impl Iterator<Item = (u32, f64)> {
    facts.undisturbed().map(|batch| (batch.round, figures::mean(batch)))
}

/// Returns the allocations of an iteration, where they were counted.
fn allocations(facts: &Benchmark) -> Option<String> {
    /// What a first iteration alone needs is no part of the others.
    const FEWEST: f64 = 0.01;
    let add = |sum: [u64; 3], it: &Batch| {
        [sum[0] + it.iterations, sum[1] + it.allocs, sum[2] + it.alloc_bytes]
    };
    let [iterations, allocs, bytes] = facts.of_phase(Phase::Profile).fold([0; 3], add);
    let each = |sum: u64| as_f64(sum) / as_f64(iterations.max(1));
    let text = || {
        let count = quantity::few(each(allocs));
        let noun = if count == "1" { "alloc" } else { "allocs" };
        format!("{count} {noun}, {}", quantity::size(each(bytes)))
    };
    (each(allocs) >= FEWEST).then(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(ns: u64, base: bool) -> Benchmark {
        let batch = |round: u32| Batch {
            round,
            phase: Phase::Timed,
            iterations: 10,
            ns: 10 * ns + u64::from(round % 3),
            wall_ns: 10 * ns,
            ..Batch::default()
        };
        let profiled = Batch {
            phase: Phase::Profile,
            iterations: 10,
            allocs: 10,
            alloc_bytes: 240,
            ..batch(0)
        };
        Benchmark {
            name: "b::sort".to_owned(),
            items: Some(1_000),
            bytes: Some(8_000),
            threads: 2,
            is_base: base,
            batches: (0..12).map(batch).chain([profiled]).collect(),
            ..Benchmark::default()
        }
    }

    #[test]
    fn a_line_has_columns_and_what_there_is_to_say() {
        NAMES.store(12, Relaxed);
        let line = measured("b::sort/1000", &case(2_000, false), Some(&case(1_000, true)));
        let expected = "b::sort/1000   2.00 µs  2.0000 to 2.0002 µs  3.73 GiB/s  500 M items/s  500 k calls/s  \
                        1 alloc, 24 B  2.000 × base (2.000 to 2.000 ×)";
        assert_eq!(line, expected);
        assert_eq!(titles(), "benchmark         time           interval");
    }
}
