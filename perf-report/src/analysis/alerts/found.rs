//! The findings of a round: from a judged run, its history and its suites to what an alert is about.

mod courses;
mod outcomes;
mod regressions;
mod targets;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub(super) use regressions::of_key;

use super::Finding;
use super::known::Known;
use crate::model::{
    AlertEntry, AlertKey, AlertKind, AlertText, BudgetResult, Comparison, DeclineDocument,
    HistoryDocument, Reliability, ReliabilityWord, RunDocument, Suite, SuitesDocument, TestOutcome,
    Unit, Verdict, unit_word,
};
use crate::stats::number::{change_pct, float, share_pct};
use crate::text::units;
use crate::text::values::period;
use crate::verdict::FailOn;

/// The excess over a budget for times, in per cent, that one run alone proves.
const CERTAIN_EXCESS_PCT: f64 = 10.0;
/// The share of the time in tracked functions that recording may take, in per cent.
const LARGEST_OVERHEAD_PCT: f64 = 50.0;

/// The time of recording from which on its share is told, in nanoseconds: a program that ends sooner ends before
/// recording has settled.
const SMALLEST_OVERHEAD_NS: u64 = 100_000_000;
/// The fewest runs of which a share says something.
const FEWEST_RUNS: u64 = 5;

/// All that is known at the end of a round.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The run that was judged; `None` where none could be made or found.
    pub run: Option<&'a RunDocument>,
    /// The reason for which there is no run, in words.
    pub no_run: Option<&'a str>,
    /// The comparison of the run with its baseline; `None` where it could not be judged.
    pub comparison: Option<&'a Comparison>,
    /// True where its baseline was kept on purpose; the last runs before are no decision of anybody.
    pub is_kept: bool,
    /// Reasons to fail besides regressions and budgets.
    pub fail_on: Option<&'a BTreeSet<FailOn>>,
    /// The change for the worse in per cent above which an alert holds where noise hides the answer; without
    /// it, noise ends none.
    pub hold_pct: Option<f64>,
    /// The functions that became worse run by run, a document a metric.
    pub declines: &'a [DeclineDocument],
    /// The courses of the functions, a document a metric.
    pub histories: &'a [HistoryDocument],
    /// The suites of the run, held against their targets; `None` where it has none.
    pub suites: Option<&'a SuitesDocument>,
    /// The reliability of the command over its last runs.
    pub reliability: Option<&'a Reliability>,
    /// The score at its better end, and the least that is asked for.
    pub score: Option<(f64, f64)>,
    /// The age of the newest run and the most that is allowed, in nanoseconds, where it is too old.
    pub too_old: Option<(f64, f64)>,
}

/// The findings of a round, and what it says nothing of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The findings.
    pub found: Vec<Finding>,
    /// The kinds of which it says nothing.
    pub unjudged: BTreeSet<AlertKind>,
    /// The keys of which it says nothing.
    pub open: BTreeSet<AlertKey>,
    /// The keys that somebody accepted, or that are better than ever.
    pub settled: BTreeSet<AlertKey>,
}

/// Makes the findings of a round. `remembered` is what already fires.
pub fn find(evidence: &Evidence<'_>, remembered: &[AlertEntry]) -> Found {
    // What is looked at has names of this round, what is remembered has those of others.
    let known = Known::of(evidence.run, remembered);
    let remembered = &known.in_this_round(remembered);
    let mut all = Found::default();
    ended(evidence, &mut all);
    outcomes::outcomes(evidence.run, remembered, &mut all);
    match evidence.comparison.filter(|it| !it.advisory && is_whole(evidence.run)) {
        Some(comparison) => {
            regressions::regressions(comparison, evidence, remembered, &mut all);
            budgets(comparison, &mut all);
        }
        None => all.unjudged.extend([AlertKind::Regression, AlertKind::Budget]),
    }
    if is_whole(evidence.run) && !(evidence.declines.is_empty() && evidence.histories.is_empty()) {
        courses::declines(evidence, remembered, &mut all);
    } else {
        all.unjudged.extend([AlertKind::Decline, AlertKind::MemoryGrowth]);
    }
    targets::targets(evidence, remembered, &mut all);
    reliability(evidence.reliability, &mut all);
    score(evidence.score, &mut all);
    overhead(evidence.run, &mut all);
    known.identified(all)
}

