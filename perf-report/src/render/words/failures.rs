//! Errors by kind, as tables of every medium show them. Pure.

use super::estimates::Mark;
use crate::model::{Failures, Function, RunDocument};
use crate::stats::number::share_pct;

/// The most rows of a run that a table shows.
pub(crate) const MOST_ROWS: usize = 40;

/// The failed calls of one kind, or of all where kinds are not counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row<'a> {
    pub(crate) function: &'a Function,
    /// Name of the kind, not yet made safe; `None` where it has none.
    pub(crate) kind: Option<&'a str>,
    pub(crate) count: u64,
    /// Share of the function's errors, in per cent.
    pub(crate) share_pct: f64,
    /// Mean duration of its failed calls, whatever their kind, and of the others; in the first row
    /// of a function only.
    pub(crate) failed: Option<(Mark, f64)>,
    pub(crate) others: Option<(Mark, f64)>,
}

/// The titles of the columns behind the function.
pub(crate) const TITLES: [&str; 5] =
    ["kind of error", "count", "share", "failed call", "other calls"];

/// In place of the name of errors without a kind.
const UNNAMED: &str = "(no name)";
/// In place of the kind where none are counted.
const ALL: &str = "(all)";

impl Row<'_> {
    /// Returns the name of the kind, not yet made safe.
    pub(crate) fn name(&self) -> &str {
        self.kind.unwrap_or(if counts_kinds(self.function) { UNNAMED } else { ALL })
    }
}

/// Returns the rows of these functions: those with kinds of errors, or with failed calls that were timed.
pub(crate) fn rows<'a>(functions: impl Iterator<Item = &'a Function>) -> Vec<Row<'a>> {
    functions.filter(|it| it.errors > 0).flat_map(of_function).collect()
}

/// Returns whether there is anything to show of a run.
pub(crate) fn has_any(run: &RunDocument) -> bool {
    run.functions.iter().any(|it| it.errors > 0 && it.failures.is_some())
}

/// Returns a line about the times, where some are estimates.
pub(crate) fn explained(rows: &[Row<'_>]) -> Option<&'static str> {
    let is_estimated = |row: &Row<'_>| matches!(row.failed, Some((Mark::Estimated, _)));
    rows.iter().any(is_estimated).then_some(
        "~ not all calls were timed: the mean of the failed ones that were stands for all of them",
    )
}

fn counts_kinds(function: &Function) -> bool {
    function.failures.as_ref().is_some_and(|it| it.counts_kinds)
}

fn of_function(function: &Function) -> Vec<Row<'_>> {
    let Some(failures) = function.failures.as_deref() else { return Vec::new() };
    let errors = function.errors;
    let row = |kind, count| Row {
        function,
        kind,
        count,
        share_pct: share_pct(count, errors).min(100.0),
        failed: None,
        others: None,
    };
    let mut rows: Vec<Row<'_>> =
        failures.kinds.iter().map(|kind| row(Some(kind.name.as_str()), kind.count)).collect();
    let unnamed = failures.unnamed(errors);
    if unnamed > 0 {
        rows.push(row(None, unnamed));
    }
    if let Some(first) = rows.first_mut() {
        [first.failed, first.others] = times(failures);
    }
    rows
}

/// Returns the mean of failed calls, and of the others.
fn times(failures: &Failures) -> [Option<(Mark, f64)>; 2] {
    let mark = if failures.estimated { Mark::Estimated } else { Mark::Exact };
    [failures.mean_ns, failures.others_mean_ns].map(|ns| ns.map(|ns| (mark, ns)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn a_run_shows_kinds_and_what_has_none() {
        let run = samples::failing();
        let rows = rows(run.functions.iter());
        let shown: Vec<_> = rows.iter().map(|row| (row.name(), row.count, row.failed)).collect();
        assert_eq!(
            shown,
            [
                ("(all)", 6, Some((Mark::Estimated, 900.0))),
                ("Timeout", 2, Some((Mark::Exact, 31_000_000.0))),
                ("\u{1b}[31m|Refused", 1, None),
                ("(no name)", 1, None),
            ]
        );
        assert!(has_any(&run) && explained(&rows).is_some());
        let plain = samples::typical();
        assert!(!has_any(&plain) && super::rows(plain.functions.iter()).is_empty());
    }
}
