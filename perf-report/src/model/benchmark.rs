//! A benchmark: what its harness reports of it, beside the time of an iteration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Harness;

/// The figures of a benchmark, as its harness reports them. Its value is the function's `mean_ns`.
///
/// Samples are taken inside one process. They say how precise the value of this run is, and
/// nothing of how much the next run differs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// The statistic that `mean_ns` holds.
    pub statistic: Statistic,
    /// Time of an iteration in nanoseconds, one value a sample, in the order in which they were
    /// taken; empty where the harness does not report them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples_ns: Vec<f64>,
    /// Lower and upper end of the value, in nanoseconds, where the harness reports an interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ns: Option<(f64, f64)>,
    /// Difference of the largest and the smallest sample in nanoseconds, where the harness reports that
    /// and no samples; of `cargo bench -- --output-format bencher` it is their standard deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread_ns: Option<f64>,
    /// Processor time of an iteration in nanoseconds, one value a sample, where it is reported too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpu_samples_ns: Vec<f64>,
    /// Number of iterations over all samples, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Work of an iteration by its unit (`bytes`, `elements`), where it was declared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub throughput: BTreeMap<String, f64>,
    /// Parameters that the harness reports apart from the name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What perf-track's own harness finds beside that; left out of benchmarks of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harness: Option<Harness>,
}

/// The statistic that stands for a benchmark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The mean of the samples.
    #[default]
    Mean,
    /// Their median.
    Median,
    /// The slope of time over iterations.
    Slope,
    /// The only value that was measured or reported.
    Single,
}
