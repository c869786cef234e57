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
//! # What a tracked call costs
//!
//! Two readings of the processor's time-stamp counter, and some stores to addresses that are known
//! beforehand: about 1.3 times the two readings alone. Entry and exit take no lock, allocate
//! nothing, and cannot panic. `cargo bench -p perf-runtime --bench record` measures it.
//!
//! The first call of a function from a new context takes some hundred nanoseconds more, for its
//! place in the tree; the first call of a process some hundred microseconds, for the segment. A
//! context takes about 2 KiB on each thread that it occurs on. Threads that end leave their space
//! to those that begin.
//!
//! # What it never does
//!
//! Panic, block, print, exit, start a thread, keep a file open, or run anything at exit. When the
//! segment cannot be made or may not grow, the program runs on, and what is not recorded is
//! counted; [`status()`] and `perf-report` say so.
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
//! it), `PERF_TRACK_MEMORY` (how large the segment may grow; `64MiB`). They are read at the first
//! tracked call.

pub mod buckets;
mod gate;
mod health;
mod outcome;
pub mod segment;
pub mod snapshot;

#[doc(hidden)]
pub use gate::__private;
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the gate decides what there is")
)]
pub(crate) use gate::*;
pub use health::{State, Status, TrackedFunction, registry, snapshot, status};
pub use outcome::Outcome;
pub use perf_macros::perf_track;
