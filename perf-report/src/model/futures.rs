//! The measures of an async function beside those of its calls: its polls, and their lifetimes.

use serde::{Deserialize, Serialize};

use super::Histogram;

/// The futures of an async function.
///
/// A call begins with the first poll of its future and ends when that is ready, panics, or is
/// dropped. Its duration among the function's other times is that of all its polls; its lifetime
/// has the waiting between them, too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Futures {
    /// Number of polls, those of calls that had not ended included.
    pub polls: u64,
    /// Number of polls while none was timed; they are in neither total nor self time.
    #[serde(default)]
    pub unmeasured_polls: u64,
    /// Longest poll in nanoseconds, during which its thread did nothing else; `null` when none was
    /// timed.
    pub max_poll_ns: Option<u64>,
    /// Number of calls that had begun and not ended: suspended, or being polled once more.
    pub in_flight: u64,
    /// Mean lifetime of the timed calls in nanoseconds; `null`, like all lifetimes, when none was
    /// timed.
    pub lifetime_mean_ns: Option<f64>,
    /// Median lifetime in nanoseconds, within 1.6 %.
    pub lifetime_p50_ns: Option<u64>,
    /// 95th percentile of the lifetimes in nanoseconds, within 1.6 %.
    pub lifetime_p95_ns: Option<u64>,
    /// 99th percentile of the lifetimes in nanoseconds, within 1.6 %.
    pub lifetime_p99_ns: Option<u64>,
    /// Longest lifetime in nanoseconds.
    pub lifetime_max_ns: Option<u64>,
    /// `[lowest lifetime of the bucket in nanoseconds, calls]`, like the histogram of the
    /// durations.
    #[serde(default)]
    pub lifetime_histogram: Histogram,
}
