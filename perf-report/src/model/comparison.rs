//! A comparison: a row for each function and metric, with a verdict.

use serde::{Deserialize, Serialize};

/// Document `perf-track/comparison`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`super::COMPARISON_SCHEMA`].
    pub schema: String,
    /// [`super::COMPARISON_VERSION`] of the writer.
    pub version: u32,
    /// Name of the baseline, or id of the run compared against.
    pub baseline: String,
    /// Id of the run that was judged.
    pub current: String,
    /// Rows that could be judged.
    pub judged: u64,
    /// All rows.
    pub of: u64,
    /// The worst verdict of all rows.
    pub verdict: Verdict,
    /// Reasons that concern the comparison as a whole, in words.
    #[serde(default)]
    pub notes: Vec<String>,
    /// One row for each function and metric, worst first.
    pub functions: Vec<Change>,
}

/// How one metric of one function changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Function.
    pub name: String,
    /// What is compared.
    pub metric: Metric,
    /// Value in the baseline; `null` when the function is new there.
    pub baseline: Option<f64>,
    /// Value in the current run; `null` when the function is gone.
    pub current: Option<f64>,
    /// Change in per cent of the baseline; `null` when there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// Interval of the change in per cent; `null` while it is not estimated.
    pub interval_pct: Option<(f64, f64)>,
    /// The judgement.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Finished calls; exact.
    Calls,
    /// Calls that returned an error; exact.
    Errors,
    /// Calls that ended by unwinding; exact.
    Panics,
    /// Time outside tracked children, for each call.
    SelfNs,
    /// Time between entry and exit, over the run.
    TotalNs,
    /// Mean duration of a call.
    MeanNs,
    /// Median duration of a call.
    P50Ns,
    /// 95th percentile of the duration of a call.
    P95Ns,
    /// 99th percentile of the duration of a call.
    P99Ns,
}

/// A judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better by more than the limit.
    Improved,
    /// No change beyond the limit.
    Stable,
    /// Only in the current run.
    Added,
    /// Only in the baseline.
    Removed,
    /// Too little to judge.
    Inconclusive,
    /// Worse by more than the first limit.
    Degraded,
    /// Worse by more than the second limit: fails `check`.
    Regression,
}
