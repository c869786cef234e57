//! The bytes of a segment: the one place that says where each field stands.
//!
//! The writer maps these structs; the reader takes their field offsets and trusts nothing else.
//! No behaviour lives here.
//!
//! ```text
//! 0      Header (4096 bytes)
//! 4096   records in the order they were needed, each aligned to 64 bytes:
//!        SiteRecord + its text │ ShardRecord │ NodeRecord │ HistogramPage │
//!        TallyRecord │ MetricSiteRecord + its text │ MetricRecord │ AllocRecord │ FlightPage
//! ```
//!
//! A record is named by its offset divided by 64 (`Ref`); 0, where the header stands, means none.
//! Sites, metrics, shards and pages of futures in flight are linked lists that begin in the header; the nodes of a shard, and
//! its records of metrics, are linked lists that begin in the shard. A record is complete before it is linked, nothing ever moves,
//! and numbers are in the byte order of the machine.
//!
//! Each shard has one writing thread at a time. It uses plain loads and stores, so that a reader
//! may look at any moment, also after the writer was killed between any two of them:
//!
//! * `NodeRecord::head` counts finished calls that were timed. It is stored after the duration it
//!   covers, so a call that is counted has its duration in the ring or in the histogram.
//! * Durations `slots[folds_done & 1].folded .. head` stand in the ring, the rest in the
//!   histogram. While `folds_begun != folds_done` a fold is under way, and the histogram already
//!   holds some of the former; [`super::batch`] says which, and `reader::node` undoes it.
//! * `NodeRecord::own` is the time in which the thread was in that context and in none below it:
//!   from one entry or exit of a call that is timed to the next, `ShardRecord::last`. So the own times of
//!   a shard add up to the time that it was in any context, whatever is read in the middle.
//! * A function whose calls cost too much to be timed is tallied: its calls are counted in a
//!   [`TallyRecord`] of the shard, in no context. Now and then comes a window in which everything is
//!   recorded, as it is before any function is tallied; [`Own::whole`] is what was measured then, and
//!   [`Own::partial`] holds the time of tallied calls below the context as well. The reader divides the
//!   latter by the former.
//! * Calls that were counted in their context but not timed, while no clock could be trusted, are in
//!   `untimed`. Before version 5 calls were sampled in their contexts: `slots[..].covered` of the
//!   untimed ones are stood for by timed ones, whose durations weigh accordingly.
//!
//! Nodes are named by their address in the writing process where the hot path does it
//! (`ShardRecord::current`, `NodeRecord::parent`): the reader looks addresses up and follows none,
//! and neither does the writer follow one that it reads from the file.

mod flights;

use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::buckets;

pub(crate) use flights::{FLIGHTS, FlightPage, FlightRecord, TAKEN};

/// First bytes of every segment.
pub(crate) const MAGIC: [u8; 8] = *b"perftrk\0";

/// Version of everything in this file. Raise it with any change of layout or meaning, and keep
/// the old reader beside the new one.
pub(crate) const FORMAT_VERSION: u32 = 5;

/// First version with [`Own`] times and [`TallyRecord`]s.
pub(crate) const FIRST_WITH_TALLIES: u32 = 5;

/// Oldest version that the reader understands. Earlier ones were never released.
pub(crate) const OLDEST_READABLE: u32 = 3;

/// Written as a number, read back as one: tells the byte order.
pub(crate) const BYTE_ORDER: u32 = 0x0102_0304;

/// Alignment of records, and the unit of a `Ref`.
pub(crate) const UNIT: usize = 64;

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = 4096;

/// Bytes for the texts of the header.
pub(crate) const HEADER_TEXT_BYTES: usize = 2304;

/// Raw durations that a node keeps before they are folded into its histogram.
pub(crate) const RING: usize = 32;

/// Stands in the ring for a duration that does not fit; it is in [`NodeRecord::long`].
pub(crate) const LONG: u32 = u32::MAX;

/// First duration, in ticks, that does not fit into the ring.
pub(crate) const FIRST_LONG: u64 = 1 << 31;

