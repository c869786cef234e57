//! Whether a comparison lets a change through: from verdicts to pass or fail.

use std::collections::BTreeSet;

use crate::model::{Because, BudgetKind, Change, Comparison, Metric, Verdict};

/// What makes `check` fail. Regressions and exceeded budgets always do, the rest when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// Worse by more than the limit; always
    Regression,
    /// Over a budget; always
    Budget,
    /// Worse by more than the lower limit
    Degraded,
    /// Any function called more often than before
    Calls,
    /// Something that could not be judged
    Inconclusive,
    /// No baseline, no run, or a benchmark, suite or test that is gone
    Missing,
    /// A run that is not whole: a failed command, processes or calls that were not recorded
    Incomplete,
}

impl FailOn {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Regression,
        Self::Budget,
        Self::Degraded,
        Self::Calls,
        Self::Inconclusive,
        Self::Missing,
        Self::Incomplete,
    ];

    /// Returns the word for it on the command line and in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Budget => "budget",
            Self::Degraded => "degraded",
            Self::Calls => "calls",
            Self::Inconclusive => "inconclusive",
            Self::Missing => "missing",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Whether a change may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Passed,
    /// Something is worse than allowed.
    Worse,
    /// Something could not be judged, and that was asked to fail.
    Inconclusive,
    /// There was nothing to judge by, and that was asked to fail.
    Missing,
}

/// A row that fails `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure<'a> {
    /// Function, metric, or `command`.
    pub name: &'a str,
    /// The metric that is worse; `None` for a budget.
    pub metric: Option<Metric>,
    /// The budget that is exceeded; `None` for a change.
    pub limit: Option<BudgetKind>,
}

impl Failure<'_> {
    /// Returns what failed of it: `self time`, `the budget for p99`.
    pub fn what(&self) -> String {
        let of_budget = || self.limit.map(|limit| format!("the budget for {}", limit.title()));
        self.metric.map(|metric| metric.title().to_owned()).or_else(of_budget).unwrap_or_default()
    }
}

/// Applies `fail_on` to a comparison. What is worse comes before what is not known.
///
/// The rows of an advisory comparison never fail; budgets do, since they are limits of the run
/// itself. Rows that are [`Comparison::waived`] never fail, whatever was asked for.
pub fn gate(comparison: &Comparison, fail_on: &BTreeSet<FailOn>) -> Gate {
    let asked = |reason| fail_on.contains(&reason);
    if !failures(comparison, fail_on).is_empty() {
        Gate::Worse
    } else if asked(FailOn::Missing) && (comparison.baseline.is_none() || has_lost(comparison)) {
        Gate::Missing
    } else if !comparison.parts_missing.is_empty()
        || (asked(FailOn::Inconclusive) && is_open(comparison))
        || (asked(FailOn::Incomplete) && !comparison.missing.is_empty())
    {
        Gate::Inconclusive
    } else {
        Gate::Passed
    }
}

/// Returns everything that is worse than allowed, in the order of the comparison.
pub fn failures<'a>(comparison: &'a Comparison, fail_on: &BTreeSet<FailOn>) -> Vec<Failure<'a>> {
    let asked = |reason| fail_on.contains(&reason);
    let changes = rows(comparison).filter(|(verdict, row)| match verdict {
        Verdict::Regression => true,
        Verdict::Degraded => {
            let is_calls = row.metric == Some(Metric::Calls);
            asked(FailOn::Degraded) || (asked(FailOn::Calls) && is_calls)
        }
        _ => false,
    });
    let budgets = budgets(comparison).filter(|(verdict, _)| *verdict == Verdict::Regression);
    changes.chain(budgets).map(|(_, row)| row).collect()
}

impl Comparison {
    /// Returns whether something is worse than allowed: a regression that nobody accepted, or an exceeded
    /// budget. That is where `check` ends with 3.
    pub fn has_regressions(&self) -> bool {
        !failures(self, &BTreeSet::new()).is_empty()
    }
}

