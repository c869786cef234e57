//! Private memory that is taken from the system at the start, for a program that confines itself
//! later: see `PERF_TRACK_RESERVE`. Handed out once the system is asked for nothing more, and never
//! given back.

use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};

use super::map::Mapping;
use super::system;

/// Memory of one kind.
struct Pool {
    start: AtomicPtr<u8>,
    bytes: AtomicUsize,
    used: AtomicUsize,
}

/// The pool that a fork's child sees, and the pool that is zeroes there.
static COPIED: Pool = Pool::empty();
static WIPED: Pool = Pool::empty();

/// The least for the second, beside the part that grows with the segment: the tables of some
/// threads.
const LEAST_WIPED: usize = 1 << 20;

/// Reserves the memory for the contexts of a segment of `segment_bytes` bytes. Where the system
/// does not grant it, new contexts have no memory later.
pub(crate) fn reserve(segment_bytes: u64) {
    let bytes = usize::try_from(segment_bytes).unwrap_or(usize::MAX);
    COPIED.fill(Mapping::pages(bytes));
    WIPED.fill(Mapping::pages(bytes / 4 + LEAST_WIPED));
    if let Some(start) = NonNull::new(WIPED.start.load(Relaxed)) {
        system::wipe_in_children(start, WIPED.bytes.load(Relaxed));
    }
}

/// Hands out memory that a fork's child has a copy of.
pub(super) fn copied(bytes: usize) -> Option<NonNull<u8>> {
    COPIED.take(bytes)
}

/// Hands out memory that is zeroes in a fork's child, if the system can do that.
pub(super) fn wiped(bytes: usize) -> Option<NonNull<u8>> {
    WIPED.take(bytes)
}

impl Pool {
    const fn empty() -> Self {
        Self {
            start: AtomicPtr::new(ptr::null_mut()),
            bytes: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
        }
    }

    fn fill(&self, bytes: usize) {
        if let Ok(mapping) = Mapping::private(bytes) {
            self.bytes.store(bytes, Relaxed);
            self.start.store(mapping.start().as_ptr(), Release);
        }
    }

    fn take(&self, bytes: usize) -> Option<NonNull<u8>> {
        let start = NonNull::new(self.start.load(Acquire))?;
        let all = self.bytes.load(Relaxed);
        let more = |used: usize| used.checked_add(bytes).filter(|&used| used <= all);
        let used = self.used.fetch_update(Relaxed, Relaxed, more).ok()?;
        // SAFETY: within the pool's mapping, which stays; nobody else is handed these bytes.
        Some(unsafe { start.add(used) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_hands_out_each_byte_once_and_no_more_than_it_has() {
        let pool = Pool::empty();
        assert_eq!(pool.take(1), None, "nothing was reserved");
        pool.fill(8 << 10);
        let [one, other] = [(); 2].map(|()| pool.take(4 << 10).unwrap());
        assert_eq!(other.addr().get(), one.addr().get() + (4 << 10));
        assert_eq!((pool.take(1), pool.take(usize::MAX)), (None, None));
    }
}
