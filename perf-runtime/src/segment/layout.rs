//! The bytes of a segment: the one place that says where each field stands.
//!
//! The writer maps these structs; the reader takes their field offsets and trusts nothing else.
//! No behaviour lives here.
//!
//! ```text
//! 0      Header (4096 bytes)
//! 4096   records in the order they were needed, each aligned to 64 bytes:
//!        SiteRecord + its text │ ShardRecord │ NodeRecord │ HistogramPage
//! ```
//!
//! A record is named by its offset divided by 64 (`Ref`); 0, where the header stands, means none.
//! Sites and shards are linked lists that begin in the header; the nodes of a shard are a linked
//! list that begins in the shard. A record is complete before it is linked, nothing ever moves,
//! and numbers are in the byte order of the machine.
//!
//! Each shard has one writing thread at a time. It uses plain loads and stores, so that a reader
//! may look at any moment, also after the writer was killed between any two of them:
//!
//! * `NodeRecord::head` counts finished calls. It is stored after the duration it covers, so a
//!   call that is counted has its duration in the ring or in the histogram.
//! * Durations `slots[folds_done & 1].folded .. head` stand in the ring, the rest in the
//!   histogram. While `folds_begun != folds_done` a fold is under way, and the histogram already
//!   holds some of the former; see `reader::node` for how it is undone.

use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::buckets;

/// First bytes of every segment.
pub(crate) const MAGIC: [u8; 8] = *b"perftrk\0";

/// Version of everything in this file. Raise it with any change of layout or meaning, and keep
/// the old reader beside the new one.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// Oldest version that the reader understands. Version 1 kept totals where 2 keeps the time of
/// recursive calls; it was never released.
pub(crate) const OLDEST_READABLE: u32 = 2;

/// Written as a number, read back as one: tells the byte order.
pub(crate) const BYTE_ORDER: u32 = 0x0102_0304;

/// Alignment of records, and the unit of a `Ref`.
pub(crate) const UNIT: usize = 64;

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = 4096;

/// Bytes for the texts of the header.
pub(crate) const HEADER_TEXT_BYTES: usize = 3072;

/// Raw durations that a node keeps before they are folded into its histogram.
pub(crate) const RING: usize = 32;

/// "No limit" in [`SiteRecord::budget`].
pub(crate) const NO_LIMIT: u64 = u64::MAX;

/// [`SiteRecord::flags`]: never sampled.
pub(crate) const FLAG_EXACT: u32 = 1;
/// [`SiteRecord::flags`]: the returned value is classified.
pub(crate) const FLAG_CLASSIFIES_ERRORS: u32 = 2;

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
    /// Most shards in use at the same time.
    pub(crate) peak_threads: AtomicU32,
    /// Bytes of `text` in use: program, rustc, target, profile, opt-level, runtime version, each
    /// ended by a zero byte.
    pub(crate) text_bytes: u32,
    pub(crate) text: [u8; HEADER_TEXT_BYTES],
}

/// One moment on two clocks.
#[repr(C)]
pub(crate) struct Anchor {
    pub(crate) ticks: AtomicU64,
    pub(crate) monotonic_ns: AtomicU64,
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
    /// Previous shard.
    pub(crate) previous: u32,
    /// Whether a thread owns the shard.
    pub(crate) owned: AtomicU32,
    /// The owning thread as the operating system numbers it.
    pub(crate) thread_id: AtomicU32,
    /// Node that the thread is in.
    pub(crate) current: AtomicU32,
    /// When it last entered or left one, in ticks.
    pub(crate) last: AtomicU64,
    /// Newest node.
    pub(crate) nodes: AtomicU32,
    pub(crate) reserved: u32,
    /// Calls that could not be recorded.
    pub(crate) lost_calls: AtomicU64,
    /// Times that the clock ran backwards.
    pub(crate) clock_anomalies: AtomicU64,
    pub(crate) unused: u64,
}

/// One calling context of one shard. Times in ticks.
#[repr(C, align(64))]
pub(crate) struct NodeRecord {
    /// Finished calls.
    pub(crate) head: AtomicU64,
    pub(crate) self_ticks: AtomicU64,
    /// Of finished recursive calls; the total is what the others took.
    pub(crate) nested_ticks: AtomicU64,
    /// When the outermost running call began; 0 while none runs.
    pub(crate) start: AtomicU64,
    pub(crate) errors: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) cancelled: AtomicU64,
    /// This node, so that the shard can name it.
    pub(crate) own: u32,
    /// [`SiteRecord::index`].
    pub(crate) site: u32,

    pub(crate) parent: u32,
    /// Node of the shard that was made before this one.
    pub(crate) previous: u32,
    pub(crate) folds_begun: AtomicU32,
    pub(crate) folds_done: AtomicU32,
    /// Over all folded durations; `u64::MAX` before the first.
    pub(crate) min: AtomicU64,
    pub(crate) max: AtomicU64,
    /// Folded durations that found no room in the histogram.
    pub(crate) uncounted: AtomicU64,
    pub(crate) reserved: [u64; 3],

    /// Sums as of an even and of an odd number of folds.
    pub(crate) slots: [FoldSlot; 2],

    /// A [`HistogramPage`] for each octave that occurred.
    pub(crate) pages: [AtomicU32; 48],

    /// Durations that are not folded yet; number `n` stands at `n % RING`.
    pub(crate) ring: [AtomicU64; RING],
}

/// Sums over the folded durations.
#[repr(C)]
pub(crate) struct FoldSlot {
    /// Durations that are in the sums and in the histogram (or in `uncounted`).
    pub(crate) folded: AtomicU64,
    pub(crate) sum: AtomicU64,
    /// Sum of squares, low and high half.
    pub(crate) squares: [AtomicU64; 2],
}

/// Counts of one octave, in nanoseconds on the scale of [`buckets`].
#[repr(C, align(64))]
pub(crate) struct HistogramPage {
    pub(crate) counts: [AtomicU64; buckets::PER_OCTAVE as usize],
}

const _: () = {
    assert!(size_of::<Header>() <= HEADER_BYTES);
    assert!(size_of::<ShardRecord>() == UNIT);
    assert!(size_of::<NodeRecord>() == 10 * UNIT);
    assert!(size_of::<HistogramPage>() == 4 * UNIT);
    assert!(buckets::OCTAVES as usize <= 48);
    assert!(RING.is_power_of_two());
};