/// Returns whether the run says something of times: it ended well, and recorded something. A benchmark that did
/// not end well takes nothing from the others.
fn is_whole(run: Option<&RunDocument>) -> bool {
    let is_well = |run: &RunDocument| !run.run.has_failed() || outcomes::explain_the_end(run);
    run.is_some_and(|run| is_well(run) && !run.is_empty())
}

/// Finds commands and tests that failed, and runs that recorded nothing.
fn ended(evidence: &Evidence<'_>, all: &mut Found) {
    if let Some(reason) = evidence.no_run {
        let title = "the command could not be run".to_owned();
        all.found.push(plain(AlertKey::of_command(AlertKind::Failed), title, reason));
        all.unjudged.insert(AlertKind::Missing);
        return;
    }
    if let Some((age, allowed)) = evidence.too_old {
        let [age, allowed] = [age, allowed].map(period);
        let title = format!("the newest run is {age} old");
        let reason = format!("{allowed} is the most that is allowed");
        all.found.push(plain(AlertKey::of_command(AlertKind::Missing), title, &reason));
    }
    let Some(run) = evidence.run else {
        all.unjudged.insert(AlertKind::Failed);
        return;
    };
    let failed: Vec<_> = run.suites.iter().filter_map(suite).collect();
    if failed.is_empty() && run.run.has_failed() && !outcomes::explain_the_end(run) {
        let end = match (run.run.signal, run.run.exit_code) {
            (Some(signal), _) => format!("was ended by signal {signal}"),
            (None, code) => format!("ended with exit code {}", code.unwrap_or_default()),
        };
        let reason = "so its times are not judged";
        let key = AlertKey::of_command(AlertKind::Failed);
        all.found.push(plain(key, format!("the command {end}"), reason));
    } else if failed.is_empty() && run.is_empty() && evidence.too_old.is_none() {
        let reason = "the command ended well, and no process of it recorded anything";
        let key = AlertKey::of_command(AlertKind::Missing);
        all.found.push(plain(key, "nothing was recorded".to_owned(), reason));
    }
    all.found.extend(failed);
}

fn suite(suite: &Suite) -> Option<Finding> {
    let failed = suite.failed.unwrap_or(0);
    let is_well = failed == 0 && !suite.ended_badly();
    if is_well {
        return None;
    }
    let what = match (failed, suite.signal, suite.exit_code) {
        (0, Some(signal), _) => format!("ended by signal {signal}"),
        (0, None, code) => format!("ended with exit code {}", code.unwrap_or_default()),
        (failed, ..) => format!("{} failed", units::plural(failed, "test")),
    };
    let tests = suite.tests.iter().filter(|it| it.outcome == TestOutcome::Failed);
    let names: Vec<&str> = tests.take(3).map(|it| it.name.as_str()).collect();
    let more = failed.saturating_sub(names.len() as u64);
    let more =
        if more > 0 && !names.is_empty() { format!(" and {more} more") } else { String::new() };
    let names = (!names.is_empty()).then(|| names.join(", ") + &more);
    let passed = suite.passed.map(|it| format!("{} passed", units::count(it)));
    let reason = names.into_iter().chain(passed).collect::<Vec<_>>().join("; ");
    let key =
        AlertKey { function: Some(suite.name.clone()), ..AlertKey::of_command(AlertKind::Failed) };
    Some(plain(key, format!("{}: {what}", suite.name), &reason))
}

/// Makes a finding without values and without noise.
fn plain(key: AlertKey, title: String, reason: &str) -> Finding {
    let what = AlertText { title, reason: reason.to_owned(), ..AlertText::default() };
    Finding { key, certain: true, exact: true, what }
}

/// Returns the name that a metric has in documents.
fn word(metric: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(metric).ok()?.as_str().map(str::to_owned)
}

