//! What is measured: one file a candidate, each set up as its own documentation says.
//!
//! All track a function with the same body, `black_box(x).wrapping_mul(3)`, which is never inlined.

mod clock_reads;
mod fastrace;
mod hdrhistogram;
mod hotpath;
mod metered;
mod metrics;
mod perf_track;
mod plain;
mod puffin;
mod tracing;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use crate::Result;

/// A way to track a function.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// What the table calls it.
    pub(crate) title: &'static str,
    /// Package whose version the table shows.
    pub(crate) package: Option<&'static str>,
    /// Environment of the process that is measured.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// Sets it up, as a program does when it starts.
    pub(crate) start: fn(&Path) -> Result<Finish>,
    /// Calls the tracked function so many times.
    pub(crate) call: fn(u64),
    /// How many calls it says there were, from what an ended process left in its folder.
    pub(crate) reported: fn(&Path) -> Result<Option<u64>>,
}

/// What a program must do before it ends, so that the figures outlive it.
pub(crate) type Finish = Box<dyn FnOnce() -> Result<()>>;

/// What the others are compared with.
pub(crate) const BARE: &Candidate = &clock_reads::CANDIDATE;

/// In the order of the table.
pub(crate) const ALL: &[&Candidate] = &[
    &plain::CANDIDATE,
    BARE,
    &perf_track::EXACT,
    &perf_track::SAMPLED,
    &perf_track::OFF,
    &hotpath::CANDIDATE,
    &fastrace::CANDIDATE,
    &tracing::CANDIDATE,
    &puffin::CANDIDATE,
    &metered::CANDIDATE,
    &metrics::CANDIDATE,
    &hdrhistogram::CANDIDATE,
];

/// How many calls candidates that need something around them make inside of one such thing.
const TOGETHER: u64 = 1_000;

/// Calls `call` so many times, each call waiting for the one before.
#[inline(always)]
fn repeat(times: u64, call: impl Fn(u64) -> u64) {
    let mut x = 1;
    for _ in 0..times {
        x = call(black_box(x));
    }
    black_box(x);
}

/// Calls `repeat_some` with `TOGETHER` until it was `times` in all.
fn in_groups(times: u64, repeat_some: impl Fn(u64)) {
    let mut left = times;
    while left > 0 {
        let some = left.min(TOGETHER);
        repeat_some(some);
        left -= some;
    }
}

/// Of candidates that record nothing.
fn start_nothing(_: &Path) -> Result<Finish> {
    Ok(Box::new(|| Ok(())))
}

/// Of candidates that record nothing.
fn report_nothing(_: &Path) -> Result<Option<u64>> {
    Ok(None)
}

const KEPT: &str = "calls";

/// Leaves the number of calls behind, for candidates that have no file of their own.
fn keep(folder: &Path, calls: u64) -> Result<()> {
    Ok(fs::write(folder.join(KEPT), calls.to_string())?)
}

/// What [`keep`] left behind.
fn kept(folder: &Path) -> Result<Option<u64>> {
    Ok(Some(fs::read_to_string(folder.join(KEPT))?.parse()?))
}
