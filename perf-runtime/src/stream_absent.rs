//! Stands in for `stream` where the feature of that name is off, and says so.

/// Measures a stream, with the feature `stream`.
#[macro_export]
macro_rules! perf_stream {
    ($($any:tt)*) => {
        ::core::compile_error!("`perf_stream!` needs the feature `stream` of perf-runtime")
    };
}
