//! The records of benchmarks in a segment. One thread writes them: the one that runs the benchmarks.

use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, Release};

use crate::newer::Signed as _;
use crate::segment::layout::{
    BATCH_NUMBERS, BENCH_ARGUMENT, BENCH_BASE, BENCH_IGNORED, BENCH_LEFT_OUT, BENCH_NAMES_THREADS,
    BENCH_QUICK, BENCH_STRESS, BatchRecord, BenchNoteRecord, BenchRecord, LatencyRecord,
    NOTE_ERROR_KIND, NOTE_KEPT, NOTE_MESSAGE, NOTE_YARDSTICK, PHASE_BITS,
};
use crate::snapshot::{Batch, Benchmark};
use crate::writing::Segment;
use crate::writing::site_text::{clip, limits, put};
use crate::writing::text::beginning;

/// A note about a case, borrowed for writing: see [`BenchNoteRecord`].
#[derive(Debug, Clone, Copy)]
struct Note<'a> {
    kind: u32,
    text: &'a str,
    number: u64,
    round: u64,
}

impl Segment {
    /// Writes the facts of a case and links it: those that are known before it runs.
    pub(crate) fn add_bench(&self, index: u32, bench: &Benchmark) -> Option<&BenchRecord> {
        self.add_case(index, bench, 0)
    }

    /// Writes down that a case is not measured, since nobody asked for it, and links it; `is_ignored`, if
    /// its mark `ignore` is all that keeps it out.
    pub(crate) fn add_left_out(&self, bench: &Benchmark, is_ignored: bool) -> Option<()> {
        let flags = BENCH_LEFT_OUT | if is_ignored { BENCH_IGNORED } else { 0 };
        self.add_case(u32::MAX, bench, flags).map(|_| ())
    }

    /// Writes a case with these flags beside those of its facts.
    fn add_case(&self, index: u32, bench: &Benchmark, flags: u32) -> Option<&BenchRecord> {
        let texts = texts(bench);
        let record = |previous| {
            let record = record(bench, previous, index, &texts);
            BenchRecord { flags: record.flags | flags, ..record }
        };
        let write = |mut rest: &mut [u8]| {
            for text in &texts {
                rest = put(rest, text.as_bytes());
            }
        };
        let bytes = texts.iter().map(String::len).sum();
        let at = self.append(&self.header().benches, record, bytes, write)?;
        // SAFETY: written just now, aligned, and never unmapped; what changes from here on is
        // atomic.
        Some(unsafe { at.as_ref() })
    }

    /// Writes a batch and links it.
    pub(crate) fn add_batch(&self, bench: u32, batch: &Batch) -> Option<()> {
        let record = |previous| BatchRecord {
            previous,
            bench,
            round: batch.round,
            phase: batch.phase as u32
                | batch.yardstick_ns.min(u32::MAX >> PHASE_BITS) << PHASE_BITS,
            numbers: numbers(batch),
        };
        if let Some(kept) = batch.kept_bytes {
            let round = u64::from(batch.round);
            self.add_note(
                bench,
                Note { kind: NOTE_KEPT, text: "", number: kept.without_sign(), round },
            )?;
        }
        self.append(&self.header().batches, record, 0, |_| ()).map(|_| ())
    }

    /// Writes down why a case did not end well.
    pub(crate) fn add_message(&self, bench: u32, message: &str) -> Option<()> {
        /// Longest message in bytes: enough for a sentence and a value or two.
        const LONGEST: usize = 1_000;
        let text = beginning(message, LONGEST);
        self.add_note(bench, Note { kind: NOTE_MESSAGE, text, number: 0, round: 0 }).map(|_| ())
    }

    /// Writes down what the fixed piece of work took at the least, in nanoseconds.
    pub(crate) fn add_yardstick(&self, bench: u32, ns: u32) -> Option<()> {
        let number = u64::from(ns);
        self.add_note(bench, Note { kind: NOTE_YARDSTICK, text: "", number, round: 0 }).map(|_| ())
    }

    /// Makes the count of a kind of error; without a name, of all further kinds.
    pub(crate) fn add_error_kind(&self, bench: u32, name: &str) -> Option<&BenchNoteRecord> {
        self.add_note(bench, Note { kind: NOTE_ERROR_KIND, text: name, number: 0, round: 0 })
    }

