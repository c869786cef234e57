//! The clocks of the harness: wall time that parent and child agree on, and processor time.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::time::{ClockId, clock_gettime};

use crate::Result;

/// The monotonic clock, the same in every process, in nanoseconds.
pub(crate) fn monotonic_ns() -> Result<u64> {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
    Ok(u64::try_from(now.num_nanoseconds())?)
}

/// Processor time of all threads of this process so far, in nanoseconds.
pub(crate) fn own_cpu_ns() -> Result<u64> {
    cpu_ns(UsageWho::RUSAGE_SELF)
}

/// Processor time of all children that were waited for, in nanoseconds.
pub(crate) fn children_cpu_ns() -> Result<u64> {
    cpu_ns(UsageWho::RUSAGE_CHILDREN)
}

fn cpu_ns(who: UsageWho) -> Result<u64> {
    let usage = getrusage(who)?;
    let ns = |time: TimeVal| u64::try_from(time.num_nanoseconds());
    Ok(ns(usage.user_time())? + ns(usage.system_time())?)
}
