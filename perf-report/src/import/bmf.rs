//! Bencher Metric Format: for each benchmark its measures. `latency` is in nanoseconds, `throughput` in
//! operations a second; other measures have neither unit nor direction.

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json::{self, Entries};
use super::measured::{Measured, gauge};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use super::numbers::lenient;
use crate::model::{Better, CustomMetric, Statistic};

#[derive(Debug, Default, Deserialize)]
struct Measure {
    #[serde(default, deserialize_with = "lenient")]
    value: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    lower_value: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    upper_value: Option<f64>,
}

/// Reads the benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let Entries(all) = json::document::<Entries<Entries<Measure>>>(text, "Bencher Metric Format")?;
    let mut notes = Notes::default();
    let mut run = ImportedRun::default();
    let mut benchmarks = Vec::new();
    for (name, Entries(measures)) in all {
        let mut measured = Measured {
            name: name.clone(),
            statistic: Statistic::Single,
            may_be_zero: true,
            ..Measured::default()
        };
        let mut metrics = Vec::<CustomMetric>::new();
        for (measure, of) in measures {
            let Some(value) = of.value else {
                notes.problem(
                    "measure",
                    "without a number, left out",
                    &format!("{name}/{measure}"),
                );
                continue;
            };
            if measure == "latency" {
                measured.value_ns = Some(value);
                measured.interval_ns = of.lower_value.zip(of.upper_value);
                continue;
            }
            let better = (measure == "throughput").then_some(Better::Higher);
            let mut metric = gauge(&name, &measure, &[value], better);
            if let Some(metric) = &mut metric {
                metric.min = of.lower_value.or(metric.min);
                metric.max = of.upper_value.or(metric.max);
            }
            if metric.as_ref().is_some_and(|it| metrics.iter().any(|m| m.name == it.name)) {
                return Err(Mistake::Alike(format!("{name}/{measure}")));
            }
            metrics.extend(metric);
        }
        benchmarks.push(Apart { measured, metrics, ..Apart::default() });
    }
    told_apart(benchmarks, &mut run, &mut notes)?;
    Ok(Imported::one(run, notes))
}
