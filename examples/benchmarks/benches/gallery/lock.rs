//! Do more threads do more, or wait for each other?

use perf_benchmarks::ledger::{Free, Locked};
use perf_runtime::perf_bench;

static LOCKED: Locked = Locked::new();
static FREE: Free = Free::new();

#[perf_bench(stress)]
fn locked() -> u64 {
    LOCKED.book(std::hint::black_box(5))
}

#[perf_bench(stress)]
fn free() -> u64 {
    FREE.book(std::hint::black_box(5))
}