fn budgets(comparison: &Comparison, all: &mut Found) {
    let waived: BTreeSet<_> =
        comparison.waived.iter().filter_map(|it| Some((it.name.as_str(), it.limit?))).collect();
    for row in &comparison.budgets {
        let key = AlertKey {
            kind: AlertKind::Budget,
            function: Some(row.name.clone()),
            identity: None,
            metric: word(row.limit),
            baseline: None,
        };
        match row.verdict {
            _ if waived.contains(&(row.name.as_str(), row.limit)) => {
                all.settled.insert(key);
            }
            Verdict::Regression => all.found.push(budget(key, row)),
            Verdict::Inconclusive => drop(all.open.insert(key)),
            _ => {}
        }
    }
}

fn budget(key: AlertKey, row: &BudgetResult) -> Finding {
    let exact = row.limit.unit() == Unit::Own;
    let excess = row.actual.and_then(|actual| change_pct(row.allowed, actual));
    let text = |value: f64| row.limit.unit().text(value);
    let actual = row.actual.map(text).unwrap_or_default();
    let what = AlertText {
        title: format!(
            "{}: {} {actual}, over the budget of {}",
            row.name,
            row.limit.title(),
            text(row.allowed)
        ),
        reason: row.reason.clone(),
        before: Some(row.allowed),
        now: row.actual,
        unit: unit_word(row.limit.unit()),
        change_pct: excess,
        ..AlertText::default()
    };
    let is_clear = excess.is_none_or(|pct| pct.abs() > CERTAIN_EXCESS_PCT);
    Finding { key, certain: exact || is_clear, exact, what }
}

fn reliability(of: Option<&Reliability>, all: &mut Found) {
    let known = of.filter(|it| it.of >= FEWEST_RUNS);
    let Some((it, word)) = known.and_then(|it| Some((it, it.word?))) else {
        all.unjudged.insert(AlertKind::Reliability);
        return;
    };
    if word != ReliabilityWord::NeedsAttention {
        return;
    }
    let share = float(it.succeeded) / float(it.of);
    let (low, high) = it.interval_pct.unwrap_or((0.0, 100.0));
    let [low, high] = [low, high].map(units::coarse_percent);
    let what = AlertText {
        title: format!("{} of the last {} succeeded", it.succeeded, units::plural(it.of, "run")),
        reason: format!(
            "{word}: {} ({low} to {high}){}",
            units::coarse_percent(share * 100.0),
            it.latest_failure.as_ref().map(|it| format!("; last: {it}")).unwrap_or_default(),
        ),
        now: Some(share),
        unit: unit_word(Unit::Share),
        ..AlertText::default()
    };
    let key = AlertKey::of_command(AlertKind::Reliability);
    all.found.push(Finding { key, certain: true, exact: false, what });
}

fn score(score: Option<(f64, f64)>, all: &mut Found) {
    let Some((value, least)) = score else {
        all.unjudged.insert(AlertKind::Score);
        return;
    };
    if value >= least {
        return;
    }
    let what = AlertText {
        title: format!("score {value:.0}, below {least:.0}"),
        reason: format!("{value:.1} is the better end of what it may be"),
        before: Some(least),
        now: Some(value),
        ..AlertText::default()
    };
    let key = AlertKey::of_command(AlertKind::Score);
    all.found.push(Finding { key, certain: false, exact: false, what });
}

fn overhead(run: Option<&RunDocument>, all: &mut Found) {
    let Some(run) = run.filter(|run| run.process.count > 0) else {
        all.unjudged.insert(AlertKind::Overhead);
        return;
    };
    let key = AlertKey::of_command(AlertKind::Overhead);
    let open = run.process.processes.iter().filter(|it| it.breaker == "open").count() as u64;
    if open > 0 {
        let processes = units::processes(open);
        let title = format!("recording was switched off in {processes}");
        all.found.push(plain(key, title, "the circuit breaker was open at the end"));
        return;
    }
    let taken = run.recording.overhead_ns.unwrap_or(0);
    let share = share_pct(taken, run.own_ns().saturating_add(taken));
    if share > LARGEST_OVERHEAD_PCT && taken > SMALLEST_OVERHEAD_NS {
        let share = units::coarse_percent(share);
        let title = format!("recording takes {share} of the time in tracked functions");
        let reason = format!("more than {}", units::coarse_percent(LARGEST_OVERHEAD_PCT));
        let finding = plain(key, title, &reason);
        all.found.push(Finding { certain: false, exact: false, ..finding });
    }
}
