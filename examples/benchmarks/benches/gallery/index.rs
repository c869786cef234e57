//! How does the time grow with the input? Three decades tell.

use perf_benchmarks::index::{by_search, by_set, numbers};
use perf_runtime::{Bench, perf_bench};

#[perf_bench(args = [10, 100, 1_000, 10_000], items = length)]
fn search(b: &mut Bench, length: usize) {
    let numbers = numbers(length);
    b.iter(|| by_search(&numbers).len());
}

#[perf_bench(args = [10, 100, 1_000, 10_000], items = length)]
fn set(b: &mut Bench, length: usize) {
    let numbers = numbers(length);
    b.iter(|| by_set(&numbers).len());
}
