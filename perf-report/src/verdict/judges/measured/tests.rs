//! Verdicts on benchmarks.

use std::collections::BTreeMap;

use crate::model::{
    Benchmark, Better, Change, Function, FunctionKind, Metric, RunDocument, Verdict, samples,
};
use crate::verdict::{FailOn, Gate, Limits, Sides, compare, compare_runs, gate};

/// Returns a run of a benchmark with this value, and samples about it by this part.
fn run(name: &str, value_ns: f64, noise: f64) -> RunDocument {
    let deviation = value_ns * noise;
    let samples_ns =
        (0..10).map(|at| value_ns + if at % 2 == 0 { deviation } else { -deviation }).collect();
    let benchmark = Benchmark { samples_ns, ..Benchmark::default() };
    let function = Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        calls: 1_000,
        mean_ns: Some(value_ns),
        stddev_ns: Some(deviation),
        benchmark: Some(Box::new(benchmark)),
        ..Function::default()
    };
    let mut run = samples::empty();
    run.functions = vec![function];
    run
}

fn shown(rows: &[Change]) -> String {
    let line = |row: &Change| {
        format!("{} {} {}: {}", row.verdict, row.name, row.metric.word(), row.reason)
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn rows(olds: &[RunDocument], news: &[RunDocument]) -> String {
    let sides = Sides { baseline: olds, current: news, history: &[], paired: false };
    shown(&compare_runs(sides, &Limits::default()).unwrap().functions)
}

#[test]
fn one_run_against_one_shows_large_changes_only_and_says_what_helps() {
    let old = run("parse/64", 41.1, 0.001);
    let slower = compare(&old, &run("parse/64", 45.0, 0.001), &Limits::default());
    insta::assert_snapshot!(shown(&slower.functions));
    assert!(
        slower.notes.iter().any(|note| note.contains("--repeat 5 -- cargo bench")),
        "{:?}",
        slower.notes
    );
    let far = compare(&old, &run("parse/64", 82.2, 0.001), &Limits::default());
    insta::assert_snapshot!(shown(&far.functions));
}

#[test]
fn calls_that_a_harness_chose_are_not_judged_nor_are_nanoseconds_too_few() {
    let five = |value: f64| -> Vec<RunDocument> {
        (0..5).map(|at| run("sub", value * (1.0 + f64::from(at) * 1e-3), 0.001)).collect()
    };
    let (olds, mut news) = (five(0.5), five(0.6));
    for run in &mut news {
        run.functions[0].calls *= 7;
    }
    insta::assert_snapshot!(rows(&olds, &news));
    insta::assert_snapshot!(rows(&olds, &five(0.5005)));
}

#[test]
fn samples_are_a_floor_of_the_noise() {
    let five = |value: f64, noise: f64| -> Vec<RunDocument> {
        (0..5).map(|at| run("f", value * (1.0 + f64::from(at) * 1e-4), noise)).collect()
    };
    let of = |noise: f64| {
        let (olds, news) = (five(100.0, noise), five(106.0, noise));
        let sides = Sides { baseline: &olds, current: &news, history: &[], paired: false };
        compare_runs(sides, &Limits::default()).unwrap().functions[0].verdict
    };
    assert_eq!(of(0.001), Verdict::Regression);
    assert_eq!(
        of(0.3),
        Verdict::Stable.max(of(0.3)).min(Verdict::Inconclusive),
        "runs that agree by chance"
    );
    assert!(of(0.3) < Verdict::Degraded);
}

#[test]
fn more_work_an_iteration_is_no_regression() {
    let with = |value: f64, bytes: f64| {
        let mut run = run("copy", value, 0.001);
        let benchmark = run.functions[0].benchmark.as_mut().unwrap();
        benchmark.throughput = BTreeMap::from([("bytes".to_owned(), bytes)]);
        run
    };
    insta::assert_snapshot!(rows(&[with(100.0, 64.0)], &[with(200.0, 128.0)]));
}

#[test]
fn what_failed_has_no_time_and_what_is_gone_is_said() {
    let mut failed = run("f", 1.0, 0.001);
    failed.functions[0].errors = 1_000;
    failed.functions[0].classifies_errors = true;
    insta::assert_snapshot!(rows(&[run("f", 100.0, 0.001)], &[failed]));
    insta::assert_snapshot!(rows(&[run("f", 100.0, 0.001)], &[run("g", 100.0, 0.001)]));
}

#[test]
fn counts_have_the_direction_of_whoever_counted_them() {
    let with = |value: f64| {
        let mut run = run("f", 100.0, 0.001);
        let metric =
            samples::metric("f/instructions", crate::model::MetricKind::Count, Some(value));
        run.metrics = vec![crate::model::CustomMetric { better: Some(Better::Lower), ..metric }];
        run
    };
    let of = |old: f64, new: f64| {
        let comparison = compare(&with(old), &with(new), &Limits::default());
        let row = comparison.functions.iter().find(|row| row.metric == Metric::Count).unwrap();
        (row.verdict, row.reason.clone())
    };
    insta::assert_debug_snapshot!([of(1_000.0, 1_001.0), of(1_000.0, 1_100.0), of(1_000.0, 990.0)]);
}

#[test]
fn a_benchmark_that_is_gone_passes_no_gate_that_asks_for_what_is_missing() {
    let mut old = run("a", 100.0, 0.01);
    old.functions.extend(run("b", 100.0, 0.01).functions);
    let comparison = compare(&old, &run("a", 100.0, 0.01), &Limits::default());
    assert_eq!(gate(&comparison, &[].into()), Gate::Passed);
    assert_eq!(gate(&comparison, &[FailOn::Missing].into()), Gate::Missing);
    assert_eq!(
        gate(&compare(&old, &old, &Limits::default()), &[FailOn::Missing].into()),
        Gate::Passed
    );
}
