//! Architectures without a counter that is known to be steady.

/// Is never called, since [`is_steady`] returns `false`.
#[inline(always)]
pub(super) fn read() -> u64 {
    crate::writing::system::monotonic_ns()
}

/// Is never called, like [`read`].
#[inline(always)]
pub(super) fn read_in_order() -> u64 {
    read()
}

/// Returns `false`: there is no counter.
pub(super) fn is_steady() -> bool {
    false
}
