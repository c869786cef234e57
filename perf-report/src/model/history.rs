//! The values of functions over the stored runs, and their trends.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Breach, Command, Metric, Side, Verdict};
use crate::stats::segments::Kind;

/// The trend of a function: the verdict on its newest runs in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// A change for the better by more than the limit, beyond noise.
    Improvement,
    /// No change by more than a limit, as far as noise lets one see.
    Stable,
    /// A change for the worse by more than the first limit, beyond noise.
    Degraded,
    /// A change for the worse by more than the second limit, beyond noise.
    Regression,
}

impl Trend {
    /// Every word, the worst first.
    pub const WORST_FIRST: [Self; 4] =
        [Self::Regression, Self::Degraded, Self::Improvement, Self::Stable];

    /// Returns the word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Improvement => "IMPROVEMENT",
            Self::Stable => "STABLE",
            Self::Degraded => "DEGRADED",
            Self::Regression => "REGRESSION",
        }
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The limits beyond which a trend has its word, in per cent; `null` is never.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrendLimits {
    /// The limit of an improvement in per cent: better by more is one.
    pub improvement_pct: Option<f64>,
    /// The limit of a degradation in per cent: worse by more is one.
    pub degraded_pct: Option<f64>,
    /// The limit of a regression in per cent: worse by more is one.
    pub regression_pct: Option<f64>,
}

impl Default for TrendLimits {
    fn default() -> Self {
        Self { improvement_pct: Some(10.0), degraded_pct: Some(10.0), regression_pct: Some(15.0) }
    }
}

/// Document `perf-track/history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryDocument {
    /// [`super::HISTORY_SCHEMA`].
    pub schema: String,
    /// [`super::HISTORY_VERSION`] of the writer.
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
    /// Number of newest runs that are judged, from 1; more than one where `run --repeat` made them.
    pub judged_runs: u64,
    /// Number of runs before these that they are judged by; 0 where there is none, and no word is
    /// given.
    pub baseline_runs: u64,
    /// True if the runs are too few to find changes of level in them.
    pub too_few: bool,
    /// Sentences to read before a word is believed.
    pub notes: Vec<String>,
    /// Places in `runs` of those that are not whole, from 0. They are left out of the baseline and
    /// of the search for changes of level, unless most runs are like that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_whole: Vec<u64>,
    /// Budgets that will be exceeded at the pace of the runs since the last change of level, the first to be so
    /// first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaches: Vec<Breach>,
    /// The runs, oldest first.
    pub runs: Vec<Side>,
    /// The functions, most self time in the newest run first.
    pub functions: Vec<FunctionHistory>,
}

/// The course of one function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionHistory {
    /// The function; `(command)` for the command as a whole.
    pub name: String,
    /// Its value in each of the runs, in their order and in the unit of the metric; `null` where a
    /// run has none.
    pub values: Vec<Option<f64>>,
    /// Its value in the newest run that has one, in the unit of the metric. Of several runs that
    /// `run --repeat` made together, it is the median.
    pub latest: f64,
    /// Its trend; `null` where there is nothing to judge, as for a function that is new or gone.
    pub trend: Option<Trend>,
    /// The verdict behind the word; `null` where there is none.
    pub verdict: Option<Verdict>,
    /// The change that was judged, in per cent.
    pub change_pct: Option<f64>,
    /// The reason for the word, in words.
    pub reason: String,
    /// Changes of its level, oldest first.
    pub change_points: Vec<HistoryChange>,
    /// Changes of its level that may not come from the program, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubtful_changes: Vec<HistoryChange>,
}

/// One change of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryChange {
    /// The kind of change: from one run to the next, or little by little.
    pub kind: Kind,
    /// Place in `runs` of the first run after the step, or of the first that drifts, from 0.
    pub index: u64,
    /// Place in `runs` of the last run of a drift, from 0; for a step the same as `index`.
    pub end: u64,
    /// Place in `runs` of the last run before `index` that has a value, from 0.
    pub last_before: u64,
    /// The level before, in the unit of the metric.
    pub before: f64,
    /// The level after, in the unit of the metric.
    pub after: f64,
    /// The change in per cent of the level before; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// The probability of a change as clear somewhere in a series without one, 0 to 1.
    pub p_value: f64,
    /// Commit of the last run before; `null` where it is not known.
    pub commit_before: Option<String>,
    /// Commit of the run at `index`; `null` where it is not known.
    pub commit: Option<String>,
    /// Commit of the run at `end`; `null` where it is not known.
    pub commit_end: Option<String>,
    /// The reason for which it may not come from the program, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}
