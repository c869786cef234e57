//! The questions that a program may ask about its own recording. Answers only; nothing here
//! records.
//!
//! [`status()`] returns the state and the place of the recording, [`health()`] how good it is,
//! [`registry()`] the functions there are; [`snapshot()`] has it all, and [`reset()`] lets it begin
//! anew.

mod answers;
pub(crate) mod condition;

use crate::recorder;
use crate::segment::{self, SegmentError};
use crate::snapshot::Snapshot;

pub use self::answers::{BreakerStep, Concern, Health, State, Status, TrackedFunction};
pub use self::condition::health;

/// Returns the state of this process's recorder, and the file that it writes.
///
/// Takes less than a microsecond, and looks at memory only.
///
/// ```
/// use perf_runtime::{State, perf_track};
///
/// #[perf_track]
/// fn work() {}
///
/// work();
/// let status = perf_runtime::status();
/// assert_eq!(status.state, State::Recording);
/// println!("{:?}: {} bytes", status.segment, status.segment_bytes);
/// ```
pub fn status() -> Status {
    let (segment, segment_bytes) =
        recorder::segment().map_or((None, 0), |(path, bytes)| (Some(path), bytes));
    Status { state: recorder::state(), segment, segment_bytes }
}

/// Returns every function of this program that carries the attribute, called or not: one for each
/// declaration, in the order in which they became known.
///
/// Takes some ten nanoseconds for each function and each of its calling contexts, and needs neither
/// the file nor any lock of the recorder. Empty where recording is compiled out.
///
/// ```
/// let never_called = perf_runtime::registry().into_iter().filter(|tracked| tracked.calls == 0);
/// println!("{} functions were never called", never_called.count());
/// ```
pub fn registry() -> Vec<TrackedFunction> {
    let tracked = recorder::tracked().into_iter();
    tracked.map(|(declared, calls)| TrackedFunction { declared, calls }).collect()
}

/// Returns everything recorded by this process so far; an empty snapshot when nothing is.
///
/// May be called at any time, while other threads record. Their running calls are in it as
/// `unfinished`. It reads the whole segment, which takes some hundred microseconds and more: for
/// frequent questions there are [`health()`] and [`registry()`].
///
/// # Errors
/// A [`SegmentError`] when the segment's file was removed from outside and cannot be made anew, was
/// damaged, or cannot be opened.
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
/// [`health()`], and the run that `perf-report` makes of this process begin anew. It suits the end
/// of a program's first part: warming up, loading, connecting.
///
/// Functions stay known, and so does the breaker's knowledge of their load. A running call is a
/// call of the time after, with the whole of its own duration; totals and self times hold only what
/// comes after. A call that ends on another thread meanwhile may be on either side. Extremes are as
/// in [`Snapshot::since`].
///
/// Takes as long as copying the segment, and keeps the copy beside it until the run is collected.
/// Nothing is forgotten when it fails. Where nothing is recorded there is nothing to forget, and
/// the result is `Ok`.
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
/// let calls = perf_runtime::snapshot()?.by_function().iter().map(|it| it.calls).sum::<u64>();
/// assert_eq!(calls, 1);
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
pub fn reset() -> Result<(), SegmentError> {
    recorder::begin_anew()
}
