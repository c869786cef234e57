//! Runs of two sides in turn: their order, and their number. Pure.
//!
//! A drift while two sides are measured one after the other (the processor's clock, other tenants
//! of the machine) looks like a difference between them. Measured in turn, both sides get the same
//! of it, and the real difference shows within each round. See Kalibera and Jones, "Rigorous
//! benchmarking in reasonable time", ISMM 2013, on repeating runs rather than calls.

mod looks;
mod order;

use std::time::Duration;

pub use looks::{Decision, Look, decide, levels, looks, time_is_over};
pub use order::{Order, Side};

use crate::text::units;

/// Estimates the time that the rest takes when `done` of `of` took `elapsed`; `None` before any is
/// done.
///
/// ```
/// use std::time::Duration;
/// use perf_report::analysis::interleave::time_left;
/// assert_eq!(time_left(2, 10, Duration::from_secs(3)), Some(Duration::from_secs(12)));
/// assert_eq!(time_left(0, 10, Duration::from_secs(3)), None);
/// ```
pub fn time_left(done: u32, of: u32, elapsed: Duration) -> Option<Duration> {
    let one = elapsed.checked_div(done)?;
    Some(one.saturating_mul(of.saturating_sub(done)))
}

/// Writes a time to wait, in whole seconds or minutes.
///
/// ```
/// use std::time::Duration;
/// use perf_report::analysis::interleave::roughly;
/// assert_eq!(roughly(Duration::from_millis(2_300)), "2 s");
/// assert_eq!(roughly(Duration::from_secs(200)), "3 min");
/// ```
pub fn roughly(time: Duration) -> String {
    let seconds = (time.as_millis() + 500) / 1_000;
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX).max(1);
    if seconds < 100 {
        format!("{seconds} s")
    } else {
        format!("{} min", units::count(seconds.saturating_add(30) / 60))
    }
}
