//! The growth of benchmarks: of their cost with the size, and of their throughput with the threads.

use serde::{Deserialize, Serialize};

use super::{Function, Metric, Unit, time_of};
use crate::stats::forms::Form;

/// The growth of the benchmarks of a run, with the size of their work and with their threads. It is made of runs, and
/// handed to what shows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BenchGrowth {
    /// The costs of those that were measured at several sizes.
    pub complexity: Vec<Complexity>,
    /// The throughput of those that were measured with several numbers of threads.
    pub scaling: Vec<Scaling>,
}

/// The growth of a benchmark with the size of its work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complexity {
    /// The benchmark: the name of its cases without the size.
    pub benchmark: String,
    /// The sizes at which it was measured, the smallest first.
    pub sizes: Vec<f64>,
    /// The reason for which nothing is said, in words; left out where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// Its costs that are known at all these sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<CostGrowth>,
}

/// Fewer allocations an iteration are those of the harness.
const LEAST_ALLOCS: f64 = 0.5;

/// A cost of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// The time of an iteration, in nanoseconds.
    Time,
    /// Its allocations.
    Allocs,
    /// Their size, in bytes.
    AllocBytes,
}

impl Cost {
    /// Every cost.
    pub const ALL: [Self; 3] = [Self::Time, Self::Allocs, Self::AllocBytes];

    /// Returns its value in a benchmark; `None` where it was not measured, or is next to nothing: then it is the
    /// harness that allocates once in a while.
    pub fn of(self, benchmark: &Function) -> Option<f64> {
        let memory = || Some(&benchmark.harness()?.memory);
        let allocates =
            || memory().and_then(|it| it.allocs).is_some_and(|allocs| allocs >= LEAST_ALLOCS);
        match self {
            Self::Time => time_of(benchmark, Metric::MeanNs),
            Self::Allocs => memory()?.allocs.filter(|_| allocates()),
            Self::AllocBytes => memory()?.alloc_bytes.filter(|_| allocates()),
        }
    }

    /// Returns its name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Allocs => "allocations",
            Self::AllocBytes => "allocated bytes",
        }
    }

    /// Returns the unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::Time => Unit::Time,
            Self::Allocs => Unit::Count,
            Self::AllocBytes => Unit::Size,
        }
    }
}

/// The growth of one cost: `a + c·f(n)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostGrowth {
    /// The cost.
    pub cost: Cost,
    /// Its value at each size, in its unit.
    pub values: Vec<f64>,
    /// The forms that cannot be told apart, the slowest growth first; empty where none of them fits.
    pub forms: Vec<Form>,
    /// The power of its growth apart from the fixed part; `null` where it is constant.
    pub exponent: Option<f64>,
    /// The interval of that, 19 times out of 20; `null` where it is constant.
    pub interval: Option<(f64, f64)>,
    /// The fixed part, in the unit of the cost, where there is one for sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<f64>,
    /// The most by which it grows from the smallest size to the largest, in per cent, where that is so little that
    /// it is constant for all purposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_within_pct: Option<f64>,
}

/// The throughput of a benchmark with more and more threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// The benchmark: the name of its cases without the threads.
    pub benchmark: String,
    /// Cores of the machine; 0 where they are not known.
    pub cores: u32,
    /// The numbers of threads, the least first.
    pub steps: Vec<ScalingStep>,
    /// The most threads with which each does nearly as much as it does at best: within 5 %.
    pub knee: u32,
    /// The number of threads from which more of them do less together for sure; left out where they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hurts_from: Option<u32>,
    /// The law that the throughput follows, where there are steps enough to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<ScalingLaw>,
}

/// A number of threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScalingStep {
    /// The threads.
    pub threads: u32,
    /// Iterations of all of them a second.
    pub calls_per_s: f64,
    /// The interval of that, 19 times out of 20.
    pub interval: (f64, f64),
    /// Share of what so many threads would do if each did as much as one alone, 0 to 1; `null` where one
    /// alone was not measured.
    pub efficiency: Option<f64>,
}

/// The universal scalability law: throughput `n·x / (1 + s·(n − 1) + k·n·(n − 1))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScalingLaw {
    /// The share `s` that threads do one after the other, 0 to 1.
    pub serial: f64,
    /// The interval of that, 19 times out of 20.
    pub serial_interval: (f64, f64),
    /// The cost `k` that each pair of threads has of each other, as a share of an iteration.
    pub crosstalk: f64,
    /// The interval of that, 19 times out of 20.
    pub crosstalk_interval: (f64, f64),
    /// The threads that do the most together; `null` where more always do more.
    pub best_threads: Option<f64>,
}
