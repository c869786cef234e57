//! The way of results into the segment, batch by batch.
//!
//! The ending of a case says at each moment what should be said of it if the process ended right
//! then: that it was killed while an iteration of it runs, and that it was interrupted while others
//! have their turn.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::bencher::{Kinds, Tally};
use super::board;
use crate::hot::process::{self, Recorder};
use crate::segment::layout::{BenchNoteRecord, BenchRecord, KINDS, LatencyRecord};
use crate::snapshot::{Batch, Benchmark, Ending};

/// The place of a case in the segment; nothing is kept where there is no segment.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    recorder: Option<&'static Recorder>,
    index: u32,
    record: Option<&'static BenchRecord>,
    latencies: Option<&'static LatencyRecord>,
    /// Counts of kinds of error by their names; that of further ones has none.
    kinds: Vec<(String, &'static BenchNoteRecord)>,
}

/// Set once something did not find room in the segment.
static IS_FULL: AtomicBool = AtomicBool::new(false);

/// Starts the recorder of this process, if it is not switched off.
pub(super) fn start() {
    let _ = process::recorder();
}

/// Returns the reason why not everything was stored, if that is so.
pub(super) fn loss() -> Option<String> {
    if let Some(number) = process::failure() {
        let error = std::io::Error::from_raw_os_error(number);
        return Some(format!("nothing is stored, since the recorder could not start: {error}"));
    }
    IS_FULL.load(Relaxed).then(|| {
        "not everything is stored, since the segment is full: give it more by PERF_TRACK_MEMORY"
            .to_owned()
    })
}

/// Writes down the cases that are not measured, since nobody asked for them, so that nobody takes them for gone.
/// Each comes with whether its mark `ignore` is all that keeps it out.
pub(super) fn leave_out(cases: impl Iterator<Item = (Benchmark, bool)>) {
    let mut cases = cases.peekable();
    if cases.peek().is_none() {
        return;
    }
    start();
    let Some(recorder) = process::running() else { return };
    for (facts, is_ignored) in cases {
        noted(recorder.segment.add_left_out(&facts, is_ignored).is_some());
    }
}

/// Writes down a case that ended in a way that its own process could not.
pub(super) fn tell(index: u32, facts: &Benchmark, ending: Ending, message: &str) {
    start();
    Ledger::of(index, facts).end(ending, message);
}

impl Ledger {
    /// Writes down a case that begins, the `index`th of the process.
    pub(super) fn of(index: u32, facts: &Benchmark) -> Self {
        let recorder = process::running();
        let record = recorder.and_then(|it| it.segment.add_bench(index, facts));
        let ledger = Self {
            recorder: recorder.filter(|_| record.is_some()),
            index,
            record,
            latencies: None,
            kinds: Vec::new(),
        };
        noted(recorder.is_none() || record.is_some());
        let yardstick = facts.yardstick_ns;
        if let Some(recorder) = ledger.recorder.filter(|_| yardstick > 0) {
            noted(recorder.segment.add_yardstick(index, yardstick).is_some());
        }
        ledger.put(Ending::Interrupted);
        ledger
    }

    /// Writes down that an iteration of the case is about to run.
    pub(super) fn begins(&self) {
        self.put(Ending::Running);
        board::begins(self.index);
    }

    /// Writes down that others have their turn.
    pub(super) fn pauses(&self) {
        self.put(Ending::Interrupted);
        board::pauses();
    }

    /// Writes down a batch.
    pub(super) fn add(&self, batch: &Batch) {
        if let Some(recorder) = self.recorder {
            noted(recorder.segment.add_batch(self.index, batch).is_some());
        }
    }

    /// Adds durations of single iterations.
    pub(super) fn add_latencies(&mut self, tally: &Tally) {
        let make = || self.recorder?.segment.add_latencies(self.index);
        self.latencies = self.latencies.or_else(make);
        let Some(record) = self.latencies else { return noted(self.recorder.is_none()) };
        for (total, count) in
            record.counts.iter().zip(&tally.counts).filter(|(_, count)| **count > 0)
        {
            total.fetch_add(*count, Relaxed);
        }
        record.max_ns.fetch_max(tally.max_ns, Relaxed);
        record.sum_ns.fetch_add(tally.sum_ns, Relaxed);
    }

    /// Writes down the work of an iteration.
    pub(super) fn note_work(&self, bytes: Option<u64>, items: Option<u64>) {
        if let Some(record) = self.record {
            record.bytes.store(bytes.unwrap_or(0), Relaxed);
            record.items.store(items.unwrap_or(0), Relaxed);
        }
    }

    /// Adds errors by their kinds.
    pub(super) fn add_kinds(&mut self, kinds: &Kinds) {
        if !kinds.are_named || self.recorder.is_none() {
            return;
        }
        self.count_kind("", kinds.other);
        for (kind, count) in kinds.known.iter().flatten() {
            self.count_kind(kind.as_str(), *count);
        }
    }

    fn count_kind(&mut self, name: &str, count: u64) {
        let find = |kinds: &[(String, &'static BenchNoteRecord)], name: &str| {
            kinds.iter().find(|(known, _)| known == name).map(|(_, record)| *record)
        };
        let mut record = find(&self.kinds, name);
        // One place is for further kinds, which stand here first.
        if record.is_none() && self.kinds.len() <= KINDS {
            record = self.recorder.and_then(|it| it.segment.add_error_kind(self.index, name));
            self.kinds.extend(record.map(|record| (name.to_owned(), record)));
            noted(record.is_some());
        }
        if let Some(record) = record.or_else(|| find(&self.kinds, "")) {
            record.number.fetch_add(count, Relaxed);
        }
    }

    /// Writes down the end of the case, and why it did not end well.
    pub(super) fn end(&self, ending: Ending, message: &str) {
        if let Some(recorder) = self.recorder.filter(|_| !message.is_empty()) {
            noted(recorder.segment.add_message(self.index, message).is_some());
        }
        self.put(ending);
        board::ends(self.index, ending);
    }

    fn put(&self, ending: Ending) {
        if let Some(record) = self.record {
            record.ending.store(ending as u32, Release);
        }
    }
}

fn noted(is_stored: bool) {
    if !is_stored {
        IS_FULL.store(true, Relaxed);
    }
}