/// [`ShardRecord::current`] outside of all tracked functions.
pub(crate) const OUTSIDE: u64 = 2;

/// Lowest bit of [`ShardRecord::current`]: in a recursive call of the node. The calls made from
/// there are found the slow way, which asks whether they are recursive themselves.
pub(crate) const NESTED: u64 = 1;

/// [`NodeRecord::start`] of a running call that is not timed.
pub(crate) const UNTIMED: u64 = 1;

/// [`NodeRecord::site`] of the calls in contexts for which there was no memory: each shard has one
/// such node from its beginning.
pub(crate) const OVERFLOW: u32 = u32::MAX - 1;

/// [`NodeRecord::site`] of what stands beside the node of an async function, whose calls are its
/// polls, as if that had called it: the calls of the function that ended there, and what all polls
/// of each took. [`Own::partial_calls`] is how many more were suspended there for the first time than ended
/// there having been, modulo 2^64.
pub(crate) const CALLS: u32 = u32::MAX - 2;

/// As [`CALLS`]: how long those calls lasted, from the beginning of the first poll to the end of the
/// last, as far as they were timed.
pub(crate) const LIFETIMES: u32 = u32::MAX - 3;

/// Whether a [`NodeRecord::site`] is of one that stands beside another.
pub(crate) const fn is_beside(site: u32) -> bool {
    matches!(site, CALLS | LIFETIMES)
}

/// Transitions of the breaker that are kept.
pub(crate) const TRANSITIONS: usize = 32;

/// [`TransitionRecord::site`] of the recorder as a whole.
pub(crate) const WHOLE_RECORDER: u32 = u32::MAX;

/// "No limit" in [`SiteRecord::budget`].
pub(crate) const NO_LIMIT: u64 = u64::MAX;

/// [`SiteRecord::flags`]: never sampled.
pub(crate) const FLAG_EXACT: u32 = 1;
/// [`SiteRecord::flags`]: the returned value is classified.
pub(crate) const FLAG_CLASSIFIES_ERRORS: u32 = 2;
/// [`SiteRecord::flags`]: calls are futures, and the calls of its nodes are their polls.
pub(crate) const FLAG_POLLED: u32 = 4;

/// [`Header::clock`]: ticks of the processor's counter; otherwise nanoseconds.
pub(crate) const CLOCK_COUNTER: u32 = 1;

/// Facts about the process, and where the lists begin.
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
    /// Which of `latest` is valid, by its lowest bit.
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
    /// Calls that were made where no shard could be had.
    pub(crate) lost_calls: AtomicU64,
    /// Factor from ticks to nanoseconds, as the bits of an `f64`, that decides into which bucket a
    /// duration falls: the first estimate, known to be good to 0.1 %.
    pub(crate) fold_rate: AtomicU64,
    /// What recording a call costs, in ticks, as the bits of `f64`s: the part that the call's own
    /// duration holds, the part that only its caller's holds, and a call that is not timed. Means
    /// over the probes of [`Probes`] from version 5 on.
    pub(crate) cost: [AtomicU64; 3],
    /// What folding a full ring costs, in ticks: the least that was seen. 0 before the first.
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
    /// Whether the program's allocator counts: otherwise there is no [`AllocRecord`].
    pub(crate) counts_allocs: AtomicU32,
    /// Bytes of `text` in use: program, rustc, target, profile, opt-level, runtime version, each
    /// ended by a zero byte.
    pub(crate) text_bytes: u32,
    pub(crate) text: [u8; HEADER_TEXT_BYTES],
    /// How well the cost is known.
    pub(crate) probes: Probes,
    /// Ticks that starting to record took.
    pub(crate) start_ticks: AtomicU64,
    /// Step of the clock in ticks, as the bits of an `f64`: the usual difference between two readings
    /// that follow each other.
    pub(crate) clock_step: AtomicU64,
    /// As in `cost`: the part that the duration of a call holds which is timed and tallied.
    pub(crate) tallied_inside: AtomicU64,
    pub(crate) usage: Usage,
    pub(crate) identity: Identity,
    /// Last [`FlightPage`]; 0 in segments of before there was one.
    pub(crate) flights: AtomicU32,
}

