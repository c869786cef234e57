//! How functions did over the stored runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Command, Metric, Side, Verdict};
use crate::stats::segments::Kind;

/// Where a function is heading: the verdict on its newest runs in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Better, by more than the limit, and that is no noise.
    Improvement,
    /// Neither better nor worse by more than a limit, as far as can be told from noise.
    Stable,
    /// Worse by more than the first limit, and that is no noise.
    Degraded,
    /// Worse by more than the second limit, and that is no noise.
    Regression,
}

impl Trend {
    /// Every word, the worst first.
    pub const WORST_FIRST: [Self; 4] =
        [Self::Regression, Self::Degraded, Self::Improvement, Self::Stable];

    /// The word for people.
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

/// From which change on a trend has which word, in per cent; `None` is never.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrendLimits {
    /// Better by more is an improvement.
    pub improvement_pct: Option<f64>,
    /// Worse by more is degraded.
    pub degraded_pct: Option<f64>,
    /// Worse by more is a regression.
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
    /// Comparability key of all runs.
    pub machine_key: String,
    /// The branch that all runs are of; `null` where it was not asked for one.
    pub branch: Option<String>,
    /// What the values are of.
    pub metric: Metric,
    /// What the words are given by.
    pub limits: TrendLimits,
    /// Newest runs that the words are about: more than one where `run --repeat` made them.
    pub judged_runs: u64,
    /// Runs before these that they are judged by; 0 where there is none, and no word is given.
    pub baseline_runs: u64,
    /// Whether the runs are too few to see changes of level in them.
    pub too_few: bool,
    /// What must be known of the runs before believing a word, in words.
    pub notes: Vec<String>,
    /// Places in `runs` of those that are not whole, from 0: neither is the newest judged by them, nor are
    /// changes of level looked for in them, unless most are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_whole: Vec<u64>,
    /// The runs, oldest first.
    pub runs: Vec<Side>,
    /// The functions, most self time in the newest run first.
    pub functions: Vec<FunctionHistory>,
}

/// How one function did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionHistory {
    /// The function; `(command)` for the command as a whole.
    pub name: String,
    /// Its value in each of the runs, in their order; `null` where a run has none.
    pub values: Vec<Option<f64>>,
    /// Its value in the newest run that has one; in the middle one of several that `run --repeat` made
    /// with it.
    pub latest: f64,
    /// Where it is heading; `null` where nothing can be said, as of a function that is new or gone.
    pub trend: Option<Trend>,
    /// The verdict that the word is a view on; `null` where there is none.
    pub verdict: Option<Verdict>,
    /// The change that was judged, per cent.
    pub change_pct: Option<f64>,
    /// Why, in words.
    pub reason: String,
    /// Changes of its level, oldest first.
    pub change_points: Vec<HistoryChange>,
    /// Changes of what was measured that may be none of the program's, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubtful_changes: Vec<HistoryChange>,
}

/// One change of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryChange {
    /// From one run to the next, or little by little.
    pub kind: Kind,
    /// Place in `runs` of the first run after the step, or of the first that drifts; from 0.
    pub index: u64,
    /// Place of the last run of a drift; of a step, `index`.
    pub end: u64,
    /// Place of the last run before `index` that has a value.
    pub last_before: u64,
    /// The level before.
    pub before: f64,
    /// The level after.
    pub after: f64,
    /// The change in per cent of the level before; `null` where there is nothing to divide by.
    pub change_pct: Option<f64>,
    /// How probable so clear a change is somewhere in a series without one.
    pub p_value: f64,
    /// Commit of the last run before; `null` where it is not known.
    pub commit_before: Option<String>,
    /// Commit of the run at `index`; `null` where it is not known.
    pub commit: Option<String>,
    /// Commit of the run at `end`; `null` where it is not known.
    pub commit_end: Option<String>,
    /// Why it may be none of the program's, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}
