//! The report of an import: the runs that came of it, and what was left out.

use serde::{Deserialize, Serialize};

use super::FunctionKind;

/// Document `perf-track/import`: the result of `perf-report import`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportDocument {
    /// [`super::IMPORT_SCHEMA`].
    pub schema: String,
    /// [`super::IMPORT_VERSION`] of the writer.
    pub version: u32,
    /// The format, as `run.source` names it.
    pub source: String,
    /// Files and folders that were read.
    pub from: Vec<String>,
    /// The runs, oldest first.
    pub runs: Vec<ImportRun>,
    /// Notes on what was left out, changed or assumed.
    pub notes: Vec<ImportNote>,
    /// Names of baselines that the tool itself keeps in the folder, which `--saved` imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saved: Vec<String>,
}

/// A run that was imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportRun {
    /// Its id.
    pub id: String,
    /// Its time: RFC 3339, UTC.
    pub time: String,
    /// Its commit, where it is known.
    pub commit: Option<String>,
    /// The store's answer.
    pub kept: Kept,
    /// Its benchmarks, tests and suites.
    pub results: Vec<ImportResult>,
    /// Number of its further measures.
    pub metrics: u64,
    /// Number of tests in its suites, ignored ones included.
    pub tests: u64,
}

/// A benchmark, test or suite that was imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportResult {
    /// Its name.
    pub name: String,
    /// The kind of it.
    pub kind: FunctionKind,
    /// Its time in nanoseconds; `null` where it has none.
    pub value_ns: Option<f64>,
    /// Lower and upper end of its value in nanoseconds, where the tool reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ns: Option<(f64, f64)>,
    /// Number of its samples.
    pub samples: u64,
    /// True if it failed.
    #[serde(default)]
    pub failed: bool,
}

/// The answer of a store to a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It is stored now.
    #[default]
    Stored,
    /// The same was stored before.
    Before,
    /// Nobody asked to store it.
    No,
}

/// A number of things that were left out, changed or assumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportNote {
    /// The sentence.
    pub text: String,
    /// Number of them.
    pub count: u64,
    /// Names of the first.
    pub first: Vec<String>,
    /// True where it stays with the run.
    pub matters: bool,
}
