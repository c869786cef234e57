//! The only place that looks at the `record` feature.
//!
//! It mounts the recorder's modules, or the few lines that stand in for it, and nothing else. The
//! attribute leaves functions alone when the feature is off, so nothing else need know.

#[cfg(all(feature = "record", not(any(unix, windows, target_family = "wasm"))))]
compile_error!(
    "perf-runtime records on Unix, Windows and WebAssembly only: on this target, depend on it with \
     `default-features = false`, with which the attribute leaves functions as they are"
);
#[cfg(all(feature = "bench", not(any(unix, windows))))]
compile_error!(
    "benchmarks run on Unix and Windows only: on this target, leave the feature `bench` out"
);
#[cfg(all(perf_loom, feature = "record"))]
compile_error!("the models are tests without the recorder: add --no-default-features");

#[cfg(feature = "bench")]
#[path = "bench/mod.rs"]
pub mod bench;
#[cfg(feature = "bench")]
#[path = "segment/writing/bench.rs"]
mod bench_records;

/// What generated code uses and only some features have.
#[cfg(feature = "record")]
pub(crate) mod optional {
    #[cfg(feature = "bench")]
    pub use super::bench;
    pub use super::stream;
}

/// What the root of the crate shows, as far as the features have it.
pub(crate) mod face {
    #[doc(hidden)]
    pub use super::__private;
    #[cfg(feature = "bench")]
    pub use super::bench::Bench;
    #[cfg(feature = "bench")]
    pub use perf_macros::perf_bench;
}

#[cfg(feature = "record")]
#[path = "private.rs"]
#[doc(hidden)]
pub mod __private;
#[cfg(not(feature = "record"))]
#[path = "alloc_absent.rs"]
pub(crate) mod allocations;
#[cfg(any(feature = "record", all(test, perf_loom)))]
#[cfg_attr(perf_loom, expect(dead_code, reason = "the recorder is left out"))]
#[path = "breaker.rs"]
pub(crate) mod breaker;
#[cfg(feature = "record")]
#[path = "breaker_probe.rs"]
pub(crate) mod breaker_probe;
#[cfg(any(feature = "record", test))]
#[cfg_attr(not(feature = "record"), expect(dead_code, reason = "the recorder is left out"))]
#[path = "budget.rs"]
pub(crate) mod budget;
#[cfg(feature = "record")]
#[path = "calibrate.rs"]
pub(crate) mod calibrate;
#[cfg(feature = "record")]
#[path = "hot/mod.rs"]
pub(crate) mod hot;
#[cfg(not(feature = "record"))]
pub(crate) use allocations as batches;
#[cfg(feature = "record")]
pub(crate) use hot::alloc as allocations;
#[cfg(all(feature = "record", not(feature = "bench")))]
#[path = "alloc_absent.rs"]
pub(crate) mod batches;
#[cfg(feature = "bench")]
pub(crate) use bench::memory as batches;
#[cfg(feature = "record")]
#[path = "judge.rs"]
pub(crate) mod judge;
#[cfg(feature = "record")]
#[path = "kind.rs"]
pub(crate) mod kind;
#[cfg(feature = "record")]
#[path = "linked.rs"]
pub(crate) mod linked;
#[cfg(any(feature = "record", all(test, perf_loom)))]
#[cfg_attr(perf_loom, expect(dead_code, reason = "the recorder is left out"))]
#[path = "list.rs"]
pub(crate) mod list;
#[cfg(feature = "record")]
#[path = "metric.rs"]
mod metric;
#[cfg(not(feature = "record"))]
#[path = "metric_absent.rs"]
mod metric;
#[cfg(feature = "record")]
#[path = "metric_site.rs"]
pub(crate) mod metric_site;
#[cfg(all(test, perf_loom))]
#[path = "models/mod.rs"]
pub(crate) mod models;
#[cfg(feature = "record")]
#[path = "registry.rs"]
pub(crate) mod registry;
#[cfg(feature = "record")]
#[path = "scope.rs"]
mod scope;
#[cfg(not(feature = "record"))]
#[path = "scope_absent.rs"]
mod scope;
#[cfg(feature = "record")]
#[path = "site.rs"]
pub(crate) mod site;
#[cfg(all(feature = "record", feature = "stream"))]
#[path = "stream.rs"]
pub mod stream;
#[cfg(all(feature = "record", not(feature = "stream")))]
#[path = "stream_absent.rs"]
pub mod stream;
#[cfg(any(feature = "record", all(test, perf_loom)))]
#[path = "sync/mod.rs"]
pub(crate) mod sync;
#[cfg(feature = "record")]
#[path = "segment/writing/mod.rs"]
pub(crate) mod writing;

#[cfg(not(feature = "record"))]
#[path = "private_absent.rs"]
#[doc(hidden)]
pub mod __private;
#[cfg(feature = "record")]
#[path = "recorder.rs"]
pub(crate) mod recorder;
#[cfg(not(feature = "record"))]
#[path = "recorder_absent.rs"]
pub(crate) mod recorder;
