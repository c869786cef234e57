//! Functions that became slower run by run, as `compare-last` found them.

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
    /// Key of the machine of all runs.
    pub machine_key: String,
    /// The branch of all runs; `null` where no branch was asked for.
    pub branch: Option<String>,
    /// The metric of the values.
    pub metric: Metric,
    /// The limits behind the words, in per cent.
    pub limits: TrendLimits,
    /// Number of earlier runs, which show how far runs lie apart by chance.
    pub history_runs: u64,
    /// The share of all declines found that may be chance, 0 to 1.
    pub false_discoveries: f64,
    /// Sentences to read before a word is believed.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The runs, oldest first; those that `run --repeat` made together are one point.
    pub points: Vec<Point>,
    /// Every function with a value in each of them: declines first, then improvements.
    pub functions: Vec<Decline>,
}

/// A run, or those that were made with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Number of runs whose median it is, from 1.
    pub runs: u64,
    /// The newest of them.
    #[serde(flatten)]
    pub newest: Side,
}

/// The direction of a function over the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A course on which each run is worse than the one before.
    Worse,
    /// A course on which each run is better than the one before.
    Better,
    /// A course both ways, or on the spot.
    Mixed,
}

/// One function over these runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decline {
    /// The function; `(command)` for the command as a whole.
    pub name: String,
    /// A value for each point, in the unit of the metric.
    pub values: Vec<f64>,
    /// The direction of the values.
    pub direction: Direction,
    /// The change from the first to the last, in per cent; `null` where there is nothing to divide
    /// by.
    pub change_pct: Option<f64>,
    /// The probability of a change as steady and as large by chance, 0 to 1; 1 where the values go
    /// both ways.
    pub p_value: f64,
    /// The probability after the correction for the number of functions, 0 to 1.
    pub adjusted_p_value: f64,
    /// The word: `regression`, `degraded` or `improvement` where the change is no chance and beyond
    /// a limit.
    pub trend: Trend,
    /// The reason for the word, in words.
    pub reason: String,
}
