//! What went well in a run, and what did not.

use crate::analysis::score::ratio::of_verdict;
use crate::analysis::score::{self, targets};
use crate::model::{
    BudgetResult, COMMAND, Change, Comparison, Function, Metric, RunDocument, Statement,
    StatementKind, Verdict,
};
use crate::stats::number::float;
use crate::text::units;

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

/// Returns a change that is certain.
fn change(
    run: &RunDocument,
    comparison: &Comparison,
    row: &Change,
    kind: StatementKind,
) -> Statement {
    let of_errors = matches!(row.metric, Metric::Errors | Metric::Panics | Metric::Success);
    let by = row.change_pct.map_or_else(String::new, |pct| format!(" {}", units::change(pct)));
    let number =
        |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |it| row.metric.number(it));
    let (old, new) = (number(row.baseline), number(row.current));
    let title = row.metric.title();
    let is_gone = of_errors && row.metric != Metric::Success && row.current == Some(0.0);
    let text = if is_gone {
        format!("{}: no {title} any more", row.name)
    } else if of_errors {
        format!("{}: {title} {old} → {new}", row.name)
    } else {
        format!("{}: {title}{by}, {old} → {new}", row.name)
    };
    let cost_ns = cost_of(run, comparison, row);
    let cost = cost_ns.map_or_else(String::new, |ns| {
        let verb = if ns < 0.0 { "saves" } else { "costs" };
        format!("{verb} {} a run; ", units::duration(ns.abs()))
    });
    Statement {
        kind: if of_errors { StatementKind::Errors } else { kind },
        text,
        evidence: format!("{cost}{}", row.reason),
        name: Some(row.name.clone()),
        cost_ns,
        change_pct: row.change_pct,
        p_value: row.p_value,
    }
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
            row.reason.clone(),
        )
    }
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
