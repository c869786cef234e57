//! Clocks of Unix.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Returns the time of the clock that all processes have in common, in nanoseconds.
pub(crate) fn monotonic_ns() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).map(Duration::from);
    time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

/// Returns the processor time that this thread has taken; `None` where the system does not tell.
pub(crate) fn thread_time() -> Option<Duration> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).ok()
}
