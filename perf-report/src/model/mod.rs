//! The documents that leave the program: runs and comparisons, as plain data.
//!
//! Pure: no IO, no clock. What a field means is said here once; the JSON Schemas in `schemas/` say
//! the same for other languages. Every document carries `schema` and `version`; unknown fields are
//! ignored when reading.

mod comparison;
pub mod convert;
mod read;
mod run;

#[cfg(test)]
pub(crate) mod samples;

pub use comparison::{BudgetKind, BudgetResult, Change, Comparison, Metric, Side, Verdict};
pub use read::DocumentError;
pub use run::{
    Breaker, Budget, Command, Function, Git, Histogram, Machine, Process, ProcessSummary,
    Recording, Run, RunDocument, Toolchain, TreeNode,
};

/// Name of the schema of a [`RunDocument`].
pub const RUN_SCHEMA: &str = "perf-track/run";
/// Newest version of [`RUN_SCHEMA`].
pub const RUN_VERSION: u32 = 1;
/// Name of the schema of a [`Comparison`].
pub const COMPARISON_SCHEMA: &str = "perf-track/comparison";
/// Newest version of [`COMPARISON_SCHEMA`].
pub const COMPARISON_VERSION: u32 = 1;
