//! Reading the clock twice around the call, the least that any exact timing does.

use std::hint::black_box;

use super::{Candidate, repeat, report_nothing, start_nothing};

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "two bare clock reads",
    package: None,
    environment: &[],
    start: start_nothing,
    call: |times| repeat(times, between_two_reads),
    reported: report_nothing,
};

#[inline(never)]
fn between_two_reads(x: u64) -> u64 {
    let start = clock();
    let result = black_box(x).wrapping_mul(3);
    black_box(clock().wrapping_sub(start));
    result
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn clock() -> u64 {
    // SAFETY: every x86-64 processor has RDTSC.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn clock() -> u64 {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
