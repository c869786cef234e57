//! Segments read and merged, on as many threads as there are cores.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use perf_runtime::segment::{Reader, SegmentError};
use perf_runtime::snapshot::{Merger, Snapshot};

use super::process::check_readable;
use crate::record::work::READING;

/// The fewest segments for each thread: starting one costs as much as reading a few.
const WORTH_A_THREAD: usize = 32;

/// The contents of several segments.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The segments that could be read, merged.
    pub snapshot: Snapshot,
    /// The segments that could not, in the order in which they were given, and why.
    pub damaged: Vec<(PathBuf, SegmentError)>,
}

/// Reads and merges `segments`. The order of the segments makes no difference.
pub(crate) fn merge(segments: &[PathBuf]) -> Merged {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(segments.len().div_ceil(WORTH_A_THREAD)).max(1);
    READING.add(segments.len());
    let next = AtomicUsize::new(0);
    let work = || read_while_there_are(segments, &next);
    let parts: Vec<Part> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        // A thread that panicked would have a bug in the reader to show: passed on, not hidden.
        let others = others
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(own).chain(others).collect()
    });
    join(parts, segments)
}

#[derive(Default)]
struct Part {
    merger: Merger,
    /// The position of the segment in the list, and why it could not be read.
    damaged: Vec<(usize, SegmentError)>,
}

fn read_while_there_are(segments: &[PathBuf], next: &AtomicUsize) -> Part {
    let (mut part, mut reader) = (Part::default(), Reader::default());
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(path) = segments.get(at) else { return part };
        let read = check_readable(path).and_then(|()| reader.read_into(path, &mut part.merger));
        READING.step();
        if let Err(error) = read {
            part.damaged.push((at, error));
        }
    }
}

fn join(parts: Vec<Part>, segments: &[PathBuf]) -> Merged {
    let mut damaged = Vec::new();
    let mut snapshots = parts.into_iter().map(|part| {
        damaged.extend(part.damaged);
        part.merger.finish()
    });
    let first = snapshots.next().unwrap_or_default();
    let snapshot = snapshots.fold(first, |sum, snapshot| sum.merged(&snapshot));
    damaged.sort_unstable_by_key(|&(at, _)| at);
    let damaged = damaged.into_iter().map(|(at, error)| (segments[at].clone(), error)).collect();
    Merged { snapshot, damaged }
}
