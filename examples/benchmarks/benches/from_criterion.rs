//! Benchmarks of criterion, converted: `docs/from-criterion.md` has both.

use std::hint::black_box;

use perf_runtime::{Bench, perf_bench};

fn fibonacci(n: u64) -> u64 {
    (0..n).fold((0_u64, 1_u64), |(a, b), _| (b, a.wrapping_add(b))).0
}

// bench_function("fib 20", |b| b.iter(|| fibonacci(black_box(20))))
#[perf_bench(name = "fib 20")]
fn fib_20() -> u64 {
    fibonacci(black_box(20))
}

// group.bench_with_input(BenchmarkId::new("reverse", n), &n, …) with Throughput::Elements
#[perf_bench(args = [1_000, 100_000], items = length)]
fn reverse(b: &mut Bench, length: u64) {
    // iter_batched(…, BatchSize::SmallInput)
    let input = || (0..length).collect::<Vec<_>>();
    b.iter_batched(input, |mut items| {
        items.reverse();
        items
    });
}

perf_runtime::bench_main!();
