//! Compares: all rooms in a row.

use super::evidence::suite::{self, Suites};
use super::judges::{bounds, budgets, custom, growth, load, measured, rows};
use super::limits::Limits;
use super::owed::{blame, causes};
use super::sides::comparable::{self, Difference};
use super::sides::{Functions, Sides, missing, notes, parts};
use super::{accept, places, words};
use crate::model::{
    COMPARISON_SCHEMA, COMPARISON_VERSION, Comparison, Names, RunDocument, Side, Verdict,
    worst_first,
};

/// Judges `current` against `baseline`, function by function and metric by metric, and what the
/// programs recorded of themselves.
///
/// One run of each side shows what is counted, and large changes of times. More of them show more:
/// see [`compare_runs`].
///
/// ```
/// use perf_report::model::{RunDocument, Verdict};
/// use perf_report::verdict::{Limits, compare};
///
/// fn passes(baseline: &RunDocument, current: &RunDocument) -> bool {
///     compare(baseline, current, &Limits::default()).verdict != Verdict::Regression
/// }
/// ```
pub fn compare(baseline: &RunDocument, current: &RunDocument, limits: &Limits) -> Comparison {
    let sides = Sides {
        baseline: std::slice::from_ref(baseline),
        current: std::slice::from_ref(current),
        history: &[],
        paired: false,
    };
    named(sides, limits, |sides, limits| judge(sides, newest(sides, [baseline, current]), limits))
}

/// Judges the runs of one side against those of the other, by what runs of the same code differ by.
/// `None` where one of the sides holds no run.
///
/// Runs that [`super::differences`] finds unlike are compared too. Where it is the machine only, what is
/// counted decides ([`Comparison::counts_only`]); otherwise the result is [`Comparison::advisory`]. It says
/// why.
pub fn compare_runs(sides: Sides<'_>, limits: &Limits) -> Option<Comparison> {
    let last = [sides.baseline.last()?, sides.current.last()?];
    Some(named(sides, limits, |sides, limits| judge(sides, newest(sides, last), limits)))
}

