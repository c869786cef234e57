//! The sentences on limits that a run keeps, or does not.

use crate::model::{Because, BudgetKind, BudgetResult, Metric, MetricKind};

/// Returns why a budget has its verdict.
pub(super) fn reason(row: &BudgetResult) -> String {
    let clauses: Vec<String> =
        row.because.iter().filter_map(|ground| of_budget(ground, row)).collect();
    clauses.join("; ")
}

/// Returns how a value lies to its budget.
fn of_budget(ground: &Because, row: &BudgetResult) -> Option<String> {
    let (what, unit) = (row.limit.title(), row.limit.unit());
    let budget = |origin| format!("the budget of {} {origin}", unit.text(row.allowed));
    let value = || {
        let is_estimate = row.because.iter().any(|it| matches!(it, Because::Estimated { .. }));
        let mark = if is_estimate { "~" } else { "" };
        format!("{what} {mark}{}", unit.text(row.actual.unwrap_or_default()))
    };
    Some(match ground {
        Because::OverBudget { origin } => format!("{}, over {}", value(), budget(*origin)),
        Because::WithinBudget { origin } => format!("{}, within {}", value(), budget(*origin)),
        Because::BudgetOfUncalled { origin } => {
            format!("never called, so {} for {what} says nothing", budget(*origin))
        }
        Because::BudgetOfUnmeasured { origin } => {
            format!("{what} not measured, so {} says nothing", budget(*origin))
        }
        Because::OnlyWarns { line: Some(line) } => {
            format!("a warning only, by perf.toml:{line}")
        }
        _ => return of_bounds(ground, row),
    })
}

/// Returns how a value that a program recorded of itself lies to the least, or the most, that it may be.
fn of_bounds(ground: &Because, row: &BudgetResult) -> Option<String> {
    let (bound, beyond) = match row.limit {
        BudgetKind::Min => ("minimum", "below"),
        _ => ("maximum", "above"),
    };
    let allowed = |kind: MetricKind| Metric::from(kind).number(row.allowed);
    let value = |kind: MetricKind| {
        let value = row.actual.unwrap_or_default();
        format!("{kind} {}", Metric::from(kind).number(value))
    };
    Some(match ground {
        Because::OutOfBounds { metric } => format!(
            "{}, {beyond} the {bound} of {} that perf.toml sets",
            value(*metric),
            allowed(*metric)
        ),
        Because::WithinBounds { metric } => {
            format!("{}, within the {bound} of {}", value(*metric), allowed(*metric))
        }
        Because::BoundOfUnrecorded { metric } => {
            format!("never recorded, so the {bound} of {} says nothing", allowed(*metric))
        }
        _ => return None,
    })
}
