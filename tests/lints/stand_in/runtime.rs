//! What perf-runtime looks like to a crate that is tracked, and nothing behind it.

pub use stand_in_macros::perf_track;

/// Ends when it is dropped.
#[must_use]
pub struct Scope;

impl Drop for Scope {
    fn drop(&mut self) {}
}

pub fn scope(_: &str) -> Scope {
    Scope
}

pub fn tell<A>(_: &str, _: A) {}

#[must_use]
pub fn wrapped<F>(inner: F) -> F {
    inner
}

#[macro_export]
macro_rules! perf_scope {
    ($name:expr) => {
        $crate::scope(&$name)
    };
}

#[macro_export]
macro_rules! perf_future {
    ($name:literal, $future:expr $(,)?) => {
        $crate::wrapped($future)
    };
}

#[macro_export]
macro_rules! perf_stream {
    ($name:literal, $stream:expr $(,)?) => {
        $crate::wrapped($stream)
    };
}

#[macro_export]
macro_rules! perf_count {
    ($name:expr $(,)?) => {
        $crate::tell(&$name, 1_u64)
    };
    ($name:expr, $amount:expr $(,)?) => {
        $crate::tell(&$name, $amount)
    };
}

#[macro_export]
macro_rules! perf_gauge {
    ($name:expr, $part:expr, of = $whole:expr $(,)?) => {
        $crate::tell(&$name, ($part, $whole))
    };
    ($name:expr, $value:expr $(,)?) => {
        $crate::tell(&$name, $value)
    };
}
