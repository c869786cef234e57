//! The cost of recording on this machine.
//!
//! [`child`] starts perf-report once more for each [`Probe`], with a recorder and a folder of its
//! own; there [`measure()`] times [`Operation`]s in batches. [`judge`] makes figures of the batches
//! and holds them against the targets of the configuration; both are pure. `measure` and `operations` are the only
//! modules of perf-report with tracked functions in them, and the feature `overhead`, which brings
//! the recorder in, is looked at only here.

pub mod child;
pub mod judge;
#[cfg(feature = "overhead")]
mod measure;
#[cfg(not(feature = "overhead"))]
#[path = "measure_absent.rs"]
mod measure;
#[cfg(feature = "overhead")]
mod operations;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Operation;

pub use measure::measure;

/// The setup of a process that measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// All of each call is recorded.
    Exact,
    /// Recording may take so little time that calls are sampled.
    Sampled,
    /// Recording is switched off.
    Off,
}

impl Probe {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Sampled, Self::Off];

    /// Returns the word that makes a process measure with this setup.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Sampled => "sampled",
            Self::Off => "off",
        }
    }
}

/// The time to measure, and the threads to measure on beside one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Threads.
    pub threads: u32,
    /// For all operations and threads together.
    pub time: Duration,
}

/// The measurements of an operation in one process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batches {
    /// The operation.
    pub operation: Operation,
    /// Threads that did nothing else at the same time.
    pub threads: u32,
    /// Operations in all batches.
    pub operations: u64,
    /// Operations a second of the clock on the wall, all threads together.
    pub per_second: f64,
    /// For each batch the processor time of one operation.
    pub ns: Vec<f64>,
}

/// The measurements of one process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// By operation and threads.
    pub batches: Vec<Batches>,
    /// One call in so many was timed, at the least; 0 where calls were not sampled.
    pub sampled_interval: u32,
}
