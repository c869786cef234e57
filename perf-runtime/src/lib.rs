//! The recorder behind [`#[perf_track]`](macro@perf_track): it finds out where the time of tracked
//! functions goes, at about the cost of reading the clock.
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
//! Nothing has to be set up, kept alive, or flushed. Each thread writes its measurements into a
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
//! [`perf_stream!`] a stream (feature `stream`). [`perf_count!`] and [`perf_gauge!`] keep numbers
//! of the program's own: cache hits, the length of a queue, a hit rate. With [`CountingAlloc`] as
//! its global allocator, a program has the allocations of each function counted.
//!
//! # What a tracked call costs
//!
//! Two readings of the processor's time-stamp counter, and some stores to known addresses: about
//! 1.2 times the two readings alone. Entry and exit take no lock, allocate nothing, and cannot
//! panic. `cargo bench -p perf-runtime --bench record` measures it.
//!
//! The first call of a function from a new context takes some hundred nanoseconds more, for its
//! place in the tree; the first call of a process some hundred microseconds, for the segment. A
//! context takes about 2 KiB on each thread where it occurs. Threads that end leave their space to
//! those that begin.
//!
//! Each process measures when it starts what recording a call costs on the machine. From that it
//! estimates the share of recording in each function's time, which is kept beside the time as it
//! was measured ([`overhead_ns`](snapshot::Measures::overhead_ns)).
//!
//! # When it would cost too much
//!
//! Recording keeps within 5 % of each thread's time, or the share in `PERF_TRACK_OVERHEAD`. A
//! function whose calls would take more is sampled: every call is counted, at 2 to 3 ns, and one in
//! some hundred is timed, at random, and stands for the others. Counts stay exact, and times become
//! exact again when the load has fallen. A thread saves up what it does not use, so a short burst
//! is recorded exactly. `#[perf_track(exact)]` is never sampled. Each report marks its estimates,
//! and so does [`is_estimated`](snapshot::Measures::is_estimated).
//!
//! # What a program can ask
//!
//! | call | answer | takes |
//! |---|---|---|
//! | [`status()`] | the state of the recorder, and its file | less than a microsecond |
//! | [`health()`] | a score from 100 to 0, with reasons | some microseconds at most |
//! | [`registry()`] | the tracked functions, called or not, with the number of calls | some ten nanoseconds for each function and context |
//! | [`snapshot()`] | everything that was recorded | some hundred microseconds and more |
//! | [`segment_bytes()`] | the same as bytes, for `perf-report collect FILE` | as long |
//! | [`reset()`] | none: the figures begin anew | as long as copying the segment |
//!
//! The first three look at memory only, so they may be asked at each request.
//!
//! # What it never does
//!
//! Panic, block, print, exit, start a thread, keep a file open, or run anything at exit. When the
//! segment cannot be made or may not grow, the program runs on, and the missing calls are counted;
//! [`health()`] and `perf-report` show them. As memory becomes scarce, distributions are given up
//! first, then contexts: calls in new ones go to a function named `(overflow)`.
//!
//! # Where something is missing
//!
//! | without | then |
//! |---|---|
//! | Linux | the segment lies on a disk: in the user's temporary folder, on Windows in `%LOCALAPPDATA%`; the time for which a thread waited for a processor counts as its function's |
//! | a processor counter with one rate in every power state | times come from the system's monotonic clock; a call costs two readings of that |
//! | a counter that runs forwards (some virtual machines) | durations below zero are counted as anomalies and as 0 ns; after some of them calls are counted only, and times are taken again on trial |
//! | a file system in memory (`/dev/shm`) that can be written to | the segment lies in the temporary folder, and [`health()`] says so ([`Concern::Fallback`]); writing back its pages may hold up a call |
//! | room for a segment | the oldest recordings of ended processes give way, and are counted |
//! | files that are shared: on WebAssembly | the segment is memory: [`segment_bytes()`] hands it out, and with WASI it is written into `PERF_TRACK_DIR` when the program ends |
//! | a clock: on WebAssembly without WASI | calls are counted, and times are 0, unless the embedder's comes by [`set_clock()`] |
//! | a Unix, Windows, or WebAssembly | recording is not built: use `default-features = false`, with which everything builds |
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
//! These variables are read at the first tracked call.
//!
//! | variable | value | default |
//! |---|---|---|
//! | `PERF_TRACK` | `on`, or `off` for no recording | `on` |
//! | `PERF_TRACK_DIR` | folder for the segment; `perf-report run` sets it | a folder of the user in `/dev/shm`, or else in the temporary folder; in `%LOCALAPPDATA%` on Windows |
//! | `PERF_TRACK_OVERHEAD` | share of each thread's time that recording may take; `100%` samples nothing, `0` only counts | `5%` |
//! | `PERF_TRACK_MEMORY` | size that the segment may grow to, at most a quarter of the file system | `64MiB` |
//! | `PERF_TRACK_RESERVE` | `on` takes all of that at once, for programs that confine themselves later | `off` |
//! | `PERF_TRACK_RETENTION` | bytes, or share of the file system, for the recordings of ended processes that nobody collected: see [`segment::retention`] | `25%`, and 256 MiB at most |
//! | `PERF_TRACK_RETENTION_COUNT` | number of these recordings | 1,000 |
//! | `PERF_TRACK_CLOCK` | `monotonic`, where the processor's counter cannot be trusted | the counter |
//!
//! In a program with rights that its user lacks (setuid, setgid, or capabilities of its file), none
//! of them counts, and nothing is recorded.

mod alloc;
pub mod buckets;
mod gate;
mod health;
mod newer;
mod number;
mod outcome;
pub mod segment;
pub mod snapshot;

pub use alloc::CountingAlloc;
pub use gate::face::*;
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the gate decides what there is")
)]
pub(crate) use gate::*;
pub use health::{
    BreakerStep, Concern, Health, State, Status, TrackedFunction, health, registry, reset,
    segment_bytes, set_clock, snapshot, status,
};
pub use outcome::Outcome;
pub use perf_macros::perf_track;
