//! Stands in for `hot::alloc` where recording is compiled out: nothing is counted.

/// `bytes` were allocated.
#[inline]
pub(crate) fn allocated(_bytes: usize) {}

/// `bytes` were freed.
#[inline]
pub(crate) fn freed(_bytes: usize) {}

/// `old` bytes became `new` ones.
#[inline]
pub(crate) fn reallocated(_old: usize, _new: usize) {}
