//! Findings in the course of values: worse run by run, or little by little.

use std::collections::BTreeMap;

use super::{Evidence, Finding, Found, word};
use crate::analysis::alerts::unix_ns;
use crate::model::{
    AlertEntry, AlertKey, AlertKind, AlertText, COMMAND, HistoryDocument, Metric, Trend, unit_word,
};
use crate::stats::number::change_pct;
use crate::stats::segments::Kind;
use crate::text::units;

/// Finds what became worse little by little. What already fires goes on until the value is back near the one
/// that it began with, or until a baseline that was made since says that it may be so.
pub(super) fn declines(evidence: &Evidence<'_>, remembered: &[AlertEntry], all: &mut Found) {
    let mut latest: BTreeMap<AlertKey, f64> = BTreeMap::new();
    let mut limits: BTreeMap<AlertKey, f64> = BTreeMap::new();
    for document in evidence.histories {
        let limit = document.limits.degraded_pct.unwrap_or(f64::INFINITY);
        for function in &document.functions {
            let key = course(&function.name, document.metric);
            latest.insert(key.clone(), function.latest);
            limits.insert(key, limit);
        }
        all.found.extend(drifts(document));
    }
    for document in evidence.declines {
        let worse = document.functions.iter().filter(|row| row.trend == Trend::Regression);
        all.found.extend(worse.map(|row| {
            let ends = (row.values.first().copied(), row.values.last().copied());
            let runs = document.points.len() as u64;
            let course = (course(&row.name, document.metric), document.metric);
            worse_by(course, &row.name, ends, row.change_pct, &in_each(runs, &row.reason))
        }));
    }
    let kept = evidence.comparison.filter(|_| evidence.is_kept);
    let made = kept.and_then(|it| unix_ns(&it.baseline_run.as_ref()?.time));
    let kinds = [AlertKind::Decline, AlertKind::MemoryGrowth];
    for entry in remembered.iter().filter(|entry| kinds.contains(&entry.key.kind)) {
        let ends = entry.what.before.zip(latest.get(&entry.key).copied());
        let by = ends.and_then(|(before, now)| change_pct(before, now));
        let limit = limits.get(&entry.key).copied().unwrap_or(f64::INFINITY);
        if made.is_some_and(|made| made > entry.since_unix_ns) {
            all.found.retain(|it| it.key != entry.key);
            all.settled.insert(entry.key.clone());
        } else if by.is_some_and(|by| by > limit) {
            all.open.insert(entry.key.clone());
        }
    }
}

fn in_each(runs: u64, reason: &str) -> String {
    format!("worse in each of the last {}: {reason}", units::plural(runs, "run"))
}

/// Returns the key of a course: that of growing memory has a kind of its own.
pub(super) fn course(name: &str, metric: Metric) -> AlertKey {
    let is_memory = metric == Metric::PeakRssBytes;
    AlertKey {
        kind: if is_memory { AlertKind::MemoryGrowth } else { AlertKind::Decline },
        function: (name != COMMAND).then(|| name.to_owned()),
        identity: None,
        metric: word(metric),
        baseline: None,
    }
}

/// Finds functions whose level rose little by little, as the last change of their course.
fn drifts(document: &HistoryDocument) -> Vec<Finding> {
    let Some(limit) = document.limits.regression_pct else { return Vec::new() };
    let found = document.functions.iter().filter_map(|function| {
        let last = function.change_points.last()?;
        let is_worse = last.change_pct.is_some_and(|pct| pct > limit);
        let stays = change_pct(last.before, function.latest).is_some_and(|pct| pct > limit);
        if last.kind != Kind::Drift || !is_worse || !stays {
            return None;
        }
        let runs = units::plural((last.end + 1).saturating_sub(last.index), "run");
        let [before, after] = [last.before, last.after].map(|it| document.metric.number(it));
        let reason = format!("it rose little by little over {runs}, from {before} to {after}");
        let course = (course(&function.name, document.metric), document.metric);
        let ends = (Some(last.before), Some(last.after));
        Some(worse_by(course, &function.name, ends, last.change_pct, &reason))
    });
    found.collect()
}

fn worse_by(
    (key, metric): (AlertKey, Metric),
    name: &str,
    (before, now): (Option<f64>, Option<f64>),
    change_pct: Option<f64>,
    reason: &str,
) -> Finding {
    let change = change_pct.map_or_else(|| "more".to_owned(), units::change);
    let what = AlertText {
        title: format!("{name}: {} {change}, run by run", metric.title()),
        reason: reason.to_owned(),
        before,
        now,
        unit: unit_word(metric.unit()),
        change_pct,
        ..AlertText::default()
    };
    Finding { key, certain: true, exact: false, what }
}
