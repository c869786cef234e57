//! The stand-in for `private` where recording is compiled out: the names that generated code still
//! uses.

pub use crate::number::{Amount, Level};

/// The value of `perf_scope!`: nothing.
#[must_use = "kept until the work is done, as when recording"]
#[derive(Debug)]
pub struct Scope;
