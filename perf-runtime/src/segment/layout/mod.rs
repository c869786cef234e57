//! The bytes of a segment: the one place that lays down where each field stands.
//!
//! The writer maps these structs; the reader takes their field offsets and trusts nothing else.
//! No behaviour lives here.
//!
//! ```text
//! 0      Header (4096 bytes)
//! 4096   records in the order they were needed, each aligned to 64 bytes:
//!        SiteRecord + its text │ ShardRecord │ NodeRecord │ HistogramPage │
//!        TallyRecord │ MetricSiteRecord + its text │ MetricRecord │ AllocRecord │ FlightPage │
//!        BenchRecord + its text │ BatchRecord │ LatencyRecord │ FailureRecord │ KindPage
//! ```
//!
//! A record is named by its offset divided by 64 (`Ref`); 0, where the header stands, means none.
//! Sites, metrics, shards, pages of futures in flight and all three of benchmarks are linked lists that begin in the header;
//! nodes, records of metrics and those of failed calls are linked lists that begin in their shard. A record is complete
//! before it is linked, nothing ever moves, and numbers are in the byte order of the machine.
//!
//! Each shard has one writing thread at a time. It uses plain loads and stores, so that a reader
//! may look at any moment, also after the writer was killed between any two of them:
//!
//! * `NodeRecord::head` counts finished calls that were timed. It is stored after the duration it
//!   covers, so a counted call has its duration in the ring or in the histogram.
//! * Durations `slots[folds_done & 1].folded .. head` stand in the ring, the rest in the histogram.
//!   While `folds_begun != folds_done` a fold is under way, and the histogram already holds some of
//!   the former. Which ones follows from [`super::batch`], and `reader::node` undoes it.
//! * `NodeRecord::own` is the time in which the thread was in that context and in none below it:
//!   from one entry or exit of a timed call to the next, `ShardRecord::last`. So the own times of a
//!   shard add up to the time that it was in any context, whatever is read in the middle.
//! * A function whose calls cost too much to be timed is tallied: its calls are counted in a
//!   [`TallyRecord`] of the shard, in no context. Now and then comes a window in which everything
//!   is recorded, as it is before any function is tallied. [`Own::whole`] is the time measured
//!   then, and [`Own::partial`] holds the time of tallied calls below the context as well. The
//!   reader divides the latter by the former.
//! * Calls that were counted in their context but not timed, while no clock could be trusted, are
//!   in `untimed`. Before version 5 calls were sampled in their contexts: timed calls stand for the
//!   `slots[..].covered` untimed ones, and their durations weigh accordingly.
//!
//! Nodes are named by their address in the writing process where the hot path does it
//! (`ShardRecord::current`, `NodeRecord::parent`): the reader looks addresses up and follows none,
//! and neither does the writer follow one that it reads from the file.

mod bench;
mod failure;
mod flights;
mod header;
mod metric;
mod node;
mod shard;
mod site;

pub(crate) use bench::{
    BATCH_NUMBERS, BENCH_ARGUMENT, BENCH_BASE, BENCH_IGNORED, BENCH_LEFT_OUT, BENCH_NAMES_THREADS,
    BENCH_QUICK, BENCH_STRESS, BatchRecord, BenchNoteRecord, BenchRecord, LatencyRecord,
    NOTE_ERROR_KIND, NOTE_KEPT, NOTE_MESSAGE, NOTE_YARDSTICK, PHASE_BITS,
};
pub(crate) use failure::{FailureRecord, FailureTimes, KIND_BYTES, KINDS, KindPage, KindSlot};
pub(crate) use flights::{FLIGHTS, FlightPage, FlightRecord, TAKEN};
pub(crate) use header::{
    Anchor, COPIED_AT_END, COPIED_WHILE_RUNNING, HANDED_OUT, Header, Identity, TransitionRecord,
    Usage,
};
pub(crate) use metric::{
    METRIC_COUNT, METRIC_GAUGE, METRIC_RATIO, MetricRecord, MetricSiteRecord, MetricSlot,
};
pub(crate) use node::{FoldSlot, HistogramPage, Made, NodeRecord, Own, Recursion, Sampling};
pub(crate) use shard::{AllocRecord, ShardRecord, TallyRecord};
pub(crate) use site::{BUILT_ASSERTIONS, BUILT_LEVELS, SiteRecord};

/// First bytes of every segment.
pub(crate) const MAGIC: [u8; 8] = *b"perftrk\0";

/// Version of everything in this file. Raise it with any change of layout or meaning, and keep
/// the old reader beside the new one.
pub(crate) const FORMAT_VERSION: u32 = 6;

/// First version with [`Own`] times and [`TallyRecord`]s.
pub(crate) const FIRST_WITH_TALLIES: u32 = 5;

/// Oldest version that the reader understands. Earlier ones were never released.
pub(crate) const OLDEST_READABLE: u32 = 3;

/// A number that is written and read back, and so shows the byte order.
pub(crate) const BYTE_ORDER: u32 = 0x0102_0304;

/// Alignment of records, and the unit of a `Ref`.
pub(crate) const UNIT: usize = 64;

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = 4096;

/// Bytes for the texts of the header.
pub(crate) const HEADER_TEXT_BYTES: usize = 2304;

/// Raw durations that a node keeps before they are folded into its histogram.
pub(crate) const RING: usize = 32;

/// The entry in the ring for a duration that does not fit; it is in [`NodeRecord::long`].
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

/// [`NodeRecord::site`] of the calls in contexts without memory: each shard has one such node from
/// its beginning.
pub(crate) const OVERFLOW: u32 = u32::MAX - 1;

/// [`NodeRecord::site`] of a record beside the node of an async function, whose calls are its
/// polls, as if that had called it. It holds the calls of the function that ended there, and the
/// time of all polls of each. [`Own::partial_calls`] counts the first suspensions of calls there,
/// less the ends of suspended calls, modulo 2^64.
pub(crate) const CALLS: u32 = u32::MAX - 2;

/// [`NodeRecord::site`] of another such record: the lifetimes of those calls, from the beginning of
/// the first poll to the end of the last, as far as they were timed.
pub(crate) const LIFETIMES: u32 = u32::MAX - 3;

/// Returns whether a [`NodeRecord::site`] is of one that stands beside another.
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

/// [`SiteRecord::flags`]: errors have kinds. Not set in older segments.
pub(crate) const FLAG_NAMES_ERRORS: u32 = 8;

/// [`Header::clock`]: ticks of the processor's counter; otherwise nanoseconds.
pub(crate) const CLOCK_COUNTER: u32 = 1;
/// [`Header::clock`]: there was none, and all times are 0. Older readers take them for nanoseconds.
pub(crate) const CLOCK_ABSENT: u32 = 2;

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
