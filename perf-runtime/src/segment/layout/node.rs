//! One calling context of one shard, and its histogram.

use std::sync::atomic::{AtomicU32, AtomicU64};

use super::RING;
use crate::buckets;

/// One calling context of one shard. Times in ticks.
#[repr(C, align(64))]
pub(crate) struct NodeRecord {
    /// Finished calls that were timed.
    pub(crate) head: AtomicU64,
    /// Beginning of the outermost running call, or [`UNTIMED`]; 0 while none runs.
    pub(crate) start: AtomicU64,
    /// Finished and running calls that were not timed.
    pub(crate) untimed: AtomicU64,
    /// Address of this node in the writing process.
    pub(crate) address: u64,
    /// Address of the caller's node; [`OUTSIDE`] without caller, 0 before version 4.
    pub(crate) parent: u64,
    /// A [`SiteRecord::index`].
    pub(crate) site: u32,
    /// Node of the shard that was made before this one.
    pub(crate) previous: u32,
    pub(crate) errors: AtomicU64,
    pub(crate) panics: AtomicU64,

    pub(crate) cancelled: AtomicU64,
    pub(crate) folds_begun: AtomicU32,
    pub(crate) folds_done: AtomicU32,
    /// The shortest and the longest folded duration; `u64::MAX` and 0 before the first.
    pub(crate) min: AtomicU64,
    pub(crate) max: AtomicU64,
    /// Folded durations that found no room in the histogram.
    pub(crate) uncounted: AtomicU64,
    /// Recursive calls that were not timed; they are in `untimed` no more than in `head`.
    pub(crate) passed: AtomicU64,
    /// Untimed calls that no timed one stands for.
    pub(crate) unmeasured: AtomicU64,
    /// The duration that [`LONG`] stands for in the ring.
    pub(crate) long: AtomicU64,
    /// Time spent here and in no context below. In older versions, where only whole durations were
    /// kept, a [`Recursion`]: the recursive calls of this function.
    pub(crate) own: Own,

    /// Calls that were made from here. In older versions, a [`Recursion`]: those of functions that
    /// were running already.
    pub(crate) made: Made,
    pub(crate) sampling: Sampling,

    /// Sums as of an even and of an odd number of folds.
    pub(crate) slots: [FoldSlot; 2],

    /// A [`HistogramPage`] for each octave that occurred.
    pub(crate) pages: [AtomicU32; buckets::OCTAVES as usize],

    /// Durations that are not folded yet; number `n` stands at `n % RING`.
    pub(crate) ring: [AtomicU32; RING],

    /// 1 where its calls were made by a tallied function somewhere below the caller. Before version
    /// 5, where they were not to be sampled.
    pub(crate) is_loose: u32,
    /// The [`AllocRecord`], if there is one.
    pub(crate) allocated: AtomicU32,
}

/// Time in which a thread was in a context and in none below it, in ticks.
#[repr(C)]
pub(crate) struct Own {
    /// Time while everything was recorded.
    pub(crate) whole: AtomicU64,
    /// Time while some functions were tallied, which holds that of their calls below this context.
    pub(crate) partial: AtomicU64,
    /// Calls that ended then. For records beside a node, see [`CALLS`].
    pub(crate) partial_calls: AtomicU64,
}

/// Calls made from a context that were timed.
#[repr(C)]
pub(crate) struct Made {
    /// Calls made while everything was recorded.
    pub(crate) whole: AtomicU64,
    /// Calls made while some functions were tallied.
    pub(crate) partial: AtomicU64,
    /// Recursive calls of this function: those made somewhere below.
    pub(crate) nested: AtomicU64,
}

/// Recursive calls, which are recorded in the node of the outermost one. Before version 5.
#[repr(C)]
pub(crate) struct Recursion {
    /// Time of the finished ones, in ticks; estimated where calls are sampled.
    pub(crate) ticks: AtomicU64,
    /// Sum of the moments at which the running ones began.
    pub(crate) starts: AtomicU64,
    /// Number of those that run.
    pub(crate) running: AtomicU64,
}

/// The time at which a node was made. Before version 5, also the sampling of its calls.
#[repr(C)]
pub(crate) struct Sampling {
    /// Time at which the node was made, counted from the header's first moment, in units of 2^20
    /// ticks.
    pub(crate) created: AtomicU32,
    pub(crate) reserved: u32,
    /// The step, a `snapshot::Step`. Before version 5.
    pub(crate) step: u32,
    /// Calls for each one that is timed, on average. Before version 5.
    pub(crate) interval: u32,
    /// Time of the step, and time spent in earlier sampled and counted steps. Before version 5.
    pub(crate) since: u64,
    pub(crate) sampled_ticks: u64,
    pub(crate) counted_ticks: u64,
    /// Additional time in this context and in none below, because the thread waited for a processor
    /// that another one had; in no other time. Before version 5 always 0.
    pub(crate) preempted_ticks: AtomicU64,
    /// The node's figures when its function began to be tallied, for the first time: time in this
    /// context and in none below, calls, and calls made from here. Before version 5 always 0.
    pub(crate) early_ticks: AtomicU64,
    /// Steps taken. Before version 5.
    pub(crate) transitions: u32,
    pub(crate) early_calls: AtomicU32,
    pub(crate) early_made: AtomicU32,
    /// Largest `interval` so far. Before version 5.
    pub(crate) largest_interval: u32,
}

/// Sums over the folded durations.
#[repr(C)]
pub(crate) struct FoldSlot {
    /// Timed calls that are in the sums and in the histogram (or in `uncounted`).
    pub(crate) folded: AtomicU64,
    /// Untimed calls that they stand for.
    pub(crate) covered: AtomicU64,
    pub(crate) sum: AtomicU64,
    /// Sum of squares, low and high half.
    pub(crate) squares: [AtomicU64; 2],
}

/// Counts of one octave, in nanoseconds on the scale of [`buckets`].
#[repr(C, align(64))]
pub(crate) struct HistogramPage {
    pub(crate) counts: [AtomicU64; buckets::PER_OCTAVE as usize],
}
