//! Suites of made-up runs.

use super::*;
use crate::model::TargetOutcome;
use crate::model::samples::empty;

fn suite(name: &str, wall_ms: u64, peak_bytes: u64) -> Suite {
    Suite {
        name: name.to_owned(),
        target: "test".to_owned(),
        wall_ns: Some(wall_ms * 1_000_000),
        peak_rss_bytes: Some(peak_bytes),
        exit_code: Some(0),
        passed: Some(3),
        failed: Some(0),
        processes: 1,
        ..Suite::default()
    }
}

fn run(id: &str, suites: Vec<Suite>) -> RunDocument {
    let mut run = empty();
    id.clone_into(&mut run.run.id);
    run.run.exit_code = Some(0);
    run.suites = suites;
    run
}

fn rules(pattern: &str, targets: &[(SuiteFigure, f64)]) -> SuiteRules {
    let target = |(figure, limit): &(SuiteFigure, f64)| TargetRule {
        figure: figure.clone(),
        limit: *limit,
        line: 2,
    };
    let rule = SuiteRule {
        pattern: pattern.to_owned(),
        line: 1,
        baseline: Some("main".to_owned()),
        targets: targets.iter().map(target).collect(),
        ..SuiteRule::default()
    };
    SuiteRules { rules: vec![rule], ..SuiteRules::default() }
}

fn document(
    name: Option<&str>,
    [past, runs]: [&[RunDocument]; 2],
    rules: &SuiteRules,
    quick: bool,
) -> SuitesDocument {
    let main = vec![run("b1", vec![suite("app", 100, 1)]), run("b2", vec![suite("app", 101, 1)])];
    let baselines = BTreeMap::from([("main".to_owned(), main)]);
    judge(Question { name, runs, past, baselines: &baselines, baseline: None, rules, quick })
        .unwrap()
}

#[test]
fn a_suite_has_its_figures_its_past_and_its_growth() {
    let past: Vec<_> =
        (0..8).map(|at| run(&format!("p{at}"), vec![suite("app", 10, 1000 + 100 * at)])).collect();
    let now = [run("r", vec![suite("app", 11, 1800), suite("app::e2e", 30, 5)])];
    let document = document(None, [&past, &now], &SuiteRules::default(), false);
    let [app, e2e] = &document.suites[..] else { panic!("{document:?}") };
    assert_eq!((app.wall_ns, app.past.len(), app.past[4].run.as_str()), (Some(11e6), 5, "p7"));
    let growth = app.growth.unwrap();
    assert!(growth.is_certain() && (60.0..100.0).contains(&growth.change_pct), "{growth:?}");
    assert_eq!((growth.runs, e2e.growth), (9, None));
    assert_eq!(e2e.past[0].wall_ns, None, "it is new");
    let total = &document.total;
    assert_eq!(
        (total.name.as_str(), total.wall_ns, total.passed),
        ("(suites)", Some(41e6), Some(6))
    );
    assert_eq!((total.peak_rss_bytes, total.exit_code), (Some(1800), Some(0)));
}

#[test]
fn targets_of_the_given_name_are_for_all_suites_together() {
    let now = [run("r", vec![suite("app", 11, 1800), suite("app::e2e", 30, 5)])];
    let rules = rules("unit", &[(SuiteFigure::Duration, 40e6)]);
    let document = document(Some("unit"), [&[], &now], &rules, false);
    assert_eq!(document.total.targets[0].outcome, TargetOutcome::Missed);
    assert_eq!(document.targets(TargetOutcome::Missed).count(), 1);
    assert_eq!(document.suites[0].targets, []);
}

#[test]
fn quick_leaves_out_what_needs_other_runs() {
    let now = [run("r", vec![suite("app", 90, 1)]), run("s", vec![suite("app", 91, 1)])];
    let rules = rules("app*", &[(SuiteFigure::Improvement, 5.0), (SuiteFigure::Success, 1.0)]);
    let whole = document(None, [&[], &now], &rules, false);
    let outcomes: Vec<_> = whole.suites[0].targets.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [TargetOutcome::Met, TargetOutcome::Met], "{:?}", whole.suites[0].targets);
    let quick = document(None, [&[], &now], &rules, true);
    assert_eq!(quick.suites[0].targets.len(), 1);
    assert_eq!(quick.notes, ["quick: improvements and growth are not judged"]);
}

#[test]
fn a_metric_is_that_of_the_suite_or_else_of_the_run() {
    let metric = |value| CustomMetric {
        name: "hit_rate".to_owned(),
        value: Some(value),
        ..CustomMetric::default()
    };
    let mut own = suite("app", 1, 1);
    own.metrics = vec![metric(0.5)];
    let mut now = run("r", vec![own, suite("other", 1, 1)]);
    now.metrics = vec![metric(0.95)];
    let rules = rules("*", &[(SuiteFigure::MetricMin("hit_rate".to_owned()), 0.9)]);
    let document = document(None, [&[], &[now]], &rules, false);
    let values: Vec<_> = document.suites.iter().map(|row| row.targets[0].value).collect();
    assert_eq!(values, [Some(0.5), Some(0.95)]);
}

#[test]
fn a_table_that_seems_misspelt_is_named() {
    let now = [run("r", vec![suite("app::e2e", 1, 1)])];
    let rules = rules("app::e2", &[(SuiteFigure::Success, 1.0)]);
    let document = document(None, [&[], &now], &rules, false);
    let expected =
        "no suite is named \"app::e2\", as in perf.toml:1; did you mean `app::e2e`?".to_owned();
    assert_eq!(document.notes, [expected]);
    assert_eq!(
        super::judge(Question {
            name: None,
            runs: &[],
            past: &[],
            baselines: &BTreeMap::new(),
            baseline: None,
            rules: &rules,
            quick: false,
        }),
        None
    );
}

#[test]
fn a_suite_that_was_killed_has_not_succeeded() {
    let killed = Suite {
        exit_code: None,
        signal: Some(9),
        passed: None,
        failed: None,
        ..suite("app", 1, 1)
    };
    assert_eq!(killed.success(), Some(0.0));
    let died = Suite { exit_code: Some(101), passed: Some(3), ..suite("app", 1, 1) };
    assert_eq!(died.success(), Some(0.0));
    let none = Suite { passed: Some(0), ..suite("app", 1, 1) };
    assert_eq!(none.success(), None, "nothing to succeed in");
}
