//! The call alone.

use std::hint::black_box;

use super::{Candidate, repeat, report_nothing, start_nothing};

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "the call alone",
    package: None,
    environment: &[],
    start: start_nothing,
    call: |times| repeat(times, plain),
    reported: report_nothing,
};

#[inline(never)]
fn plain(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}
