//! How much the same code differs from itself, as `doctor --noise` found.

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
    /// Rounds that were judged, of two runs each.
    pub rounds: u32,
    /// Rounds before these that were not judged.
    pub warm_up: u32,
    /// What the order of the runs came from, and what told them apart.
    pub seed: u64,
    /// Median wall time of a run, nanoseconds.
    pub wall_ns: Option<f64>,
    /// Coefficient of variation of the wall times, per cent.
    pub wall_spread_pct: Option<f64>,
    /// Comparisons that were made of the runs, all of the same code. They share the runs.
    pub comparisons: u32,
    /// Of these, those in which something was found worse.
    pub alarms: u32,
    /// The same in per cent.
    pub false_alarm_pct: f64,
    /// The configured limit of a function's self time, per cent; `null` when it is not judged.
    pub regression_pct: Option<f64>,
    /// What to do about it, in words; empty when nothing has to be done.
    pub advice: Vec<String>,
    /// What the figures depend on, in words.
    pub notes: Vec<String>,
    /// Every function that was called in all runs, most self time first.
    pub functions: Vec<NoiseRow>,
}

/// How much one function differs from itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoiseRow {
    /// The function.
    pub name: String,
    /// Its calls in each run; `null` when they were not as many in all.
    pub calls: Option<u64>,
    /// Median of its self time in a run, nanoseconds.
    pub self_ns: f64,
    /// Coefficient of variation of its self time, per cent.
    pub spread_pct: Option<f64>,
    /// The smallest change of its self time for the worse that such rounds would find four times out
    /// of five, as `ab` judges them, per cent; `null` when it was not judged.
    pub detectable_pct: Option<f64>,
    /// Comparisons in which it was found worse.
    pub alarms: u32,
}
