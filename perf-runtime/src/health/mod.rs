//! Questions that a program may ask about its own recording. Answers only; nothing here records.
//!
//! [`status()`] says whether and where, [`health()`] how well, [`registry()`] what there is to
//! record; [`snapshot()`] has it all, and [`reset()`] lets it begin anew.

mod answers;
pub(crate) mod condition;

use crate::recorder;
use crate::segment::{self, SegmentError};
use crate::snapshot::Snapshot;

pub use self::answers::{BreakerStep, Concern, Health, State, Status, TrackedFunction};
pub use self::condition::health;

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

/// Every function of this program that carries the attribute, called or not, in the order in which
/// they became known: one for each declaration.
///
/// Takes some ten nanoseconds for each function and each context that it was called from, and asks
/// neither the file nor any lock that recording takes.
///
/// ```
/// let never_called = perf_runtime::registry().into_iter().filter(|tracked| tracked.calls == 0);
/// println!("{} functions were never called", never_called.count());
/// ```
pub fn registry() -> Vec<TrackedFunction> {
    let tracked = recorder::tracked().into_iter();
    tracked.map(|(declared, calls)| TrackedFunction { declared, calls }).collect()
}

/// Everything recorded by this process so far; empty when nothing is.
///
/// May be called at any time, while other threads record. Their running calls are in it as
/// `unfinished`. Takes some hundred microseconds and more, as it reads the whole segment: for what
/// is asked often there are [`health()`] and [`registry()`].
///
/// # Errors
/// A [`SegmentError`] when the segment's file was removed from outside and cannot be made anew, was damaged,
/// or cannot be opened.
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
    match recorder::file_to_read() {
        Some(path) => segment::read(&path),
        None => Ok(Snapshot::default()),
    }
}

/// Forgets everything recorded so far: [`snapshot()`], [`registry()`], the losses and steps of
/// [`health()`], and the run that `perf-report` makes of this process begin anew. For what comes
/// before the part of a program that matters: warming up, loading, connecting.
///
/// Functions stay known, and so does what the breaker knows of their load. Calls that run now are
/// calls of the time after, with the whole of their own duration; totals and self times hold only
/// what comes after. Calls that end on other threads meanwhile may be on either side. What
/// [`Snapshot::since`] says of extremes holds here.
///
/// Takes as long as copying the segment, and keeps the copy beside it until the run is collected.
/// Nothing is forgotten when it fails. Where nothing is recorded there is nothing to forget.
///
/// # Errors
/// A [`SegmentError`] when the segment cannot be read, or there is no room for the copy.
///
/// ```
/// # use perf_runtime::perf_track;
/// #[perf_track]
/// fn handle(request: u32) -> u32 {
///     request + 1
/// }
///
/// (0..1000).for_each(|request| drop(handle(request)));
/// perf_runtime::reset()?;
/// handle(7);
/// assert_eq!(perf_runtime::snapshot()?.by_function()[0].calls, 1);
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
pub fn reset() -> Result<(), SegmentError> {
    recorder::begin_anew()
}
