//! How a run was recorded: what it cost, what is missing, and when calls were not recorded exactly.

use serde::{Deserialize, Serialize};

/// How the run was recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The least exact way in which calls of a function were recorded: `exact`, `sampled` or
    /// `counted`; `none` when no process recorded.
    pub mode: String,
    /// Calls known to be missing.
    pub lost_calls: u64,
    /// Recordings of processes that had ended, discarded before anybody collected them; for each reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discarded: Vec<Discarded>,
    /// Updates of metrics known to be missing, those by no finite number among them.
    #[serde(default)]
    pub lost_metrics: u64,
    /// What recording took, over all threads, estimated from the cost of a call that each process
    /// measures; `null` where it was not.
    pub overhead_ns: Option<u64>,
    /// The latest steps of the circuit breaker, by process and time.
    pub breaker: Vec<Breaker>,
    /// Earlier steps, which are not in `breaker`.
    #[serde(default)]
    pub forgotten_steps: u64,
    /// What went wrong while recording or collecting, in words.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// Recordings that were discarded before anybody collected them: they are missing from the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// Why: `count`, since there were too many; `size`, since they held too much; `space`, since new ones
    /// found no room.
    pub reason: String,
    /// How many.
    pub recordings: u64,
    /// Finished calls in them, at least.
    pub calls: u64,
}

/// A step of the circuit breaker: the calls of a function are recorded in another way from then
/// on, or those of all functions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Breaker {
    /// What it went to: `exact`, `sampled` or `counted` of a function; `closed`, `open` or
    /// `half-open` of the recorder as a whole.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Until the next step of the same function in the process, on whichever thread, or until the
    /// recording ended.
    pub duration_ns: u64,
    /// The function; `null` of the recorder as a whole.
    #[serde(default)]
    pub function: Option<String>,
    /// What it went from.
    #[serde(default)]
    pub from: String,
    /// Process id.
    #[serde(default)]
    pub pid: u32,
    /// When, since the process began to record.
    #[serde(default)]
    pub at_ns: u64,
    /// Of how many calls one is timed, on average, from then on; 0 when none is.
    #[serde(default)]
    pub interval: u32,
}
