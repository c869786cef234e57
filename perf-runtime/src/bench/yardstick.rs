//! A fixed piece of work beside each timed batch, which shows whether the machine was disturbed.
//!
//! Processors of virtual machines share cores with strangers. While one of them computes, everything
//! takes half as long again, for some ten milliseconds, and nothing that the system counts says so. The
//! same work before and after a batch is slower then, too: see [`Benchmark::undisturbed`].
//!
//! [`Benchmark::undisturbed`]: crate::snapshot::Benchmark::undisturbed

use std::hint::black_box;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Variable that tells a process the least that the work took so far.
pub(super) const VARIABLE: &str = "PERF_TRACK_BENCH_YARDSTICK_NS";

/// Steps of the work, which take some microseconds.
const STEPS: u32 = 4_000;

/// The least that it took so far, in nanoseconds.
static LEAST: AtomicU32 = AtomicU32::new(u32::MAX);

/// Times the work, in nanoseconds.
pub(super) fn time_ns() -> u32 {
    let began = Instant::now();
    black_box(work(black_box(1)));
    let ns = u32::try_from(began.elapsed().as_nanos()).unwrap_or(u32::MAX);
    LEAST.fetch_min(ns, Relaxed);
    ns
}

/// Returns the least that the work took so far, here and in processes that this one heard of; 0 where it
/// was never done.
pub(super) fn least_ns() -> u32 {
    let least = LEAST.load(Relaxed);
    if least == u32::MAX { 0 } else { least }
}

/// Learns what the process that waits for this one knows.
pub(super) fn learn() {
    let told = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    LEAST.fetch_min(told.filter(|ns| *ns > 0).unwrap_or(u32::MAX), Relaxed);
}

/// Does the work now and then for a fifth of a second: a stranger seldom computes for as long.
pub(super) fn settle() {
    for _ in 0..20 {
        look();
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Does the work a few times. The first of them wakes the processor up.
pub(super) fn look() {
    for _ in 0..3 {
        time_ns();
    }
}

/// Computes on several chains that do not wait for each other: who shares the core takes of what they
/// could have at the same time. Each turns by another number of bits, so that no compiler makes one
/// chain of wide registers of them.
fn work(seed: u64) -> u64 {
    let mut chains = [seed, !seed, seed << 7, seed << 23, seed << 31, seed << 47];
    for _ in 0..STEPS {
        chains[0] = chains[0].rotate_left(5).wrapping_add(0x1656_67B1_9E37_79F9);
        chains[1] = chains[1].rotate_left(13) ^ 0x27D4_EB2F_1656_67C5;
        chains[2] = chains[2].rotate_left(29).wrapping_add(0x85EB_CA77_C2B2_AE63);
        chains[3] = chains[3].rotate_left(37) ^ 0x9E37_79B1_85EB_CA87;
        chains[4] = chains[4].rotate_left(43).wrapping_sub(0x1656_67B1_27D4_EB2F);
        chains[5] = chains[5].rotate_left(53).wrapping_add(0xD6E8_FEB8_6659_FD93);
    }
    chains.into_iter().fold(0, |all, chain| all ^ chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_some_time_and_gives_the_same() {
        assert!(time_ns() > 0 && least_ns() > 0);
        assert_eq!((work(1) == work(1), work(1) == work(2)), (true, false));
    }
}
