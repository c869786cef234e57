//! The accepted regressions, beside the values of a run.

use serde::{Deserialize, Serialize};

use super::Metric;

/// Document `perf-track/blessings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlessingsDocument {
    /// [`super::BLESSINGS_SCHEMA`].
    pub schema: String,
    /// [`super::BLESSINGS_VERSION`] of the writer.
    pub version: u32,
    /// Id of the run that `current` is from; `null` when there is none.
    pub run: Option<String>,
    /// The blessings, in the order of their file.
    pub blessings: Vec<BlessingRow>,
}

/// A regression that somebody accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlessingRow {
    /// The function, or what the program calls its metric.
    pub function: String,
    /// The metric that became worse.
    pub metric: Metric,
    /// The value before, in the unit of `metric`.
    pub from: f64,
    /// The value up to which it is accepted, in the unit of `metric`.
    pub to: f64,
    /// The value of the run, in the unit of `metric`; `null` when it has none.
    pub current: Option<f64>,
    /// Commit of the run that it was accepted for, when it is known.
    pub commit: Option<String>,
    /// The reason for which it is accepted.
    pub reason: String,
    /// The day on which it was accepted, `YYYY-MM-DD`.
    pub created: String,
    /// The last day on which it counts; `null` is for ever.
    pub expires: Option<String>,
    /// The state of the entry today: `active`, `expired`, `no longer needed`, or `not in this run`.
    pub state: String,
    /// Line of the entry in its file, from 1.
    pub line: usize,
}
