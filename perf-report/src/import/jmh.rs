//! JMH's JSON. Each fork is a process, so each is a run; its iterations are samples of that run.
//!
//! The unit is believed, and not the mode: `us/op` is a time, `ops/us` a rate, which stays a metric.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json;
use super::measured::{Measured, gauge, mean};
use super::names::{identify, of_parameters};
use super::notes::Notes;
use super::numbers::{Lenient, is_rate, lenient, ns_of};
use crate::model::{Better, CustomMetric, Identity, Statistic};

#[derive(Debug, Deserialize)]
struct Entry {
    benchmark: String,
    #[serde(default)]
    mode: String,
    #[serde(default, deserialize_with = "lenient")]
    threads: Option<f64>,
    #[serde(default)]
    params: Option<BTreeMap<String, String>>,
    #[serde(rename = "primaryMetric")]
    primary: Score,
    #[serde(rename = "secondaryMetrics", default)]
    secondary: BTreeMap<String, Score>,
}

#[derive(Debug, Deserialize)]
struct Score {
    #[serde(rename = "score", default, deserialize_with = "lenient")]
    value: Option<f64>,
    #[serde(rename = "scoreUnit", default)]
    unit: String,
    #[serde(rename = "scoreConfidence", default)]
    confidence: Vec<Lenient>,
    #[serde(rename = "scorePercentiles", default)]
    percentiles: BTreeMap<String, Lenient>,
    #[serde(rename = "rawData", default)]
    raw: Vec<Vec<Lenient>>,
    /// Durations of calls with their numbers, of the mode `sample`.
    #[serde(rename = "rawDataHistogram", default)]
    histogram: Vec<Vec<Vec<(Lenient, Lenient)>>>,
}

impl Score {
    /// Returns the values of each fork: of an iteration, or of a call with the number of such calls.
    fn forks(&self) -> Vec<Vec<f64>> {
        let known = |fork: &Vec<Lenient>| fork.iter().filter_map(|it| it.0).collect::<Vec<_>>();
        let of_calls = |fork: &Vec<Vec<(Lenient, Lenient)>>| {
            fork.iter().filter_map(|calls| weighted(calls)).collect::<Vec<_>>()
        };
        let forks: Vec<Vec<f64>> = if self.raw.is_empty() {
            self.histogram.iter().map(of_calls).collect()
        } else {
            self.raw.iter().map(known).collect()
        };
        forks.into_iter().filter(|fork| !fork.is_empty()).collect()
    }
}

/// Returns the mean of an iteration of calls.
fn weighted(calls: &[(Lenient, Lenient)]) -> Option<f64> {
    let known = calls.iter().filter_map(|(value, count)| Some((value.0?, count.0?)));
    let (sum, count) =
        known.fold((0.0, 0.0), |(sum, all), (value, count)| (sum + value * count, all + count));
    (count > 0.0).then(|| sum / count)
}

/// Reads the runs.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let entries: Vec<Entry> = json::document(text, "JMH")?;
    let mut notes = Notes::default();
    let mut taken = BTreeSet::new();
    let mut runs: Vec<ImportedRun> = Vec::new();
    for entry in &entries {
        let identity = identity(entry);
        if !taken.insert(identity.clone()) {
            return Err(Mistake::Alike(identity.name));
        }
        for (at, (measured, mut metrics)) in
            forks(entry, &identity.name, &mut notes).into_iter().enumerate()
        {
            if at == runs.len() {
                runs.push(ImportedRun::default());
            }
            if let Some(run) = runs.get_mut(at) {
                let checked = measured.and_then(|it| it.checked(&mut notes));
                let mut function = checked.map(Measured::function);
                identify(Some(&identity), function.as_mut(), &mut metrics);
                run.functions.extend(function);
                run.metrics.extend(metrics);
            }
        }
    }
    Ok(Imported { runs, is_group: true, notes })
}

/// Returns the identity of a benchmark: its mode and its threads tell it apart.
fn identity(entry: &Entry) -> Identity {
    let threads = entry.threads.map_or(String::new(), |it| format!(", threads={it}"));
    let qualifier = format!("mode={}{threads}", entry.mode);
    Identity { name: name(entry), qualifier, measure: None }
}

/// Returns the name of a benchmark: parameters belong to it.
fn name(entry: &Entry) -> String {
    match &entry.params {
        Some(params) if !params.is_empty() => {
            format!("{} ({})", entry.benchmark, of_parameters(params))
        }
        _ => entry.benchmark.clone(),
    }
}

/// Returns what each fork measured.
fn forks(
    entry: &Entry,
    name: &str,
    notes: &mut Notes,
) -> Vec<(Option<Measured>, Vec<CustomMetric>)> {
    let primary = &entry.primary;
    let mut forks = primary.forks();
    let is_one = forks.len() <= 1;
    if forks.is_empty() {
        forks.extend(primary.value.map(|score| vec![score]));
    }
    if forks.is_empty() {
        notes.problem("benchmark", "whose score is no number, left out", name);
    }
    let each = |(at, values): (usize, Vec<f64>)| {
        let mut metrics = secondary(entry, name, at);
        let Some(scale) = ns_of(&primary.unit) else {
            let better = is_rate(&primary.unit).then_some(Better::Higher);
            metrics.extend(gauge(name, &primary.unit, &Vec::from_iter(mean(&values)), better));
            let named = Measured { name: name.to_owned(), ..Measured::default() };
            return (Some(named), metrics);
        };
        let of_one =
            |at: &str| primary.percentiles.get(at)?.0.filter(|_| is_one).map(|it| it * scale);
        let is_sampled = !primary.histogram.is_empty();
        let calls = |at: &str| of_one(at).filter(|_| is_sampled);
        let ends = match primary.confidence.as_slice() {
            [low, high] if is_one => low.0.zip(high.0),
            _ => None,
        };
        let measured = Measured {
            name: name.to_owned(),
            value_ns: mean(&values).map(|value| value * scale),
            statistic: if values.len() > 1 { Statistic::Mean } else { Statistic::Single },
            stddev_ns: crate::stats::number::deviation(&values).map(|it| it * scale),
            samples_ns: values.iter().map(|value| value * scale).collect(),
            interval_ns: ends.map(|(low, high)| (low * scale, high * scale)),
            percentiles_ns: ["50.0", "90.0", "95.0", "99.0"].map(calls),
            ends_ns: ["0.0", "100.0"].map(calls),
            parameters: entry.params.clone().unwrap_or_default(),
            ..Measured::default()
        };
        (Some(measured), metrics)
    };
    forks.into_iter().enumerate().map(each).collect()
}

/// Returns the further measures of a fork.
fn secondary(entry: &Entry, name: &str, fork: usize) -> Vec<CustomMetric> {
    let one = |(measure, score): (&String, &Score)| {
        let measure = measure.trim_start_matches(['·', '+']);
        let forks = score.forks();
        let values = forks.get(fork).cloned().or_else(|| score.value.map(|it| vec![it]))?;
        let better = (score.unit == "B/op").then_some(Better::Lower);
        gauge(name, measure, &Vec::from_iter(mean(&values)), better)
    };
    entry.secondary.iter().filter_map(one).collect()
}
