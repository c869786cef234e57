//! Whether the recorder's own cost is told honestly: a parent that calls many tracked children
//! should, once `self_overhead_ns` is taken off, take as long as its twin of plain functions.
//!
//! `cargo bench -p perf-runtime --bench overhead`. Prints a table; asserts nothing.

#![expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "prints what it measured, in a few digits"
)]

use std::hint::black_box;
use std::time::Instant;

use perf_runtime::perf_track;
use perf_runtime::snapshot::Measures;

const CALLS: u64 = 2_000;
const ROUNDS: usize = 1_000;

/// Work of a known length: each turn waits for the one before.
#[inline(never)]
fn work(turns: u64) -> u64 {
    (0..black_box(turns))
        .fold(black_box(1), |x, turn| (x ^ (x >> 7) ^ turn).wrapping_mul(0x9E37_79B9))
}

#[inline(never)]
fn plain_child(x: u64) -> u64 {
    black_box(x)
}

#[perf_track(exact)]
#[inline(never)]
fn child(x: u64) -> u64 {
    black_box(x)
}

/// A parent of tracked children, and its twin of plain ones.
macro_rules! parents {
    ($($parent:ident $plain:ident $turns:literal)*) => {
        $(
            #[perf_track(exact)]
            #[inline(never)]
            fn $parent() {
                for call in 0..CALLS {
                    black_box(work($turns));
                    black_box(child(call));
                }
            }

            #[inline(never)]
            fn $plain() {
                for call in 0..CALLS {
                    black_box(work($turns));
                    black_box(plain_child(call));
                }
            }
        )*

        /// Name, turns of work for each child, tracked, plain.
        const PARENTS: &[(&str, u64, fn(), fn())] =
            &[$((stringify!($parent), $turns, $parent, $plain)),*];
    };
}

parents! {
    ten ten_plain 10
    hundred hundred_plain 100
    thousand thousand_plain 1000
}

fn main() {
    println!(
        "{:<10} {:>12} {:>12} {:>12} {:>12} {:>8}",
        "turns", "plain", "self", "overhead", "corrected", "off by"
    );
    for &(name, turns, tracked, plain) in PARENTS {
        let rounds = if turns >= 1000 { ROUNDS / 10 } else { ROUNDS };
        let mut truth: Vec<f64> = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            truth.push(time(plain));
            tracked();
        }
        truth.sort_by(f64::total_cmp);
        let plain_ns = truth.iter().sum::<f64>() / rounds as f64;
        let found = of(name);
        let per_call = |ns: u64| ns as f64 / rounds as f64;
        let own = per_call(found.self_ns);
        let overhead = per_call(found.self_overhead_ns);
        let corrected = own - overhead;
        println!(
            "{name:<10} {plain_ns:>9.0} ns {own:>9.0} ns {overhead:>9.0} ns {corrected:>9.0} ns {:>6.1} %",
            100.0 * (corrected / plain_ns - 1.0)
        );
    }
}

fn time(work: fn()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e9
}

fn of(name: &str) -> Measures {
    let snapshot = perf_runtime::snapshot().unwrap_or_default();
    let functions = snapshot.functions.iter().zip(snapshot.by_function());
    let mut found = functions.filter(|(function, _)| function.name.ends_with(&format!("::{name}")));
    found.next().map(|(_, measures)| measures).unwrap_or_default()
}
