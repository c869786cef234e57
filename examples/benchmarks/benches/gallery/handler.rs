//! How long does a request take: alone, and when 5,000 arrive a second?

use std::sync::LazyLock;

use perf_benchmarks::handler::{NoSuchUser, Store, handle};
use perf_runtime::perf_bench;

static STORE: LazyLock<Store> = LazyLock::new(|| Store::of(1_000));

/// Without `block_on`, an executor of perf-runtime's own runs the future on this thread.
#[perf_bench]
async fn request() -> Result<String, NoSuchUser> {
    handle(&STORE, std::hint::black_box(617)).await
}

#[perf_bench(rate = "5000/s")]
async fn requests_at_a_rate() -> Result<String, NoSuchUser> {
    handle(&STORE, std::hint::black_box(617)).await
}
