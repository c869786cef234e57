//! What cannot be a benchmark, and options that do not go together.

use perf_runtime::{Bench, perf_bench};

#[perf_bench]
struct NoFunction;

#[perf_bench(tiem = "2s", time = 2, warm_up = "2", iterations = 0)]
fn options() {}

#[perf_bench(threads = [], rate = "500", memory = "2 lumps", stress = 3, args)]
fn values() {}

#[perf_bench(threads = [9999, 1])]
fn too_many_threads() {}

#[perf_bench(name = "", compare = "", tags = ["a", "a"], block_on, crate = "quoted")]
fn texts() {}

#[perf_bench(cpu = "80", errors = "5", timeout = "1 fortnight", budget(mean = 1))]
fn limits() {}

#[perf_bench]
unsafe fn dangerous() {}

#[perf_bench]
extern "C" fn foreign() {}

#[perf_bench]
fn generic<T: Default>() -> T {
    T::default()
}

struct Subject;

impl Subject {
    #[perf_bench]
    fn method(&mut self) {}
}

#[perf_bench]
fn argument_from_nowhere(n: usize) -> usize {
    n
}

#[perf_bench(args = [1])]
fn no_parameter() {}

#[perf_bench(args = [1])]
fn too_many(_b: &mut Bench, _n: usize, _m: usize) {}

#[perf_bench]
async fn later(_b: &mut Bench) {}

#[perf_bench(block_on = run)]
fn at_once() {}

#[perf_bench(baseline)]
fn alone() {}

#[perf_bench(stress, threads = [1])]
fn both() {}

fn main() {}
