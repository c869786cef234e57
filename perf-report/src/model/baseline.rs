//! Baselines, by which other runs are judged, and the list of all.

use serde::{Deserialize, Serialize};

use super::{BASELINE_SCHEMA, BASELINE_VERSION, Run, RunDocument};

/// Document `perf-track/baseline`: runs that were kept by name. A baseline of one run is that run's
/// document alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// [`BASELINE_VERSION`] of the writer.
    pub version: u32,
    /// The runs, oldest first. The newest is whole, the others are samples: see
    /// [`RunDocument::sample`].
    pub runs: Vec<RunDocument>,
}

/// Document `perf-track/baselines`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselinesDocument {
    /// [`super::BASELINES_SCHEMA`].
    pub schema: String,
    /// [`super::BASELINES_VERSION`] of the writer.
    pub version: u32,
    /// The baselines, by name.
    pub baselines: Vec<BaselineRow>,
}

/// A baseline in the list; one that cannot be read is listed too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineRow {
    /// Its name.
    pub name: String,
    /// The newest run; `null` when the file cannot be read.
    pub run: Option<Run>,
    /// Number of runs in the baseline; `null` when the file cannot be read.
    pub runs: Option<u64>,
    /// Number of functions in the baseline; `null` when the file cannot be read.
    pub functions: Option<u64>,
    /// The reason for which the file cannot be read.
    pub error: Option<String>,
}

impl BaselineRow {
    /// Returns the row of the baseline `name`, or the reason for which it cannot be read.
    pub fn of(name: String, baseline: Result<&Baseline, String>) -> Self {
        let newest = baseline.as_ref().ok().and_then(|baseline| baseline.runs.last());
        Self {
            name,
            run: newest.map(|newest| newest.run.clone()),
            runs: baseline.as_ref().ok().map(|baseline| baseline.runs.len() as u64),
            functions: newest.map(|newest| newest.functions.len() as u64),
            error: baseline.err(),
        }
    }
}

impl Baseline {
    /// Returns the baseline of `runs`, oldest first.
    pub fn of(mut runs: Vec<RunDocument>) -> Self {
        let newest = runs.pop();
        let mut runs: Vec<RunDocument> = runs.iter().map(RunDocument::sample).collect();
        runs.extend(newest);
        Self { schema: BASELINE_SCHEMA.to_owned(), version: BASELINE_VERSION, runs }
    }
}

impl RunDocument {
    /// Returns the run without its functions and its tree.
    pub(crate) fn head(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            version: self.version,
            run: self.run.clone(),
            process: self.process.clone(),
            functions: Vec::new(),
            tree: Vec::new(),
            metrics: self.metrics.clone(),
            suites: self.suites.clone(),
            recording: self.recording.clone(),
        }
    }

    /// Returns the run as one sample of several: without tree, histograms, and the list of
    /// processes, which only one of them needs.
    #[must_use]
    pub fn sample(&self) -> Self {
        let mut run = self.clone();
        run.tree.clear();
        run.process.processes.clear();
        run.functions.iter_mut().for_each(|function| function.histogram.clear());
        run
    }
}
