//! Budgets, warnings, blessings and the gate's self-test, as people and programs read them.

use std::collections::BTreeSet;
use std::convert::Infallible;

use insta::assert_snapshot;
use jiff::civil::{Date, date};

use crate::model::{
    Budget, BudgetKind, Comparison, Metric, RunDocument, SelfTestDocument, Verdict, samples,
};
use crate::render::{Screen, Verbosity, csv, human, json, markdown};
use crate::verdict::{
    Blessed, Blessing, Given, Limits, Rule, Severity, Sides, alone, compare_runs, gate, self_test,
    slow_down,
};

const TOKENIZE: &str = "code_stats::parse::tokenize";

const SCREEN: Screen = Screen { width: 100, styled: false };

/// Checks the comparison in every medium; of the JSON, what is not stable.
#[track_caller]
fn in_every_medium(name: &str, mut comparison: Comparison) {
    assert_snapshot!(name, human::comparison(&comparison, Verbosity::Brief, SCREEN));
    assert_snapshot!(format!("{name}_markdown"), markdown::comparison(&comparison));
    comparison.functions.retain(|row| row.verdict >= Verdict::Degraded && row.name == TOKENIZE);
    assert_snapshot!(format!("{name}_json"), json::json(&comparison).unwrap());
}

/// Returns runs like `run`, whose functions each take up to a per cent longer or shorter by chance.
fn runs_of(run: &RunDocument, count: usize) -> Vec<RunDocument> {
    let one = |at: usize| {
        let names = run.functions.iter().enumerate();
        names.fold(run.clone(), |run, (place, function)| {
            let per_mille = u32::try_from((at * 7 + place * 13) % 11).unwrap();
            slow_down(&run, &function.name, 1.0 + f64::from(per_mille) / 1e3)
        })
    };
    (0..count).map(one).collect()
}

/// Returns runs that changed in nothing but the time of one function.
fn slower() -> Vec<RunDocument> {
    let mut run = slow_down(&samples::typical(), TOKENIZE, 1.4);
    run.run.id = "20261121T081530-77fe".to_owned();
    runs_of(&run, 3)
}

/// Judges `current` by five runs of the baseline.
fn judged(current: &[RunDocument], limits: &Limits) -> Comparison {
    let baseline = runs_of(&samples::typical(), 5);
    let sides = Sides { baseline: &baseline, current, history: &[], paired: false };
    let comparison = compare_runs(sides, limits).unwrap();
    Comparison { baseline: Some("main".to_owned()), ..comparison }
}

fn compared(limits: &Limits) -> Comparison {
    judged(&slower(), limits)
}

fn rule(pattern: &str, limits: &[(BudgetKind, f64, usize)]) -> Rule {
    let given = |&(kind, value, line)| (kind, Given { value: Some(value), line });
    let limits = limits.iter().map(given).collect();
    Rule { pattern: pattern.to_owned(), line: 11, limits, ..Rule::default() }
}

/// Returns limits with budgets of the file, and one of the command.
fn budgeted(severity: Option<Severity>) -> Limits {
    let severity = severity.map(|value| Given { value, line: 14 });
    let mut limits = Limits::default();
    let budget = [(BudgetKind::P99Ns, 25e6, 12), (BudgetKind::TotalNs, 2e9, 13)];
    limits.allowances.rules.push(Rule { severity, ..rule("code_stats::parse::*", &budget) });
    limits.allowances.command = rule(
        "command",
        &[(BudgetKind::WallNs, 1e9, 17), (BudgetKind::PeakRssBytes, 67_108_864.0, 18)],
    );
    limits.allowances.command.severity = severity;
    limits
}

fn blessed(to: f64, today: Date) -> Limits {
    let blessing = |metric, from: f64, to| Blessing {
        function: TOKENIZE.to_owned(),
        metric,
        from,
        to,
        commit: Some("9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e".to_owned()),
        reason: "tokens keep their spans".to_owned(),
        created: date(2026, 11, 20),
        expires: Some(date(2027, 1, 31)),
        line: 4,
    };
    let metrics = [Metric::SelfNs, Metric::MeanNs, Metric::P50Ns, Metric::P95Ns];
    let scale = [1.0, 1.0, 0.92, 2.1];
    let list = metrics.into_iter().zip(scale);
    let list = list.map(|(metric, scale)| blessing(metric, 5.12e6 * scale, to * scale)).collect();
    Limits { blessed: Blessed { list, today }, ..Limits::default() }
}

