//! Benchmarks that end well.

use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

use perf_runtime::{Bench, perf_bench, perf_track};

#[perf_bench]
fn plain() -> u64 {
    (0..black_box(100_u64)).sum()
}

#[perf_bench(args = [10, 100], items = length)]
fn sort(b: &mut Bench, length: u64) {
    b.iter_batched(|| (0..length).rev().collect::<Vec<_>>(), |mut items| items.sort());
}

#[perf_bench(name = "a name: with \"signs\"", threads = [1, 2, 0, 2])]
fn named() -> String {
    "text".repeat(black_box(10))
}

#[perf_bench(ignore)]
fn ignored() -> u32 {
    black_box(1)
}

#[perf_bench(compare = "pair")]
fn first() -> u64 {
    tracked(black_box(10))
}

#[perf_bench(compare = "pair", baseline)]
fn second() -> u64 {
    (0..black_box(20_u64)).sum()
}

#[perf_track]
fn tracked(n: u64) -> u64 {
    (0..n).sum()
}

#[perf_bench]
async fn later() -> Result<u32, std::num::ParseIntError> {
    black_box("42").parse()
}

/// Operations of which the fiftieth of each batch takes 100 ms.
fn stalling(b: &mut Bench) {
    let mut count = 0;
    b.iter(|| {
        count += 1;
        if count == 50 {
            sleep(Duration::from_millis(100));
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_micros(5) {}
    });
}

#[perf_bench(rate = "1000/s", time = "1200ms", warm_up = "1ms")]
fn open_loop(b: &mut Bench) {
    stalling(b);
}

#[perf_bench(iterations = 5_000)]
fn closed_loop(b: &mut Bench) {
    stalling(b);
}

perf_runtime::bench_main!();
