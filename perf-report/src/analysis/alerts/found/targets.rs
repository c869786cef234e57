//! Findings of the suites of a run: targets of `perf.toml` that they miss.

use super::{CERTAIN_EXCESS_PCT, Evidence, Finding, Found, is_whole};
use crate::model::{
    AlertEntry, AlertKey, AlertKind, AlertText, SuiteRow, SuiteTarget, TargetOutcome, TargetUnit,
};
use crate::stats::number::change_pct;

/// Finds the targets that suites miss. A run that failed says nothing of what its suites take, and of the tests
/// that passed it does.
pub(super) fn targets(evidence: &Evidence<'_>, remembered: &[AlertEntry], all: &mut Found) {
    let rows = || evidence.suites.iter().flat_map(|document| document.rows());
    for (row, target) in rows().flat_map(|row| row.targets.iter().map(move |it| (row, it))) {
        let is_judged = is_whole(evidence.run) || is_of_tests(target);
        match target.outcome {
            TargetOutcome::Missed if is_judged => all.found.push(finding(row, target)),
            TargetOutcome::Met if is_judged => {}
            _ => drop(all.open.insert(key(row, target))),
        }
    }
    // A suite that did not run says nothing, either; one that has no target any more has no alert.
    let is_known = |name: &str| rows().any(|row| row.name == name);
    let all_there = evidence.suites.is_some() && is_whole(evidence.run);
    let entries = remembered.iter().filter(|entry| is_target(&entry.key) && !all_there);
    for key in entries.map(|entry| &entry.key) {
        if !key.function.as_deref().is_some_and(is_known) {
            all.open.insert(key.clone());
        }
    }
}

fn is_of_tests(target: &SuiteTarget) -> bool {
    target.unit == TargetUnit::Share
}

/// The beginning of the metrics of such keys: a function has budgets of the same names.
const SUITE: &str = "suite.";

fn is_target(key: &AlertKey) -> bool {
    let metric = key.metric.as_deref();
    key.kind == AlertKind::Budget && metric.is_some_and(|metric| metric.starts_with(SUITE))
}

fn key(row: &SuiteRow, target: &SuiteTarget) -> AlertKey {
    let part = if target.unit == TargetUnit::Own { "metrics." } else { "" };
    AlertKey {
        kind: AlertKind::Budget,
        function: Some(row.name.clone()),
        identity: None,
        metric: Some(format!("{SUITE}{part}{}", target.figure)),
        baseline: target.baseline.clone(),
    }
}

fn finding(row: &SuiteRow, target: &SuiteTarget) -> Finding {
    let text = |value: f64| target.unit.text(value);
    let value = target.value.map(text).unwrap_or_default();
    let side = if target.at_least { "under" } else { "over" };
    let figure = target.figure.replace('-', " ");
    let figure = if target.unit == TargetUnit::Own { &target.figure } else { &figure };
    let against = target.baseline.as_ref().map(|name| format!("against baseline {name}"));
    let range = target.interval.map(|(low, high)| format!("{} to {}", text(low), text(high)));
    let reason = Some(target.reason.clone()).filter(|reason| !reason.is_empty());
    let place = format!("perf.toml:{}", target.line);
    let reasons = [against, range, reason, Some(place)].into_iter().flatten();
    let excess = target.value.and_then(|value| change_pct(target.limit, value));
    // What was judged by an interval, or has no noise, is certain as it is.
    let is_measured = target.unit == TargetUnit::Ns || target.unit == TargetUnit::Bytes;
    let certain = !is_measured || excess.is_none_or(|pct| pct > CERTAIN_EXCESS_PCT);
    let exact = matches!(target.unit, TargetUnit::Share | TargetUnit::Own);
    let what = AlertText {
        title: format!(
            "{}: {figure} {value}, {side} the target of {}",
            row.name,
            text(target.limit)
        ),
        reason: reasons.collect::<Vec<_>>().join("; "),
        before: Some(target.limit),
        now: target.value,
        unit: unit(target.unit),
        change_pct: excess,
        ..AlertText::default()
    };
    Finding { key: key(row, target), certain, exact, what }
}

fn unit(unit: TargetUnit) -> Option<String> {
    let word = match unit {
        TargetUnit::Ns => "ns",
        TargetUnit::Bytes => "bytes",
        TargetUnit::Share => "share",
        TargetUnit::Pct | TargetUnit::Own => return None,
    };
    Some(word.to_owned())
}
