//! Benchmarks where nothing is taken from a prelude, and every name is somebody else's.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

use ::perf_runtime::{Bench, perf_bench};

mod core {}
mod std {}
mod alloc {}
mod inventory {}

struct Vec;
struct Option;
struct Some;
struct None;
struct Result;
struct Ok;
struct Box;
struct String;
struct u64;
struct u32;
struct usize;
struct bool;
trait Iterator {}
trait IntoIterator {}
trait TryInto {}
trait Clone {}
static SITE: () = ();
macro_rules! submit {
    () => {};
}

#[perf_bench(compare = "group", baseline, tags = ["a"], budget(mean = "1s"), bytes = 8_u8)]
fn bench() -> i64 {
    1
}

#[perf_bench(args = [1, 2], items = case, threads = [1, 2], timeout = "10s")]
fn case(bench: &mut Bench, case: i64) {
    bench.iter_batched(|| case, |case| case);
}

#[perf_bench(args = 1..4, bytes = arguments)]
fn arguments(arguments: i32) -> i32 {
    arguments
}

#[perf_bench]
async fn later() -> ::std::result::Result<(), ()> {
    ::std::result::Result::Ok(())
}

::perf_runtime::bench_main!();
