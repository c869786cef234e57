//! The questions that a program may ask about its own recording. Answers only; nothing here
//! records.
//!
//! [`status()`] returns the state and the place of the recording, [`health()`] how good it is,
//! [`registry()`] the functions there are; [`snapshot()`] has it all, and [`reset()`] lets it begin
//! anew.

mod answers;
pub(crate) mod condition;

use crate::recorder;
use crate::segment::SegmentError;
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
    let (segment, segment_bytes) = recorder::segment().unwrap_or_default();
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
    recorder::read().unwrap_or_else(|| Ok(Snapshot::default()))
}

/// Returns the bytes of this process's segment, for a file that `perf-report collect FILE` reads;
/// `None` where nothing is recorded, or the segment cannot be read.
///
/// It is the way out of a module of WebAssembly, whose segment is in memory that nobody else sees:
/// the module hands the bytes to its embedder, who writes them into a file whose name ends with
/// `.ptseg`. Elsewhere perf-report finds the segment by itself, and this is of use where that
/// cannot look.
///
/// Everything recorded so far is in it, also what came before a [`reset()`]. Of running calls it has
/// the number, so it is best called outside of tracked functions. Takes as long as [`snapshot()`].
///
/// ```
/// use perf_runtime::{perf_track, segment};
///
/// #[perf_track]
/// fn work() {}
///
/// work();
/// let bytes = perf_runtime::segment_bytes().unwrap();
/// let calls = segment::parse(&bytes)?.by_function().iter().map(|function| function.calls).sum::<u64>();
/// assert_eq!(calls, 1);
/// # Ok::<(), segment::SegmentError>(())
/// ```
pub fn segment_bytes() -> Option<Vec<u8>> {
    recorder::bytes()
}

/// Brings a clock to a system that has none, and returns whether it is used from now on. The clock
/// returns nanoseconds since any moment, and does not run backwards.
///
/// WebAssembly without WASI is such a system (`wasm32-unknown-unknown`): only the embedder has a
/// clock there, and a module imports it. Without one, calls are counted and their times are 0;
/// reports say so. A clock counts from the first tracked call on: one that is brought later is
/// refused, and so is a second one, and every one where the system has its own.
///
/// ```
/// # fn now_of_the_embedder() -> f64 { 0.0 }
/// /// Milliseconds, by `performance.now()`.
/// fn clock() -> u64 {
///     (now_of_the_embedder() * 1e6) as u64
/// }
///
/// let is_used = perf_runtime::set_clock(clock);
/// assert_eq!(is_used, cfg!(all(target_family = "wasm", target_os = "unknown")));
/// ```
pub fn set_clock(clock: fn() -> u64) -> bool {
    recorder::set_clock(clock)
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
