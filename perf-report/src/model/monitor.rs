//! A round of a monitor: the run, what was found in it, and what somebody was told.

use serde::{Deserialize, Serialize};

use super::{
    Alert, AlertStatus, BudgetResult, Change, Command, Decline, Metric, Reliability, Score, Side,
    Verdict,
};

/// Document `perf-track/monitor`: the report of one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitorDocument {
    /// [`super::MONITOR_SCHEMA`].
    pub schema: String,
    /// [`super::MONITOR_VERSION`] of the writer.
    pub version: u32,
    /// The outcome: `success` where nothing fires, else `failure`.
    pub status: AlertStatus,
    /// The time of the round, in RFC 3339, UTC.
    pub time: String,
    /// The command that is monitored.
    pub command: Command,
    /// The run that was judged; `null` where there is none.
    pub run: Option<Side>,
    /// Number of runs that were judged together.
    pub runs: u64,
    /// Exit code of the command; `null` where a signal ended it, or it was not run.
    pub exit_code: Option<i32>,
    /// Signal that ended the command.
    pub signal: Option<i32>,
    /// Name of the baseline; `null` where there was none.
    pub baseline: Option<String>,
    /// Number of runs in the baseline.
    pub baseline_runs: u64,
    /// Worse by more than this, in per cent, is an alert; `null` is never.
    pub alert_threshold_pct: Option<f64>,
    /// The worst verdict; `null` where nothing could be judged.
    pub verdict: Option<Verdict>,
    /// Rows that could be judged.
    pub judged: u64,
    /// All rows.
    pub of: u64,
    /// The reason for which nothing could be judged, in words.
    pub not_judged: Option<String>,
    /// Sentences to read before a verdict is believed.
    pub notes: Vec<String>,
    /// Changes that are certain, worst first, at most [`MonitorDocument::MOST`].
    pub changes: Vec<Change>,
    /// Budgets that are exceeded, at most as many.
    pub budgets: Vec<BudgetResult>,
    /// Functions that became worse run by run, at most as many.
    pub declines: Vec<MonitorDecline>,
    /// The reliability of the command over its last runs; `null` where no run was stored.
    pub reliability: Option<Reliability>,
    /// The score of the run; `null` where it was not asked for, or no part of it is known.
    pub score: Option<Score>,
    /// The news of this round: what began, what still holds, what is over.
    pub alerts: Vec<Alert>,
    /// All that fires.
    pub firing: Vec<Alert>,
    /// Findings in one run that wait for a second one to show them, in a few words each.
    pub pending: Vec<String>,
    /// Problems beside it, in words: an alert command that failed, a damaged file.
    pub problems: Vec<String>,
}

impl MonitorDocument {
    /// The most rows of one kind.
    pub const MOST: usize = 100;
}

/// A function that became worse run by run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitorDecline {
    /// The metric of the values.
    pub metric: Metric,
    /// The decline.
    #[serde(flatten)]
    pub decline: Decline,
}