/// Who writes, beside the process id: see [`super::life`]. All zero in segments of before there was this
/// record.
#[repr(C)]
pub(crate) struct Identity {
    /// The namespace of processes that the id is of.
    pub(crate) namespace: u64,
    /// When the process was started.
    pub(crate) started: u64,
    /// Whether the process held the lock on the file when it looked last.
    pub(crate) is_locked: AtomicU32,
    /// Of a copy, which takes the place of a segment that was removed while it was written to: when it was
    /// taken, [`COPIED_AT_END`] or before. 0 in the segment itself.
    pub(crate) copied: u32,
}

/// [`Identity::copied`]: while the process ran.
pub(crate) const COPIED_WHILE_RUNNING: u32 = 1;
/// [`Identity::copied`]: when it ended, so that nothing is missing.
pub(crate) const COPIED_AT_END: u32 = 2;

/// What the process has used since its program was loaded, as of the latest account. All zero in
/// segments of before there was this record.
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
    /// How often.
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
    /// [`SiteRecord::index`], or [`WHOLE_RECORDER`].
    pub(crate) site: AtomicU32,
    /// Step before, step after, reason: a byte each.
    pub(crate) what: AtomicU32,
    /// Calls for each one that is timed, after it.
    pub(crate) interval: AtomicU32,
    /// The low half of `number`, stored first.
    pub(crate) end: AtomicU32,
}

/// A site. Its text follows: name, module, file, tags (each tag ended by a zero byte).
#[repr(C)]
pub(crate) struct SiteRecord {
    /// Previous site.
    pub(crate) previous: u32,
    /// Number by which nodes name the site. One site may have several, after a race.
    pub(crate) index: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) flags: u32,
    /// Lengths of the four texts in bytes.
    pub(crate) text_bytes: [u32; 4],
    pub(crate) reserved: u32,
    /// p50, p95, p99, mean, max, calls, allocations, regression; [`NO_LIMIT`] where not given.
    pub(crate) budget: [u64; 8],
}

/// What one thread at a time writes.
#[repr(C, align(64))]
pub(crate) struct ShardRecord {
    /// The calling context that the thread is in: address of its node, with [`NESTED`] where the
    /// call is recursive; or [`OUTSIDE`].
    pub(crate) current: AtomicU64,
    /// When it last left one, in ticks.
    pub(crate) last: AtomicU64,
    /// Previous shard.
    pub(crate) previous: u32,
    /// Whether a thread owns the shard.
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
    pub(crate) reserved_number: u32,
    /// Ticks that the recorder took between calls, which are in no context.
    pub(crate) recorder_ticks: AtomicU64,
    /// Windows in which everything was recorded.
    pub(crate) windows: AtomicU64,
    pub(crate) reserved: [u64; 5],
}

/// What one shard counts of a function outside of its contexts, since to time its calls would cost too
/// much. Made when that is so for the first time.
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
    /// [`SiteRecord::index`].
    pub(crate) site: u32,
    /// Tally of the shard that was made before this one.
    pub(crate) previous: u32,

    /// Of an async function: calls that ended in such a poll, those among them that were given up, and
    /// how many more were suspended for the first time than ended having been, modulo 2^64.
    pub(crate) ended: AtomicU64,
    pub(crate) cancelled: AtomicU64,
    pub(crate) suspended: AtomicU64,
    /// The step, a `snapshot::Step`, and when it was taken.
    pub(crate) step: AtomicU32,
    /// Steps taken.
    pub(crate) transitions: AtomicU32,
    pub(crate) since: AtomicU64,
    /// Time spent tallied in earlier steps, with windows and without.
    pub(crate) sampled_ticks: AtomicU64,
    pub(crate) counted_ticks: AtomicU64,
    /// The calls when the load was last looked at.
    pub(crate) reviewed_calls: AtomicU64,

    /// One call in some hundred is timed while those that it makes are tallied: how many were, and what
    /// they took together, in ticks.
    pub(crate) timed: AtomicU64,
    pub(crate) timed_ticks: AtomicU64,
    /// As these, of calls that took so much longer than the others that the thread may have been
    /// interrupted; they are not in those.
    pub(crate) long: AtomicU64,
    pub(crate) long_ticks: AtomicU64,
    pub(crate) reserved: [u64; 4],
}