    fn add_note(&self, bench: u32, note: Note<'_>) -> Option<&BenchNoteRecord> {
        let Note { kind, text, number, round } = note;
        let text_bytes = u32::try_from(text.len()).ok()?;
        let number = number.into();
        let record =
            |previous| BenchNoteRecord { previous, bench, kind, text_bytes, number, round };
        let write = |rest: &mut [u8]| {
            put(rest, text.as_bytes());
        };
        let at = self.append(&self.header().bench_notes, record, text.len(), write)?;
        // SAFETY: written just now, aligned, and never unmapped; what changes from here on is
        // atomic.
        Some(unsafe { at.as_ref() })
    }

    /// Makes room for the durations of a case's iterations and links it.
    pub(crate) fn add_latencies(&self, bench: u32) -> Option<&LatencyRecord> {
        let block = self.reserve(size_of::<LatencyRecord>())?;
        let record: NonNull<LatencyRecord> = block.start.cast();
        let previous = self.header().latencies.load(Relaxed);
        // SAFETY: the block is zeroed, a valid value for every field, aligned, long enough, and
        // ours alone until it is linked below.
        let fields = unsafe { &mut *record.as_ptr() };
        (fields.previous, fields.bench) = (previous, bench);
        self.header().latencies.store(block.place, Release);
        // SAFETY: complete, aligned, never unmapped; what changes from here on is atomic.
        Some(unsafe { record.as_ref() })
    }
}

fn record(bench: &Benchmark, previous: u32, index: u32, texts: &[String; 6]) -> BenchRecord {
    let flag = |on: bool, flag: u32| if on { flag } else { 0 };
    BenchRecord {
        previous,
        index,
        line: bench.line,
        flags: flag(bench.is_base, BENCH_BASE)
            | flag(bench.is_stress, BENCH_STRESS)
            | flag(bench.is_quick, BENCH_QUICK)
            | flag(bench.names_threads, BENCH_NAMES_THREADS)
            | flag(bench.argument.is_some(), BENCH_ARGUMENT),
        threads: bench.threads,
        ending: 0.into(),
        text_bytes: texts.each_ref().map(|text| u32::try_from(text.len()).unwrap_or(0)),
        rate: bench.rate_millihertz.unwrap_or(0),
        bytes: 0.into(),
        items: 0.into(),
        loop_ps: bench.loop_ps.into(),
        clock_ps: bench.clock_ps.into(),
        budget: limits(&bench.budget),
    }
}

fn texts(bench: &Benchmark) -> [String; 6] {
    let tags = bench.tags.iter().flat_map(|tag| [clip(tag), "\0"]).collect();
    let argument = bench.argument.as_deref().unwrap_or_default();
    let [name, argument, module, file, group] =
        [&bench.name, argument, &bench.module, &bench.file, &bench.group]
            .map(|text| clip(text).to_owned());
    [name, argument, module, file, group, tags]
}

/// Lists the numbers of a batch in their order in the segment: see `reader::benches`.
pub(crate) const fn numbers(batch: &Batch) -> [u64; BATCH_NUMBERS] {
    [
        batch.began_ns,
        batch.iterations,
        batch.ns,
        batch.wall_ns,
        batch.user_ns,
        batch.system_ns,
        batch.errors,
        batch.allocs,
        batch.alloc_bytes,
        batch.frees,
        batch.freed_bytes,
        batch.peak_rss_bytes,
        batch.rss_bytes,
        batch.preemptions,
        batch.read_bytes,
        batch.written_bytes,
        batch.reads,
        batch.writes,
        batch.device_read_bytes,
        batch.device_written_bytes,
        batch.network_bytes,
        batch.loopback_bytes,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::reader::benches::batch_of;
    use crate::snapshot::Phase;

    #[test]
    fn the_numbers_of_a_batch_come_back() {
        let all = std::array::from_fn(|at| at as u64);
        let batch = batch_of(7, Phase::Timed, all);
        assert_eq!((numbers(&batch), batch.round, batch.phase), (all, 7, Phase::Timed));
    }
}
