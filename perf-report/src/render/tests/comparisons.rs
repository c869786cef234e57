//! Comparisons as people and programs read them.

use insta::assert_snapshot;

use super::{compared, screen, shown};
use crate::model::{Budget, Comparison, RunDocument, Verdict, samples};
use crate::render::{Verbosity, csv, human, json, markdown};
use crate::verdict::{Limits, alone, compare};

/// Returns a comparison with findings of one verdict only.
fn only(verdict: Verdict) -> Comparison {
    let mut comparison = match verdict {
        Verdict::Changed => compare(
            &samples::with_metrics(1_000.0, 2.5, 0.95),
            &samples::with_metrics(1_500.0, 7.0, 0.95),
            &Limits::default(),
        ),
        _ => compared(),
    };
    comparison.functions.retain(|row| {
        row.verdict == verdict || (row.verdict == Verdict::Stable && row.name == "code_stats::main")
    });
    comparison.verdict = verdict.max(Verdict::Stable);
    comparison
}

fn over_budget() -> RunDocument {
    let mut run = samples::typical();
    let parse = samples::named(&mut run, "code_stats::parse::parse_file");
    parse.budget = Budget { p99_ns: Some(25_000_000), calls: Some(1_000), ..Budget::default() };
    run
}

#[test]
fn a_comparison_in_every_medium() {
    let comparison = compared();
    assert_snapshot!("comparison", shown(&comparison));
    assert_snapshot!("comparison_60", human::comparison(&comparison, Verbosity::All, screen(60)));
    assert_snapshot!("comparison_markdown", markdown::comparison(&comparison));
    assert_snapshot!("comparison_csv", csv::comparison(&comparison));
    let mut short = only(Verdict::Degraded);
    short.functions.truncate(2);
    assert_snapshot!("comparison_json", json::json(&short).unwrap());
}

#[test]
fn every_outcome_in_words() {
    for verdict in Verdict::WORST_FIRST {
        let comparison = only(verdict);
        assert_snapshot!(format!("outcome_{verdict}"), shown(&comparison));
        assert_snapshot!(format!("outcome_{verdict}_markdown"), markdown::comparison(&comparison));
        assert_snapshot!(format!("outcome_{verdict}_json"), json::json(&comparison).unwrap());
    }
}

#[test]
fn budgets_and_missing_baselines_in_words() {
    let why = "there is no baseline yet".to_owned();
    assert_snapshot!(
        "no_baseline",
        shown(&alone(&samples::typical(), &Limits::default(), why.clone()))
    );
    assert_snapshot!("over_budget", shown(&alone(&over_budget(), &Limits::default(), why)));
    let both = compare(&samples::typical(), &over_budget(), &Limits::default());
    assert_snapshot!("over_budget_markdown", markdown::comparison(&both));
    let mut other = samples::changed();
    other.run.toolchain.profile = "debug".to_owned();
    other.process.damaged = 1;
    assert_snapshot!("advisory", shown(&compare(&samples::typical(), &other, &Limits::default())));
    other = samples::changed();
    other.run.machine.key = "v1-other".to_owned();
    assert_snapshot!(
        "counts_only",
        shown(&compare(&samples::typical(), &other, &Limits::default()))
    );
}
