//! Benchmarks of `#[perf_bench]`, a module a question. `README.md` of the examples shows what they print.

mod handler;
mod index;
mod leak;
mod lock;
mod parser;
mod sorting;

perf_runtime::bench_main!();