/// Returns whether a benchmark, a suite or a test of the baseline is gone. Its time may be worse under another
/// name; a tracked function that is gone is in the time of its callers.
fn has_lost(comparison: &Comparison) -> bool {
    let is_gone = |row: &Change| {
        row.verdict == Verdict::Removed
            && row.metric.is_of_function()
            && row.because.iter().any(|it| matches!(it, Because::Gone { self_ns: None }))
    };
    !comparison.advisory && comparison.functions.iter().any(is_gone)
}

/// Returns whether something could not be judged.
fn is_open(comparison: &Comparison) -> bool {
    rows(comparison).chain(budgets(comparison)).any(|(verdict, _)| verdict == Verdict::Inconclusive)
        || (comparison.baseline.is_some() && comparison.of == 0)
}

/// Returns the changes that may fail.
fn rows(comparison: &Comparison) -> impl Iterator<Item = (Verdict, Failure<'_>)> {
    let waived = waived(comparison);
    let rows = comparison.functions.iter().filter(|_| !comparison.advisory);
    let rows = rows.map(|row| {
        (row.verdict, Failure { name: &row.name, metric: Some(row.metric), limit: None })
    });
    rows.filter(move |(_, row)| !waived.contains(row))
}

/// Returns the budgets that may fail.
fn budgets(comparison: &Comparison) -> impl Iterator<Item = (Verdict, Failure<'_>)> {
    let waived = waived(comparison);
    let rows = comparison.budgets.iter().map(|row| {
        (row.verdict, Failure { name: &row.name, metric: None, limit: Some(row.limit) })
    });
    rows.filter(move |(_, row)| !waived.contains(row))
}

fn waived(comparison: &Comparison) -> BTreeSet<Failure<'_>> {
    let rows = comparison.waived.iter();
    rows.map(|it| Failure { name: &it.name, metric: it.metric, limit: it.limit }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Budget, RunDocument, samples};
    use crate::verdict::{Limits, alone, compare};

    #[track_caller]
    fn check(comparison: &Comparison, fail_on: &[FailOn], expected: Gate) {
        assert_eq!(gate(comparison, &fail_on.iter().copied().collect()), expected);
    }

    fn keeping(verdict: Verdict) -> Comparison {
        let mut all = compare(&samples::typical(), &samples::changed(), &Limits::default());
        all.functions.retain(|row| row.verdict == verdict);
        all
    }

    fn called_once_more() -> Comparison {
        let mut run = samples::typical();
        samples::named(&mut run, "code_stats::cache::Store::lookup").calls += 1;
        compare(&samples::typical(), &run, &Limits::default())
    }

    fn over_budget() -> RunDocument {
        let mut run = samples::typical();
        let main = samples::named(&mut run, "code_stats::main");
        main.budget = Budget { calls: Some(0), ..Budget::default() };
        run
    }

    #[test]
    fn a_regression_fails_without_being_asked_for() {
        check(&keeping(Verdict::Regression), &[], Gate::Worse);
        check(&keeping(Verdict::Degraded), &[], Gate::Passed);
        check(&keeping(Verdict::Inconclusive), &[], Gate::Passed);
        check(&keeping(Verdict::Removed), &FailOn::ALL, Gate::Passed);
    }

    #[test]
    fn other_things_fail_when_asked_for() {
        check(&keeping(Verdict::Degraded), &[FailOn::Degraded], Gate::Worse);
        check(&called_once_more(), &[], Gate::Passed);
        check(&called_once_more(), &[FailOn::Calls], Gate::Worse);
        check(&keeping(Verdict::Inconclusive), &[FailOn::Inconclusive], Gate::Inconclusive);
        let missing = alone(&samples::typical(), &Limits::default(), "no baseline".to_owned());
        check(&missing, &[], Gate::Passed);
        check(&missing, &[FailOn::Missing, FailOn::Inconclusive], Gate::Missing);
    }

    #[test]
    fn advice_never_fails_but_budgets_do() {
        let mut advisory = keeping(Verdict::Regression);
        advisory.advisory = true;
        check(&advisory, &FailOn::ALL, Gate::Passed);
        check(
            &alone(&over_budget(), &Limits::default(), "no baseline".to_owned()),
            &[],
            Gate::Worse,
        );
    }
}
