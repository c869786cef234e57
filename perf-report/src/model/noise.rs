//! The differences of the same code from itself, as `doctor --noise` found them.

use serde::{Deserialize, Serialize};

use super::{Command, Machine};

/// Document `perf-track/noise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoiseDocument {
    /// [`super::NOISE_SCHEMA`].
    pub schema: String,
    /// [`super::NOISE_VERSION`] of the writer.
    pub version: u32,
    /// The command.
    pub command: Command,
    /// Start of the last run in RFC 3339, UTC.
    pub time: String,
    /// The machine, as the last run found it.
    pub machine: Machine,
    /// Number of judged rounds, of two runs each.
    pub rounds: u32,
    /// Number of rounds before these, which were not judged.
    pub warm_up: u32,
    /// The seed of the order of the runs, and of the comparisons: it decides which of two runs is
    /// on which side.
    pub seed: u64,
    /// Median wall time of a run, nanoseconds.
    pub wall_ns: Option<f64>,
    /// Coefficient of variation of the wall times, in per cent.
    pub wall_spread_pct: Option<f64>,
    /// Number of comparisons of the runs, all of the same code. They share the runs.
    pub comparisons: u32,
    /// Number of those comparisons in which something was found worse.
    pub alarms: u32,
    /// The share of alarms among the comparisons, 0 to 100 per cent.
    pub false_alarm_pct: f64,
    /// The configured limit of a function's self time, in per cent; `null` when it is not judged.
    pub regression_pct: Option<f64>,
    /// Advice, in words; empty when nothing has to be done.
    pub advice: Vec<String>,
    /// Conditions that the figures depend on, in words.
    pub notes: Vec<String>,
    /// Every function that was called in all runs, most self time first.
    pub functions: Vec<NoiseRow>,
}

/// The differences of one function from itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoiseRow {
    /// The function.
    pub name: String,
    /// Number of its calls in each run; `null` when they were not as many in all.
    pub calls: Option<u64>,
    /// Median of its self time in a run, nanoseconds.
    pub self_ns: f64,
    /// Coefficient of variation of its self time, in per cent.
    pub spread_pct: Option<f64>,
    /// The smallest change of its self time for the worse that such rounds would find four times
    /// out of five when `ab` judges them, in per cent; `null` when it was not judged.
    pub detectable_pct: Option<f64>,
    /// Number of comparisons in which it was found worse.
    pub alarms: u32,
}
