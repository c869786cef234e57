//! What people decided about findings, applied to the finished rows: functions and metrics that are
//! not judged, that only warn, and regressions that were blessed.

mod bless;
mod gate;

use std::collections::{BTreeMap, BTreeSet};

use super::limits::{Limits, Severity};
use super::owed::blame;
use crate::model::{
    BudgetKind, BudgetResult, COMMAND, Change, Comparison, Function, Metric, RunDocument, Verdict,
    Waived, Waiver, budget_order, worst_first,
};
use crate::text::units;

pub use gate::{FailOn, Failure, Gate, failures, gate};

/// Applies what `limits` say of functions to the rows of `comparison`. What is left has its verdict,
/// its order and its numbers anew.
pub(crate) fn apply(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    drop_ignored(comparison, limits, current);
    bless::apply(comparison, &limits.blessed, |row| allowance_pct(row, limits, current));
    lower_warnings(comparison, limits);
    lower_command(comparison, limits, current);
    comparison.functions.sort_by(worst_first);
    comparison.budgets.sort_by(budget_order);
    let verdicts = comparison.functions.iter().map(|row| row.verdict);
    let is_judged =
        |verdict: &Verdict| !matches!(verdict, Verdict::Inconclusive | Verdict::Changed);
    comparison.judged = verdicts.clone().filter(is_judged).count() as u64;
    comparison.of = comparison.functions.len() as u64;
    let of_budgets = comparison.budgets.iter().map(|row| row.verdict);
    comparison.verdict = verdicts.chain(of_budgets).max().unwrap_or(Verdict::Inconclusive);
}

/// Takes out the rows of functions and metrics that are switched off, and counts the functions.
fn drop_ignored(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    let allowances = &limits.allowances;
    let rows = comparison.functions.iter().filter(|row| row.metric.is_of_function());
    let names = rows.map(|row| row.name.as_str());
    let names = names.chain(current.functions.iter().map(|function| function.name.as_str()));
    let ignored =
        names.filter(|name| allowances.is_off(name)).collect::<BTreeSet<_>>().len() as u64;
    comparison.functions.retain(|row| {
        row.metric.is_custom() || allowances.severity_of(&row.name, row.metric) != Severity::Off
    });
    comparison.ignored = ignored;
    if ignored > 0 {
        let verb = if ignored == 1 { "is" } else { "are" };
        let functions = units::plural(ignored, "function");
        comparison.notes.push(format!("{functions} {verb} not judged, as perf.toml says"));
    }
}

/// By how much per cent a row may be worse before that is a regression.
fn allowance_pct(row: &Change, limits: &Limits, current: &RunDocument) -> f64 {
    if row.metric.is_custom() {
        let own = limits.custom.get(&row.name);
        return own.and_then(|own| own.max_regression_pct).unwrap_or_default();
    }
    let is_it = |function: &&Function| function.name == row.name;
    let function = current.functions.iter().find(is_it).filter(|_| !row.metric.is_count());
    let own = function.and_then(|function| limits.allowances.max_regression(function));
    let general = || limits.metrics.get(&row.metric).and_then(|limits| limits.regression_pct);
    own.map_or_else(general, |own| own.value).unwrap_or_default()
}

/// What only warns is `degraded` at most, and waived whatever it is.
fn lower_warnings(comparison: &mut Comparison, limits: &Limits) {
    let blessed: BTreeSet<(String, Option<Metric>)> =
        comparison.waived.iter().map(|it| (it.name.clone(), it.metric)).collect();
    let rows = comparison.functions.iter_mut().filter(|row| !row.metric.is_custom());
    for row in rows.filter(|row| row.verdict >= Verdict::Inconclusive) {
        let is_blessed = blessed.contains(&(row.name.clone(), Some(row.metric)));
        if is_blessed || limits.allowances.severity_of(&row.name, row.metric) != Severity::Warn {
            continue;
        }
        if row.verdict == Verdict::Regression {
            row.verdict = Verdict::Degraded;
            row.reason = match limits.allowances.severity(&row.name) {
                Some(given) => {
                    format!("{}; a warning only, by perf.toml:{}", row.reason, given.line)
                }
                None => {
                    format!(
                        "{}; a warning only, as perf.toml says of {}",
                        row.reason,
                        row.metric.word()
                    )
                }
            };
        }
        comparison.waived.push(waiver(&row.name, Some(row.metric), None));
    }
    for row in &mut comparison.budgets {
        let Some(line) = warns(row, limits) else { continue };
        if row.verdict < Verdict::Inconclusive {
            continue;
        }
        if row.verdict == Verdict::Regression {
            row.verdict = Verdict::Degraded;
            row.reason = format!("{}; a warning only, by perf.toml:{line}", row.reason);
        }
        comparison.waived.push(waiver(&row.name, None, Some(row.limit)));
    }
}

