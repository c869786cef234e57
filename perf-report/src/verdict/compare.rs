//! Gathers the rows of a comparison.

use std::collections::HashMap;

use rayon::prelude::*;

use super::accept;
use super::evidence::suite::{self, Suite};
use super::judges::decide::Draft;
use super::judges::{budgets, counts, custom, decide, load, times, whole};
use super::limits::{Limits, Severity};
use super::owed::{blame, causes};
use super::sides::{Functions, Pair, Sides, comparable, missing, notes};
use crate::model::{
    COMPARISON_SCHEMA, COMPARISON_VERSION, Change, Comparison, Function, Metric, RunDocument, Side,
    Verdict, worst_first,
};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// Judges `current` against `baseline`, function by function and metric by metric, and what the
/// programs told of themselves.
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
    judge(sides, [baseline, current], limits)
}

/// Judges the runs of one side against those of the other, by what runs of the same code differ by.
/// `None` where one of the sides holds no run.
///
/// Runs that [`super::differences`] tells apart are compared too. Where it is the machine only, what is
/// counted decides ([`Comparison::counts_only`]); otherwise the result is [`Comparison::advisory`]. It says
/// why.
pub fn compare_runs(sides: Sides<'_>, limits: &Limits) -> Option<Comparison> {
    Some(judge(sides, [sides.baseline.last()?, sides.current.last()?], limits))
}

/// Judges `sides`, of which the other argument has the newest runs.
fn judge(sides: Sides<'_>, [baseline, current]: [&RunDocument; 2], limits: &Limits) -> Comparison {
    let differences = comparable::differences(baseline, current);
    let functions = Functions::of(sides, limits);
    let suite = if sides.paired { Suite::default() } else { Suite::of(&functions, sides) };
    let (mut rows, unsaid) = rows(&functions, sides, &suite, limits);
    if !sides.paired {
        suite::tails_that_moved_together(&mut rows);
    }
    blame::tell_waiting_from_slow(&mut rows, sides.baseline, sides.current, limits);
    let of_load = load::judge(&mut rows, sides, limits);
    let counts_only = comparable::only_machine(&differences);
    if counts_only {
        comparable::times_as_advice(&mut rows);
    }
    tell_shares(&mut rows, sides);
    let mut own = custom::rows(sides.baseline, sides.current, limits);
    if counts_only {
        comparable::gauges_as_advice(&mut own);
    }
    rows.extend(own);
    let missing = missing::apply(&mut rows, sides);
    let causes = causes::causes(&functions, &rows, limits.run_floor_ns);
    rows.sort_by(worst_first);
    let mut notes = notes::notes(baseline, current, &differences, sides.paired);
    let judged = if sides.current.len() == 1 { "this run" } else { "what was judged" };
    for (which, runs) in [("the baseline", sides.baseline), (judged, sides.current)] {
        notes.extend(comparable::mixed(which, runs));
        notes.extend(notes::unsteady(which, runs));
    }
    notes.extend(unsaid);
    notes.extend(of_load);
    notes.extend(suite.shift.iter().map(|shift| shift.reason.clone()));
    notes.extend(custom::misspelt(&[baseline, current], &limits.custom));
    notes.extend(budgets::misspelt(&[baseline, current], &limits.allowances));
    let mut comparison = Comparison {
        baseline: Some(baseline.run.id.clone()),
        baseline_run: Some(Side::from(baseline)),
        baseline_runs: sides.baseline.len() as u64,
        current_runs: sides.current.len() as u64,
        advisory: !differences.is_empty() && !counts_only,
        counts_only,
        shift: suite.shift,
        self_time: causes::self_time(sides.baseline, sides.current),
        causes,
        missing,
        functions: rows,
        ..without_baseline(current, limits, notes)
    };
    accept::apply(&mut comparison, limits, current);
    accept::excuse_callers(&mut comparison, [sides.baseline, sides.current], limits);
    comparison
}

/// Tells each row of a function what share of a run's self time the function has at most.
fn tell_shares(rows: &mut [Change], sides: Sides<'_>) {
    let mut shares: HashMap<&str, f64> = HashMap::new();
    for run in sides.baseline.iter().chain(sides.current) {
        let all = run.own_ns();
        for function in &run.functions {
            let share = shares.entry(&function.name).or_default();
            *share = share.max(share_pct(function.self_ns, all));
        }
    }
    for row in rows {
        row.share_pct = shares.get(row.name.as_str()).copied();
    }
}

