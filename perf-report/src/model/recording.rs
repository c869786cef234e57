//! The account of how a run was recorded: its cost, its gaps, and the times when calls were not
//! recorded exactly.

use serde::{Deserialize, Serialize};

/// The account of how a run was recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The least exact way in which calls of a function were recorded: `exact`, `sampled` or
    /// `counted`; `none` when no process recorded.
    pub mode: String,
    /// Number of calls known to be missing.
    pub lost_calls: u64,
    /// Recordings of ended processes that were discarded before anybody collected them, by reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discarded: Vec<Discarded>,
    /// Number of updates of metrics known to be missing, those by no finite number among them.
    #[serde(default)]
    pub lost_metrics: u64,
    /// Time of all threads that recording took, in nanoseconds; `null` when it is not known. It
    /// is estimated from the cost of a call, which each process measures.
    pub overhead_ns: Option<u64>,
    /// The latest steps of the circuit breaker, by process and time.
    pub breaker: Vec<Breaker>,
    /// Number of earlier steps, which are not in `breaker`.
    #[serde(default)]
    pub forgotten_steps: u64,
    /// Problems of recording or collecting, in words.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// Recordings that were discarded before anybody collected them: they are missing from the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// The reason: `count` for too many of them, `size` for too large ones, `space` for want of
    /// room for new ones.
    pub reason: String,
    /// Number of recordings.
    pub recordings: u64,
    /// Number of finished calls in them, at least.
    pub calls: u64,
}

/// A step of the circuit breaker: from then on the calls of a function are recorded in another way,
/// or those of all functions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Breaker {
    /// The state after it: `exact`, `sampled` or `counted` for a function; `closed`, `open` or
    /// `half-open` for the recorder as a whole.
    pub state: String,
    /// The reason, in words.
    pub reason: String,
    /// The time in nanoseconds until the next step of the same function in the process, on
    /// whichever thread, or until the recording ended.
    pub duration_ns: u64,
    /// The function; `null` for the recorder as a whole.
    #[serde(default)]
    pub function: Option<String>,
    /// The state before it.
    #[serde(default)]
    pub from: String,
    /// Process id.
    #[serde(default)]
    pub pid: u32,
    /// The time of the step in nanoseconds since the process began to record.
    #[serde(default)]
    pub at_ns: u64,
    /// The interval of timed calls from then on: one call in this number is timed, on average; 0
    /// when none is.
    #[serde(default)]
    pub interval: u32,
}
