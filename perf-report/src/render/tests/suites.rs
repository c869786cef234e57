//! Test suites in each medium.

use crate::model::{SlowTest, SuiteRow, SuiteTarget, SuitesDocument, TargetOutcome};
use crate::render::{Document as _, Medium, Screen};

const GOLDEN: &str = include_str!("../../../tests/golden/suites.v1.json");

fn golden() -> SuitesDocument {
    serde_json::from_str(GOLDEN).unwrap()
}

fn human(document: &SuitesDocument, width: usize) -> String {
    document.human(Screen { width, ..Screen::default() })
}

#[test]
fn people_see_the_worst_first() {
    insta::assert_snapshot!(human(&golden(), 100));
}

#[test]
fn a_narrow_screen_has_the_verdict_and_the_counts() {
    let text = human(&golden(), 60);
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    assert!(text.contains("failed") && text.contains("targets"), "{text}");
}

#[test]
fn a_suite_alone_has_no_sum() {
    let mut document = golden();
    document.suites.truncate(1);
    document.suites[0].targets.clear();
    document.total.targets.clear();
    let text = human(&document, 100);
    assert!(
        text.starts_with("PASSED  1 suite, 6 tests passed") && !text.contains("\nunit "),
        "{text}"
    );
}

#[test]
fn many_targets_that_are_met_are_counted_alone() {
    let mut document = golden();
    let met = SuiteTarget { outcome: TargetOutcome::Met, ..SuiteTarget::default() };
    document.suites[0].targets = vec![met; 20];
    let text = human(&document, 100);
    assert!(text.contains("✓ 20") && !text.contains("✓ app"), "{text}");
}

#[test]
fn pull_requests_see_the_same() {
    insta::assert_snapshot!(golden().markdown().unwrap());
}

#[test]
fn spreadsheets_have_a_line_a_suite() {
    insta::assert_snapshot!(golden().csv().unwrap());
}

#[test]
fn names_of_others_harm_no_medium() {
    let hostile = "a\u{1b}[31m|<img src=x>`=1+1\u{202e}\n".to_owned();
    let row = SuiteRow {
        name: hostile.clone(),
        failed_tests: vec![hostile.clone()],
        slowest_tests: vec![SlowTest { name: hostile.clone(), ..SlowTest::default() }],
        targets: vec![SuiteTarget {
            figure: hostile.clone(),
            reason: hostile.clone(),
            baseline: Some(hostile.clone()),
            ..SuiteTarget::default()
        }],
        ..SuiteRow::default()
    };
    let document = SuitesDocument {
        name: Some(hostile.clone()),
        command: vec![hostile.clone()],
        notes: vec![hostile],
        suites: vec![row],
        ..golden()
    };
    for medium in [Medium::Human, Medium::Markdown, Medium::Json, Medium::Csv] {
        let text = document.text(medium, Screen::default()).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn markdown_has_a_limit_and_counts_what_it_leaves_out() {
    let mut document = golden();
    let whole = document.markdown().unwrap();
    assert_eq!(document.to_markdown_within(64_000), whole);
    let row = document.suites[0].clone();
    document.suites = vec![row; 2_000];
    document.notes = vec!["a note that is long enough to fill a line".to_owned(); 2_000];
    for most in [4_000, 20_000, 64_000] {
        let text = document.to_markdown_within(most);
        assert!(text.len() <= most && text.len() > most / 2, "{most}: {}", text.len());
        assert!(text.contains("more; the JSON has them all."), "{text}");
        assert!(text.contains("more notes"), "{text}");
    }
    assert!(document.markdown().unwrap().len() <= 64_000);
}
