//! Stands in for `recorder` where recording is compiled out: there is nothing to tell.

use std::path::PathBuf;

use crate::health::State;
use crate::snapshot::Function;

pub(crate) fn state() -> State {
    State::CompiledOut
}

pub(crate) fn segment() -> Option<(PathBuf, u64)> {
    None
}

pub(crate) fn functions() -> Vec<Function> {
    Vec::new()
}
