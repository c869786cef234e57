//! The stand-in for `stream` where the feature of that name is off: an error that names it.

/// Measures a stream, with the feature `stream`.
#[macro_export]
macro_rules! perf_stream {
    ($($any:tt)*) => {
        ::core::compile_error!("`perf_stream!` needs the feature `stream` of perf-runtime")
    };
}
