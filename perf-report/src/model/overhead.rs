//! The cost of recording on a machine, operation by operation.

use serde::{Deserialize, Serialize};

use super::Machine;

/// Document `perf-track/overhead`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverheadDocument {
    /// [`super::OVERHEAD_SCHEMA`].
    pub schema: String,
    /// [`super::OVERHEAD_VERSION`] of the writer.
    pub version: u32,
    /// Version of perf-report, and of the recorder in it.
    pub perf_track: String,
    /// The time of the measurement; RFC 3339, UTC.
    pub time: String,
    /// The machine; its key is empty.
    pub machine: Machine,
    /// True if perf-report was built with optimisation. Otherwise the figures have no bearing on a
    /// release build.
    pub optimised: bool,
    /// True if every target was met.
    pub met: bool,
    /// The operations, each on one thread and on several.
    pub rows: Vec<OverheadRow>,
    /// Notes on the figures, in words.
    pub notes: Vec<String>,
}

/// The cost of an operation on a number of threads. Times are processor time of a thread for one
/// operation, over batches of operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverheadRow {
    /// The operation.
    pub operation: Operation,
    /// Number of threads that did nothing else at the same time, from 1.
    pub threads: u32,
    /// Number of operations that were measured.
    pub operations: u64,
    /// The addition by the operation, in nanoseconds: its median, less that of the bare call where
    /// it is made around one.
    pub cost_ns: f64,
    /// Mean over the batches, in nanoseconds.
    pub mean_ns: f64,
    /// Median of the batches, in nanoseconds.
    pub median_ns: f64,
    /// 95th percentile of the batches, in nanoseconds.
    pub p95_ns: f64,
    /// Fastest batch, in nanoseconds an operation.
    pub min_ns: f64,
    /// Operations a second of the clock on the wall, all threads together.
    pub per_second: f64,
    /// The cost in per cent of the bare call; `null` for an operation that is not made around one.
    pub overhead_pct: Option<f64>,
    /// The targets that were set for it.
    pub targets: Vec<TargetResult>,
}

/// A target, and the figure beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TargetResult {
    /// The figure with the target.
    pub figure: Figure,
    /// The largest figure that meets it, in the unit of the figure; for operations a second the
    /// smallest.
    pub allowed: f64,
    /// The measured figure, in the same unit.
    pub actual: f64,
    /// True if the target was met.
    pub met: bool,
}

/// A figure that can have a target: the field of [`OverheadRow`] of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// `cost_ns`, of which a target is the most.
    CostNs,
    /// `overhead_pct`, of which a target is the most.
    OverheadPct,
    /// `per_second`, over all threads, of which a target is the least.
    PerSecond,
}

/// An operation whose cost is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// A call that is not tracked, to compare the others with.
    Bare,
    /// A tracked call of which everything is recorded.
    Call,
    /// A tracked call while calls are sampled, as they are where they take too much of the time.
    CallSampled,
    /// A tracked call with `PERF_TRACK=off`.
    CallOff,
    /// A tracked call that returns an error.
    Error,
    /// `perf_scope!` with a literal name.
    Scope,
    /// `perf_scope!` with a name made at run time.
    ScopeNamed,
    /// `perf_count!`
    Count,
    /// `perf_gauge!`
    Gauge,
    /// `status()`
    Status,
    /// `health()`
    Health,
    /// `registry()` of 1,000 sites.
    Registry,
    /// A decision of the circuit breaker.
    Breaker,
}

impl Operation {
    /// Every operation, in the order of the tables.
    pub const ALL: [Self; 13] = [
        Self::Bare,
        Self::Call,
        Self::CallSampled,
        Self::CallOff,
        Self::Error,
        Self::Scope,
        Self::ScopeNamed,
        Self::Count,
        Self::Gauge,
        Self::Status,
        Self::Health,
        Self::Registry,
        Self::Breaker,
    ];

    /// Returns its word in documents and targets.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Call => "call",
            Self::CallSampled => "call-sampled",
            Self::CallOff => "call-off",
            Self::Error => "error",
            Self::Scope => "scope",
            Self::ScopeNamed => "scope-named",
            Self::Count => "count",
            Self::Gauge => "gauge",
            Self::Status => "status",
            Self::Health => "health",
            Self::Registry => "registry",
            Self::Breaker => "breaker",
        }
    }

    /// Returns its title, in some words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare call",
            Self::Call => "tracked call",
            Self::CallSampled => "tracked call, sampled",
            Self::CallOff => "tracked call, off",
            Self::Error => "tracked call, error",
            Self::Scope => "scope",
            Self::ScopeNamed => "scope, name made",
            Self::Count => "count",
            Self::Gauge => "gauge",
            Self::Status => "status()",
            Self::Health => "health()",
            Self::Registry => "registry(), 1,000",
            Self::Breaker => "breaker decision",
        }
    }

    /// Returns whether it is made around a bare call, whose cost is not its own.
    pub fn is_around_a_call(self) -> bool {
        !matches!(self, Self::Bare | Self::Status | Self::Health | Self::Registry | Self::Breaker)
    }
}
