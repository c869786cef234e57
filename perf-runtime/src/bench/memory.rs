//! The limit of memory that holds in the middle of an iteration: the system refuses what is beyond
//! it, and the allocator shows that on the board.

use std::alloc::{GlobalAlloc, Layout, System};

use super::board;
use super::meters::page_bytes;

/// Memory that a thread may reserve for its stack and its allocator beside what it uses.
const OF_A_THREAD: u64 = 80 << 20;

/// The system's allocator, which shows when there is no memory left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocator;

fn shown(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        board::memory_was_refused();
    }
    memory
}

// SAFETY: all requests go to the system's allocator, and all that it returns is returned.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        shown(unsafe { System.alloc(layout) })
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        shown(unsafe { System.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        shown(unsafe { System.realloc(memory, layout, size) })
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
