//! Whole comparisons, with what people decided applied to them.

use std::collections::BTreeSet;

use super::gate;
use crate::model::{Budget, Comparison, Function, Metric, RunDocument, Verdict, samples};
use crate::verdict::limits::{Given, Rule, Severity};
use crate::verdict::{FailOn, Gate, Limits, compare};

fn rule(pattern: &str, severity: Severity) -> Rule {
    let severity = Some(Given { value: severity, line: 5 });
    Rule { pattern: pattern.to_owned(), line: 4, severity, ..Rule::default() }
}

fn limits(rules: &[Rule]) -> Limits {
    let mut limits = Limits::default();
    limits.allowances.rules = rules.to_vec();
    limits
}

fn shown(comparison: &Comparison, name: &str) -> String {
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
    insta::assert_snapshot!(shown(&all, "tokenize"), @r"
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
    insta::assert_snapshot!(shown(&all, "tokenize"), @r"
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
    assert!(all.notes.iter().any(|note| note == "10 functions are not judged, as perf.toml says"));
}

#[test]
fn what_is_off_takes_no_part_of_the_error() {
    let limits = limits(&[rule("vendor::*", Severity::Off)]);
    let with_vendored = |mut run: RunDocument| {
        let few = samples::named(&mut run, "code_stats::main").clone();
        let name = |at: u32| format!("vendor::f{at}");
        let vendored = |at| Function { name: name(at), calls: 50, self_ns: 50_000, ..few.clone() };
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

/// Compares callers of a function that takes three times as long, which is blessed, where a call of `parse`
/// takes this many milliseconds itself.
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
    let (shown, gate) = callers(1);
    insta::assert_snapshot!(shown, @r"
    degraded demo::tokenize: mean 1.00 ms → 3.00 ms (+200.0 %), over the limit of 3 %, but blessed up to 20.0 ms on 2026-11-20: tokens keep their spans
    degraded demo::parse: mean 11.0 ms → 31.0 ms (+181.8 %), over the limit of 3 %, but only for waiting on demo::tokenize, which is accepted
    degraded demo::load: mean 12.0 ms → 32.0 ms (+166.7 %), over the limit of 3 %, but only for waiting on demo::parse, which is accepted
    ");
    assert_eq!(gate, Gate::Passed);
}

#[test]
fn callers_that_are_slower_themselves_do_not() {
    let (shown, gate) = callers(8);
    insta::assert_snapshot!(shown, @r"
    regression demo::parse: mean 11.0 ms → 38.0 ms (+245.5 %), over the limit of 3 %
    degraded demo::load: mean 12.0 ms → 39.0 ms (+225.0 %), over the limit of 3 %, but only for waiting on demo::parse
    degraded demo::tokenize: mean 1.00 ms → 3.00 ms (+200.0 %), over the limit of 3 %, but blessed up to 20.0 ms on 2026-11-20: tokens keep their spans
    ");
    assert_eq!(gate, Gate::Worse);
}
