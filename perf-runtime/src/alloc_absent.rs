//! The stand-in for `hot::alloc` where recording is compiled out: nothing is counted.

/// Would count `bytes` allocated bytes.
#[inline]
pub(crate) fn allocated(_bytes: usize) {}

/// Would count `bytes` freed bytes.
#[inline]
pub(crate) fn freed(_bytes: usize) {}

/// Would count a change from `old` bytes to `new` ones.
#[inline]
pub(crate) fn reallocated(_old: usize, _new: usize) {}
