//! What the circuit breaker makes of hot functions: what a sampled call costs, and how near its
//! estimated total is to that of exact recording.
//!
//! Each function exists twice, once sampled and once `exact`; both are called alternately with the
//! same work, so that a noisy machine is noisy for both: `cargo bench -p perf-runtime --bench
//! sampling`. Prints a table; asserts nothing.

#![expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "prints what it measured, in a few digits"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use perf_runtime::perf_track;
use perf_runtime::snapshot::{Measures, Snapshot};

fn work(turns: u64) -> u64 {
    (0..turns).fold(1, |x, turn| black_box(x ^ turn).wrapping_mul(3))
}

#[inline(never)]
fn plain(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[perf_track]
#[inline(never)]
fn tiny(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

#[perf_track]
#[inline(never)]
fn steady(turns: u64) -> u64 {
    work(turns)
}

#[perf_track(exact)]
#[inline(never)]
fn steady_exact(turns: u64) -> u64 {
    work(turns)
}

#[perf_track]
#[inline(never)]
fn phases(turns: u64) -> u64 {
    work(turns)
}

#[perf_track(exact)]
#[inline(never)]
fn phases_exact(turns: u64) -> u64 {
    work(turns)
}

#[perf_track]
#[inline(never)]
fn mixed(turns: u64) -> u64 {
    work(turns)
}

#[perf_track(exact)]
#[inline(never)]
fn mixed_exact(turns: u64) -> u64 {
    work(turns)
}

fn main() {
    cost();
    println!(
        "\n{:<12} {:>12} {:>10} {:>14} {:>14} {:>8}",
        "load", "calls", "timed", "exact mean", "sampled mean", "off by"
    );
    alternate("steady", steady, steady_exact, |_, _| 40);
    // A phase is 20 ms long, much longer than the breaker needs to see it.
    alternate("phases", phases, phases_exact, |since, _| {
        if (since.as_millis() / 20) % 2 == 0 { 20 } else { 400 }
    });
    // Every 16th call is long, in step with nothing.
    alternate("mixed", mixed, mixed_exact, |_, call| {
        if call.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60 == 0 { 500 } else { 10 }
    });
    whole_budget();
}

/// Nanoseconds of a call that is sampled, over a plain one.
fn cost() {
    const CALLS: u64 = 2_000_000;
    let time = |call: fn(u64) -> u64| {
        let start = Instant::now();
        (0..CALLS).fold(1, |x, _| call(black_box(x)));
        start.elapsed().as_secs_f64() * 1e9 / CALLS as f64
    };
    // Until it is sampled.
    time(tiny);
    let mut pairs: Vec<(f64, f64)> = (0..31).map(|_| (time(plain), time(tiny))).collect();
    let median = |pairs: &mut Vec<(f64, f64)>, of: fn(&(f64, f64)) -> f64| {
        pairs.sort_by(|a, b| of(a).total_cmp(&of(b)));
        of(&pairs[pairs.len() / 2])
    };
    let (bare, sampled) = (median(&mut pairs, |it| it.0), median(&mut pairs, |it| it.1));
    let over = median(&mut pairs, |it| it.1 - it.0);
    let tiny = of("tiny");
    println!("plain call {bare:.2} ns, sampled {sampled:.2} ns: {over:.2} ns over it");
    println!("{} calls counted of {}, {} timed", tiny.calls, CALLS * 32, tiny.timed);
}

/// Calls both functions in turn, a thousand times each, with the work that `turns` says.
fn alternate(
    name: &str,
    sampled: fn(u64) -> u64,
    exact: fn(u64) -> u64,
    turns: impl Fn(Duration, u64) -> u64,
) {
    let start = Instant::now();
    let mut first = 0_u64;
    while start.elapsed() < Duration::from_secs(3) {
        let since = start.elapsed();
        for function in [sampled, exact] {
            (first..first + 1_000).for_each(|call| {
                black_box(function(turns(since, call)));
            });
        }
        first += 1_000;
    }
    let (sampled, exact) = (of(name), of(&format!("{name}_exact")));
    let mean = |it: &Measures| it.mean_ns().unwrap_or(f64::NAN);
    // Not `total_ns`, which leaves out the clock readings that untimed calls did without.
    let off = 100.0 * (sampled.sum_ns as f64 / exact.sum_ns as f64 - 1.0);
    println!(
        "{name:<12} {:>12} {:>10} {:>11.1} ns {:>11.1} ns {off:>7.2} %",
        sampled.calls,
        sampled.timed,
        mean(&exact),
        mean(&sampled),
    );
}

/// What all recording took of the main thread's time.
fn whole_budget() {
    let sum: u64 = snapshot().by_function().iter().map(|it| it.timed).sum();
    println!("\n{sum} calls timed in all");
}

fn of(name: &str) -> Measures {
    let snapshot = snapshot();
    let functions = snapshot.functions.iter().zip(snapshot.by_function());
    let mut found = functions.filter(|(function, _)| function.name.ends_with(&format!("::{name}")));
    found.next().map(|(_, measures)| measures).unwrap_or_default()
}

fn snapshot() -> Snapshot {
    perf_runtime::snapshot().unwrap_or_default()
}
