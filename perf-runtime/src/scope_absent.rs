//! The stand-in for `scope` where recording is compiled out: names are type-checked, and nothing
//! else runs than would without.

/// Measures the rest of the block it stands in; compiled out, it does nothing.
#[macro_export]
macro_rules! perf_scope {
    ($name:expr) => {{
        if false {
            let _: &::core::primitive::str = &$name;
        }
        $crate::__private::Scope
    }};
}

/// Measures a future; compiled out, it is the future.
#[macro_export]
macro_rules! perf_future {
    ($name:literal, $future:expr $(,)?) => {
        $future
    };
}

/// Measures a stream; compiled out, it is the stream.
#[macro_export]
macro_rules! perf_stream {
    ($name:literal, $stream:expr $(,)?) => {
        $stream
    };
}
