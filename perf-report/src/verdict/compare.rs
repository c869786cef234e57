//! Matches the functions of two runs and gathers the rows.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::limits::Limits;
use super::times::{self, Pair};
use super::{accept, blame, budgets, comparable, counts, custom, notes};
use crate::model::{
    COMPARISON_SCHEMA, COMPARISON_VERSION, Change, Comparison, Function, Metric, RunDocument, Side,
    Verdict,
};
use crate::units::{self, float};

/// Judges `current` against `baseline`, function by function and metric by metric, and what the
/// programs told of themselves.
///
/// Runs that [`super::differences`] tells apart are compared too; the result then is
/// [`Comparison::advisory`] and says why.
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
    let differences = comparable::differences(baseline, current);
    let mut functions = rows(baseline, current, limits);
    blame::tell_waiting_from_slow(&mut functions, baseline, current, limits);
    functions.extend(custom::rows(baseline, current, &limits.custom));
    functions.sort_by(worst_first);
    let budgets = budgets::budgets(current, limits);
    let verdicts = functions.iter().map(|row| row.verdict);
    let mut notes = notes::notes(baseline, current, &differences);
    notes.extend(custom::misspelt(&[baseline, current], &limits.custom));
    notes.extend(budgets::misspelt(&[baseline, current], &limits.allowances));
    let is_judged =
        |verdict: &Verdict| !matches!(verdict, Verdict::Inconclusive | Verdict::Changed);
    let mut comparison = Comparison {
        schema: COMPARISON_SCHEMA.to_owned(),
        version: COMPARISON_VERSION,
        baseline: Some(baseline.run.id.clone()),
        current: current.run.id.clone(),
        baseline_run: Some(Side::from(baseline)),
        current_run: Side::from(current),
        judged: verdicts.clone().filter(is_judged).count() as u64,
        of: functions.len() as u64,
        verdict: verdicts
            .chain(budgets.iter().map(|row| row.verdict))
            .max()
            .unwrap_or(Verdict::Inconclusive),
        advisory: !differences.is_empty(),
        notes,
        functions,
        budgets,
        waived: Vec::new(),
        ignored: 0,
    };
    accept::apply(&mut comparison, limits, current);
    comparison
}

/// The runs of a comparison. A run is one sample: what happened within it says nothing about the
/// next one.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// Runs of the code that is compared with, at least one, oldest first.
    pub baseline: &'a [RunDocument],
    /// Runs of the code that is judged, at least one, oldest first.
    pub current: &'a [RunDocument],
    /// Other runs that may be compared with these by time; what they differ by is noise.
    pub history: &'a [RunDocument],
    /// Whether the runs of the two sides were made in turn, so that the first of one side belongs to
    /// the first of the other.
    pub paired: bool,
}

/// Judges the runs of one side against those of the other.
pub fn compare_runs(sides: Sides<'_>, limits: &Limits) -> Option<Comparison> {
    Some(compare(sides.baseline.last()?, sides.current.last()?, limits))
}

/// Judges what needs no baseline: the budgets of `current`. `why` says why there is none.
pub fn alone(current: &RunDocument, limits: &Limits, why: String) -> Comparison {
    let budgets = budgets::budgets(current, limits);
    let mut notes = notes::about("this run", current);
    notes.insert(0, why);
    notes.extend(custom::misspelt(&[current], &limits.custom));
    notes.extend(budgets::misspelt(&[current], &limits.allowances));
    let mut comparison = Comparison {
        schema: COMPARISON_SCHEMA.to_owned(),
        version: COMPARISON_VERSION,
        baseline: None,
        current: current.run.id.clone(),
        baseline_run: None,
        current_run: Side::from(current),
        judged: 0,
        of: 0,
        verdict: budgets.iter().map(|row| row.verdict).max().unwrap_or(Verdict::Inconclusive),
        advisory: false,
        notes,
        functions: Vec::new(),
        budgets,
        waived: Vec::new(),
        ignored: 0,
    };
    accept::apply(&mut comparison, limits, current);
    comparison
}

fn rows(baseline: &RunDocument, current: &RunDocument, limits: &Limits) -> Vec<Change> {
    let old: HashMap<_, _> = by_name(&baseline.functions).collect();
    let new: HashSet<_> = current.functions.iter().map(|function| function.name.as_str()).collect();
    let (old_run_ns, new_run_ns) = (own_time(baseline), own_time(current));
    let mut rows = Vec::new();
    for (name, function) in by_name(&current.functions) {
        match old.get(name) {
            Some(old) => {
                let pair = Pair { old, new: function, old_run_ns, new_run_ns, limits };
                rows.extend(of_pair(pair));
            }
            None => rows.push(one_sided(function, Verdict::Added)),
        }
    }
    let gone = by_name(&baseline.functions).filter(|(name, _)| !new.contains(name));
    rows.extend(gone.map(|(_, function)| one_sided(function, Verdict::Removed)));
    rows
}

