//! `#[perf_bench]` in a crate of edition 2021: each shape runs once as a test.

use perf_runtime::{perf_bench, Bench};

/// Nothing that generated code may take for the real one.
pub mod core {}

#[perf_bench(name = "all 2021", args = [1, 2], items = n, time = "1ms", tags = ["a"], budget(mean = "1s"))]
fn all(b: &mut Bench, n: usize) {
    b.iter_batched(|| vec![1_u8; n], |list| list.len());
}

#[perf_bench(err_kind)]
fn by_debug() -> Result<u32, std::num::ParseIntError> {
    std::hint::black_box("1").parse()
}

#[perf_bench(err_kind = name, threads = [1, 2])]
async fn by_name() -> Result<u32, std::num::ParseIntError> {
    std::future::ready(std::hint::black_box("x")).await.parse()
}

fn name(_: &std::num::ParseIntError) -> &'static str {
    "no number"
}

perf_runtime::bench_main!();
