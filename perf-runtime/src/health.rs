//! Questions that a program may ask about its own recording. Answers only; nothing here records.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::recorder;
use crate::segment::{self, SegmentError};
use crate::snapshot::{Function, Snapshot};

/// What the recorder of this process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The `record` feature is off.
    CompiledOut,
    /// No tracked function has been called yet.
    Idle,
    /// Tracked calls are recorded.
    Recording,
    /// `PERF_TRACK=off` was set at the first tracked call.
    Off,
    /// The segment could not be made; the program runs unrecorded.
    Failed {
        /// Error number of the operating system.
        error: i32,
    },
}

/// A short account of the recording, in the order of some microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// What the recorder is doing.
    pub state: State,
    /// File that is recorded into.
    pub segment: Option<PathBuf>,
    /// Bytes of it that are in use.
    pub segment_bytes: u64,
}

/// A function that carries the attribute, and whether it was called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackedFunction {
    /// Identity and declaration.
    pub function: Function,
    /// Finished calls so far, over all threads.
    pub calls: u64,
}

/// What the recorder of this process is doing, and where.
///
/// ```
/// println!("{:?}", perf_runtime::status().state);
/// ```
pub fn status() -> Status {
    let (segment, segment_bytes) =
        recorder::segment().map_or((None, 0), |(path, bytes)| (Some(path), bytes));
    Status { state: recorder::state(), segment, segment_bytes }
}

/// Everything recorded by this process so far; empty when nothing is.
///
/// May be called at any time, while other threads record. Their running calls are in it as
/// `unfinished`.
///
/// # Errors
/// A [`SegmentError`] when the segment's file was removed or damaged from outside, or cannot be
/// opened.
///
/// ```
/// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
/// let snapshot = perf_runtime::snapshot()?;
/// for (function, measures) in snapshot.functions.iter().zip(snapshot.by_function()) {
///     println!("{} {}", function.name, measures.calls);
/// }
/// # Ok(())
/// # }
/// ```
pub fn snapshot() -> Result<Snapshot, SegmentError> {
    // Read from the file, as other processes do: the kernel copies it, and no reference to memory
    // that other threads write to is needed.
    match recorder::segment() {
        Some((path, _)) => segment::read(&path),
        None => Ok(Snapshot::default()),
    }
}

/// Every function of this program that carries the attribute, sorted by name, called or not.
///
/// ```
/// let never_called = perf_runtime::registry().into_iter().filter(|tracked| tracked.calls == 0);
/// println!("{} functions were never called", never_called.count());
/// ```
pub fn registry() -> Vec<TrackedFunction> {
    let mut known: BTreeMap<String, TrackedFunction> = BTreeMap::new();
    for function in recorder::functions() {
        known.entry(function.name.clone()).or_insert(TrackedFunction { function, calls: 0 });
    }
    let recorded = snapshot().unwrap_or_default();
    for (function, measures) in recorded.functions.iter().zip(recorded.by_function()) {
        if let Some(tracked) = known.get_mut(&function.name) {
            tracked.calls = measures.calls;
        }
    }
    known.into_values().collect()
}
