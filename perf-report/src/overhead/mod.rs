//! The cost of recording on this machine.
//!
//! [`child`] starts perf-report once more for each [`Probe`], with a recorder and a folder of its
//! own; there [`measure()`] times [`Operation`]s in batches. [`judge`] makes figures of the batches
//! and compares them with the targets of the configuration; both are pure. Only `measure` and
//! `operations` have tracked functions in them, of all modules of perf-report. The feature
//! `overhead` brings the recorder in, and is looked at only here.

pub(crate) mod child;
pub(crate) mod judge;
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

pub(crate) use measure::measure;

/// The setup of a process that measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// A recorder that records all of each call.
    Exact,
    /// A recorder with so small a share of the time that calls are sampled.
    Sampled,
    /// A recorder that is switched off.
    Off,
}

impl Probe {
    /// All setups.
    pub(crate) const ALL: [Self; 3] = [Self::Exact, Self::Sampled, Self::Off];

    /// Returns the word that makes a process measure with this setup.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Sampled => "sampled",
            Self::Off => "off",
        }
    }
}

/// The time to measure, and the threads to measure on beside one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The number of threads.
    pub threads: u32,
    /// The time for all operations and threads together.
    pub time: Duration,
}

/// The measurements of an operation in one process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Batches {
    /// The operation.
    pub operation: Operation,
    /// Threads that did nothing else at the same time.
    pub threads: u32,
    /// Operations in all batches.
    pub operations: u64,
    /// Operations a second of the clock on the wall, all threads together.
    pub per_second: f64,
    /// The processor time of one operation in nanoseconds, for each batch.
    pub ns: Vec<f64>,
}

/// The measurements of one process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The batches by operation and threads.
    pub batches: Vec<Batches>,
    /// The largest interval of sampling: one call in this number was timed; 0 where calls were not
    /// sampled.
    pub sampled_interval: u32,
}
