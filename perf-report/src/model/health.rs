//! The health of an agent and of what it watches.

use serde::{Deserialize, Serialize};

/// Document `perf-track/health`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthDocument {
    /// [`super::HEALTH_SCHEMA`].
    pub schema: String,
    /// [`super::HEALTH_VERSION`] of the writer.
    pub version: u32,
    /// True if nothing was found. It is also the status of the answer: 200, else 503.
    pub healthy: bool,
    /// 100 without findings, less what each of them costs, and never below 0.
    pub score: u32,
    /// The faults that were found, in the order of [`HealthKind`].
    pub findings: Vec<HealthFinding>,
    /// Time of the answer, RFC 3339 in UTC.
    pub time: String,
    /// Time of the last reading of all segments; `null` before the first.
    pub last_read: Option<String>,
    /// Its age, in nanoseconds.
    pub last_read_age_ns: Option<u64>,
    /// Time that it took, in nanoseconds.
    pub read_ns: u64,
    /// Running processes that record.
    pub running_processes: u64,
    /// Processes that have ended, since the agent looks.
    pub ended_processes: u64,
    /// Segments that cannot be read.
    pub damaged_segments: u64,
    /// Running processes whose recorder takes no times.
    pub open_breakers: u64,
    /// Recordings that gave way before anybody read them.
    pub discarded_recordings: u64,
    /// Attempts to send something that failed, since the agent's first start.
    pub push_failures: u64,
    /// Series left out of the metrics.
    pub dropped_series: u64,
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthFinding {
    /// Its kind.
    pub kind: HealthKind,
    /// The same in words.
    pub text: String,
}

/// The kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthKind {
    /// Nothing was read for longer than three times the usual.
    Stale,
    /// The state cannot be written: a restart of the agent would begin anew.
    State,
    /// The last attempt to send something failed.
    Push,
    /// Segments cannot be read.
    Damaged,
    /// Processes run whose recorder takes no times.
    Breaker,
}

impl HealthKind {
    /// Returns the part of the [score](HealthDocument::score) that a fault costs.
    pub fn cost(self) -> u32 {
        match self {
            Self::Stale => 60,
            Self::State | Self::Push => 25,
            Self::Damaged | Self::Breaker => 15,
        }
    }
}
