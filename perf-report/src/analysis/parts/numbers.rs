//! Metrics of the programs' own, over all parts.

use std::collections::BTreeMap;

use super::{sum, total};
use crate::model::{CustomMetric, MetricKind};
use crate::stats::number::float;

/// Returns the metrics of all, by name and kind: counts and ratios add up; of a gauge it is the last value of the last
/// part that set it, or the largest where the recorder measured it.
pub(super) fn metrics<'a>(parts: impl Iterator<Item = &'a [CustomMetric]>) -> Vec<CustomMetric> {
    let mut of: BTreeMap<(&str, MetricKind), Vec<&CustomMetric>> = BTreeMap::new();
    for metric in parts.flatten() {
        of.entry((&metric.name, metric.kind)).or_default().push(metric);
    }
    of.into_values().filter_map(|all| one(&all)).collect()
}

fn one(all: &[&CustomMetric]) -> Option<CustomMetric> {
    let first = *all.first()?;
    if all.len() == 1 {
        return Some(first.clone());
    }
    let samples = sum(all.iter().map(|it| it.samples));
    let values = || all.iter().filter_map(|it| it.value);
    Some(match first.kind {
        MetricKind::Count => {
            CustomMetric { value: values().reduce(|sum, it| sum + it), samples, ..first.clone() }
        }
        MetricKind::Ratio => {
            let [part, whole] = [
                total(all.iter().filter_map(|it| it.part)),
                total(all.iter().filter_map(|it| it.whole)),
            ];
            CustomMetric {
                value: (whole > 0).then(|| float(part) / float(whole)),
                samples,
                part: Some(part),
                whole: Some(whole),
                ..first.clone()
            }
        }
        MetricKind::Gauge => {
            let max = all.iter().filter_map(|it| it.max).reduce(f64::max);
            let weight = |it: &CustomMetric| float(it.samples.unwrap_or(1).max(1));
            let weighted = || all.iter().filter_map(|it| Some((it.mean?, weight(it))));
            let weights: f64 = weighted().map(|(_, weight)| weight).sum();
            let mean = weighted().map(|(mean, weight)| mean * weight).sum::<f64>() / weights;
            // No line of a program sets it.
            let is_measured = first.file.is_empty();
            CustomMetric {
                value: if is_measured { values().reduce(f64::max) } else { values().next_back() },
                min: all.iter().filter_map(|it| it.min).reduce(f64::min),
                max,
                mean: Some(mean).filter(|mean| mean.is_finite()),
                samples,
                ..first.clone()
            }
        }
    })
}
