//! The addition to a counter of one thread.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Adds to a number that only this thread writes: a plain load and a plain store, which cost less
/// than one read-modify-write.
#[inline]
pub(super) fn add(to: &AtomicU64, more: u64) {
    to.store(to.load(Relaxed).wrapping_add(more), Relaxed);
}
