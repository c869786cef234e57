//! Whether a comparison lets a change through: from verdicts to pass or fail.

use std::collections::BTreeSet;

use crate::model::{Comparison, Metric, Verdict};

/// What makes `check` fail. Regressions and exceeded budgets always do, the rest when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
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
    /// No baseline, or no run
    Missing,
}

impl FailOn {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Regression,
        Self::Budget,
        Self::Degraded,
        Self::Calls,
        Self::Inconclusive,
        Self::Missing,
    ];

    /// The word for it on the command line and in `perf.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Budget => "budget",
            Self::Degraded => "degraded",
            Self::Calls => "calls",
            Self::Inconclusive => "inconclusive",
            Self::Missing => "missing",
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

/// Applies `fail_on` to a comparison. What is worse comes before what is not known.
///
/// The rows of an advisory comparison never fail; budgets do, since they are limits of the run
/// itself.
pub fn gate(comparison: &Comparison, fail_on: &BTreeSet<FailOn>) -> Gate {
    let asked = |reason| fail_on.contains(&reason);
    let rows = || comparison.functions.iter().filter(|_| !comparison.advisory);
    let worse = rows().any(|row| match row.verdict {
        Verdict::Regression => true,
        Verdict::Degraded => {
            asked(FailOn::Degraded) || (asked(FailOn::Calls) && row.metric == Metric::Calls)
        }
        _ => false,
    });
    let over_budget = comparison.budgets.iter().any(|row| row.verdict == Verdict::Regression);
    let open = rows().any(|row| row.verdict == Verdict::Inconclusive)
        || comparison.budgets.iter().any(|row| row.verdict == Verdict::Inconclusive)
        || (comparison.baseline.is_some() && comparison.of == 0);
    if worse || over_budget {
        Gate::Worse
    } else if asked(FailOn::Missing) && comparison.baseline.is_none() {
        Gate::Missing
    } else if asked(FailOn::Inconclusive) && open {
        Gate::Inconclusive
    } else {
        Gate::Passed
    }
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
