//! The part of success, and what counts as success of a run.

use super::curve::success_points;
use super::spread::Figure;
use super::{parts, share};
use crate::analysis::bench;
use crate::model::{Category, Function, FunctionKind, RunDocument, Scale, ScorePart};
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

/// Returns the part of success: of the calls whose errors are counted, of the tests and of the benchmarks, the worst.
pub(super) fn part(runs: &[RunDocument]) -> Result<ScorePart, String> {
    let call = match call(runs) {
        "call" => "classified call",
        other => other,
    };
    let all = [
        (sum(runs, tests), "test", "passed"),
        (sum(runs, calls), call, "succeeded"),
        (benchmarks(&bench::merged(runs)), "benchmark", "ended well"),
    ];
    let known: Vec<_> = all.iter().filter(|it| it.0.of > 0).collect();
    let words = known.iter().map(|(tally, one, did)| format!("{} {did}", tally.in_words(one)));
    let evidence = match words.collect::<Vec<_>>().join(", ") {
        words if words.is_empty() => "every command ended with 0".to_owned(),
        words => words,
    };
    let worst = known.iter().filter_map(|it| it.0.share()).fold(1.0, f64::min);
    if known.is_empty() && runs.iter().any(|run| run.run.exit_code != Some(0)) {
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
    // Calls in profile rounds are those of iterations, which count already.
    let is_counted =
        |it: &&Function| it.counts_errors() && it.calls > 0 && it.kind != FunctionKind::Profiled;
    let counted = run.functions.iter().filter(is_counted);
    counted.fold(Tally::default(), |all, function| {
        let bad = function.errors.saturating_add(function.panics).min(function.calls);
        all.and(Tally { good: function.calls - bad, of: function.calls })
    })
}

/// Returns the word for one of what [`calls`] counts.
pub(super) fn call(runs: &[RunDocument]) -> &'static str {
    let mut functions = runs.iter().flat_map(|run| &run.functions);
    let is_of_harness = |it: &Function| it.harness().is_some() || it.kind == FunctionKind::Profiled;
    let has_any = functions.clone().next().is_some();
    if has_any && functions.all(is_of_harness) { "iteration" } else { "call" }
}

/// Counts the benchmarks that ended well, of those of perf-track's own harness.
pub(super) fn benchmarks(functions: &[Function]) -> Tally {
    let all = functions.iter().filter(|it| it.harness().is_some());
    all.fold(Tally::default(), |all, it| {
        all.and(Tally { good: u64::from(!it.is_failure()), of: 1 })
    })
}

/// Counts the tests that passed, of those that ran.
pub(super) fn tests(run: &RunDocument) -> Tally {
    run.suites.iter().fold(Tally::default(), |all, suite| {
        let (passed, failed) = (suite.passed.unwrap_or(0), suite.failed.unwrap_or(0));
        all.and(Tally { good: passed, of: passed.saturating_add(failed) })
    })
}
