//! The value of a metric in a run: the numbers that verdicts are about.

use super::{Extent, Function, Metric, ProcessSummary};
use crate::stats::number::float;

/// Returns the value of a function's metric; `None` where the function has none, or no usable one.
///
/// ```
/// use perf_report::model::{Function, Metric};
/// let function = Function { calls: 4, self_ns: 1_000, ..Function::default() };
/// assert_eq!(perf_report::model::value(&function, Metric::SelfNs), Some(250.0));
/// ```
pub fn value(function: &Function, metric: Metric) -> Option<f64> {
    if metric == Metric::Success {
        return function.success_rate();
    }
    if metric.is_count() && metric.is_of_function() {
        return count_of(function, metric).map(float);
    }
    time_of(function, metric)
}

/// Returns the count of a function's metric in a run; `None` where it was not counted.
pub fn count_of(function: &Function, metric: Metric) -> Option<u64> {
    match metric {
        Metric::Errors => Some(function.errors),
        Metric::Panics => Some(function.panics),
        Metric::SelfAllocs => function.self_allocs,
        Metric::SelfAllocBytes => function.self_alloc_bytes,
        _ => Some(function.calls),
    }
}

/// Returns the time of a function's metric as it is shown, in nanoseconds; `None` where the run has
/// none, or no usable one.
pub fn time_of(function: &Function, metric: Metric) -> Option<f64> {
    if function.is_failure() {
        return None;
    }
    let value = match metric {
        Metric::SelfNs => function.self_ns_a_call(),
        Metric::TotalNs => Some(float(function.total_ns)),
        Metric::MeanNs => function.mean_ns,
        Metric::P50Ns => function.p50_ns.map(float),
        Metric::P90Ns => function.p90_ns.map(float),
        Metric::P95Ns => function.p95_ns.map(float),
        Metric::P99Ns => function.p99_ns.map(float),
        _ => None,
    };
    value.filter(|value| value.is_finite() && *value >= 0.0)
}

/// Returns the value of a metric of the command, over the processes of `extent`; `None` where it is
/// not known.
pub fn value_of_command(process: &ProcessSummary, extent: Extent, metric: Metric) -> Option<f64> {
    let usage = process.usage(extent);
    let value = match metric {
        Metric::WallNs => usage.wall_ns,
        Metric::CpuNs => usage.cpu_ns(),
        Metric::PeakRssBytes => usage.peak_rss_bytes,
        _ => None,
    };
    value.filter(|value| *value > 0).map(float)
}
