//! A global allocator that counts for the allocating function, and leaves the work to another.
//!
//! The counting itself is in `hot::alloc`; where recording is compiled out, in `alloc_absent`.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::{allocations, batches};

/// A global allocator that counts the allocations and frees of each tracked function. The memory is
/// that of another allocator, normally the system's.
///
/// ```
/// use perf_runtime::{CountingAlloc, perf_track};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAlloc = CountingAlloc::new();
///
/// #[perf_track]
/// fn copies(text: &str) -> Vec<String> {
///     // One for the vector, one for each text.
///     (0..3).map(|_| text.to_owned()).collect()
/// }
///
/// assert_eq!(copies("abc").len(), 3);
/// let measures = &perf_runtime::snapshot()?.by_function()[0];
/// assert_eq!(measures.memory.allocs, 4);
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
///
/// An allocation belongs to the innermost tracked function on its thread, and freeing belongs to
/// the function that frees: memory handed on is freed by whoever drops it. So the memory that a
/// function has not freed by the end of its calls, calls below included, is handed on or leaks.
/// Growing is one of each: an allocation of the new size, and the freeing of the old. Outside of
/// tracked functions, and on threads that have called none yet, nothing is counted, nor is the
/// recorder's own memory.
///
/// Counting takes two nanoseconds, four where the last allocation was made in another call (`cargo
/// bench -p perf-runtime --bench alloc`). It takes no lock, and no memory but 64 bytes of the
/// segment, and as many beside it, for each context on each thread. With `default-features =
/// false`, the other allocator is all that remains.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAlloc<A = System>(A);

impl CountingAlloc {
    /// Counts allocations, and passes them on to the system's allocator.
    #[must_use]
    pub const fn new() -> Self {
        Self(System)
    }
}

impl<A> CountingAlloc<A> {
    /// Counts allocations, and passes them on to `allocator`.
    ///
    /// ```
    /// use std::alloc::System;
    /// use perf_runtime::CountingAlloc;
    ///
    /// // In place of `System`, any other that is `GlobalAlloc`.
    /// #[global_allocator]
    /// static ALLOCATOR: CountingAlloc<System> = CountingAlloc::over(System);
    /// ```
    #[must_use]
    pub const fn over(allocator: A) -> Self {
        Self(allocator)
    }
}

// SAFETY: all memory comes from and goes back to the other allocator, with the layouts that it is
// asked for; counting does not unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAlloc<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let memory = unsafe { self.0.alloc(layout) };
        if !memory.is_null() {
            allocations::allocated(layout.size());
            batches::allocated(layout.size());
        }
        memory
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { self.0.dealloc(memory, layout) };
        allocations::freed(layout.size());
        batches::freed(layout.size());
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let memory = unsafe { self.0.alloc_zeroed(layout) };
        if !memory.is_null() {
            allocations::allocated(layout.size());
            batches::allocated(layout.size());
        }
        memory
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        let moved = unsafe { self.0.realloc(memory, layout, size) };
        if !moved.is_null() {
            allocations::reallocated(layout.size(), size);
            batches::reallocated(layout.size(), size);
        }
        moved
    }
}
