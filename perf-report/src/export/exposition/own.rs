//! The series of the program's own metrics: one family a kind of number, the name in the label `metric`.
//! A family a metric would make of names from anywhere names that readers refuse, or that two metrics share.

use std::collections::HashSet;

use super::{Family, Kind, Value, labels};
use crate::model::{CustomMetric, MetricKind, RunDocument};

/// A value of metrics of one kind: the kind of family, its name, help, the kind of metric, and the value
/// where a metric has it.
type Figure = (Kind, &'static str, &'static str, MetricKind, fn(&CustomMetric) -> Option<Value>);

const FIGURES: &[Figure] = &[
    (
        Kind::Counter,
        "perf_track_custom",
        "A count that the program keeps with perf_count!.",
        MetricKind::Count,
        |it| real(it.value).filter(|value| matches!(value, Value::Real(value) if *value >= 0.0)),
    ),
    (
        Kind::Gauge,
        "perf_track_custom_value",
        "The last value of a gauge that the program sets with perf_gauge!.",
        MetricKind::Gauge,
        |it| real(it.value),
    ),
    (
        Kind::Gauge,
        "perf_track_custom_min",
        "The smallest value of such a gauge.",
        MetricKind::Gauge,
        |it| real(it.min),
    ),
    (
        Kind::Gauge,
        "perf_track_custom_max",
        "The largest value of such a gauge.",
        MetricKind::Gauge,
        |it| real(it.max),
    ),
    (
        Kind::Gauge,
        "perf_track_custom_ratio",
        "A ratio of the program's own, 0.5 for half.",
        MetricKind::Ratio,
        |it| real(it.value),
    ),
    (
        Kind::Counter,
        "perf_track_custom_part",
        "Sum of the parts of such a ratio.",
        MetricKind::Ratio,
        |it| it.part.map(Value::Count),
    ),
    (
        Kind::Counter,
        "perf_track_custom_whole",
        "Sum of the wholes of such a ratio.",
        MetricKind::Ratio,
        |it| it.whole.map(Value::Count),
    ),
];

/// Returns a number where there is one; texts have signs for others, and no use for them.
fn real(value: Option<f64>) -> Option<Value> {
    value.filter(|value| value.is_finite()).map(Value::Real)
}

/// Returns the families of the program's own metrics.
pub(super) fn families(run: &RunDocument) -> impl Iterator<Item = Family> {
    FIGURES.iter().map(|&(kind, name, help, of, value)| {
        let mut family = Family::new(kind, name, help);
        let mut seen = HashSet::new();
        for metric in run.metrics.iter().filter(|metric| metric.kind == of) {
            let value = value(metric).filter(|_| seen.insert(metric.name.as_str()));
            if let Some(value) = value {
                family.add(&labels(&[("metric", &metric.name)]), value);
            }
        }
        family
    })
}
