//! The part of success, and what counts as success of a run.

use super::curve::success_points;
use super::spread::Figure;
use super::{parts, share};
use crate::model::{Category, RunDocument, Scale, ScorePart};
use crate::text::units;

/// Things that succeeded, of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) good: u64,
    pub(super) of: u64,
}

impl Tally {
    fn share(self) -> Option<f64> {
        (self.of > 0).then(|| share(self.good, self.of))
    }

    fn and(self, other: Self) -> Self {
        Self { good: self.good.saturating_add(other.good), of: self.of.saturating_add(other.of) }
    }

    /// Writes it: `98.5 % of 412 calls`.
    fn in_words(self, one: &str) -> String {
        let pct = units::percent(share(self.good, self.of) * 100.0);
        format!("{pct} of {}", units::plural(self.of, one))
    }
}

/// Returns the part of success: of the calls whose errors are counted and of the tests, the worse.
pub(super) fn part(runs: &[RunDocument]) -> Result<ScorePart, String> {
    let (calls, tests) = (sum(runs, calls), sum(runs, tests));
    let shares = [calls.share(), tests.share()].into_iter().flatten();
    let evidence = match (calls.of, tests.of) {
        (0, 0) => "every command ended with 0".to_owned(),
        (_, 0) => format!("{} succeeded", calls.in_words("classified call")),
        (0, _) => format!("{} passed", tests.in_words("test")),
        _ => format!(
            "{} passed, {} succeeded",
            tests.in_words("test"),
            calls.in_words("classified call")
        ),
    };
    let worst = shares.fold(1.0, f64::min);
    if (calls.of, tests.of) == (0, 0) && runs.iter().any(|run| run.run.exit_code != Some(0)) {
        return Err(
            "no call is classified, no test is known, and a command did not end with 0".to_owned()
        );
    }
    let scores = Figure::exact(success_points(worst));
    Ok(parts::of_scores(Category::Success, Scale::BuiltIn, scores, evidence))
}

fn sum(runs: &[RunDocument], of: fn(&RunDocument) -> Tally) -> Tally {
    runs.iter().map(of).fold(Tally::default(), Tally::and)
}

/// Counts the calls that returned no error and did not panic, of functions whose errors are counted.
pub(super) fn calls(run: &RunDocument) -> Tally {
    let counted = run.functions.iter().filter(|it| it.counts_errors() && it.calls > 0);
    counted.fold(Tally::default(), |all, function| {
        let bad = function.errors.saturating_add(function.panics).min(function.calls);
        all.and(Tally { good: function.calls - bad, of: function.calls })
    })
}

/// Counts the tests that passed, of those that ran.
pub(super) fn tests(run: &RunDocument) -> Tally {
    run.suites.iter().fold(Tally::default(), |all, suite| {
        let (passed, failed) = (suite.passed.unwrap_or(0), suite.failed.unwrap_or(0));
        all.and(Tally { good: passed, of: passed.saturating_add(failed) })
    })
}
