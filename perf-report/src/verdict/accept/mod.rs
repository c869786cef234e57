//! The decisions of people on findings, applied to the finished rows: functions and metrics that are not
//! judged or only warn ([`severity`]), regressions that were accepted ([`bless`]), a [`command`] and
//! [`callers`] that are slower only for these; and whether what is left fails ([`gate`]).

mod allowance;
mod bless;
mod callers;
mod command;
mod gate;
mod severity;

#[cfg(test)]
mod tests;

use super::limits::Limits;
use super::sides::Sides;
use crate::model::{Comparison, RunDocument, Verdict, budget_order, worst_first};

pub use gate::{FailOn, Failure, Gate, failures, gate};

/// Applies what `limits` say of functions to the rows of `comparison`. What is left has its verdict,
/// its order and its numbers anew.
pub(crate) fn apply(
    comparison: &mut Comparison,
    limits: &Limits,
    sides: Option<Sides<'_>>,
    current: &RunDocument,
) {
    severity::drop_ignored(comparison, limits, current);
    bless::apply(comparison, limits, current);
    severity::lower_warnings(comparison, limits);
    command::lower(comparison, limits, current);
    sum_up(comparison);
    if let Some(sides) = sides {
        callers::excuse(comparison, sides, limits);
    }
}

/// Orders the rows, counts them, and takes the worst verdict for that of all.
fn sum_up(comparison: &mut Comparison) {
    comparison.functions.sort_by(worst_first);
    comparison.budgets.sort_by(budget_order);
    let verdicts = comparison.functions.iter().map(|row| row.verdict);
    let is_judged =
        |verdict: &Verdict| !matches!(verdict, Verdict::Inconclusive | Verdict::Changed);
    comparison.judged = verdicts.clone().filter(is_judged).count() as u64;
    comparison.of = comparison.functions.len() as u64;
    let of_budgets = comparison.budgets.iter().map(|row| row.verdict);
    comparison.verdict = verdicts.chain(of_budgets).max().unwrap_or(Verdict::Inconclusive);
}
