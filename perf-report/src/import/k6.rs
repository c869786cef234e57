//! The summary of k6: the data of `handleSummary`, or of `--summary-export`, whose thresholds are inverted:
//! `true` there is one that was missed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::json::{self, Entries};
use super::measured::{Measured, count, gauge};
use super::names::{Apart, told_apart};
use super::notes::Notes;
use crate::model::{Better, CustomMetric, MetricKind, Statistic};
use crate::stats::number::whole;

/// Nanoseconds of the unit of its times.
const NS: f64 = 1e6;

/// The exit code of k6 where a threshold was missed.
const MISSED: i32 = 99;

#[derive(Debug, Deserialize)]
struct Document {
    metrics: Entries<BTreeMap<String, Value>>,
}

/// Reads the load.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let Document { metrics: Entries(all) } = json::document(text, "k6")?;
    let mut notes = Notes::default();
    let requests =
        all.iter().find(|(name, _)| name == "http_reqs").and_then(|(_, of)| figure(of, "count"));
    let mut run = ImportedRun::default();
    let mut functions = Vec::new();
    let mut has_missed = false;
    for (name, metric) in &all {
        has_missed |= missed(name, metric, &mut notes);
        if is_time(name, metric) {
            let calls =
                figure(metric, "count").or(requests.filter(|_| name.starts_with("http_req_")));
            functions.push(Apart::plain(trend(name, metric, calls)));
        } else {
            run.metrics.extend(others(name, metric, &mut notes));
        }
    }
    told_apart(functions, &mut run, &mut notes)?;
    run.exit_code = has_missed.then_some(MISSED);
    Ok(Imported::one(run, notes))
}

/// Returns a figure of a metric, which `handleSummary` has in `values`.
fn figure(metric: &BTreeMap<String, Value>, name: &str) -> Option<f64> {
    metric.get("values").and_then(|values| values.get(name)).or_else(|| metric.get(name))?.as_f64()
}

/// Returns whether it is a trend of times. An export does not say it; its names do.
fn is_time(name: &str, metric: &BTreeMap<String, Value>) -> bool {
    let is_trend = figure(metric, "avg").is_some() && figure(metric, "p(95)").is_some();
    match metric.get("contains").and_then(Value::as_str) {
        Some(contains) => is_trend && contains == "time",
        None => is_trend && (name.starts_with("http_req_") || name.ends_with("_duration")),
    }
}

fn trend(name: &str, metric: &BTreeMap<String, Value>, calls: Option<f64>) -> Measured {
    let ns = |figure_name: &str| figure(metric, figure_name).map(|it| it * NS);
    Measured {
        name: name.to_owned(),
        value_ns: ns("avg"),
        statistic: Statistic::Mean,
        iterations: calls.map(whole).filter(|it| *it > 0),
        percentiles_ns: ["med", "p(90)", "p(95)", "p(99)"].map(ns),
        ends_ns: ["min", "max"].map(ns),
        ..Measured::default()
    }
}

/// Returns counters, rates and gauges as metrics.
fn others(name: &str, metric: &BTreeMap<String, Value>, notes: &mut Notes) -> Vec<CustomMetric> {
    let passes = figure(metric, "passes").zip(figure(metric, "fails"));
    if let Some((part, rest)) = passes {
        let whole_of = part + rest;
        let ratio = CustomMetric {
            name: name.to_owned(),
            kind: MetricKind::Ratio,
            value: (whole_of > 0.0).then(|| part / whole_of),
            samples: Some(whole(whole_of)),
            part: Some(whole(part)),
            whole: Some(whole(whole_of)),
            better: match name {
                "http_req_failed" => Some(Better::Lower),
                "checks" => Some(Better::Higher),
                _ => None,
            },
            ..CustomMetric::default()
        };
        return vec![ratio];
    }
    if let (Some(sum), Some(rate)) = (figure(metric, "count"), figure(metric, "rate")) {
        let better = (name == "http_reqs").then_some(Better::Higher);
        let rate = gauge(name, "rate", &[rate], better);
        return count((name, "count"), sum, None, notes).into_iter().chain(rate).collect();
    }
    let value = figure(metric, "value").or_else(|| figure(metric, "avg"));
    gauge(name, "value", &Vec::from_iter(value), None).into_iter().collect()
}

/// Notes the thresholds that were missed, and returns whether there are any.
fn missed(name: &str, metric: &BTreeMap<String, Value>, notes: &mut Notes) -> bool {
    let Some(Value::Object(thresholds)) = metric.get("thresholds") else { return false };
    let mut any = false;
    for (threshold, outcome) in thresholds {
        let is_missed = match outcome {
            Value::Bool(missed) => *missed,
            outcome => outcome.get("ok").and_then(Value::as_bool) == Some(false),
        };
        if is_missed {
            notes.problem("threshold", "of k6 that was missed", &format!("{name} {threshold}"));
        }
        any |= is_missed;
    }
    any
}
