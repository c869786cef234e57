//! A baseline: runs of one state of the code, by which others are judged.

use serde::{Deserialize, Serialize};

use super::{BASELINE_SCHEMA, BASELINE_VERSION, RunDocument};

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

impl Baseline {
    /// Of `runs`, oldest first.
    pub fn of(mut runs: Vec<RunDocument>) -> Self {
        let newest = runs.pop();
        let mut runs: Vec<RunDocument> = runs.iter().map(RunDocument::sample).collect();
        runs.extend(newest);
        Self { schema: BASELINE_SCHEMA.to_owned(), version: BASELINE_VERSION, runs }
    }
}

impl RunDocument {
    /// The run as one sample of several: without tree, histograms, and the list of processes, which
    /// only one of them needs.
    #[must_use]
    pub fn sample(&self) -> Self {
        let mut run = self.clone();
        run.tree.clear();
        run.process.processes.clear();
        run.functions.iter_mut().for_each(|function| function.histogram.clear());
        run
    }
}