#[test]
fn over_the_budget_of_the_attribute() {
    let mut runs = slower();
    for run in &mut runs {
        samples::named(run, TOKENIZE).budget =
            Budget { p99_ns: Some(25_000_000), max_regression_pct: Some(5.0), ..Budget::default() };
    }
    in_every_medium("budget_attribute", judged(&runs, &Limits::default()));
}

#[test]
fn over_the_budget_of_the_file() {
    in_every_medium("budget_file", compared(&budgeted(None)));
}

#[test]
fn over_a_budget_that_only_warns() {
    in_every_medium("budget_warn", compared(&budgeted(Some(Severity::Warn))));
    let alone =
        alone(&slower()[0], &budgeted(Some(Severity::Warn)), "there is no baseline yet".into());
    assert_snapshot!("budget_warn_alone", human::comparison(&alone, Verbosity::Brief, SCREEN));
}

#[test]
fn what_is_switched_off() {
    let limits = budgeted(Some(Severity::Off));
    in_every_medium("budget_off", compared(&limits));
}

#[test]
fn blessed_exceeded_and_expired() {
    in_every_medium("blessed", compared(&blessed(7.2e6, date(2027, 1, 31))));
    in_every_medium("blessed_exceeded", compared(&blessed(6e6, date(2027, 1, 31))));
    in_every_medium("blessed_expired", compared(&blessed(7.2e6, date(2027, 2, 1))));
}

/// Tries the gate with `limits` on three typical runs.
fn tried(limits: &Limits, names: &[&str]) -> SelfTestDocument {
    let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    let judge = |runs: &[RunDocument]| Ok::<_, Infallible>(judged(runs, limits));
    let runs = runs_of(&samples::typical(), 3);
    self_test(&runs, &names, &BTreeSet::new(), judge).unwrap().unwrap()
}

#[test]
fn what_a_gate_would_catch() {
    let document = tried(&Limits::default(), &[]);
    for width in [60, 100] {
        let screen = Screen { width, styled: false };
        assert_snapshot!(format!("self_test_{width}"), human::self_test(&document, screen));
    }
    let styled = human::self_test(&document, Screen { styled: true, ..SCREEN });
    let plain = anstream::adapter::strip_str(&styled).to_string();
    assert_eq!(plain, human::self_test(&document, SCREEN), "colours change nothing but colours");
    assert_snapshot!("self_test_markdown", markdown::self_test(&document));
    assert_snapshot!("self_test_json", json::json(&document).unwrap());
    assert_snapshot!("self_test_csv", csv::self_test(&document));
}

#[test]
fn what_a_gate_is_blind_for() {
    let mut limits = budgeted(None);
    let warn = Some(Given { value: Severity::Warn, line: 20 });
    let off = Some(Given { value: Severity::Off, line: 22 });
    let quiet = Rule { severity: warn, ..rule("code_stats::metrics::*", &[]) };
    let ignored = Rule { severity: off, ..rule("code_stats::cache::*", &[]) };
    limits.allowances.rules.extend([quiet, ignored]);
    let names = [
        TOKENIZE,
        "code_stats::metrics::Complexity::visit",
        "code_stats::cache::Store::lookup",
        "code_stats::walk::collect_files",
        "code_stats::cache::Store::evict",
    ];
    let document = tried(&limits, &names);
    assert_snapshot!("self_test_blind", human::self_test(&document, SCREEN));
    assert_snapshot!("self_test_blind_markdown", markdown::self_test(&document));
}

#[test]
fn a_gate_without_a_baseline_catches_by_budgets_alone() {
    let limits = budgeted(None);
    let judge = |runs: &[RunDocument]| {
        Ok::<_, Infallible>(alone(&runs[0], &limits, "there is no baseline yet".to_owned()))
    };
    let runs = [samples::typical()];
    let document = self_test(&runs, &[], &BTreeSet::new(), judge).unwrap().unwrap();
    assert_snapshot!("self_test_alone", human::self_test(&document, SCREEN));
}

#[test]
fn what_is_caught_is_what_the_gate_fails_for_and_nothing_smaller() {
    let limits = Limits::default();
    for row in tried(&limits, &[]).functions {
        let Some(pct) = row.smallest_pct.filter(|pct| *pct > 0) else { continue };
        let gate_at = |pct: u32| {
            let factor = 1.0 + f64::from(pct) / 100.0;
            let runs = runs_of(&samples::typical(), 3);
            let slowed: Vec<_> = runs.iter().map(|run| slow_down(run, &row.name, factor)).collect();
            gate(&judged(&slowed, &limits), &BTreeSet::new())
        };
        assert_eq!(gate_at(pct), crate::verdict::Gate::Worse, "{row:?}");
        assert_eq!(gate_at(pct - 1), crate::verdict::Gate::Passed, "{row:?}");
    }
}
