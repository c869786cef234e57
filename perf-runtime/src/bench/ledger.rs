//! The way of results into the segment, batch by batch.

use std::sync::atomic::Ordering::{Relaxed, Release};

use super::bencher::Tally;
use crate::hot::process::{self, Recorder};
use crate::segment::layout::{BenchRecord, LatencyRecord};
use crate::snapshot::{Batch, Benchmark, Ending};

/// The place of a case in the segment; nothing is kept where there is no segment.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    recorder: Option<&'static Recorder>,
    index: u32,
    record: Option<&'static BenchRecord>,
    latencies: Option<&'static LatencyRecord>,
}

/// Starts the recorder of this process, if it is not switched off.
pub(super) fn start() {
    let _ = process::recorder();
}

impl Ledger {
    /// Writes down a case that begins, the `index`th of the process.
    pub(super) fn of(index: u32, facts: &Benchmark) -> Self {
        let recorder = process::running();
        let record = recorder.and_then(|it| it.segment.add_bench(index, facts));
        Self { recorder: recorder.filter(|_| record.is_some()), index, record, latencies: None }
    }

    /// Writes down a batch.
    pub(super) fn add(&self, batch: &Batch) {
        if let Some(recorder) = self.recorder {
            let _ = recorder.segment.add_batch(self.index, batch);
        }
    }

    /// Adds durations of single iterations.
    pub(super) fn add_latencies(&mut self, tally: &Tally) {
        let make = || self.recorder?.segment.add_latencies(self.index);
        self.latencies = self.latencies.or_else(make);
        let Some(record) = self.latencies else { return };
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

    /// Writes down the end of the case.
    pub(super) fn end(&self, ending: Ending) {
        if let Some(record) = self.record {
            record.ending.store(ending as u32, Release);
        }
    }
}
