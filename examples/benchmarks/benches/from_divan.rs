//! Benchmarks of divan, converted: `docs/from-divan.md` has both.

use perf_runtime::{Bench, perf_bench};

// #[divan::bench(args = [27, 97])]
#[perf_bench(args = [27, 97])]
fn collatz(start: u64) -> u64 {
    let halved_or_not = |n: &u64| Some(if n % 2 == 0 { n / 2 } else { 3 * n + 1 });
    let steps = std::iter::successors(Some(start), halved_or_not);
    steps.take_while(|n| *n != 1).count() as u64
}

// bencher.with_inputs(…).input_counter(BytesCount::of_str).bench_values(…)
#[perf_bench(bytes = TEXT.len(), threads = [1, 4])]
fn upper(b: &mut Bench) {
    b.iter_batched(|| TEXT.to_owned(), |text| text.to_uppercase());
}

const TEXT: &str = "the quick brown fox jumps over the lazy dog";

perf_runtime::bench_main!();
