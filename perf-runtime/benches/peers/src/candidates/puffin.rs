//! puffin: scopes below an outer one, with a frame for every thousand calls, counted by a sink.
//!
//! Without an outer scope every call would lock the profiler; without frames memory would grow.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use puffin::GlobalProfiler;

use super::{Candidate, Finish, in_groups, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "puffin",
    package: Some("puffin"),
    environment: &[],
    start,
    call: |times| in_groups(times, in_a_frame),
    reported: kept,
};

static SCOPES: AtomicU64 = AtomicU64::new(0);
static OUTER_SCOPES: AtomicU64 = AtomicU64::new(0);

#[inline(never)]
fn tracked(x: u64) -> u64 {
    puffin::profile_function!();
    black_box(x).wrapping_mul(3)
}

fn in_a_frame(times: u64) {
    {
        puffin::profile_scope!("outer");
        repeat(times, tracked);
    }
    OUTER_SCOPES.fetch_add(1, Ordering::Relaxed);
    GlobalProfiler::lock().new_frame();
}

fn start(folder: &Path) -> Result<Finish> {
    puffin::set_scopes_on(true);
    GlobalProfiler::lock().add_sink(Box::new(|frame| {
        SCOPES.fetch_add(frame.meta().num_scopes as u64, Ordering::Relaxed);
    }));
    let folder = folder.to_owned();
    Ok(Box::new(move || {
        GlobalProfiler::lock().new_frame();
        let outer = OUTER_SCOPES.load(Ordering::Relaxed);
        keep(&folder, SCOPES.load(Ordering::Relaxed).saturating_sub(outer))
    }))
}
