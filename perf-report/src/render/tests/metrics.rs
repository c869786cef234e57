//! Metrics of the program as people and programs read them.

use insta::assert_snapshot;

use super::{brief, screen, show, shown};
use crate::model::{BenchGrowth, MetricKind, samples};
use crate::render::{Selection, csv, human, markdown};
use crate::verdict::{Better, CustomLimits, Limits, alone, compare};

/// Returns limits for the metrics of [`samples::with_metrics`], as `perf.toml` may set them.
fn limits_of_metrics() -> Limits {
    let rate = CustomLimits {
        better: Some(Better::Higher),
        max_regression_pct: Some(5.0),
        min: Some(0.9),
        max: None,
    };
    let custom = [("cache.hit_rate".to_owned(), rate)].into();
    Limits { custom, ..Limits::default() }
}

#[test]
fn metrics_of_the_program_below_its_functions() {
    let run = samples::with_metrics(1_234_567.0, 2.5, 0.916_66);
    assert_snapshot!("metrics", show(&run, 100));
    assert_snapshot!("metrics_60", human::show_metrics(&run, &brief(), screen(60)));
    assert_snapshot!("metrics_csv", csv::metrics(&run));
    assert_snapshot!("metrics_markdown", markdown::run(&run, &brief(), &BenchGrowth::default()));
    let one = Selection { filter: Some("HIT".to_owned()), limit: Some(1), ..Selection::default() };
    assert_snapshot!("metrics_part", human::show_metrics(&run, &one, screen(80)));
    assert_snapshot!(
        "metrics_none",
        human::show_metrics(&samples::typical(), &brief(), screen(80))
    );
}

#[test]
fn metrics_of_the_program_compared() {
    let old = samples::with_metrics(1_000.0, 2.5, 0.95);
    let new = samples::with_metrics(1_500.0, 7.0, 0.8);
    let comparison = compare(&old, &new, &limits_of_metrics());
    assert_snapshot!("metrics_comparison", shown(&comparison));
    assert_snapshot!("metrics_comparison_markdown", markdown::comparison(&comparison));
    assert_snapshot!("metrics_comparison_csv", csv::comparison(&comparison));
    let why = "there is no baseline yet".to_owned();
    assert_snapshot!("metrics_alone", shown(&alone(&new, &limits_of_metrics(), why)));
}

#[test]
fn names_of_metrics_are_not_trusted() {
    let mut run = samples::hostile();
    run.metrics = run
        .functions
        .iter()
        .map(|function| samples::metric(&function.name, MetricKind::Count, Some(1.0)))
        .collect();
    assert_snapshot!("hostile_metrics", human::show_metrics(&run, &brief(), screen(100)));
    assert_snapshot!("hostile_metrics_csv", csv::metrics(&run));
    assert_snapshot!("hostile_metrics_markdown", markdown::run_metrics(&run, &brief()));
}
