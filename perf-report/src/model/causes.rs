//! What a comparison says of the run as a whole: a shift of everything, and what the change of its
//! time is owed to.

use serde::{Deserialize, Serialize};

use super::FunctionKind;

/// A change of everything: nearly all functions, or benchmarks, moved the same way at once. The machine does
/// that, or something that all of them use. Those of one declaration count once, and so do the cases of one
/// benchmark, and the members of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Kind of the functions that moved.
    #[serde(default)]
    pub kind: FunctionKind,
    /// Median change of the own time of a call, in per cent; of benchmarks, suites and tests of their time.
    pub change_pct: f64,
    /// Functions that moved this way by more than 10 %.
    pub moved: u64,
    /// Functions that were looked at.
    pub of: u64,
    /// True where each function is judged beside it; false where each is judged as it is.
    #[serde(default = "yes")]
    pub taken_off: bool,
    /// Change of the time that a fixed piece of work took beside the runs, in per cent: the
    /// machine's own part; `null` when it was not measured.
    #[serde(default)]
    pub machine_pct: Option<f64>,
    /// The event in words.
    pub reason: String,
}

fn yes() -> bool {
    true
}

/// Own time of all functions together, in nanoseconds a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SelfTime {
    /// Median of the runs of the baseline.
    pub baseline_ns: f64,
    /// Median of the runs that were judged.
    pub current_ns: f64,
}

/// A function to which a part of the change of the own time of all is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The function.
    pub name: String,
    /// Change of its own time over a run, in nanoseconds.
    pub change_ns: f64,
    /// Of that, what is owed to more calls, or fewer.
    pub by_calls_ns: f64,
    /// Of that, what is owed to slower calls, or faster ones.
    pub by_time_ns: f64,
    /// The change in words.
    pub reason: String,
}
