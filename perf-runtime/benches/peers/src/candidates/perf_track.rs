//! perf-track itself: exact, sampled by its breaker, and switched off at run time.
//!
//! There is nothing to set up and nothing to do at the end; the figures are read from the segment
//! once the process is gone. Off by feature is no candidate: the machine code is that of the call
//! alone, which `tests/off.rs` shows.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use perf_runtime::perf_track;
use perf_runtime::segment::Reader;
use perf_runtime::snapshot::Merger;

use super::{Candidate, repeat, start_nothing};
use crate::Result;

pub(super) const EXACT: Candidate = Candidate {
    title: "perf-track, exact",
    package: Some("perf-runtime"),
    environment: &[("PERF_TRACK_OVERHEAD", "100%")],
    start: start_nothing,
    call: |times| repeat(times, tracked),
    reported,
};

pub(super) const SAMPLED: Candidate = Candidate {
    title: "perf-track, within 5 %",
    environment: &[("PERF_TRACK_OVERHEAD", "5%")],
    ..EXACT
};

pub(super) const OFF: Candidate = Candidate {
    title: "perf-track, off at run time",
    environment: &[("PERF_TRACK", "off")],
    ..EXACT
};

#[perf_track]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

fn reported(folder: &Path) -> Result<Option<u64>> {
    let (mut reader, mut merger) = (Reader::default(), Merger::default());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "ptseg") {
            reader.read_into(&path, &mut merger)?;
        }
    }
    let snapshot = merger.finish();
    let functions = snapshot.functions.iter().zip(snapshot.by_function());
    Ok(functions
        .filter(|(function, _)| function.name.ends_with("::tracked"))
        .map(|(_, measures)| measures.calls)
        .reduce(|sum, calls| sum + calls))
}
