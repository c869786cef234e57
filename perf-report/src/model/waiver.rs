//! What a comparison found and lets pass, since somebody said so.

use serde::{Deserialize, Serialize};

use super::{BudgetKind, Metric};

/// A row of a comparison that never fails `check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Function or metric, as in the row.
    pub name: String,
    /// The metric of the row; `null` where the row is a budget.
    pub metric: Option<Metric>,
    /// The limit of the budget; `null` where the row is a change.
    pub limit: Option<BudgetKind>,
    /// Who said so.
    pub by: Waived,
}

impl Waiver {
    /// Whether it is for a time of a function, or of the command.
    pub fn is_of_time(&self) -> bool {
        self.metric.is_some_and(|metric| !metric.is_count() && !metric.is_custom())
    }
}

/// Who said that a row may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waived {
    /// A blessing in `perf-blessed.toml`.
    Blessing,
    /// `severity = "warn"` in `perf.toml`.
    Severity,
}
