//! The memory of benchmarks: what they allocate in profile rounds, and the limit that holds in the
//! middle of an iteration, where the system refuses what is beyond it.
//!
//! The recorder counts allocations by context, in the segment. To read them there after each batch
//! would take the longer the more cases there are, so the sum is counted here once more.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};

use super::board;
use super::meters::page_bytes;
use crate::snapshot::Memory;

/// Memory that a thread may reserve for its stack and its allocator beside what it uses.
const OF_A_THREAD: u64 = 80 << 20;

/// The system's allocator, which counts in profile rounds, and shows when there is no memory left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocator;

/// Set if this program has this allocator: found out by a probe.
static IS_IN_USE: AtomicBool = AtomicBool::new(false);
/// Threads that are in a profile round.
static COUNTING: AtomicU32 = AtomicU32::new(0);
/// Allocations, their bytes, frees, and their bytes.
static COUNTS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// A stretch of time in which memory is counted, until it is dropped.
#[derive(Debug)]
pub(super) struct Counting(());

/// Begins to count.
pub(super) fn count() -> Counting {
    COUNTING.fetch_add(1, Relaxed);
    Counting(())
}

impl Drop for Counting {
    fn drop(&mut self) {
        COUNTING.fetch_sub(1, Relaxed);
    }
}

/// Finds out whether this program has this allocator.
pub(super) fn probe() {
    let before = COUNTS[0].load(Relaxed);
    let counting = count();
    drop(std::hint::black_box(Box::new(0_u8)));
    drop(counting);
    IS_IN_USE.store(COUNTS[0].load(Relaxed) > before, Relaxed);
}

/// Returns what was counted so far; `None` if this program has another allocator.
pub(super) fn counted() -> Option<Memory> {
    let [allocs, alloc_bytes, frees, freed_bytes] = COUNTS.each_ref().map(|it| it.load(Relaxed));
    let memory = Memory { allocs, alloc_bytes, frees, freed_bytes, ..Memory::default() };
    IS_IN_USE.load(Relaxed).then_some(memory)
}

#[inline]
fn is_counted() -> bool {
    COUNTING.load(Relaxed) > 0
}

#[cold]
fn add(first: usize, bytes: usize) {
    COUNTS[first].fetch_add(1, Relaxed);
    COUNTS[first + 1].fetch_add(bytes as u64, Relaxed);
}

#[inline]
fn allocated(memory: *mut u8, bytes: usize) -> *mut u8 {
    if memory.is_null() {
        board::memory_was_refused();
    } else if is_counted() {
        add(0, bytes);
    }
    memory
}

#[inline]
fn freed(bytes: usize) {
    if is_counted() {
        add(2, bytes);
    }
}

// SAFETY: all requests go to the system's allocator, and all that it returns is returned.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        allocated(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) };
        freed(layout.size());
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        allocated(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        let moved = allocated(unsafe { System.realloc(memory, layout, size) }, size);
        if !moved.is_null() {
            freed(layout.size());
        }
        moved
    }
}

/// Has the system refuse this process more than `bytes` beside what it has reserved by now, and
/// what `threads` reserve.
pub(super) fn limit(bytes: u64, threads: u64) {
    let Some(reserved) = reserved() else { return };
    let most = reserved.saturating_add(bytes).saturating_add(threads.saturating_mul(OF_A_THREAD));
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes to a record that lives on this stack.
    if unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } != 0 {
        return;
    }
    limit.rlim_cur = limit.rlim_max.min(most);
    // SAFETY: reads a record that lives on this stack. Where it is refused, the limit holds between
    // batches alone.
    let _ = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
}

/// Returns the addresses that the process has reserved, in bytes.
fn reserved() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').next()?.parse().ok()?;
    Some(pages.saturating_mul(page_bytes()))
}
