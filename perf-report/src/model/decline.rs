//! Functions that became slower run by run, as `compare-last` found.

use serde::{Deserialize, Serialize};

use super::{Command, Metric, Side, Trend, TrendLimits};

/// Document `perf-track/decline`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineDocument {
    /// [`super::DECLINE_SCHEMA`].
    pub schema: String,
    /// [`super::DECLINE_VERSION`] of the writer.
    pub version: u32,
    /// The command of all runs.
    pub command: Command,
    /// Comparability key of all runs.
    pub machine_key: String,
    /// The branch that all runs are of; `null` where it was not asked for one.
    pub branch: Option<String>,
    /// What the values are of.
    pub metric: Metric,
    /// What the words are given by.
    pub limits: TrendLimits,
    /// Earlier runs that tell how far runs lie apart by chance.
    pub history_runs: u64,
    /// Of all declines that are called so, the share that may be chance, 0 to 1.
    pub false_discoveries: f64,
    /// What must be known of the runs before believing a word, in words.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The runs that are looked at, oldest first; those that `run --repeat` made together are one.
    pub points: Vec<Point>,
    /// Every function with a value in each of them: declines first, then improvements.
    pub functions: Vec<Decline>,
}

/// A run, or those that were made with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Runs that it is the median of.
    pub runs: u64,
    /// The newest of them.
    #[serde(flatten)]
    pub newest: Side,
}

/// Which way a function goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Each run is worse than the one before.
    Worse,
    /// Each run is better than the one before.
    Better,
    /// Neither.
    Mixed,
}

/// One function over these runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decline {
    /// The function; `(command)` for the command as a whole.
    pub name: String,
    /// A value for each point.
    pub values: Vec<f64>,
    /// Which way they go.
    pub direction: Direction,
    /// The change from the first to the last in per cent; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// How probable so steady and so large a change is by chance; 1 where the values go both ways.
    pub p_value: f64,
    /// The same among all functions of the document.
    pub adjusted_p_value: f64,
    /// `regression`, `degraded` or `improvement` where that is no chance and beyond a limit.
    pub trend: Trend,
    /// Why, in words.
    pub reason: String,
}