/// One calling context of one shard. Times in ticks.
#[repr(C, align(64))]
pub(crate) struct NodeRecord {
    /// Finished calls that were timed.
    pub(crate) head: AtomicU64,
    /// When the outermost running call began, or [`UNTIMED`]; 0 while none runs.
    pub(crate) start: AtomicU64,
    /// Finished and running calls that were not timed.
    pub(crate) untimed: AtomicU64,
    /// Where this node is in the writing process.
    pub(crate) address: u64,
    /// Address of the caller's node; [`OUTSIDE`] without caller, 0 before version 4.
    pub(crate) parent: u64,
    /// [`SiteRecord::index`].
    pub(crate) site: u32,
    /// Node of the shard that was made before this one.
    pub(crate) previous: u32,
    pub(crate) errors: AtomicU64,
    pub(crate) panics: AtomicU64,

    pub(crate) cancelled: AtomicU64,
    pub(crate) folds_begun: AtomicU32,
    pub(crate) folds_done: AtomicU32,
    /// Over all folded durations; `u64::MAX` before the first.
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
    /// Time spent here and in no context below. In older versions, where no time but whole durations
    /// was kept, a [`Recursion`]: the recursive calls of this function.
    pub(crate) own: Own,

    /// Calls that were made from here. In older versions, a [`Recursion`]: those of functions that were
    /// running already.
    pub(crate) made: Made,
    pub(crate) sampling: Sampling,

    /// Sums as of an even and of an odd number of folds.
    pub(crate) slots: [FoldSlot; 2],

    /// A [`HistogramPage`] for each octave that occurred.
    pub(crate) pages: [AtomicU32; buckets::OCTAVES as usize],

    /// Durations that are not folded yet; number `n` stands at `n % RING`.
    pub(crate) ring: [AtomicU32; RING],

    /// Whether its calls were made by a tallied function somewhere below the caller. Before version 5,
    /// whether they were not to be sampled.
    pub(crate) is_loose: u32,
    /// The [`AllocRecord`], if there is one.
    pub(crate) allocated: AtomicU32,
}

/// What was allocated and freed in one calling context of one shard, by the function itself. Made
/// when it first does either, or a function that it called does.
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
    /// since then. May be below zero. Only of the record that was written to last does `highest`
    /// hold what those of its callers may lack.
    pub(crate) base: AtomicU64,
    pub(crate) highest: AtomicU64,
}

/// Time in which a thread was in a context and in none below it, in ticks.
#[repr(C)]
pub(crate) struct Own {
    /// While everything was recorded.
    pub(crate) whole: AtomicU64,
    /// While some functions were tallied: holds the time of their calls below this context.
    pub(crate) partial: AtomicU64,
    /// Calls that ended then. Of what stands beside another, see [`CALLS`].
    pub(crate) partial_calls: AtomicU64,
}

/// Calls made from a context that were timed.
#[repr(C)]
pub(crate) struct Made {
    /// While everything was recorded.
    pub(crate) whole: AtomicU64,
    /// While some functions were tallied.
    pub(crate) partial: AtomicU64,
    /// Recursive calls of this function: those made somewhere below.
    pub(crate) nested: AtomicU64,
}

/// Before version 5: recursive calls, which are recorded in the node of the outermost one.
#[repr(C)]
pub(crate) struct Recursion {
    /// What the finished ones took, in ticks; estimated where calls are sampled.
    pub(crate) ticks: AtomicU64,
    /// Sum of the moments at which the running ones began.
    pub(crate) starts: AtomicU64,
    /// How many are running.
    pub(crate) running: AtomicU64,
}

