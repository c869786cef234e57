//! What the children of this process used, as the operating system counts it.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Processor time and memory of all children that have ended and were waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Processor time in user mode, nanoseconds.
    pub user_ns: u64,
    /// Processor time in the kernel, nanoseconds.
    pub system_ns: u64,
    /// Largest resident memory of one process, bytes.
    pub peak_rss_bytes: u64,
}

impl Usage {
    /// That of all children so far; `None` where the system does not tell.
    pub(super) fn of_children() -> Option<Self> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
        // macOS counts in bytes, everybody else in units of 1,024.
        let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
        Some(Self {
            user_ns: nanoseconds(usage.user_time()),
            system_ns: nanoseconds(usage.system_time()),
            peak_rss_bytes: u64::try_from(usage.max_rss()).unwrap_or(0).saturating_mul(unit),
        })
    }
}

fn nanoseconds(time: TimeVal) -> u64 {
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    part(time.tv_sec()) * 1_000_000_000 + part(time.tv_usec()) * 1_000
}