/// A command that is slower only for functions that may be slower is `degraded`, and waived.
///
/// Of processor time, what the functions grew by is taken off as it is. Of the time on the wall it
/// is at most that, since several threads may have done it at once.
fn lower_command(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    let waived = |name: &str| {
        let mut of_times = comparison.waived.iter().filter(|it| is_of_time(it));
        of_times.find(|it| it.name == name).map(|it| it.by)
    };
    let by = |name: &str| {
        waived(name).or_else(|| limits.allowances.is_off(name).then_some(Waived::Severity))
    };
    let slower = comparison.causes.iter().filter(|cause| cause.change_ns > 0.0);
    let excused: Vec<_> = slower.filter_map(|cause| Some((cause, by(&cause.name)?))).collect();
    let owed_ns: f64 = excused.iter().map(|(cause, _)| cause.change_ns).sum();
    let Some(by) = excused.iter().map(|(_, by)| *by).min() else { return };
    let names: Vec<_> = excused.iter().take(3).map(|(cause, _)| cause.name.as_str()).collect();
    let more = if excused.len() > names.len() { ", …" } else { "" };
    let owed_to = format!("but owed to what is accepted of {}{more}", names.join(", "));
    for row in comparison.functions.iter_mut().filter(|row| row.name == COMMAND) {
        let is_time = matches!(row.metric, Metric::WallNs | Metric::CpuNs);
        let (Some(was), Some(is)) = (row.baseline, row.current) else { continue };
        let allowed = was * (1.0 + allowance_pct(row, limits, current) / 100.0);
        if is_time && row.verdict == Verdict::Regression && is - owed_ns <= allowed {
            row.verdict = Verdict::Degraded;
            row.reason = format!("{}, {owed_to}", row.reason);
            let (name, metric) = (row.name.clone(), Some(row.metric));
            comparison.waived.push(Waiver { name, metric, limit: None, by });
        }
    }
}

/// Lets pass callers that are slower only since what they call may be: blessed, or a warning only.
pub(crate) fn excuse_callers(
    comparison: &mut Comparison,
    sides: [&[RunDocument]; 2],
    limits: &Limits,
) {
    let waived = comparison.waived.iter().filter(|it| is_of_time(it));
    let mut by: BTreeMap<String, Waived> = waived.map(|it| (it.name.clone(), it.by)).collect();
    let accepted: BTreeSet<String> = by.keys().cloned().collect();
    if accepted.is_empty() {
        return;
    }
    let excused = blame::excused(&comparison.functions, sides, limits, &accepted);
    for row in comparison.functions.iter_mut().filter(|row| row.verdict == Verdict::Degraded) {
        let Some(callee) = excused.get(&row.name).filter(|_| blame::is_inclusive(row)) else {
            continue;
        };
        // The chain of those that wait ends at one that was accepted.
        let mut last = callee;
        while let Some(next) = excused.get(last) {
            last = next;
        }
        let by = *by.entry(last.clone()).or_insert(Waived::Blessing);
        let waits = format!(", but only for waiting on {callee}");
        let said = row.reason.strip_suffix(&waits).unwrap_or(&row.reason);
        row.reason = format!("{said}{waits}, which is accepted");
        let (name, metric) = (row.name.clone(), Some(row.metric));
        comparison.waived.push(Waiver { name, metric, limit: None, by });
    }
}

/// Whether it is for a time of a function, or of the command.
fn is_of_time(waiver: &Waiver) -> bool {
    waiver.metric.is_some_and(|metric| !metric.is_count() && !metric.is_custom())
}

