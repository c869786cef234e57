//! What went well in a run, and what did not.

use std::collections::BTreeMap;

use crate::analysis::score::ratio::of_verdict;
use crate::analysis::score::{self, targets};
use crate::model::{
    Because, BenchOutcome, BudgetResult, COMMAND, Change, Comparison, Function, FunctionKind,
    Metric, RunDocument, Statement, StatementKind, Verdict,
};
use crate::stats::number::{change_pct, float};
use crate::text::units;
use crate::verdict::words::Words;

/// Targets that one sentence names.
const NAMED: usize = 3;

/// Returns the good news: certain improvements, what saves most first; errors that are gone; targets that are met.
pub(super) fn well(run: &RunDocument, comparison: &Comparison) -> Vec<Statement> {
    let mut found: Vec<Statement> = of_verdict(comparison, Verdict::Improved)
        .into_iter()
        .map(|row| change(run, comparison, row, StatementKind::Improvement))
        .collect();
    found.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    found.extend(targets_met(comparison));
    found
}

/// Returns the bad news: what failed, then the rest by its cost, the costliest first.
pub(super) fn badly(
    run: &RunDocument,
    comparison: &Comparison,
    settings: &score::Settings,
) -> Vec<Statement> {
    let mut costly: Vec<Statement> = Vec::new();
    for (verdict, kind) in [
        (Verdict::Regression, StatementKind::Regression),
        (Verdict::Degraded, StatementKind::Degradation),
    ] {
        let rows = of_verdict(comparison, verdict);
        let sums_up = rows.iter().any(|row| row.name != COMMAND);
        let news = rows.into_iter().filter(|row| row.name != COMMAND || !sums_up);
        costly.extend(news.map(|row| change(run, comparison, row, kind)));
    }
    let missed = comparison.budgets.iter().filter(|row| row.verdict >= Verdict::Degraded);
    costly.extend(missed.map(target_missed));
    costly.sort_by(|a, b| cost(b).total_cmp(&cost(a)));
    failures(run, settings).into_iter().chain(costly).collect()
}

fn cost(statement: &Statement) -> f64 {
    statement.cost_ns.unwrap_or(0.0)
}

/// Returns a sentence about the run as a whole.
fn of_run(kind: StatementKind, text: String, evidence: String) -> Statement {
    Statement { kind, text, evidence, name: None, cost_ns: None, change_pct: None, p_value: None }
}

/// Returns the failure of the run and of its tests.
fn failures(run: &RunDocument, settings: &score::Settings) -> Vec<Statement> {
    let mut found = Vec::new();
    if let Some(how) = score::ended(run) {
        found.push(of_run(StatementKind::Failure, "the run did not succeed".to_owned(), how));
    }
    if let Some(how) = score::bad_ends(run) {
        let code = run.run.exit_code.filter(|code| *code != 0);
        let code = code.map_or_else(String::new, |code| format!("; the command ended with {code}"));
        let evidence = format!("{}{code}", ends(run));
        found.push(of_run(StatementKind::Errors, how, evidence));
    }
    if let Some(how) = score::failed_tests(run) {
        let bad = |suite: &&crate::model::Suite| suite.failed.is_some_and(|failed| failed > 0);
        let suites: Vec<String> = run
            .suites
            .iter()
            .filter(bad)
            .map(|it| format!("{} {}", it.name, units::count(it.failed.unwrap_or(0))))
            .collect();
        let evidence =
            if suites.is_empty() { how.clone() } else { format!("failed: {}", suites.join(", ")) };
        found.push(of_run(StatementKind::Tests, how, evidence));
    }
    if found.is_empty()
        && let Some(how) = score::failure(run, settings)
    {
        let panicking = run.functions.iter().filter(|it| it.panics > 0);
        let names: Vec<String> = panicking.map(|it| format!("{} {}", it.name, it.panics)).collect();
        found.push(of_run(StatementKind::Errors, how, format!("panics: {}", names.join(", "))));
    }
    found
}

/// Counts how benchmarks ended that did not end well: `1 timeout, 2 panicked`.
fn ends(run: &RunDocument) -> String {
    let mut counts: BTreeMap<BenchOutcome, u64> = BTreeMap::new();
    for outcome in run.functions.iter().filter_map(Function::outcome) {
        *counts.entry(outcome).or_default() += 1;
    }
    counts.remove(&BenchOutcome::Ok);
    let each = counts.iter().map(|(outcome, count)| format!("{} {outcome}", units::count(*count)));
    each.collect::<Vec<_>>().join(", ")
}

