//! Records where time goes in functions that carry [`#[perf_track]`](macro@perf_track), at about
//! the cost of reading the clock.
//!
//! ```
//! use perf_runtime::perf_track;
//!
//! #[perf_track]
//! fn parse(text: &str) -> usize {
//!     text.split(',').count()
//! }
//!
//! parse("a,b,c");
//! let calls: u64 = perf_runtime::snapshot()?.by_function().iter().map(|it| it.calls).sum();
//! assert_eq!(calls, 1);
//! # Ok::<(), perf_runtime::segment::SegmentError>(())
//! ```
//!
//! Nothing has to be set up, kept alive, or flushed. Each thread writes what it measures into a
//! file that is mapped into memory, the [segment]; `perf-report` reads it while the program runs,
//! after it ended, or after it was killed. Normally that is the way to see the figures:
//!
//! ```console
//! $ perf-report run -- ./my-program
//! ```
//!
//! # What else can be recorded
//!
//! [`perf_scope!`] measures a block as if it were a function, [`perf_future!`] a future and
//! [`perf_stream!`] a stream (feature `stream`). [`perf_count!`] and [`perf_gauge!`]
//! keep numbers of the program's own: cache hits, the length of a queue, a hit rate. With
//! [`CountingAlloc`] as its global allocator, a program knows what each function allocates.
//!
//! # What a tracked call costs
//!
//! Two readings of the processor's time-stamp counter, and some stores to addresses that are known
//! beforehand: about 1.2 times the two readings alone. Entry and exit take no lock, allocate
//! nothing, and cannot panic. `cargo bench -p perf-runtime --bench record` measures it.
//!
//! Where all calls together would take more than 5 % of a thread's time (`PERF_TRACK_OVERHEAD`),
//! the hottest functions are sampled: every call is counted, at 2 to 3 ns, and bursts of them are
//! timed, which stand for the others. Reports say so, and mark estimates. When the load falls, calls
//! are timed again. `#[perf_track(exact)]` is never sampled. What recording itself took of each
//! function's time is estimated and told beside it
//! ([`overhead_ns`](snapshot::Measures::overhead_ns)).
//!
//! The first call of a function from a new context takes some hundred nanoseconds more, for its
//! place in the tree; the first call of a process some hundred microseconds, for the segment. A
//! context takes about 2 KiB on each thread that it occurs on. Threads that end leave their space
//! to those that begin.
//!
//! # When it would cost too much
//!
//! Recording keeps within 5 % of each thread's time, or what `PERF_TRACK_OVERHEAD` says. The calls of
//! a function that would take more are sampled: each is counted, one in so many is timed, at random,
//! and stands for the others. If even that were too much they are counted only. Counts are exact in
//! any case, and times are exact again when the load has fallen; a thread saves up what it does not
//! use, so a short burst is recorded exactly. `#[perf_track(exact)]` is never sampled. Each report
//! marks what is estimated, and so does [`snapshot::Measures::is_estimated`].
//!
//! What recording itself takes of a function's time is estimated from what a call costs on the
//! machine, which each process measures when it starts, and kept beside the time as it was measured
//! ([`snapshot::Measures::overhead_ns`]).
//!
//! # What a program can ask
//!
//! [`status()`]: whether it is recorded, and where. [`health()`]: how well, as a score with reasons.
//! [`registry()`]: which functions there are, called or not. These look at memory only and take
//! microseconds at most, so they may be asked at each request. [`snapshot()`] is everything that was
//! recorded, and [`reset()`] has it begin anew.
//!
//! # What it never does
//!
//! Panic, block, print, exit, start a thread, keep a file open, or run anything at exit. When the
//! segment cannot be made or may not grow, the program runs on, and what is not recorded is
//! counted; [`health()`] and `perf-report` say so. As memory becomes scarce, distributions are given
//! up first, then contexts: calls in new ones go to a function named `(overflow)`.
//!
//! # Where something is missing
//!
//! | without | then |
//! |---|---|
//! | a processor counter with one rate in every power state | times come from the system's monotonic clock; a call costs two readings of that |
//! | a counter that runs forwards (some virtual machines) | durations below zero are counted as anomalies and as 0 ns; after some of them calls are counted only, and times are taken again on trial |
//! | a file system in memory (`/dev/shm`) that can be written to | the segment lies in the temporary folder, and [`health()`] says so ([`Concern::Fallback`]); writing back its pages may hold up a call |
//! | room for a segment | the oldest recordings of ended processes give way, and are counted |
//! | a Unix, or mmap | recording is not built: use `default-features = false`, with which everything builds |
//!
//! # Switching it off
//!
//! | where | how | what remains |
//! |---|---|---|
//! | at compile time | `default-features = false` | nothing: the attribute only checks its options |
//! | at start | `PERF_TRACK=off` | a few nanoseconds a call |
//!
//! # Environment
//!
//! `PERF_TRACK` (`on`, `off`), `PERF_TRACK_DIR` (folder for the segment; `perf-report run` sets
//! it), `PERF_TRACK_OVERHEAD` (share of each thread's time that recording may take: `5%`; `100%`
//! samples nothing, `0` only counts),
//! `PERF_TRACK_MEMORY` (how large the segment may grow; `64MiB`, and no more than a quarter of the file system), `PERF_TRACK_RESERVE` (`on` takes all of
//! it at once, for programs that confine themselves later), `PERF_TRACK_RETENTION` and
//! `PERF_TRACK_RETENTION_COUNT` (how much recordings of ended processes may hold that nobody collected, as
//! bytes or a share of the file system, `25%` and 256 MiB at most, and how many there may be, 1,000: see
//! [`segment::retention`]), `PERF_TRACK_CLOCK` (`monotonic`
//! where the processor's counter cannot be trusted). They are read at the first tracked call.
//!
//! In a program that may do what its user may not (setuid, setgid, or with capabilities of its file), none of
//! them counts, and nothing is recorded.

mod alloc;
pub mod buckets;
mod gate;
mod health;
mod number;
mod outcome;
pub mod segment;
pub mod snapshot;

pub use alloc::CountingAlloc;
#[doc(hidden)]
pub use gate::__private;
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the gate decides what there is")
)]
pub(crate) use gate::*;
pub use health::{
    BreakerStep, Concern, Health, State, Status, TrackedFunction, health, registry, reset,
    snapshot, status,
};
pub use outcome::Outcome;
pub use perf_macros::perf_track;
