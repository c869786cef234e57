//! What is known of an async function beside its calls: its polls, and how long its calls lasted.

use serde::{Deserialize, Serialize};

use super::Histogram;

/// What the futures of an async function did.
///
/// A call begins with the first poll of its future and ends when that is ready, panics, or is
/// dropped. Its duration among the function's other times is that of all its polls; its lifetime
/// has the waiting between them, too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Futures {
    /// Polls, those of calls that had not ended included.
    pub polls: u64,
    /// Polls that were counted while none was timed: they are in neither total nor self time.
    #[serde(default)]
    pub unmeasured_polls: u64,
    /// Longest poll, during which its thread could do nothing else; `null` when none was timed.
    pub max_poll_ns: Option<u64>,
    /// Calls that had begun and not ended: suspended, or being polled once more.
    pub in_flight: u64,
    /// Mean lifetime of a call, of those that were timed; `null` when none was, as all lifetimes.
    pub lifetime_mean_ns: Option<f64>,
    /// Median, within 1.6 %.
    pub lifetime_p50_ns: Option<u64>,
    /// 95th percentile, within 1.6 %.
    pub lifetime_p95_ns: Option<u64>,
    /// 99th percentile, within 1.6 %.
    pub lifetime_p99_ns: Option<u64>,
    /// Longest lifetime.
    pub lifetime_max_ns: Option<u64>,
    /// `[lowest lifetime of the bucket in nanoseconds, calls]`, as the histogram of the durations.
    #[serde(default)]
    pub lifetime_histogram: Histogram,
}
