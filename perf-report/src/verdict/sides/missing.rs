//! The limits of what runs can show that are not whole: a distributed run without one of its parts, a command that
//! failed half way or was killed, processes that were not recorded, calls that were lost. What is missing is no
//! improvement, and no ground to fail the run that has it.

use perf_runtime::segment::OVERFLOW_NAME;

use super::runs::Sides;
use crate::model::{Because, Change, RunDocument, Verdict, Which};
use crate::text::units;

/// Returns what is missing in a run, in words; empty of one that is whole as far as is known.
///
/// ```
/// use perf_report::model::RunDocument;
///
/// fn may_be_a_baseline(run: &RunDocument) -> bool {
///     perf_report::verdict::missing(run).is_empty()
/// }
/// ```
pub fn missing(run: &RunDocument) -> Vec<String> {
    let ended = match (run.run.signal, run.run.exit_code) {
        (Some(signal), _) => Some(format!("the command was ended by signal {signal}")),
        (None, Some(code)) if code != 0 => {
            Some(format!("the command failed with exit code {code}"))
        }
        _ => None,
    };
    let some = |count: u64, one: &str, what: &str| {
        (count > 0).then(|| format!("{} {what}", units::plural(count, one)))
    };
    let processes =
        |count: u64, what: &str| (count > 0).then(|| format!("{} {what}", units::processes(count)));
    // Of a command that was, it is itself.
    let killed = run.process.killed.saturating_sub(u64::from(run.run.signal.is_some()));
    let parts = [
        run.run.lacking(),
        ended,
        processes(run.process.unrecorded, "not recorded"),
        processes(killed, "ended by a signal"),
        some(discarded(run), "recording", "discarded"),
        some(run.process.damaged, "segment", "not readable"),
        some(run.recording.lost_calls, "call", "not recorded"),
        some(of_no_function(run), "call", "without their function, for want of memory"),
    ];
    parts.into_iter().flatten().collect()
}

/// Returns how many recordings were not kept until they were collected.
fn discarded(run: &RunDocument) -> u64 {
    let discarded = run.recording.discarded.iter();
    discarded.fold(0, |sum, discarded| sum.saturating_add(discarded.recordings))
}

/// Returns the calls in contexts that there was no memory for.
fn of_no_function(run: &RunDocument) -> u64 {
    let overflow = run.functions.iter().find(|function| function.name == OVERFLOW_NAME);
    overflow.map_or(0, |function| function.calls)
}

/// Returns what is missing in the newest of the runs of a side that are not whole, in words.
fn of_side(runs: &[RunDocument]) -> Option<Vec<String>> {
    runs.iter().rev().map(missing).find(|parts| !parts.is_empty())
}

/// Takes back what `rows` say only because something is missing on one of the sides. What is missing in
/// the runs that are judged, in words.
pub(crate) fn apply(rows: &mut [Change], sides: Sides<'_>) -> Vec<String> {
    let now = of_side(sides.current);
    if let Some(missing) = &now {
        let is_better = |row: &Change| matches!(row.verdict, Verdict::Improved | Verdict::Removed);
        leave_open(rows, is_better, Which::Current, missing);
    }
    if let Some(missing) = of_side(sides.baseline) {
        let is_more = |row: &Change| {
            let adds_up = row.metric.is_count() || !row.metric.is_of_function();
            adds_up && row.verdict >= Verdict::Degraded
        };
        leave_open(rows, is_more, Which::Baseline, &missing);
    }
    now.map(|missing| missing.join(", ")).into_iter().collect()
}

fn leave_open(
    rows: &mut [Change],
    is_open: impl Fn(&Change) -> bool,
    side: Which,
    missing: &[String],
) {
    for row in rows.iter_mut().filter(|row| is_open(row)) {
        row.verdict = Verdict::Inconclusive;
        row.because.push(Because::NotWhole { side, missing: missing.to_vec() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Discarded, Function, Metric, samples};
    use crate::verdict::accept::gate;
    use crate::verdict::{FailOn, Gate, Limits, compare};

    /// Returns the typical run without half of the calls of each function.
    fn half() -> RunDocument {
        let mut run = samples::typical();
        for function in &mut run.functions {
            function.calls /= 2;
            function.self_ns /= 2;
            function.total_ns /= 2;
        }
        run
    }

    fn calls(old: &RunDocument, new: &RunDocument) -> Vec<(Verdict, String)> {
        let rows = compare(old, new, &Limits::default()).functions;
        let rows = rows.into_iter().filter(|row| row.metric == Metric::Calls);
        let rows = rows.filter(|row| row.name.ends_with("tokenize"));
        rows.map(|row| (row.verdict, row.reason)).collect()
    }

    #[test]
    fn what_is_missing_is_no_improvement() {
        type Break = fn(&mut RunDocument);
        let whole = samples::typical();
        assert_eq!(calls(&whole, &half())[0].0, Verdict::Improved);
        let broken: [(&str, Break); 8] = [
            ("3 processes ended by a signal", |run| run.process.killed = 3),
            ("the command failed with exit code 101", |run| run.run.exit_code = Some(101)),
            ("the command was ended by signal 9", |run| run.run.signal = Some(9)),
            ("4 calls not recorded", |run| run.recording.lost_calls = 4),
            ("9 calls without their function, for want of memory", |run| {
                let name = OVERFLOW_NAME.to_owned();
                run.functions.push(Function { name, calls: 9, ..Function::default() });
            }),
            ("5 recordings discarded", |run| {
                let of = |recordings| Discarded { recordings, ..Discarded::default() };
                run.recording.discarded = vec![of(2), of(3)];
            }),
            ("1 segment not readable", |run| run.process.damaged = 1),
            ("2 processes not recorded", |run| run.process.unrecorded = 2),
        ];
        for (why, breaks) in broken {
            let mut run = half();
            breaks(&mut run);
            let (verdict, reason) = calls(&whole, &run).remove(0);
            assert_eq!(verdict, Verdict::Inconclusive);
            let end = format!(", but this run is not whole: {why}");
            assert!(reason.ends_with(&end), "{reason}");
            let comparison = compare(&whole, &run, &Limits::default());
            assert!(comparison.functions.iter().all(|row| row.verdict != Verdict::Improved));
            assert_eq!(comparison.missing, [why]);
            assert_eq!(gate(&comparison, &[FailOn::Incomplete].into()), Gate::Inconclusive);
            assert_eq!(gate(&comparison, &[].into()), Gate::Passed);
        }
    }

    #[test]
    fn a_whole_run_does_not_fail_against_one_that_is_not() {
        let mut baseline = half();
        baseline.recording.lost_calls = 1_000;
        let comparison = compare(&baseline, &samples::typical(), &Limits::default());
        let worse = comparison.functions.iter().filter(|row| row.metric.is_count());
        assert!(worse.clone().any(|row| row.reason.contains("but the baseline is not whole")));
        assert!(worse.clone().all(|row| row.verdict < Verdict::Degraded), "{worse:?}");
    }
}