/// Functions with their names. A name is there once in every document we write; of a document that
/// says otherwise, the first counts.
fn by_name(functions: &[Function]) -> impl Iterator<Item = (&str, &Function)> {
    let mut seen = HashSet::new();
    functions
        .iter()
        .map(|function| (function.name.as_str(), function))
        .filter(move |(name, _)| seen.insert(*name))
}

fn of_pair(pair: Pair<'_>) -> impl Iterator<Item = Change> {
    pair.limits.metrics.iter().filter_map(move |(&metric, &limits)| {
        if metric.is_count() {
            counts::judge(pair.old, pair.new, metric, limits)
        } else {
            times::judge(pair, metric, limits)
        }
    })
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
    Change {
        name: function.name.clone(),
        metric: Metric::Calls,
        baseline: known.0,
        current: known.1,
        change_pct: None,
        interval_pct: None,
        verdict,
        reason,
    }
}

fn own_time(run: &RunDocument) -> u64 {
    run.functions.iter().fold(0, |sum, function| sum.saturating_add(function.self_ns))
}

/// Worst verdict first, then the largest change, then by name, so that the order never depends on
/// the order of the documents.
pub(super) fn worst_first(a: &Change, b: &Change) -> Ordering {
    let size = |row: &Change| row.change_pct.map_or(f64::INFINITY, f64::abs);
    (b.verdict.cmp(&a.verdict))
        .then_with(|| size(b).total_cmp(&size(a)))
        .then_with(|| (&a.name, a.metric).cmp(&(&b.name, b.metric)))
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
        regression code_stats::cache::Store::lookup: calls 412 → 824 (+100.0 %), over the limit of 15 %
        regression code_stats::parse::parse_file: errors 3 → 5 (+66.7 %)
        regression code_stats::parse::tokenize: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 15 %
        regression code_stats::parse::tokenize: mean 5.12 ms → 7.17 ms (+40.0 %), over the limit of 15 %
        regression code_stats::parse::tokenize: p95 10.8 ms → 15.1 ms (+40.0 %), over the limit of 30 %
        regression code_stats::parse::tokenize: p50 4.71 ms → 6.60 ms (+40.0 %), over the limit of 15 %
        degraded code_stats::parse::parse_file: p50 7.38 ms → 9.23 ms (+25.2 %), over the limit of 15 %, but only for waiting on code_stats::parse::tokenize
        degraded code_stats::parse::parse_file: mean 8.02 ms → 10.0 ms (+25.2 %), over the limit of 15 %, but only for waiting on code_stats::parse::tokenize
        degraded code_stats::parse::parse_file: p95 16.8 ms → 21.1 ms (+25.2 %), over 20 % but within the limit of 30 %
        inconclusive code_stats::walk::collect_files: 1 call in the baseline and 1 in this run; it takes 5 to judge a time
        removed code_stats::report::Table::render: gone: 1 call, self time 3.87 ms in the run
        added code_stats::report::Page::render: new: 1 call, self time 3.87 ms in the run
        improved code_stats::metrics::weigh: p95 69 ns → 39 ns (-43.5 %), better by more than 20 %
        improved code_stats::metrics::weigh: p50 30 ns → 17 ns (-43.3 %), better by more than 10 %
        improved code_stats::metrics::weigh: p99 128 ns → 74 ns (-42.2 %), better by more than 30 %
        improved code_stats::metrics::weigh: self time 34.0 ns → 19.7 ns a call (-41.9 %), better by more than 10 %
        improved code_stats::metrics::weigh: mean 34.0 ns → 19.7 ns (-41.9 %), better by more than 10 %
        ");
        assert_eq!(comparison.verdict, Verdict::Regression);
        assert!(!comparison.advisory);
    }

    #[test]
    fn metrics_that_are_not_asked_for_make_no_rows() {
        let limits = Limits::new([Metric::TotalNs], super::super::Thresholds::default());
        let comparison = compare(&samples::typical(), &samples::changed(), &limits);
        let one_sided = [Verdict::Added, Verdict::Removed];
        let rows = comparison.functions.iter().filter(|row| !one_sided.contains(&row.verdict));
        assert!(rows.clone().count() > 0);
        assert!(rows.clone().all(|row| row.metric == Metric::TotalNs));
    }

    #[test]
    fn runs_of_different_machines_are_only_advice() {
        let mut new = samples::changed();
        new.run.machine.key = "v1-other".to_owned();
        let comparison = compare(&samples::typical(), &new, &Limits::default());
        assert!(comparison.advisory);
        let note =
            r#"times are advisory, for the runs differ: machine "v1-9f3a6c", now "v1-other""#;
        assert_eq!(comparison.notes, [note]);
    }

    #[test]
    fn nothing_against_nothing_is_inconclusive() {
        let comparison = compare(&samples::empty(), &samples::empty(), &Limits::default());
        assert_eq!((comparison.verdict, comparison.of), (Verdict::Inconclusive, 0));
    }
}