/// Where it says that a budget only warns, if it does.
fn warns(row: &BudgetResult, limits: &Limits) -> Option<usize> {
    let given = match row.limit {
        // These are of the program's own metrics, of which functions know nothing.
        BudgetKind::Min | BudgetKind::Max => None,
        _ => limits.allowances.severity(&row.name),
    };
    given.filter(|given| given.value == Severity::Warn).map(|given| given.line)
}

fn waiver(name: &str, metric: Option<Metric>, limit: Option<BudgetKind>) -> Waiver {
    Waiver { name: name.to_owned(), metric, limit, by: Waived::Severity }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Budget, samples};
    use crate::verdict::accept::gate;
    use crate::verdict::limits::{Given, Rule};
    use crate::verdict::{FailOn, Gate, compare};

    fn rule(pattern: &str, severity: Severity) -> Rule {
        let severity = Some(Given { value: severity, line: 5 });
        Rule { pattern: pattern.to_owned(), line: 4, severity, ..Rule::default() }
    }

    fn limits(rules: &[Rule]) -> Limits {
        let mut limits = Limits::default();
        limits.allowances.rules = rules.to_vec();
        limits
    }

    fn said(comparison: &Comparison, name: &str) -> String {
        let rows = comparison.functions.iter().filter(|row| row.name.ends_with(name));
        let rows = rows.map(|row| format!("{}: {}", row.verdict, row.reason));
        let budgets = comparison.budgets.iter().filter(|row| row.name.ends_with(name));
        let budgets = budgets.map(|row| format!("budget {}: {}", row.verdict, row.reason));
        rows.chain(budgets).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_only_warns_is_shown_and_never_fails() {
        let mut new = samples::changed();
        let over = samples::named(&mut new, "code_stats::parse::tokenize");
        over.budget = Budget { p99_ns: Some(1_000_000), ..Budget::default() };
        let limits = limits(&[rule("code_stats::*", Severity::Warn)]);
        let all = compare(&samples::typical(), &new, &limits);
        insta::assert_snapshot!(said(&all, "tokenize"), @r"
        degraded: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %; a warning only, by perf.toml:5
        degraded: mean 5.12 ms → 7.17 ms (+40.0 %), over the limit of 3 %; a warning only, by perf.toml:5
        degraded: p95 10.8 ms → 15.1 ms (+40.0 %), over the limit of 7 %; a warning only, by perf.toml:5
        degraded: p50 4.71 ms → 6.60 ms (+40.0 %), over the limit of 7 %; a warning only, by perf.toml:5
        stable: 0 panics in both runs
        stable: 412 calls in both runs
        budget degraded: p99 28.0 ms, over the budget of 1.00 ms that its attribute sets; a warning only, by perf.toml:5
        ");
        assert_eq!(all.verdict, Verdict::Degraded);
        assert_eq!(gate(&all, &FailOn::ALL.into()), Gate::Passed);
    }

    #[test]
    fn a_metric_can_only_warn_too() {
        let mut limits = Limits::default();
        limits.allowances.metrics.insert(Metric::P95Ns, Severity::Warn);
        limits.allowances.metrics.insert(Metric::P50Ns, Severity::Off);
        let all = compare(&samples::typical(), &samples::changed(), &limits);
        insta::assert_snapshot!(said(&all, "tokenize"), @r"
        regression: self time 5.12 ms → 7.17 ms a call (+40.0 %), over the limit of 3 %
        regression: mean 5.12 ms → 7.17 ms (+40.0 %), over the limit of 3 %
        degraded: p95 10.8 ms → 15.1 ms (+40.0 %), over the limit of 7 %; a warning only, as perf.toml says of p95
        stable: 0 panics in both runs
        stable: 412 calls in both runs
        ");
        assert_eq!((all.ignored, gate(&all, &BTreeSet::new())), (0, Gate::Worse));
    }

    #[test]
    fn what_is_off_is_counted_and_not_judged() {
        let limits = limits(&[
            rule("code_stats::*", Severity::Off),
            rule("code_stats::metrics::weigh", Severity::Fail),
        ]);
        let all = compare(&samples::typical(), &samples::changed(), &limits);
        let names: BTreeSet<_> = all.functions.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(Vec::from_iter(names), ["code_stats::metrics::weigh"]);
        assert_eq!((all.ignored, all.of), (10, all.functions.len() as u64));
        assert!(
            all.notes.iter().any(|note| note == "10 functions are not judged, as perf.toml says")
        );
    }

    #[test]
    fn what_is_off_takes_no_part_of_the_error() {
        let limits = limits(&[rule("vendor::*", Severity::Off)]);
        let with_vendored = |mut run: RunDocument| {
            let few = samples::named(&mut run, "code_stats::main").clone();
            let name = |at: u32| format!("vendor::f{at}");
            let vendored =
                |at| Function { name: name(at), calls: 50, self_ns: 50_000, ..few.clone() };
            run.functions.extend((0..200).map(vendored));
            run
        };
        let (old, new) = (samples::typical(), samples::changed());
        let mut without = compare(&old, &new, &limits);
        let mut with = compare(&with_vendored(old), &with_vendored(new), &limits);
        // They take a part of the time.
        for row in without.functions.iter_mut().chain(&mut with.functions) {
            row.share_pct = None;
        }
        assert_eq!((with.ignored, with.functions), (200, without.functions));
    }

    /// What is said of callers of a function that takes three times as long, which is blessed, where
    /// a call of `parse` takes so many milliseconds itself.
    fn callers(parse_ms: u64) -> (String, Gate) {
        use crate::verdict::{Blessed, Blessing};
        const MS: u64 = 1_000_000;
        let run = |tokenize_ms: u64, parse_ms: u64| {
            samples::of(&[
                (None, "demo::load", 50, 50 * MS),
                (Some(0), "demo::parse", 50, 50 * parse_ms * MS),
                (Some(1), "demo::tokenize", 500, 500 * tokenize_ms * MS),
            ])
        };
        let blessing = |metric: Metric| Blessing {
            function: "demo::tokenize".to_owned(),
            metric,
            from: 1e6,
            to: 20e6,
            commit: None,
            reason: "tokens keep their spans".to_owned(),
            created: jiff::civil::date(2026, 11, 20),
            expires: None,
            line: 1,
        };
        let list = limits(&[]).metrics.into_keys().filter(|metric| !metric.is_count());
        let list = list.map(blessing).collect();
        let blessed = Blessed { list, today: jiff::civil::date(2026, 11, 21) };
        let limits = Limits { blessed, ..Limits::default() };
        let all = compare(&run(1, 1), &run(3, parse_ms), &limits);
        let means = all.functions.iter().filter(|row| row.metric == Metric::MeanNs);
        let means = means.map(|row| format!("{} {}: {}", row.verdict, row.name, row.reason));
        (means.collect::<Vec<_>>().join("\n"), gate(&all, &[FailOn::Degraded].into()))
    }

    #[test]
    fn callers_of_what_is_accepted_pass_too() {
        let (said, gate) = callers(1);
        insta::assert_snapshot!(said, @r"
        degraded demo::tokenize: mean 1.00 ms → 3.00 ms (+200.0 %), over the limit of 3 %, but blessed up to 20.0 ms on 2026-11-20: tokens keep their spans
        degraded demo::parse: mean 11.0 ms → 31.0 ms (+181.8 %), over the limit of 3 %, but only for waiting on demo::tokenize, which is accepted
        degraded demo::load: mean 12.0 ms → 32.0 ms (+166.7 %), over the limit of 3 %, but only for waiting on demo::parse, which is accepted
        ");
        assert_eq!(gate, Gate::Passed);
    }

    #[test]
    fn callers_that_are_slower_themselves_do_not() {
        let (said, gate) = callers(8);
        insta::assert_snapshot!(said, @r"
        regression demo::parse: mean 11.0 ms → 38.0 ms (+245.5 %), over the limit of 3 %
        degraded demo::load: mean 12.0 ms → 39.0 ms (+225.0 %), over the limit of 3 %, but only for waiting on demo::parse
        degraded demo::tokenize: mean 1.00 ms → 3.00 ms (+200.0 %), over the limit of 3 %, but blessed up to 20.0 ms on 2026-11-20: tokens keep their spans
        ");
        assert_eq!(gate, Gate::Worse);
    }
}
