//! Judges kinds of errors: one that no run before has is a finding, however many errors there are.

use std::collections::BTreeSet;

use crate::model::{Because, Change, Failures, Function, Verdict};
use crate::verdict::sides::Pair;

/// Adds kinds of errors that no run of the baseline and of its history has to the row of errors.
///
/// One that each of the runs that are judged has is certain to be new, and a regression; where there
/// is one such run, a single failure is enough. One that some of them have is inconclusive. Nothing is
/// new where a run before counted kinds that have no names any more, or counted none.
pub(super) fn judge(row: &mut Change, pair: &Pair<'_>) {
    let (Some(before), Some(now)) =
        (all(pair.olds.iter().copied().flatten()), all(pair.news.iter().copied().flatten()))
    else {
        return;
    };
    let past = pair.past.iter().flatten().filter_map(|it| it.failures.as_deref());
    let known: Vec<&Failures> = before.into_iter().chain(past).collect();
    if known.iter().any(|it| it.count(Failures::OTHER_KINDS) > 0) {
        return;
    }
    let kinds: BTreeSet<&str> =
        now.iter().flat_map(|it| it.named()).map(|it| it.name.as_str()).collect();
    let is_new = |kind: &&str| known.iter().all(|it| it.count(kind) == 0);
    let new: Vec<&str> = kinds.into_iter().filter(is_new).collect();
    if new.is_empty() {
        return;
    }
    let (certain, possible): (Vec<&str>, Vec<&str>) =
        new.into_iter().partition(|kind| now.iter().all(|it| it.count(kind) > 0));
    for (kinds, in_every_run) in [(certain, true), (possible, false)] {
        if kinds.is_empty() {
            continue;
        }
        let verdict = if in_every_run { Verdict::Regression } else { Verdict::Inconclusive };
        row.verdict = row.verdict.max(verdict);
        let kinds = kinds.into_iter().map(str::to_owned).collect();
        row.because.push(Because::NewErrorKinds { kinds, in_every_run });
    }
}

/// Returns the failures of all runs of a side; `None` where one did not count kinds, or there is none.
fn all<'a>(runs: impl Iterator<Item = &'a Function>) -> Option<Vec<&'a Failures>> {
    let of = |run: &'a Function| run.failures.as_deref().filter(|it| it.counts_kinds);
    runs.map(of).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, in_words};
    use super::*;
    use crate::model::{ErrorKind, Metric};
    use crate::verdict::Limits;

    /// A function with these errors of each kind.
    fn failing(kinds: &[(&str, u64)]) -> Function {
        let kind =
            |(name, count): &(&str, u64)| ErrorKind { name: (*name).to_owned(), count: *count };
        let failures = Failures {
            counts_kinds: true,
            kinds: kinds.iter().map(kind).collect(),
            ..Failures::default()
        };
        let errors = kinds.iter().map(|(_, count)| count).sum();
        Function { failures: Some(Box::new(failures)), ..function(100, errors) }
    }

    fn judged(olds: &[Function], news: &[Function], past: &[Function]) -> String {
        let limits = Limits::default();
        let mut pair = Pair::single(olds.last().unwrap(), news.last().unwrap(), &limits);
        (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
        pair.past = [past.iter().collect(), Vec::new()];
        let own = limits.metrics[&Metric::Errors];
        let row = super::super::judge(&pair, Metric::Errors, own).unwrap();
        format!("{}: {}", row.verdict, in_words(&row))
    }

    #[test]
    fn a_kind_that_is_certain_to_be_new_is_a_regression() {
        let (refused, timeout) = (("Refused", 2), ("Timeout", 1));
        let one = |kinds: &[(&str, u64)]| vec![failing(kinds)];
        let old = one(&[("Refused", 3)]);
        let mut uncounted = function(100, 3);
        uncounted.failures = Some(Box::default());
        insta::assert_snapshot!([
            judged(&old, &one(&[refused, timeout]), &[]),
            judged(&old, &one(&[("Refused", 3)]), &[]),
            judged(&one(&[]), &one(&[timeout]), &[]),
            judged(&one(&[refused, timeout]), &one(&[("Refused", 3)]), &[]),
            judged(&old, &one(&[refused, timeout]), &one(&[timeout])),
            judged(&one(&[("Refused", 2), ("(other kinds)", 1)]), &one(&[refused, timeout]), &[]),
            judged(&[uncounted], &one(&[refused, timeout]), &[]),
        ].join("\n"), @r"
        regression: 3 errors in both runs, of a new kind: Timeout
        stable: 3 errors in both runs
        regression: errors 0 → 1, of a new kind: Timeout
        stable: 3 errors in both runs
        stable: 3 errors in both runs
        stable: 3 errors in both runs
        stable: 3 errors in both runs
        ");
    }

    #[test]
    fn a_kind_in_some_runs_only_is_no_finding_yet() {
        let old = vec![failing(&[("Refused", 3)]); 3];
        let (with, without) =
            (failing(&[("Refused", 2), ("Timeout", 1)]), failing(&[("Refused", 3)]));
        insta::assert_snapshot!([
            judged(&old, &[with.clone(), without, with.clone()], &[]),
            judged(&old, &[with.clone(), with.clone(), with], &[]),
        ].join("\n"), @r"
        inconclusive: 3 errors in both runs, of a new kind in some runs: Timeout
        regression: 3 errors in both runs, of a new kind: Timeout
        ");
    }
}
