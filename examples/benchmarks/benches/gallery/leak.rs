//! Does it give back what it takes?

use perf_benchmarks::leak::Cache;
use perf_runtime::perf_bench;

static CACHE: Cache = Cache::new();

/// The limit ends it, should it leak more than the machine has.
#[perf_bench(memory = "2GiB", iterations = 100_000)]
fn cache() -> u64 {
    CACHE.answer(std::hint::black_box(7))
}
