//! fastrace: spans below a root span of a thousand calls, counted by a reporter.
//!
//! A root is needed for anything to be recorded, and keeps 10,240 spans at most.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};

use super::{Candidate, Finish, in_groups, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "fastrace",
    package: Some("fastrace"),
    environment: &[],
    start,
    call: |times| in_groups(times, below_a_root),
    reported: kept,
};

static SPANS: AtomicU64 = AtomicU64::new(0);

#[fastrace::trace(short_name = true)]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

fn below_a_root(times: u64) {
    let root = fastrace::Span::root("root", SpanContext::random());
    let _parent = root.set_local_parent();
    repeat(times, tracked);
}

struct Count;

impl Reporter for Count {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        let tracked = spans.iter().filter(|span| span.name == "tracked").count();
        SPANS.fetch_add(tracked as u64, Ordering::Relaxed);
    }
}

fn start(folder: &Path) -> Result<Finish> {
    fastrace::set_reporter(Count, Config::default());
    let folder = folder.to_owned();
    Ok(Box::new(move || {
        fastrace::flush();
        keep(&folder, SPANS.load(Ordering::Relaxed))
    }))
}
