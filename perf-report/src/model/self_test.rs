//! What a gate would catch: known slow-downs, put into a copy of a run, and what was said of them.

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
    /// Where the baseline came from; `null` when there was none.
    pub baseline_run: Option<Side>,
    /// The run that slow-downs were put into a copy of.
    pub current_run: Side,
    /// The largest slow-down that was tried, in per cent.
    pub largest_pct: u32,
    /// Functions of which not even that would be caught.
    pub blind: u64,
    /// A row for each function that was tried, most self time first.
    pub functions: Vec<SelfTestRow>,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

/// What would be caught of one function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTestRow {
    /// The function.
    pub name: String,
    /// Share of the self time of the run, in per cent.
    pub share_pct: f64,
    /// The smallest slow-down of its own time, in whole per cent, that fails the check; 0 when it
    /// fails as it is, `null` when none would.
    pub smallest_pct: Option<u32>,
    /// What fails then; `null` when nothing would.
    pub caught_by: Option<CaughtBy>,
    /// Why, in words.
    pub reason: String,
    /// What becomes of one call more.
    pub extra_call: Extra,
    /// What becomes of one error more.
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

/// What becomes of one more of something that is counted exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// It fails the check.
    Fails,
    /// It is shown, and fails nothing.
    Shown,
    /// Nobody would see it.
    Unseen,
    /// It is not counted in this run.
    NotCounted,
}

impl Extra {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Shown => "shown",
            Self::Unseen => "unseen",
            Self::NotCounted => "not counted",
        }
    }
}