/// Judges what needs no baseline: the budgets of `current`. `why` says why there is none.
pub fn alone(current: &RunDocument, limits: &Limits, why: String) -> Comparison {
    let mut notes = notes::about("this run", current);
    notes.extend(notes::unsteady("this run", std::slice::from_ref(current)));
    notes.insert(0, why);
    notes.extend(custom::misspelt(&[current], &limits.custom));
    notes.extend(budgets::misspelt(&[current], &limits.allowances));
    let mut comparison = without_baseline(current, limits, notes);
    accept::apply(&mut comparison, limits, current);
    comparison
}

/// A comparison of which nothing but the budgets is judged. Its verdict and its numbers are those of
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
        self_time: None,
        causes: Vec::new(),
        missing: missing::missing(current),
        functions: Vec::new(),
        budgets: budgets::budgets(current, limits),
        waived: Vec::new(),
        ignored: 0,
    }
}

/// The rows, and a note on those that there are not.
fn rows(
    functions: &Functions<'_>,
    sides: Sides<'_>,
    suite: &Suite,
    limits: &Limits,
) -> (Vec<Change>, Option<String>) {
    let metrics = || limits.metrics.iter().map(|(&metric, &own)| (metric, own));
    let pairs: Vec<&Pair<'_>> = functions.pairs().collect();
    let exact = pairs.par_iter().flat_map_iter(|pair| {
        let counts = metrics().filter(|(metric, _)| metric.is_count());
        counts.filter_map(|(metric, own)| counts::judge(pair, metric, own))
    });
    let noisy = pairs.par_iter().flat_map_iter(|pair| {
        let times = metrics().filter(|(metric, _)| !metric.is_count());
        times.filter_map(|(metric, own)| times::draft(pair, metric, own, (suite, sides.paired)))
    });
    let (mut rows, mut drafts): (Vec<Change>, Vec<Draft>) = (exact.collect(), noisy.collect());
    drafts.extend(whole::drafts(sides, limits));
    // What is switched off takes no part of the error that all others share. It is judged apart,
    // since the command, or a caller, may be slower for it.
    let is_off = |draft: &Draft| {
        limits.allowances.severity_of(&draft.row.name, draft.row.metric) == Severity::Off
    };
    let off: Vec<Draft> = drafts.extract_if(.., |draft| is_off(draft)).collect();
    let (judged, unsaid) = decide::decide(drafts, limits);
    rows.extend(judged);
    rows.extend(decide::decide(off, limits).0);
    rows.extend(functions.renamed.iter().map(renamed));
    rows.extend(functions.added.iter().map(|new| one_sided(new, Verdict::Added)));
    rows.extend(functions.removed.iter().map(|old| one_sided(old, Verdict::Removed)));
    (rows, unsaid)
}

/// The row that says what a function was called before.
fn renamed(pair: &Pair<'_>) -> Change {
    let calls = units::plural(pair.new.calls, "call");
    Change {
        verdict: Verdict::Renamed,
        reason: format!("was {} before: {calls} in both, and the same work", pair.old.name),
        ..Change::exact(
            &pair.new.name,
            Metric::Calls,
            [Some(float(pair.old.calls)), Some(float(pair.new.calls))],
        )
    }
}

/// The row of a function that only one of the runs knows.
fn one_sided(function: &Function, verdict: Verdict) -> Change {
    let calls = units::plural(function.calls, "call");
    let own = units::duration(float(function.self_ns));
    let (which, known) = match verdict {
        Verdict::Added => ("new", (None, Some(float(function.calls)))),
        _ => ("gone", (Some(float(function.calls)), None)),
    };
    let reason = match function.calls {
        0 => format!("{which}, never called"),
        _ => format!("{which}: {calls}, self time {own} in the run"),
    };
    Change { verdict, reason, ..Change::exact(&function.name, Metric::Calls, [known.0, known.1]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    fn said(comparison: &Comparison) -> String {
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
        insta::assert_snapshot!(said(&comparison), @r"
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
