//! A shard, which one thread at a time writes, and its counts beside the calling contexts.

use std::sync::atomic::{AtomicU32, AtomicU64};

/// The records of one thread at a time, which alone writes here.
#[repr(C, align(64))]
pub(crate) struct ShardRecord {
    /// Calling context of the thread: address of its node, with [`NESTED`] where the call is
    /// recursive; or [`OUTSIDE`].
    pub(crate) current: AtomicU64,
    /// Time at which it last entered or left one, in ticks.
    pub(crate) last: AtomicU64,
    /// Previous shard.
    pub(crate) previous: u32,
    /// 1 while a thread owns the shard.
    pub(crate) owned: AtomicU32,
    /// The owning thread as the operating system numbers it.
    pub(crate) thread_id: AtomicU32,
    /// Newest node.
    pub(crate) nodes: AtomicU32,
    /// Calls that could not be recorded.
    pub(crate) lost_calls: AtomicU64,
    /// Times that the clock ran backwards.
    pub(crate) clock_anomalies: AtomicU64,
    /// Newest [`MetricRecord`].
    pub(crate) metrics: AtomicU32,
    /// The [`AllocRecord`] that was written to last.
    pub(crate) allocated_last: AtomicU32,
    /// Allocations that could not be recorded.
    pub(crate) lost_allocs: AtomicU64,

    /// Newest [`TallyRecord`].
    pub(crate) tallies: AtomicU32,
    /// Newest [`super::FailureRecord`]; 0 in older segments.
    pub(crate) failures: AtomicU32,
    /// Ticks that the recorder took between calls, which are in no context.
    pub(crate) recorder_ticks: AtomicU64,
    /// Windows in which everything was recorded.
    pub(crate) windows: AtomicU64,
    pub(crate) reserved: [u64; 5],
}

/// The calls of one function on one shard, counted outside of its contexts, since to time them
/// would cost too much. Made when that is so for the first time.
#[repr(C, align(64))]
pub(crate) struct TallyRecord {
    /// Finished calls; of an async function, polls.
    pub(crate) calls: AtomicU64,
    pub(crate) errors: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) allocs: AtomicU64,
    pub(crate) alloc_bytes: AtomicU64,
    pub(crate) frees: AtomicU64,
    pub(crate) freed_bytes: AtomicU64,
    /// A [`SiteRecord::index`].
    pub(crate) site: u32,
    /// Tally of the shard that was made before this one.
    pub(crate) previous: u32,

    /// For an async function: calls that ended in such a poll; those among them that were given up;
    /// and the first suspensions of calls, less the ends of suspended calls, modulo 2^64.
    pub(crate) ended: AtomicU64,
    pub(crate) cancelled: AtomicU64,
    pub(crate) suspended: AtomicU64,
    /// The step, a `snapshot::Step`, and the time of it.
    pub(crate) step: AtomicU32,
    /// Steps taken.
    pub(crate) transitions: AtomicU32,
    pub(crate) since: AtomicU64,
    /// Time spent tallied in earlier steps, with windows and without.
    pub(crate) sampled_ticks: AtomicU64,
    pub(crate) counted_ticks: AtomicU64,
    /// Calls at the last look at the load.
    pub(crate) reviewed_calls: AtomicU64,

    /// Calls that were timed, and their time together, in ticks: one in some hundred, while the
    /// calls below it are tallied.
    pub(crate) timed: AtomicU64,
    pub(crate) timed_ticks: AtomicU64,
    /// The same for calls so much longer than the others that the thread may have been interrupted;
    /// those above are without them.
    pub(crate) long: AtomicU64,
    pub(crate) long_ticks: AtomicU64,
    pub(crate) reserved: [u64; 4],
}

/// The memory that one function allocated and freed itself, in one calling context of one shard.
/// Made when it first does either, or a function that it called does.
#[repr(C, align(64))]
pub(crate) struct AllocRecord {
    pub(crate) allocs: AtomicU64,
    pub(crate) alloc_bytes: AtomicU64,
    pub(crate) frees: AtomicU64,
    pub(crate) freed_bytes: AtomicU64,
    /// Most bytes that the function itself had allocated and not freed.
    pub(crate) self_peak: AtomicU64,
    /// Most bytes that an earlier call, with all that it called, had allocated and not freed.
    pub(crate) peak: AtomicU64,
    /// Bytes that the thread had allocated and not freed when the latest call began, and at most
    /// since then. May be below zero. `highest` may lack the amounts of contexts below; only the
    /// record that was written to last has them.
    pub(crate) base: AtomicU64,
    pub(crate) highest: AtomicU64,
}
