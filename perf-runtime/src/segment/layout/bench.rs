//! A benchmark: its case, its batches, and the durations of its single iterations.

use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::buckets;

/// A case of a benchmark: a function, with one argument, on one number of threads. Its text follows:
/// name, argument, module, file, group, tags (each tag ended by a zero byte).
#[derive(Debug)]
#[repr(C)]
pub(crate) struct BenchRecord {
    /// Previous case.
    pub(crate) previous: u32,
    /// Number by which [`BatchRecord`] and [`LatencyRecord`] name it.
    pub(crate) index: u32,
    pub(crate) line: u32,
    pub(crate) flags: u32,
    pub(crate) threads: u32,
    /// Its end: the number of a `snapshot::Ending`, 0 until there is one.
    pub(crate) ending: AtomicU32,
    /// Lengths of the six texts in bytes.
    pub(crate) text_bytes: [u32; 6],
    /// Intended operations in a thousand seconds; 0 where each waits for the one before.
    pub(crate) rate: u64,
    /// Work of an iteration; 0 where it is not declared.
    pub(crate) bytes: AtomicU64,
    pub(crate) items: AtomicU64,
    /// Cost of an iteration's loop, and of reading the clock, in picoseconds. Both are taken off.
    pub(crate) loop_ps: AtomicU64,
    pub(crate) clock_ps: AtomicU64,
    /// As [`super::SiteRecord::budget`].
    pub(crate) budget: [u64; 8],
}

/// [`BenchRecord::flags`]: the one that others of its group are compared with.
pub(crate) const BENCH_BASE: u32 = 1;
/// [`BenchRecord::flags`]: a step of a ramp of threads.
pub(crate) const BENCH_STRESS: u32 = 2;
/// [`BenchRecord::flags`]: the number of threads is part of the name.
pub(crate) const BENCH_NAMES_THREADS: u32 = 8;
/// [`BenchRecord::flags`]: the text has an argument, which may be empty.
pub(crate) const BENCH_ARGUMENT: u32 = 4;

/// [`BenchRecord::flags`]: a tenth of the time was asked for.
pub(crate) const BENCH_QUICK: u32 = 16;
/// [`BenchRecord::flags`]: nobody asked for it, so that there is a name and no more.
pub(crate) const BENCH_LEFT_OUT: u32 = 32;
/// [`BenchRecord::flags`]: it is left out for its mark `ignore` alone.
pub(crate) const BENCH_IGNORED: u32 = 64;

/// One batch of a case: iterations that were measured together. Never changes once it is linked.
#[repr(C, align(64))]
pub(crate) struct BatchRecord {
    /// Batch that was made before this one.
    pub(crate) previous: u32,
    /// A [`BenchRecord::index`].
    pub(crate) bench: u32,
    pub(crate) round: u32,
    /// The number of a `snapshot::Phase` in its lowest eight bits; above them `Batch::yardstick_ns`.
    pub(crate) phase: u32,
    /// The numbers of a `snapshot::Batch`, in the order of [`BATCH_NUMBERS`].
    pub(crate) numbers: [u64; BATCH_NUMBERS],
}

/// Numbers of a batch.
pub(crate) const BATCH_NUMBERS: usize = 22;
/// Bits of [`BatchRecord::phase`] that are the phase.
pub(crate) const PHASE_BITS: u32 = 8;

/// Durations of single iterations of a case, in the buckets of [`crate::buckets`].
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct LatencyRecord {
    /// Record that was made before this one.
    pub(crate) previous: u32,
    /// A [`BenchRecord::index`].
    pub(crate) bench: u32,
    pub(crate) reserved: [u32; 2],
    /// Longest of them, in nanoseconds.
    pub(crate) max_ns: AtomicU64,
    /// Sum of them, in nanoseconds.
    pub(crate) sum_ns: AtomicU64,
    pub(crate) counts: [AtomicU64; buckets::COUNT as usize],
}

/// Something about a case that not every case has. Its text follows. Readers pass over kinds that
/// they do not know.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct BenchNoteRecord {
    /// Note that was made before this one.
    pub(crate) previous: u32,
    /// A [`BenchRecord::index`].
    pub(crate) bench: u32,
    /// [`NOTE_MESSAGE`] and those below it.
    pub(crate) kind: u32,
    pub(crate) text_bytes: u32,
    pub(crate) number: AtomicU64,
    /// Number of the round, where it is about one.
    pub(crate) round: u64,
}

/// [`BenchNoteRecord::kind`]: the text says why the case did not end well.
pub(crate) const NOTE_MESSAGE: u32 = 1;
/// [`BenchNoteRecord::kind`]: the text is the name of a kind of error, and the number counts it. One
/// without text counts all further kinds, and is there wherever errors have kinds.
pub(crate) const NOTE_ERROR_KIND: u32 = 2;
/// [`BenchNoteRecord::kind`]: the number is `Batch::kept_bytes` of the profile batch of this round.
pub(crate) const NOTE_KEPT: u32 = 3;
/// [`BenchNoteRecord::kind`]: the number is `Benchmark::yardstick_ns`.
pub(crate) const NOTE_YARDSTICK: u32 = 4;

const _: () = assert!(size_of::<BatchRecord>() == 3 * super::UNIT);
