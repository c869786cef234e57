//! Architectures without a counter that is known to be steady.

/// Never called, since [`is_steady`] says no.
#[inline(always)]
pub(super) fn read() -> u64 {
    crate::writing::system::monotonic_ns()
}

/// As [`read`].
#[inline(always)]
pub(super) fn read_in_order() -> u64 {
    read()
}

/// There is none.
pub(super) fn is_steady() -> bool {
    false
}