/// Returns a change that is certain.
fn change(
    run: &RunDocument,
    comparison: &Comparison,
    row: &Change,
    kind: StatementKind,
) -> Statement {
    if let Some(statement) = ended(row) {
        return statement;
    }
    let of_errors = matches!(row.metric, Metric::Errors | Metric::Panics | Metric::Success);
    let words = Words::of([comparison.baseline_runs, comparison.current_runs]);
    let (values, why) = words.parts(row);
    let is_gone = of_errors && row.metric != Metric::Success && row.current == Some(0.0);
    let (text, values) = if is_gone {
        (format!("{}: no {} any more", row.name, row.metric.title()), Some(values))
    } else {
        (format!("{}: {values}", row.name), None)
    };
    let cost_ns = cost_of(run, comparison, row);
    let cost = cost_ns.map(|ns| {
        let verb = if ns < 0.0 { "saves" } else { "costs" };
        format!("{verb} {} a run", units::duration(ns.abs()))
    });
    let failed = of_errors.then(|| failed_of(run, row)).flatten();
    let known = [cost, values, why, failed].into_iter().flatten().collect::<Vec<_>>().join("; ");
    Statement {
        kind: if of_errors { StatementKind::Errors } else { kind },
        text,
        // The sentence has the values; the figures behind it never say them again.
        evidence: if known.is_empty() { against(comparison, row) } else { known },
        name: Some(row.name.clone()),
        cost_ns,
        change_pct: row.change_pct,
        p_value: row.p_value,
    }
}

/// Counts the calls of a function that failed: `5 of 412 calls failed`.
fn failed_of(run: &RunDocument, row: &Change) -> Option<String> {
    let function = run.functions.iter().find(|it| it.name == row.name).filter(|it| it.calls > 0)?;
    let one = if function.kind == FunctionKind::Benchmark { "iteration" } else { "call" };
    let of = units::plural(function.calls, one);
    Some(match row.metric {
        Metric::Panics => format!("{} of {of} ended by a panic", units::count(function.panics)),
        _ => format!("{} of {of} failed", units::count(function.errors)),
    })
}

/// Returns what a row was held against, where there is nothing else to say.
fn against(comparison: &Comparison, row: &Change) -> String {
    let Some(baseline) = &comparison.baseline else { return "no baseline".to_owned() };
    let runs = units::plural(comparison.baseline_runs, "run");
    match row.change_pct {
        Some(_) => format!("against {baseline}, {runs}"),
        None => format!("not so in {baseline}, {runs}"),
    }
}

/// Returns the sentence on a benchmark that did not end well; `None` of any other row.
fn ended(row: &Change) -> Option<Statement> {
    let end = row.because.iter().find_map(|it| match it {
        Because::Ended { outcome, before } => Some((*outcome, *before)),
        _ => None,
    });
    let (outcome, before) = end?;
    let text = format!("{}: {}", row.name, outcome.sentence());
    let evidence = match before {
        Some(before) => format!("in the baseline {}", before.sentence()),
        None => "so it has no time to judge".to_owned(),
    };
    let name = Some(row.name.clone());
    Some(Statement { name, ..of_run(StatementKind::Errors, text, evidence) })
}

/// Returns the cost of a change in nanoseconds a run; `None` where it is not known.
fn cost_of(run: &RunDocument, comparison: &Comparison, row: &Change) -> Option<f64> {
    if row.name == COMMAND {
        let of_time = matches!(row.metric, Metric::WallNs | Metric::CpuNs);
        return of_time.then(|| Some(row.current? - row.baseline?)).flatten();
    }
    if let Some(cause) = comparison.causes.iter().find(|cause| cause.name == row.name) {
        return Some(cause.change_ns);
    }
    let function: &Function = run.functions.iter().find(|it| it.name == row.name)?;
    let by = row.current? - row.baseline?;
    match row.metric {
        Metric::SelfNs => Some(by * float(function.measured_calls())),
        Metric::Calls if function.kind.is_function() => Some(by * function.self_ns_a_call()?),
        _ => None,
    }
}

fn target_missed(row: &BudgetResult) -> Statement {
    Statement {
        name: Some(row.name.clone()),
        ..of_run(
            StatementKind::Target,
            format!("a target is missed: {}", targets::in_words(row)),
            beyond(row),
        )
    }
}

/// Returns how far a value is beyond its limit, and who set that: the values stand in the sentence before.
fn beyond(row: &BudgetResult) -> String {
    let pct = row.actual.and_then(|actual| change_pct(row.allowed, actual));
    let by = pct.map_or_else(String::new, |pct| format!("{} ", units::percent(pct.abs())));
    let origin = row.because.iter().find_map(|it| match it {
        Because::OverBudget { origin } => Some(format!("{by}over the budget {origin}")),
        Because::OutOfBounds { .. } => Some(format!("{by}beyond the limit that perf.toml sets")),
        _ => None,
    });
    let warns = row.because.iter().any(|it| matches!(it, Because::OnlyWarns { .. }));
    let warning = if warns { "; a warning only" } else { "" };
    origin.map_or_else(|| row.reason.clone(), |text| text + warning)
}

fn targets_met(comparison: &Comparison) -> Option<Statement> {
    let rows: Vec<&BudgetResult> = targets::known(comparison).collect();
    let met: Vec<String> =
        rows.iter().filter(|row| targets::is_met(row)).map(|row| targets::in_words(row)).collect();
    if met.is_empty() {
        return None;
    }
    let (number, all) = (met.len() as u64, units::plural(rows.len() as u64, "target"));
    let verb = if number == 1 { "is" } else { "are" };
    let text = format!("{} of {all} {verb} met", units::count(number));
    let more = number.saturating_sub(NAMED as u64);
    let rest = if more > 0 { format!("; and {} more", units::count(more)) } else { String::new() };
    let named = met.get(..NAMED).unwrap_or(&met).join("; ");
    Some(of_run(StatementKind::Target, text, format!("{named}{rest}")))
}
