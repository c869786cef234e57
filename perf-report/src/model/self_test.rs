//! Known slow-downs, put into copies of a run, and the smallest of them that a gate catches.

use serde::{Deserialize, Serialize};

use super::{BudgetKind, Metric, Side};

/// Document `perf-track/self-test`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTestDocument {
    /// [`super::SELF_TEST_SCHEMA`].
    pub schema: String,
    /// [`super::SELF_TEST_VERSION`] of the writer.
    pub version: u32,
    /// Name of the baseline, or `null` when there was none and only budgets could catch anything.
    pub baseline: Option<String>,
    /// The run of the baseline; `null` when there was none.
    pub baseline_run: Option<Side>,
    /// The run that slow-downs were put into a copy of.
    pub current_run: Side,
    /// The largest slow-down that was tried, in whole per cent.
    pub largest_pct: u32,
    /// Number of functions for which not even that would be caught.
    pub blind: u64,
    /// A row for each function that was tried, most self time first.
    pub functions: Vec<SelfTestRow>,
    /// Notes for the reader, in words.
    pub notes: Vec<String>,
}

/// The result of the trials with one function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTestRow {
    /// The function.
    pub name: String,
    /// Share of the self time of the run, 0 to 100 per cent.
    pub share_pct: f64,
    /// The smallest slow-down of its own time, in whole per cent, that fails the check; 0 when it
    /// fails as it is, `null` when none would.
    pub smallest_pct: Option<u32>,
    /// The row that fails then; `null` when none would.
    pub caught_by: Option<CaughtBy>,
    /// The reason, in words.
    pub reason: String,
    /// The effect of one call more.
    pub extra_call: Extra,
    /// The effect of one error more.
    pub extra_error: Extra,
}

/// The row of a comparison that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaughtBy {
    /// Function, as in the row: the one that was slowed, or one that waits for it.
    pub name: String,
    /// The metric of the row; `null` where it is a budget.
    pub metric: Option<Metric>,
    /// The limit of the budget; `null` where it is a change.
    pub limit: Option<BudgetKind>,
}

/// The effect of one more of a thing that is counted exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// A failure of the check.
    Fails,
    /// A line in the report, without a failure.
    Shown,
    /// No trace in the report.
    Unseen,
    /// No effect: it is not counted in this run.
    NotCounted,
}

impl Extra {
    /// Returns the word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Shown => "shown",
            Self::Unseen => "unseen",
            Self::NotCounted => "not counted",
        }
    }
}
