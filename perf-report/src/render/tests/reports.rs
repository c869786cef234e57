//! Reports as people and programs read them.

use insta::assert_snapshot;

use super::{screen, stored_report};
use crate::model::{Budget, Report, Suite, samples};
use crate::render::words::fit;
use crate::render::{Document as _, Medium, Screen, trailer};
use crate::verdict::{self, Limits};

/// Returns a report with everything in it: regressions, improvements, targets, tests, advice.
fn full() -> Report {
    let mut before = samples::typical();
    let mut after = samples::changed();
    for run in [&mut before, &mut after] {
        let tokenize = samples::named(run, "code_stats::parse::tokenize");
        tokenize.budget =
            Budget { p99_ns: Some(20_000_000), mean_ns: Some(9_000_000), ..Budget::default() };
    }
    after.process = before.process.clone();
    after.suites = vec![Suite {
        name: "app::e2e".to_owned(),
        passed: Some(118),
        failed: Some(2),
        ignored: Some(4),
        ..Suite::default()
    }];
    let mut comparison = verdict::compare(&before, &after, &Limits::default());
    comparison.baseline = Some("main".to_owned());
    let past: Vec<_> = (0..19).map(|_| samples::typical()).collect();
    stored_report(&[after], &comparison, &past)
}

/// Returns a report with as little as there can be.
fn bare() -> Report {
    let run = samples::empty();
    let comparison =
        verdict::alone(&run, &Limits::default(), "there is no baseline yet".to_owned());
    stored_report(&[run], &comparison, &[])
}

fn hostile() -> Report {
    let (before, mut after) = (samples::hostile(), samples::hostile());
    for function in &mut after.functions {
        function.self_ns *= 3;
        function.errors = 4;
        function.budget = Budget { p99_ns: Some(5), ..Budget::default() };
    }
    after.functions[3].self_ns *= 40;
    let mut comparison = verdict::compare(&before, &after, &Limits::default());
    comparison.baseline = Some("main\n\u{1b}[2J<script>".to_owned());
    stored_report(&[after], &comparison, &[])
}

#[test]
fn a_report_for_every_medium() {
    let report = full();
    for width in [80, 100, 120] {
        assert_snapshot!(format!("report_{width}"), report.human(screen(width)));
    }
    assert_snapshot!("report_styled", report.human(Screen { width: 100, styled: true }));
    assert_snapshot!("report_markdown", report.text(Medium::Markdown, screen(100)).unwrap());
    assert_snapshot!("report_trailer", trailer(&report));
    assert_snapshot!("report_json", report.json());
    assert_eq!(report.text(Medium::Csv, screen(100)), None);
    let back: Report = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(back.json(), report.json(), "nothing is lost in between");
}

#[test]
fn a_report_of_nearly_nothing() {
    assert_snapshot!("report_bare", bare().human(screen(80)));
    assert_snapshot!("report_bare_markdown", bare().text(Medium::Markdown, screen(80)).unwrap());
    assert_snapshot!("report_bare_trailer", trailer(&bare()));
}

#[test]
fn hostile_names_do_no_harm_in_reports() {
    let report = hostile();
    let markdown = report.text(Medium::Markdown, screen(100)).unwrap();
    for text in [report.human(screen(100)), markdown.clone(), trailer(&report)] {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']), "{text}");
    }
    assert_eq!(trailer(&report).lines().count(), 1);
    assert!(trailer(&report).len() < 600, "{}", trailer(&report));
    assert!(markdown.len() < 65_000, "{} bytes are more than a comment holds", markdown.len());
    assert_snapshot!("report_hostile_trailer", trailer(&report));
}

#[test]
fn reports_keep_within_the_screen() {
    for report in [full(), bare(), hostile()] {
        for width in 60..140 {
            let text = report.human(screen(width));
            let widest = text.lines().map(fit::width).max().unwrap();
            assert!(widest <= width, "{widest} > {width}:\n{text}");
        }
    }
}
