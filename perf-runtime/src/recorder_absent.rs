//! The stand-in for `recorder` where recording is compiled out: every answer is empty.

use std::path::PathBuf;

use crate::health::State;
use crate::health::condition::Account;
use crate::segment::SegmentError;
use crate::snapshot::{Function, Snapshot};

/// A function that carries the attribute: there are none.
pub(crate) type Declared = std::convert::Infallible;

pub(crate) fn state() -> State {
    State::CompiledOut
}

pub(crate) fn segment() -> Option<(Option<PathBuf>, u64)> {
    None
}

pub(crate) fn read() -> Option<Result<Snapshot, SegmentError>> {
    None
}

pub(crate) fn bytes() -> Option<Vec<u8>> {
    None
}

pub(crate) fn set_clock(_clock: fn() -> u64) -> bool {
    false
}

pub(crate) fn is_prohibited() -> bool {
    false
}

pub(crate) fn account() -> Option<Account> {
    None
}

pub(crate) fn tracked() -> Vec<(Declared, u64)> {
    Vec::new()
}

pub(crate) fn name(declared: Declared) -> &'static str {
    match declared {}
}

pub(crate) fn describe(declared: Declared) -> Function {
    match declared {}
}

pub(crate) fn name_of(_site: u32) -> Option<&'static str> {
    None
}

#[expect(clippy::unnecessary_wraps, reason = "as where something is recorded")]
pub(crate) fn begin_anew() -> Result<(), SegmentError> {
    Ok(())
}
