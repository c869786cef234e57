//! The memory of benchmarks: what iterations allocate in profile rounds, what is kept of it, and the
//! limit that holds in the middle of an iteration, where the system refuses what is beyond it.
//!
//! The recorder counts allocations by context, in the segment. To read them there after each batch
//! would take the longer the more cases there are, so the sum is counted here once more, and by the
//! part that a thread has: what an iteration allocates is counted between its beginning and its end,
//! which leaves out the making of inputs and the dropping of results. What is kept is the balance of
//! all threads from the set-up of a batch to its end, whoever allocates and whoever frees. The
//! engine's own memory is in neither.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::time::{Duration, Instant};

use super::board;
use super::system;
use crate::newer::Unsigned as _;
use crate::snapshot::Batch;

/// Memory that a thread may reserve for its stack and its allocator beside what it uses.
const OF_A_THREAD: u64 = 80 << 20;

/// The system's allocator, which shows when there is no memory left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocator;

/// Set if this program has an allocator that counts: found out by a probe.
static IS_IN_USE: AtomicBool = AtomicBool::new(false);
/// Profile batches that run.
static COUNTING: AtomicU32 = AtomicU32::new(0);
/// Threads that are in an iteration.
static IN_ITERATIONS: AtomicU32 = AtomicU32::new(0);
/// Allocations of iterations, their bytes, frees, and their bytes.
static OF_ITERATIONS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
/// Bytes that all threads allocated less those that they freed, but for the engine's.
static BALANCE: AtomicU64 = AtomicU64::new(0);
/// Allocations and frees by threads that the code of a benchmark has started.
static BY_OTHERS: AtomicU64 = AtomicU64::new(0);

/// The part that a thread has at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A thread that the code of a benchmark has started: its iterations are whoever's.
    Other,
    /// The engine's work.
    Engine,
    /// The code of a benchmark, around its iterations.
    Around,
    /// An iteration.
    Iteration,
}

thread_local! {
    static PART: Cell<Part> = const { Cell::new(Part::Other) };
}

/// A stretch in which a thread has another part, until it is dropped.
#[derive(Debug)]
pub(super) struct Stretch {
    before: Part,
    now: Part,
}

/// Begins a stretch of the engine's own work.
pub(super) fn engine() -> Stretch {
    Stretch::new(Part::Engine)
}

/// Begins a stretch of the code of a benchmark, or of what belongs to both.
pub(super) fn around() -> Stretch {
    Stretch::new(Part::Around)
}

/// Says that this is a thread of the engine's: what its beginning and end free belongs to both.
pub(super) fn own_thread() {
    PART.set(Part::Around);
}

/// Begins an iteration.
#[inline]
pub(super) fn iteration() -> Stretch {
    Stretch::new(Part::Iteration)
}

impl Stretch {
    #[inline]
    fn new(now: Part) -> Self {
        let before = PART.replace(now);
        if now == Part::Iteration {
            IN_ITERATIONS.fetch_add(1, Relaxed);
        }
        Self { before, now }
    }
}

impl Drop for Stretch {
    #[inline]
    fn drop(&mut self) {
        if self.now == Part::Iteration {
            IN_ITERATIONS.fetch_sub(1, Relaxed);
        }
        PART.set(self.before);
    }
}

/// A profile batch whose memory is counted.
#[derive(Debug)]
pub(super) struct Counting {
    of_iterations: [u64; 4],
    balance: u64,
    by_others: u64,
}

impl Counting {
    /// Begins to count.
    pub(super) fn begin() -> Self {
        COUNTING.fetch_add(1, Relaxed);
        Self {
            of_iterations: counted(),
            balance: BALANCE.load(Relaxed),
            by_others: BY_OTHERS.load(Relaxed),
        }
    }

    /// Writes into `batch` what was counted, if this program has an allocator that counts.
    pub(super) fn note(self, batch: &mut Batch) {
        self.settle();
        if !IS_IN_USE.load(Relaxed) {
            return;
        }
        let now = counted();
        let since = |at: usize| now[at].wrapping_sub(self.of_iterations[at]);
        (batch.allocs, batch.alloc_bytes) = (since(0), since(1));
        (batch.frees, batch.freed_bytes) = (since(2), since(3));
        batch.kept_bytes = Some(BALANCE.load(Relaxed).wrapping_sub(self.balance).with_sign());
    }

    /// Waits for a moment, until threads that the benchmark has started have freed what they were
    /// left with.
    fn settle(&self) {
        const QUIET: Duration = Duration::from_millis(1);
        const LONGEST: Duration = Duration::from_millis(20);
        let mut last = BY_OTHERS.load(Relaxed);
        let began = Instant::now();
        while last != self.by_others && began.elapsed() < LONGEST {
            std::thread::sleep(QUIET);
            match BY_OTHERS.load(Relaxed) {
                same if same == last => return,
                more => last = more,
            }
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        COUNTING.fetch_sub(1, Relaxed);
    }
}

fn counted() -> [u64; 4] {
    OF_ITERATIONS.each_ref().map(|it| it.load(Relaxed))
}

/// Finds out whether this program has an allocator that counts.
pub(super) fn probe() {
    let counting = Counting::begin();
    let probing = iteration();
    drop(std::hint::black_box(Box::new(0_u8)));
    drop(probing);
    IS_IN_USE.store(counted() != counting.of_iterations, Relaxed);
}

/// Counts an allocation in a profile batch.
#[inline]
pub(crate) fn allocated(bytes: usize) {
    if COUNTING.load(Relaxed) > 0 {
        add(0, bytes as u64, bytes as u64);
    }
}

/// Counts a free in a profile batch.
#[inline]
pub(crate) fn freed(bytes: usize) {
    if COUNTING.load(Relaxed) > 0 {
        add(2, bytes as u64, (bytes as u64).wrapping_neg());
    }
}

/// Counts a change of size in a profile batch.
#[inline]
pub(crate) fn reallocated(old: usize, new: usize) {
    freed(old);
    allocated(new);
}

#[cold]
fn add(first: usize, bytes: u64, change: u64) {
    let part = PART.get();
    if part == Part::Engine {
        return;
    }
    BALANCE.fetch_add(change, Relaxed);
    let is_of_iteration = match part {
        Part::Other => {
            BY_OTHERS.fetch_add(1, Relaxed);
            IN_ITERATIONS.load(Relaxed) > 0
        }
        _ => part == Part::Iteration,
    };
    if is_of_iteration {
        OF_ITERATIONS[first].fetch_add(1, Relaxed);
        OF_ITERATIONS[first + 1].fetch_add(bytes, Relaxed);
    }
}

#[inline]
fn looked_at(memory: *mut u8) -> *mut u8 {
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
        looked_at(unsafe { System.alloc(layout) })
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) };
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        looked_at(unsafe { System.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        looked_at(unsafe { System.realloc(memory, layout, size) })
    }
}

/// Has the system refuse this process more than `bytes` beside what it has reserved by now, and
/// what `threads` reserve.
pub(super) fn limit(bytes: u64, threads: u64) {
    system::limit_memory(bytes.saturating_add(threads.saturating_mul(OF_A_THREAD)));
}
