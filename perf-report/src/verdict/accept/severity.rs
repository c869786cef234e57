//! Functions and metrics that are not judged, or only warn, as `perf.toml` says.

use std::collections::BTreeSet;

use crate::model::{
    Because, BudgetKind, BudgetResult, Comparison, Metric, RunDocument, Verdict, Waived, Waiver,
};
use crate::text::units;
use crate::verdict::limits::{Limits, Severity};

/// Takes out the rows of functions and metrics that are switched off, and counts the functions.
pub(super) fn drop_ignored(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    let allowances = &limits.allowances;
    let rows = comparison.functions.iter().filter(|row| row.metric.is_of_function());
    let names = rows.map(|row| row.name.as_str());
    let names = names.chain(current.functions.iter().map(|function| function.name.as_str()));
    let ignored =
        names.filter(|name| allowances.is_off(name)).collect::<BTreeSet<_>>().len() as u64;
    comparison.functions.retain(|row| {
        row.metric.is_custom() || allowances.severity_of(&row.name, row.metric) != Severity::Off
    });
    comparison.ignored = ignored;
    if ignored > 0 {
        let verb = if ignored == 1 { "is" } else { "are" };
        let functions = units::plural(ignored, "function");
        comparison.notes.push(format!("{functions} {verb} not judged, as perf.toml says"));
    }
}

/// Makes of what only warns `degraded` at most, and waives it whatever it is.
pub(super) fn lower_warnings(comparison: &mut Comparison, limits: &Limits) {
    let blessed: BTreeSet<(String, Option<Metric>)> =
        comparison.waived.iter().map(|it| (it.name.clone(), it.metric)).collect();
    let rows = comparison.functions.iter_mut().filter(|row| !row.metric.is_custom());
    for row in rows.filter(|row| row.verdict >= Verdict::Inconclusive) {
        let is_blessed = blessed.contains(&(row.name.clone(), Some(row.metric)));
        if is_blessed || limits.allowances.severity_of(&row.name, row.metric) != Severity::Warn {
            continue;
        }
        if row.verdict == Verdict::Regression {
            row.verdict = Verdict::Degraded;
            let given = limits.allowances.severity(&row.name);
            row.because.push(Because::OnlyWarns { line: given.map(|given| given.line as u64) });
        }
        comparison.waived.push(waiver(&row.name, Some(row.metric), None));
    }
    lower_budgets(comparison, limits);
}

fn lower_budgets(comparison: &mut Comparison, limits: &Limits) {
    for row in &mut comparison.budgets {
        let Some(line) = warns(row, limits) else { continue };
        if row.verdict < Verdict::Inconclusive {
            continue;
        }
        if row.verdict == Verdict::Regression {
            row.verdict = Verdict::Degraded;
            row.because.push(Because::OnlyWarns { line: Some(line as u64) });
        }
        comparison.waived.push(waiver(&row.name, None, Some(row.limit)));
    }
}

/// Returns the line that says that a budget only warns, if one does.
fn warns(row: &BudgetResult, limits: &Limits) -> Option<usize> {
    let given = match row.limit {
        // These are of the program's own metrics, of which functions know nothing.
        BudgetKind::Min | BudgetKind::Max => None,
        _ => limits.allowances.severity(&row.name),
    };
    given.filter(|given| given.value == Severity::Warn).map(|given| given.line)
}

fn waiver(name: &str, metric: Option<Metric>, limit: Option<BudgetKind>) -> Waiver {
    Waiver { name: name.to_owned(), metric, limit, by: Waived::Severity }
}