/// Judges `sides` with one name for what is the same, and with `limits` by these names.
fn named(
    sides: Sides<'_>,
    limits: &Limits,
    judge: impl FnOnce(Sides<'_>, &Limits) -> Comparison,
) -> Comparison {
    let (names, renamed) = Names::settled([sides.baseline, sides.current, sides.history]);
    let limits = limits.named(&names);
    match &renamed {
        Some([baseline, current, history]) => {
            judge(Sides { baseline, current, history, ..sides }, &limits)
        }
        None => judge(sides, &limits),
    }
}

/// Returns the newest run of each of `sides`, which have one: as they are named there.
fn newest<'a>(sides: Sides<'a>, last: [&'a RunDocument; 2]) -> [&'a RunDocument; 2] {
    [sides.baseline.last().unwrap_or(last[0]), sides.current.last().unwrap_or(last[1])]
}

/// Judges `sides`, of which `newest` has the newest runs.
fn judge(sides: Sides<'_>, newest: [&RunDocument; 2], limits: &Limits) -> Comparison {
    let differences = comparable::differences(newest[0], newest[1]);
    let functions = Functions::of(sides, limits);
    let suites = Suites::of(&functions, sides);
    let (mut rows, left_out) = rows::rows(&functions, sides, &suites, limits);
    suite::take_back_tails(&mut rows, sides);
    blame::lower_callers(&mut rows, sides, limits);
    rows.extend(custom::rows(sides.baseline, sides.current, limits));
    rows.extend(growth::rows(sides, limits));
    let of_load = load::judge(&mut rows, sides, limits);
    comparable::take_as_advice(&mut rows, &differences);
    let more_runs = notes::more_runs(&functions.measured, sides, &rows);
    parts::apply(&mut rows, sides);
    let missing = missing::apply(&mut rows, sides);
    let parts_missing = parts::missing(sides);
    sides.fill_shares(&mut rows);
    let causes = match parts_missing.as_slice() {
        [] => causes::causes(&functions, &rows, limits.run_floor_ns),
        // Sums of different work have no causes in the code.
        _ => Vec::new(),
    };
    rows.sort_by(worst_first);
    let (shift, measured_shifts) = suites.shifts();
    let moved = shift.iter().chain(&measured_shifts).map(|shift| shift.reason.clone());
    let mut notes = notes::of_two(sides, newest, &differences);
    notes.extend(notes::of_benchmarks(&functions.measured, sides));
    notes.extend([left_out, more_runs, of_load].into_iter().flatten().chain(moved));
    notes.extend(misspelt(&newest, limits));
    let mut comparison = Comparison {
        shift,
        measured_shifts,
        causes,
        missing,
        parts_missing,
        functions: rows,
        ..of_two(sides, newest, &differences, without_baseline(newest[1], limits, notes))
    };
    accept::apply(&mut comparison, limits, Some(sides), newest[1]);
    comparison.places = places::of(&comparison, &newest);
    words::put(&mut comparison);
    comparison
}

/// Returns a comparison with what it says of its two sides; `alone` is that of one.
fn of_two(
    sides: Sides<'_>,
    newest: [&RunDocument; 2],
    differences: &[Difference],
    alone: Comparison,
) -> Comparison {
    let counts_only = comparable::only_times(differences);
    Comparison {
        baseline: Some(newest[0].run.id.clone()),
        baseline_run: Some(Side::from(newest[0])),
        baseline_runs: sides.baseline.len() as u64,
        current_runs: sides.current.len() as u64,
        advisory: !differences.is_empty() && !counts_only,
        counts_only,
        self_time: causes::self_time(sides.baseline, sides.current)
            .filter(|_| parts::missing(sides).is_empty()),
        ..alone
    }
}

/// Judges what needs no baseline: the budgets of `current`. `why` says why there is none.
pub fn alone(current: &RunDocument, limits: &Limits, why: String) -> Comparison {
    let (names, _) = Names::settled([std::slice::from_ref(current)]);
    let limits = &*limits.named(&names);
    let mut notes = vec![why];
    notes.extend(notes::about("this run", current));
    notes.extend(notes::unsteady("this run", std::slice::from_ref(current)));
    notes.extend(misspelt(&[current], limits));
    let mut comparison = without_baseline(current, limits, notes);
    accept::apply(&mut comparison, limits, None, current);
    comparison.places = places::of(&comparison, &[current]);
    words::put(&mut comparison);
    comparison
}

/// Returns notes on names in `perf.toml` that none of the runs knows.
fn misspelt(runs: &[&RunDocument], limits: &Limits) -> Vec<String> {
    let mut notes = bounds::misspelt(runs, &limits.custom);
    notes.extend(budgets::misspelt(runs, &limits.allowances));
    notes
}

/// Returns a comparison of which nothing but the budgets is judged. Its verdict and its numbers are those of
/// [`accept::apply`].
fn without_baseline(current: &RunDocument, limits: &Limits, notes: Vec<String>) -> Comparison {
    Comparison {
        schema: COMPARISON_SCHEMA.to_owned(),
        version: COMPARISON_VERSION,
        baseline: None,
        current: current.run.id.clone(),
        baseline_run: None,
        current_run: Side::from(current),
        baseline_runs: 0,
        current_runs: 1,
        interleaved: None,
        judged: 0,
        of: 0,
        verdict: Verdict::Inconclusive,
        advisory: false,
        counts_only: false,
        notes,
        shift: None,
        measured_shifts: Vec::new(),
        self_time: None,
        causes: Vec::new(),
        missing: missing::missing(current),
        parts_missing: parts::missing_alone(current),
        functions: measured::bad_ends(current),
        budgets: budgets::budgets(current, limits),
        waived: Vec::new(),
        ignored: 0,
        places: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Metric, samples};

    fn shown(comparison: &Comparison) -> String {
        comparison
            .functions
            .iter()
            .filter(|row| row.verdict != Verdict::Stable)
            .map(|row| format!("{} {}: {}", row.verdict, row.name, row.reason))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn every_change_makes_its_row() {
        let (old, new) = (samples::typical(), samples::changed());
        let comparison = compare(&old, &new, &Limits::default());
        insta::assert_snapshot!(shown(&comparison), @r"
        regression code_stats::cache::Store::lookup: calls 412 → 824 (+100.0 %), over the limit of 3 %
        regression code_stats::parse::parse_file: errors 3 → 5 (+66.7 %)
        regression code_stats::parse::tokenize: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %
        regression code_stats::parse::tokenize: mean 5.12 ms → 7.17 ms (+40.0 %), over the limit of 3 %
        regression code_stats::parse::tokenize: p95 10.8 ms → 15.1 ms (+40.0 %), over the limit of 7 %
        regression code_stats::parse::tokenize: p50 4.71 ms → 6.60 ms (+40.0 %), over the limit of 7 %
        degraded code_stats::parse::parse_file: success rate 99.3 % → 98.8 %
        inconclusive code_stats::parse::parse_file: p50 7.38 ms → 9.23 ms (+25.2 %), but with one run of each side only a change of 47 % could be told from noise
        inconclusive code_stats::parse::parse_file: mean 8.02 ms → 10.0 ms (+25.2 %), but with one run of each side only a change of 47 % could be told from noise
        inconclusive code_stats::metrics::Complexity::visit: p50 45.6 µs → 45.0 µs (-1.4 %), but with one run of each side only a change of 43 % could be told from noise
        inconclusive code_stats::metrics::Complexity::visit: mean 49.6 µs → 48.9 µs (-1.4 %), but with one run of each side only a change of 43 % could be told from noise
        inconclusive code_stats::walk::collect_files: 1 call in the baseline and 1 in this run; it takes 5 to judge a time
        renamed code_stats::report::Page::render: was code_stats::report::Table::render before: 1 call in both, and the same work
        improved code_stats::metrics::weigh: p95 69 ns → 39 ns (-43.5 %), better by more than 5 %
        improved code_stats::metrics::weigh: p50 30 ns → 17 ns (-43.3 %), better by more than 5 %
        improved code_stats::metrics::weigh: p99 128 ns → 74 ns (-42.2 %), better by more than 5 %
        improved code_stats::metrics::weigh: self time 34.0 ns → 19.7 ns a call (-41.9 %), better by more than 1 %
        improved code_stats::metrics::weigh: mean 34.0 ns → 19.7 ns (-41.9 %), better by more than 1 %
        ");
        assert_eq!(comparison.verdict, Verdict::Regression);
        assert!(!comparison.advisory);
    }

    #[test]
    fn metrics_that_are_not_asked_for_make_no_rows() {
        let limits = Limits::new([Metric::TotalNs], crate::verdict::Thresholds::default());
        let comparison = compare(&samples::typical(), &samples::changed(), &limits);
        let one_sided = [Verdict::Added, Verdict::Removed, Verdict::Renamed];
        let rows = comparison.functions.iter().filter(|row| !one_sided.contains(&row.verdict));
        assert!(rows.clone().count() > 0);
        assert!(rows.clone().all(|row| row.metric == Metric::TotalNs));
    }

    #[test]
    fn runs_of_different_builds_are_only_advice() {
        let mut new = samples::changed();
        new.run.toolchain.profile = "debug".to_owned();
        let comparison = compare(&samples::typical(), &new, &Limits::default());
        assert!(comparison.advisory && !comparison.counts_only);
        let note = r#"times are advisory, for the runs differ: profile "release", now "debug""#;
        assert_eq!(comparison.notes[0], note);
    }

    #[test]
    fn nothing_against_nothing_is_inconclusive() {
        let comparison = compare(&samples::empty(), &samples::empty(), &Limits::default());
        assert_eq!((comparison.verdict, comparison.of), (Verdict::Inconclusive, 0));
    }
}