/// When a node was made. Before version 5, also which of its calls were timed.
#[repr(C)]
pub(crate) struct Sampling {
    /// When the node was made, counted from the header's first moment, in units of 2^20 ticks.
    pub(crate) created: AtomicU32,
    pub(crate) reserved: u32,
    /// Before version 5: the step, a `snapshot::Step`.
    pub(crate) step: u32,
    /// Before version 5: calls for each one that is timed, on average.
    pub(crate) interval: u32,
    /// Before version 5: when the step was taken, and time spent in earlier sampled and counted steps.
    pub(crate) since: u64,
    pub(crate) sampled_ticks: u64,
    pub(crate) counted_ticks: u64,
    /// How much longer the thread was in this context and in none below because it waited for a
    /// processor that another one had; in no other time. Before version 5 always 0.
    pub(crate) preempted_ticks: AtomicU64,
    /// What the node held when its function began to be tallied, for the first time: time in this
    /// context and in none below, calls, and calls made from here. Before version 5 always 0.
    pub(crate) early_ticks: AtomicU64,
    /// Before version 5: steps taken.
    pub(crate) transitions: u32,
    pub(crate) early_calls: AtomicU32,
    pub(crate) early_made: AtomicU32,
    /// Before version 5: the largest `interval` so far.
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

/// [`MetricSiteRecord::kind`]: goes up only.
pub(crate) const METRIC_COUNT: u32 = 1;
/// [`MetricSiteRecord::kind`]: goes up and down.
pub(crate) const METRIC_GAUGE: u32 = 2;
/// [`MetricSiteRecord::kind`]: a part of a whole.
pub(crate) const METRIC_RATIO: u32 = 3;

/// A place that tells a metric. Its text follows: name, file.
#[repr(C)]
pub(crate) struct MetricSiteRecord {
    /// Previous metric.
    pub(crate) previous: u32,
    /// Number by which [`MetricRecord`] names it.
    pub(crate) index: u32,
    pub(crate) kind: u32,
    pub(crate) line: u32,
    /// Lengths of the two texts in bytes.
    pub(crate) text_bytes: [u32; 2],
}

/// One metric of one shard. A count is [`MetricSlot::samples`] of the first slot; what else is told
/// is in the slot of the turn.
#[repr(C, align(64))]
pub(crate) struct MetricRecord {
    /// Record of the shard that was made before this one.
    pub(crate) previous: u32,
    /// [`MetricSiteRecord::index`].
    pub(crate) metric: u32,
    /// Which of `slots` is valid, by its lowest bit. Stored after the slot is complete.
    pub(crate) turn: AtomicU32,
    pub(crate) reserved: u32,
    pub(crate) slots: [MetricSlot; 2],
}

/// What a metric told, as of one update.
#[repr(C)]
pub(crate) struct MetricSlot {
    /// Updates; of a count, the count.
    pub(crate) samples: AtomicU64,
    /// Of a ratio, the sums of part and whole; of a gauge, the low and the high half of
    /// `snapshot::Gauge::sum`.
    pub(crate) sums: [AtomicU64; 2],
    /// Smallest and largest value of a gauge, as the bits of an `f64`.
    pub(crate) min: AtomicU64,
    pub(crate) max: AtomicU64,
    /// Its last value, and when it was told, in ticks.
    pub(crate) last: AtomicU64,
    pub(crate) last_ticks: AtomicU64,
}

const _: () = {
    assert!(size_of::<MetricRecord>() == 2 * UNIT);
    assert!(size_of::<Header>() <= HEADER_BYTES);
    assert!(size_of::<ShardRecord>() == 2 * UNIT);
    assert!(size_of::<TallyRecord>() == 3 * UNIT);
    assert!(size_of::<Own>() == size_of::<Recursion>());
    assert!(size_of::<Made>() == size_of::<Recursion>());
    assert!(size_of::<NodeRecord>() == 10 * UNIT);
    assert!(size_of::<HistogramPage>() == 4 * UNIT);
    assert!(size_of::<AllocRecord>() == UNIT);
    assert!(RING.is_power_of_two());
};
