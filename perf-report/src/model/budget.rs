//! The limits that a run must keep by itself: what each limits, and how it was kept.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize, Serializer};

use super::{Because, Budget, Function, Metric, Unit, Usage, Verdict, metric};
use crate::stats::number::float;
use crate::text::order::natural;

/// How one function, or one metric of the program's own, kept one of its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetResult {
    /// Function, metric, or `(command)` for the command as a whole.
    pub name: String,
    /// What is limited.
    pub limit: BudgetKind,
    /// The limit: nanoseconds for times, bytes for sizes, a number for everything else.
    #[serde(serialize_with = "plain_number")]
    pub allowed: f64,
    /// The value of the run; `null` when it was not measured.
    pub actual: Option<f64>,
    /// [`Verdict::Regression`] when exceeded, [`Verdict::Inconclusive`] when not measured, else
    /// [`Verdict::Stable`].
    pub verdict: Verdict,
    /// Why, in words, and where the limit was given.
    pub reason: String,
    /// Why, as data; empty in documents of versions that had words only.
    #[serde(default)]
    pub because: Vec<Because>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn plain_number<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    metric::plain(&Some(*value), to)
}

/// What a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetKind {
    /// Median duration of a call.
    P50Ns,
    /// 95th percentile of the duration of a call.
    P95Ns,
    /// 99th percentile of the duration of a call.
    P99Ns,
    /// Mean duration of a call.
    MeanNs,
    /// Longest call.
    MaxNs,
    /// Finished calls in the run.
    Calls,
    /// Allocations in the run.
    Allocs,
    /// Time between entry and exit, over the run.
    TotalNs,
    /// Wall time of the command.
    WallNs,
    /// Processor time of the command, in user mode and in the kernel, all processes.
    CpuNs,
    /// Largest resident memory of one process of the command.
    PeakRssBytes,
    /// Smallest value that a metric of the program's own may have.
    Min,
    /// Largest value that it may have.
    Max,
}

impl BudgetKind {
    /// The limits of functions, in the order of their rows.
    pub const OF_FUNCTIONS: [Self; 8] = [
        Self::P50Ns,
        Self::P95Ns,
        Self::P99Ns,
        Self::MeanNs,
        Self::MaxNs,
        Self::TotalNs,
        Self::Calls,
        Self::Allocs,
    ];

    /// The limits of the command as a whole.
    pub const OF_COMMAND: [Self; 3] = [Self::WallNs, Self::CpuNs, Self::PeakRssBytes];

    /// Returns its key in `perf.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Self::P50Ns => "p50",
            Self::P95Ns => "p95",
            Self::P99Ns => "p99",
            Self::MeanNs => "mean",
            Self::MaxNs | Self::Max => "max",
            Self::TotalNs => "total",
            Self::Calls => "calls",
            Self::Allocs => "allocs",
            Self::WallNs => "wall",
            Self::CpuNs => "cpu",
            Self::PeakRssBytes => "peak-memory",
            Self::Min => "min",
        }
    }

    /// Returns the value of a function that it limits; `None` where the run has none.
    pub fn value_of(self, function: &Function) -> Option<f64> {
        match self {
            Self::P50Ns => function.p50_ns.map(float),
            Self::P95Ns => function.p95_ns.map(float),
            Self::P99Ns => function.p99_ns.map(float),
            Self::MeanNs => function.mean_ns,
            Self::MaxNs => function.max_ns.map(float),
            Self::TotalNs => (function.calls > 0).then_some(float(function.total_ns)),
            Self::Calls => Some(float(function.calls)),
            Self::Allocs => function.allocs.map(float),
            _ => None,
        }
    }

    /// Returns the value of a command that it limits; `None` where it was not measured.
    pub fn value_of_command(self, usage: Usage) -> Option<f64> {
        match self {
            Self::WallNs => usage.wall_ns.map(float),
            Self::CpuNs => usage.cpu_ns().map(float),
            Self::PeakRssBytes => usage.peak_rss_bytes.map(float),
            _ => None,
        }
    }

    /// Returns the limit that a function's attribute sets; `None` where it sets none.
    pub fn limit_of_attribute(self, budget: &Budget) -> Option<f64> {
        let limit = match self {
            Self::P50Ns => budget.p50_ns,
            Self::P95Ns => budget.p95_ns,
            Self::P99Ns => budget.p99_ns,
            Self::MeanNs => budget.mean_ns,
            Self::MaxNs => budget.max_ns,
            Self::Calls => budget.calls,
            Self::Allocs => budget.allocs,
            _ => None,
        };
        limit.map(float)
    }

    /// Returns its name in a sentence: `p99`, `processor time`.
    pub fn title(self) -> &'static str {
        match self {
            Self::P50Ns => Metric::P50Ns.title(),
            Self::P95Ns => Metric::P95Ns.title(),
            Self::P99Ns => Metric::P99Ns.title(),
            Self::MeanNs => Metric::MeanNs.title(),
            Self::MaxNs => "max",
            Self::TotalNs => "total time in the run",
            Self::Calls => Metric::Calls.title(),
            Self::Allocs => "allocations",
            Self::Min => "minimum",
            Self::Max => "maximum",
            Self::WallNs => Metric::WallNs.title(),
            Self::CpuNs => Metric::CpuNs.title(),
            Self::PeakRssBytes => Metric::PeakRssBytes.title(),
        }
    }

    /// Returns the unit of the values that it limits.
    pub fn unit(self) -> Unit {
        match self {
            Self::PeakRssBytes => Unit::Size,
            Self::Calls | Self::Allocs | Self::Min | Self::Max => Unit::Own,
            _ => Unit::Time,
        }
    }
}

/// Orders exceeded budgets first, then by name.
pub fn budget_order(a: &BudgetResult, b: &BudgetResult) -> Ordering {
    let by_name = || natural(&a.name, &b.name).then_with(|| a.limit.cmp(&b.limit));
    b.verdict.cmp(&a.verdict).then_with(by_name)
}
