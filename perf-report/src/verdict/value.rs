//! What a metric is in a run: the numbers that verdicts are about, for those who show them over many
//! runs.

use super::{counts, times, whole};
use crate::model::{Extent, Function, Metric, ProcessSummary};
use crate::text::units::float;

/// The value of a function's metric; `None` where the function has none, or no usable one.
///
/// ```
/// use perf_report::model::{Function, Metric};
/// let function = Function { calls: 4, self_ns: 1_000, ..Function::default() };
/// assert_eq!(perf_report::verdict::value(&function, Metric::SelfNs), Some(250.0));
/// ```
pub fn value(function: &Function, metric: Metric) -> Option<f64> {
    if metric == Metric::Success {
        return counts::rate(function);
    }
    if metric.is_count() && metric.is_of_function() {
        return counts::value(function, metric).map(float);
    }
    times::value(function, metric)
}

/// Returns the value of a metric of those processes of a command that `extent` names; `None` where it is
/// not known.
pub fn value_of_command(process: &ProcessSummary, extent: Extent, metric: Metric) -> Option<f64> {
    Metric::OF_COMMAND.contains(&metric).then(|| whole::value(process, extent, metric)).flatten()
}
