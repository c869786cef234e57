//! The targets of a project: the limits that `comparison` has judged, as scores.

use super::curve::Curve;
use super::spread::Figure;
use crate::model::{
    BudgetKind, BudgetResult, COMMAND, Category, Comparison, RunDocument, Scale, ScorePart, Verdict,
};
use crate::text::units;

/// Returns the targets that a value is known of.
pub(crate) fn known(comparison: &Comparison) -> impl Iterator<Item = &BudgetResult> {
    comparison
        .budgets
        .iter()
        .filter(|row| row.actual.is_some() && row.verdict != Verdict::Inconclusive)
}

/// Returns whether a target is met.
pub(crate) fn is_met(row: &BudgetResult) -> bool {
    row.actual.is_some_and(|actual| match row.limit {
        BudgetKind::Min => actual >= row.allowed,
        _ => actual <= row.allowed,
    })
}

/// Returns a figure on the scale of its target, 0 to 100.
pub(super) fn points(limit: BudgetKind, allowed: f64, figure: f64) -> f64 {
    let is_positive = allowed > 0.0 && figure > 0.0;
    match limit {
        BudgetKind::Min if is_positive => Curve::of_target(1.0).at(allowed / figure),
        BudgetKind::Min => {
            if figure >= allowed {
                100.0
            } else {
                0.0
            }
        }
        // Of what may not be at all, or of what is below zero, no ratio says anything.
        _ if is_positive => Curve::of_target(allowed).at(figure),
        _ => {
            if figure <= allowed {
                100.0
            } else {
                0.0
            }
        }
    }
}

/// Returns the part of a category by the targets that are of one of `kinds`: their mean. `None` without one.
pub(super) fn part(
    category: Category,
    kinds: &[BudgetKind],
    runs: &[RunDocument],
    comparison: &Comparison,
) -> Option<ScorePart> {
    let rows: Vec<&BudgetResult> =
        known(comparison).filter(|row| kinds.contains(&row.limit)).collect();
    let scores: Vec<Figure> = rows
        .iter()
        .filter_map(|row| {
            Some(figure(row, runs)?.map(|figure| points(row.limit, row.allowed, figure)))
        })
        .collect();
    if scores.is_empty() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "nobody sets so many targets")]
    let mean = |of: fn(&Figure) -> f64| scores.iter().map(of).sum::<f64>() / scores.len() as f64;
    Some(ScorePart {
        category,
        value: mean(|it| it.value),
        low: mean(|it| it.low),
        high: mean(|it| it.high),
        weight: 0.0,
        scale: Scale::Target,
        evidence: evidence(&rows),
    })
}

/// Returns the figure of a target, with the ends that several runs show about it.
fn figure(row: &BudgetResult, runs: &[RunDocument]) -> Option<Figure> {
    let actual = row.actual?;
    let of_run = |run: &RunDocument| match row.name.as_str() {
        COMMAND => row.limit.value_of_command(run.process.own_usage()),
        name => {
            let function = run.functions.iter().find(|function| function.name == name)?;
            row.limit.value_of(function)
        }
    };
    let values: Vec<f64> = runs.iter().filter_map(of_run).collect();
    let spread = Figure::of(&values).filter(|figure| figure.value > 0.0);
    Some(spread.map_or(Figure::exact(actual), |spread| Figure {
        value: actual,
        low: actual * (spread.low / spread.value),
        high: actual * (spread.high / spread.value),
    }))
}

/// Returns the target that is nearest to its limit, or farthest beyond it, and the number of all.
fn evidence(rows: &[&BudgetResult]) -> String {
    let part = |row: &BudgetResult| row.actual.map_or(0.0, |actual| actual / row.allowed);
    let Some(tightest) =
        rows.iter().max_by(|a, b| part(a).total_cmp(&part(b)).then_with(|| b.name.cmp(&a.name)))
    else {
        return String::new();
    };
    let met = rows.iter().filter(|row| is_met(row)).count() as u64;
    let all = rows.len() as u64;
    let tightest = in_words(tightest);
    match all {
        1 => tightest,
        all => format!(
            "{} of {} met; tightest: {tightest}",
            units::count(met),
            units::plural(all, "target")
        ),
    }
}

/// Writes a target with its value: `p99 of app::parse 1.20 ms of 2.00 ms`.
pub(crate) fn in_words(row: &BudgetResult) -> String {
    let number = |value: f64| row.limit.unit().text(value);
    let actual = row.actual.map_or_else(|| "nothing".to_owned(), number);
    let of = if row.name == COMMAND { String::new() } else { format!(" of {}", row.name) };
    format!("{}{of} {actual}, target {}", row.limit.title(), number(row.allowed))
}
