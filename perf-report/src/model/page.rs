//! All that is known of one function, as a document.

use serde::{Deserialize, Serialize};

use super::{
    BudgetResult, Command, Comparison, Function, HistoryDocument, Report, RunDocument, Side,
};

/// Document `perf-track/function`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionDocument {
    /// [`super::FUNCTION_SCHEMA`].
    pub schema: String,
    /// [`super::FUNCTION_VERSION`] of the writer.
    pub version: u32,
    /// The run.
    pub run: Side,
    /// The command of the run.
    pub command: Command,
    /// The function, as in the run.
    pub function: Function,
    /// Share of the self time of all functions that is the function's, in per cent.
    pub share_pct: f64,
    /// The functions that called it, most of its time first.
    pub callers: Vec<Neighbour>,
    /// The functions that it called, most time first.
    pub callees: Vec<Neighbour>,
    /// The limits that it must keep by itself, exceeded ones first.
    pub budgets: Vec<BudgetResult>,
    /// The function over the stored runs, up to this one; `null` where no run before it is stored.
    pub history: Option<HistoryDocument>,
}

/// A function that calls another one, or is called by it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The function; `null` where no tracked function called.
    pub name: Option<String>,
    /// Number of finished calls, from the caller to the callee.
    pub calls: u64,
    /// Time between entry and exit of these calls, in nanoseconds; recursion counts by the outermost call.
    pub total_ns: u64,
    /// Share of the total time of the function that the document is of, in per cent.
    pub share_pct: f64,
    /// True if the time is an estimate.
    #[serde(default)]
    pub sampled: bool,
}

/// The documents behind the page of a run.
#[derive(Debug)]
pub struct PageDocuments {
    /// The run that is shown.
    pub run: RunDocument,
    /// The newest run of what it is compared with.
    pub baseline: Option<RunDocument>,
    /// The judgement of the run; without a baseline, that of its budgets.
    pub comparison: Comparison,
    /// The run's past.
    pub history: Option<HistoryDocument>,
    /// The run's score, its grade, and what to do next.
    pub report: Report,
}
