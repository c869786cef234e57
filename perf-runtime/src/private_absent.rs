//! Stands in for `private` where recording is compiled out: what generated code still names.

pub use crate::number::{Amount, Level};

/// What `perf_scope!` gives: nothing.
#[must_use = "kept until the work is done, as when recording"]
#[derive(Debug)]
pub struct Scope;
