//! The clock of the hot path: the processor's own counter where it can be trusted, otherwise the
//! operating system's monotonic clock.
//!
//! One small file an architecture; nothing here converts ticks to nanoseconds (see
//! `calibrate`).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::writing::{session, system};

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod counter;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod counter;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "absent.rs"]
mod counter;

static COUNTER: AtomicBool = AtomicBool::new(false);

/// The reading from which on the counter is not begun with.
const LATEST: u64 = 1 << 58;

/// Reads the time in ticks. They are nanoseconds until [`choose`] has found the counter to be good.
pub(crate) fn now() -> u64 {
    if is_counter() { counter() } else { fallback() }
}

/// Reads the time when everything before has been done, and nothing after.
pub(super) fn in_order() -> u64 {
    if is_counter() { counter::read_in_order() } else { fallback() }
}

/// Returns whether ticks are those of the processor's counter.
#[inline(always)]
pub(super) fn is_counter() -> bool {
    COUNTER.load(Ordering::Relaxed)
}

/// Reads the processor's counter; only when [`is_counter`].
#[inline(always)]
pub(super) fn counter() -> u64 {
    counter::read()
}

/// Reads the monotonic clock. Out of line, so that a tracked function holds one instruction for it.
#[cold]
#[inline(never)]
pub(super) fn fallback() -> u64 {
    system::monotonic_ns()
}

/// Uses the counter from here on, if this machine has a steady one, and returns whether it does.
///
/// Only for when nothing is recorded yet: ticks of two clocks do not mix.
pub(crate) fn choose() -> bool {
    // The highest bits of a call's beginning have other uses; years of uptime away from here.
    let steady = counter::is_steady() && counter::read() < LATEST && !is_declined();
    COUNTER.store(steady, Ordering::Relaxed);
    steady
}

/// Returns whether the user knows better than the processor, as some virtual machines make
/// necessary.
fn is_declined() -> bool {
    session::variable("PERF_TRACK_CLOCK")
        .is_some_and(|clock| clock.eq_ignore_ascii_case("monotonic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_does_not_run_backwards() {
        choose();
        let mut last = now();
        for _ in 0..10_000 {
            let next = now();
            assert!(next >= last);
            last = next;
        }
    }
}
