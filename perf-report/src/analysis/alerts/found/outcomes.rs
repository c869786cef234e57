//! Findings of benchmarks that did not end well: a finding for each, beside which the others are judged.

use super::{Finding, Found, plain};
use crate::model::{AlertEntry, AlertKey, AlertKind, BenchOutcome, Function, RunDocument};

/// Finds the benchmarks that did not end well. What a run does not have it says nothing of.
pub(super) fn outcomes(run: Option<&RunDocument>, remembered: &[AlertEntry], all: &mut Found) {
    let Some(run) = run.filter(|run| !run.is_empty()) else {
        all.unjudged.insert(AlertKind::Outcome);
        return;
    };
    all.found.extend(run.functions.iter().filter_map(finding));
    let is_there = |key: &AlertKey| {
        let mut measured = run.functions.iter().filter(|it| it.harness().is_some());
        measured.any(|function| key.function.as_ref() == Some(&function.name))
    };
    let of_outcomes = remembered.iter().map(|entry| &entry.key);
    let gone = of_outcomes.filter(|key| key.kind == AlertKind::Outcome && !is_there(key));
    all.open.extend(gone.cloned());
}

/// Returns whether the command failed since benchmarks did not end well, and for no other reason that is known.
pub(super) fn explain_the_end(run: &RunDocument) -> bool {
    run.run.signal.is_none() && run.functions.iter().any(|function| finding(function).is_some())
}

fn finding(function: &Function) -> Option<Finding> {
    let what = match function.outcome()? {
        BenchOutcome::Ok => return None,
        BenchOutcome::Timeout => "took longer than its limit",
        BenchOutcome::Memory => "had more memory than its limit",
        BenchOutcome::Cpu => "used more of the processors than its limit",
        BenchOutcome::Errors => "failed more often than its limit allows",
        BenchOutcome::Panicked => "panicked",
        BenchOutcome::Killed => "was killed in the middle of it",
    };
    let function = Some(function.name.clone());
    let title = format!("{}: {what}", function.as_deref().unwrap_or_default());
    let key = AlertKey { function, ..AlertKey::of_command(AlertKind::Outcome) };
    Some(plain(key, title, "so its time is not judged; the others are"))
}
