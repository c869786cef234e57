//! A function over all its stored runs, in the columns of trackers of test runs.

use serde::{Deserialize, Serialize};

use super::{ReliabilityWord, Trend};

/// Document `perf-track/tracked`: one function, run by run, and all runs together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackedDocument {
    /// [`super::TRACKED_SCHEMA`].
    pub schema: String,
    /// [`super::TRACKED_VERSION`] of the writer.
    pub version: u32,
    /// All runs together.
    pub summary: TrackedSummary,
    /// Each run with a finished call, oldest first.
    pub runs: Vec<TrackedRun>,
}

/// One function in one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackedRun {
    /// Id of the run.
    pub run: String,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// Full hash of the commit; `null` where it is not known.
    pub commit: Option<String>,
    /// Number of finished calls.
    pub calls: u64,
    /// Number of those that neither returned an error nor panicked.
    pub successes: u64,
    /// Number of the others.
    pub failures: u64,
    /// Mean duration of a call, in nanoseconds; `null`, as the next four, where none was timed.
    pub mean_ns: Option<f64>,
    /// Median duration, in nanoseconds.
    pub median_ns: Option<u64>,
    /// Shortest call, in nanoseconds.
    pub min_ns: Option<u64>,
    /// Longest call, in nanoseconds.
    pub max_ns: Option<u64>,
    /// Standard deviation of the durations, in nanoseconds.
    pub stddev_ns: Option<f64>,
}

/// One function over all its runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrackedSummary {
    /// The function.
    pub name: String,
    /// Number of runs in which it was called.
    pub runs: u64,
    /// Start of the first of them.
    pub first_time: String,
    /// Start of the latest of them.
    pub latest_time: String,
    /// Id of the latest of them.
    pub latest_run: String,
    /// Number of finished calls.
    pub calls: u64,
    /// Number of those that neither returned an error nor panicked.
    pub successes: u64,
    /// Number of the others.
    pub failures: u64,
    /// Share of the calls that succeeded, in per cent; `null` of none.
    pub success_pct: Option<f64>,
    /// The word for that share.
    pub reliability: Option<ReliabilityWord>,
    /// Mean duration of all calls, in nanoseconds.
    pub mean_ns: Option<f64>,
    /// Median of the medians of the runs, in nanoseconds.
    pub median_ns: Option<f64>,
    /// Shortest call, in nanoseconds.
    pub min_ns: Option<u64>,
    /// Longest call, in nanoseconds.
    pub max_ns: Option<u64>,
    /// Standard deviation of the means of the runs, in nanoseconds; `null` of one run.
    pub stddev_ns: Option<f64>,
    /// Change of the mean in the latest run against those before it, in per cent.
    pub change_pct: Option<f64>,
    /// The word for that change, by `[trend]` of `perf.toml`; `null` where there is nothing to judge.
    pub trend: Option<Trend>,
}
