//! What one would write by hand: `Instant`, and a histogram behind a mutex.

use std::hint::black_box;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use hdrhistogram::Histogram;

use super::{Candidate, Finish, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "hdrhistogram behind a mutex",
    package: Some("hdrhistogram"),
    environment: &[],
    start,
    call: |times| repeat(times, tracked),
    reported: kept,
};

/// From 1 ns to 60 s, to three digits.
static TIMES: LazyLock<Mutex<Histogram<u64>>> = LazyLock::new(|| {
    Mutex::new(Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are in order"))
});

#[inline(never)]
fn tracked(x: u64) -> u64 {
    let start = Instant::now();
    let result = black_box(x).wrapping_mul(3);
    let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    TIMES.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(ns);
    result
}

fn start(folder: &Path) -> Result<Finish> {
    LazyLock::force(&TIMES);
    let folder = folder.to_owned();
    Ok(Box::new(move || keep(&folder, TIMES.lock().unwrap_or_else(PoisonError::into_inner).len())))
}
