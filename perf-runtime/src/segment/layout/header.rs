//! The header: facts about the process, and the beginnings of the lists.

use std::sync::atomic::{AtomicU32, AtomicU64};

use super::{HEADER_TEXT_BYTES, TRANSITIONS};

/// Facts about the process, and the beginnings of the lists.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) magic: [u8; 8],
    /// [`FORMAT_VERSION`]; stored last, so 0 means that the header is not complete.
    pub(crate) version: AtomicU32,
    pub(crate) byte_order: u32,
    pub(crate) pid: u32,
    pub(crate) parent_pid: u32,
    pub(crate) started_unix_ns: u64,
    pub(crate) clock: u32,
    /// The number whose lowest bit shows the valid one in `latest`.
    pub(crate) latest_turn: AtomicU32,
    /// Clock readings at the start, and the newest.
    pub(crate) first: Anchor,
    pub(crate) latest: [Anchor; 2],
    /// Bytes of the file that are in use.
    pub(crate) used: AtomicU64,
    /// Last [`SiteRecord`].
    pub(crate) sites: AtomicU32,
    /// Last [`ShardRecord`].
    pub(crate) shards: AtomicU32,
    /// Calls without a shard.
    pub(crate) lost_calls: AtomicU64,
    /// Factor from ticks to nanoseconds, as the bits of an `f64`, by which the bucket of a duration
    /// is found: the first estimate, known to be good to 0.1 %.
    pub(crate) fold_rate: AtomicU64,
    /// The cost of recording a call, in ticks, as the bits of `f64`s: the part within the call's
    /// own duration, the part within its caller's only, and the cost of a call that is not timed.
    /// Means over the probes of [`Probes`] from version 5 on.
    pub(crate) cost: [AtomicU64; 3],
    /// The cost of folding a full ring, in ticks: the least that was seen. 0 before the first.
    pub(crate) fold_cost: AtomicU64,
    /// Share of a thread's time that recording may take, in millionths.
    pub(crate) overhead_budget: AtomicU32,
    /// State of the recorder as a whole: see `breaker`.
    pub(crate) breaker: AtomicU32,
    /// Transitions so far; the last [`TRANSITIONS`] are in `transitions`.
    pub(crate) transition_count: AtomicU64,
    pub(crate) transitions: [TransitionRecord; TRANSITIONS],
    /// Most shards in use at the same time.
    pub(crate) peak_threads: AtomicU32,
    /// Last [`MetricSiteRecord`].
    pub(crate) metrics: AtomicU32,
    /// Updates of metrics that could not be recorded.
    pub(crate) lost_metrics: AtomicU64,
    /// 1 where the program's allocator counts; otherwise there is no [`AllocRecord`].
    pub(crate) counts_allocs: AtomicU32,
    /// Bytes of `text` in use: program, rustc, target, profile, opt-level, runtime version, each
    /// ended by a zero byte.
    pub(crate) text_bytes: u32,
    pub(crate) text: [u8; HEADER_TEXT_BYTES],
    /// Certainty of the cost.
    pub(crate) probes: Probes,
    /// Ticks of the recording's start.
    pub(crate) start_ticks: AtomicU64,
    /// Step of the clock in ticks, as the bits of an `f64`: the usual difference between two
    /// successive readings.
    pub(crate) clock_step: AtomicU64,
    /// Cost like that in `cost`: the part in the duration of a call that is timed and tallied.
    pub(crate) tallied_inside: AtomicU64,
    pub(crate) usage: Usage,
    pub(crate) identity: Identity,
    /// Last [`FlightPage`]; 0 in older segments, which have none.
    pub(crate) flights: AtomicU32,
    /// Last [`BenchRecord`], [`BatchRecord`] and [`LatencyRecord`]; 0 in older segments, which have
    /// none, and in programs that are no benchmarks.
    pub(crate) benches: AtomicU32,
    pub(crate) batches: AtomicU32,
    pub(crate) latencies: AtomicU32,
    /// Last [`BenchNoteRecord`], like those above.
    pub(crate) bench_notes: AtomicU32,
}

/// The identity of the writer, beside the process id: see [`super::life`]. All zero in older
/// segments, which lack this record.
#[repr(C)]
pub(crate) struct Identity {
    /// Namespace of processes to which the id belongs.
    pub(crate) namespace: u64,
    /// Time of the process's start.
    pub(crate) started: u64,
    /// 1 where the process held the lock on the file when it looked last.
    pub(crate) is_locked: AtomicU32,
    /// Kind of a copy, in the place of a segment that was removed while it was written to:
    /// [`COPIED_WHILE_RUNNING`] or [`COPIED_AT_END`]; or [`HANDED_OUT`]. 0 in the segment itself.
    pub(crate) copied: u32,
}

/// [`Identity::copied`]: while the process ran.
pub(crate) const COPIED_WHILE_RUNNING: u32 = 1;
/// [`Identity::copied`]: when it ended, so that nothing is missing.
pub(crate) const COPIED_AT_END: u32 = 2;
/// [`Identity::copied`]: bytes that the program handed out while it ran.
pub(crate) const HANDED_OUT: u32 = 3;

/// Time and memory of the process since its program was loaded, as of the latest account. All zero
/// in older segments, which lack this record.
#[repr(C)]
pub(crate) struct Usage {
    pub(crate) loaded_monotonic_ns: AtomicU64,
    pub(crate) latest_monotonic_ns: AtomicU64,
    pub(crate) user_ns: AtomicU64,
    pub(crate) system_ns: AtomicU64,
    /// Largest resident memory; 0 where it is not known.
    pub(crate) peak_rss_bytes: AtomicU64,
}

/// Deviations of the parts of [`Header::cost`] over the times that they were measured, in ticks, as
/// the bits of `f64`s.
#[repr(C)]
pub(crate) struct Probes {
    pub(crate) deviations: [AtomicU64; 3],
    /// Number of measurements.
    pub(crate) count: AtomicU64,
}

/// One moment on two clocks.
#[repr(C)]
pub(crate) struct Anchor {
    pub(crate) ticks: AtomicU64,
    pub(crate) monotonic_ns: AtomicU64,
}

/// A step of the breaker.
#[repr(C)]
pub(crate) struct TransitionRecord {
    /// Its number plus one, stored last; 0 before the first.
    pub(crate) number: AtomicU64,
    pub(crate) at_ticks: AtomicU64,
    /// A [`SiteRecord::index`], or [`WHOLE_RECORDER`].
    pub(crate) site: AtomicU32,
    /// Step before, step after, reason: a byte each.
    pub(crate) what: AtomicU32,
    /// Calls for each one that is timed, after it.
    pub(crate) interval: AtomicU32,
    /// The low half of `number`, stored first.
    pub(crate) end: AtomicU32,
}
