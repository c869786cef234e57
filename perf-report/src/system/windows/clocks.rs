//! Clocks of Windows.

use std::time::Duration;

use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};

/// Returns the time of the clock that all processes have in common, in nanoseconds: the one that recorders
/// read.
pub(crate) fn monotonic_ns() -> u64 {
    let (mut ticks, mut rate) = (0_i64, 0_i64);
    // SAFETY: writes to a number on this stack, cannot fail.
    unsafe { QueryPerformanceCounter(&raw mut ticks) };
    // SAFETY: as above.
    unsafe { QueryPerformanceFrequency(&raw mut rate) };
    let (ticks, rate) = (i128::from(ticks), i128::from(rate.max(1)));
    u64::try_from(ticks * 1_000_000_000 / rate).unwrap_or(0)
}

/// Returns `None`: the system counts the time of a thread in steps of 16 ms, which say nothing of short ones.
pub(crate) fn thread_time() -> Option<Duration> {
    None
}
