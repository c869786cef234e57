//! The metrics of the program, in words.

use crate::model::{CustomMetric, MetricKind};
use crate::text::units;

/// Returns the value, a ratio as a share of its whole: `91.7 % of 1,200`.
pub(crate) fn value(metric: &CustomMetric) -> Option<String> {
    let value = metric.value.filter(|value| value.is_finite())?;
    Some(match (metric.kind, metric.whole) {
        (MetricKind::Ratio, Some(whole)) => {
            format!("{} of {}", units::percent(value * 100.0), units::count(whole))
        }
        (MetricKind::Ratio, None) => units::percent(value * 100.0),
        _ => units::number(value),
    })
}
