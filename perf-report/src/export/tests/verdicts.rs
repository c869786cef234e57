//! Tests of the formats with verdicts: `JUnit`, Code Quality, badge.

use std::collections::HashSet;

use proptest::prelude::*;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, XmlString};
use serde_json::Value;

use super::arbitrary;
use crate::export::{Format, Options, Source, corpus};
use crate::model::{Budget, Change, Comparison, Function, RunDocument, Verdict, samples};
use crate::verdict::{Limits, alone, compare, failures};

const ALL: Options = Options { unit: None, top: None, all: true, timestamps: false };

/// A run, its baseline, and what is said of them.
struct Judged {
    run: RunDocument,
    baseline: RunDocument,
    comparison: Comparison,
}

impl Judged {
    fn of(baseline: RunDocument, run: RunDocument) -> Self {
        let comparison = compare(&baseline, &run, &Limits::default());
        Self { run, baseline, comparison }
    }

    fn source(&self) -> Source<'_> {
        let Self { run, baseline, comparison } = self;
        Source { run, baseline: Some(baseline), comparison: Some(comparison) }
    }
}

/// Returns a run with a budget that it keeps and one that it does not, after a change.
fn changed() -> Judged {
    let mut run = samples::changed();
    let tokenize = samples::named(&mut run, "code_stats::parse::tokenize");
    tokenize.budget = Budget { calls: Some(400), p99_ns: Some(u64::MAX), ..Budget::default() };
    Judged::of(samples::typical(), run)
}

fn text(format: Format, source: &Source<'_>, options: &Options) -> String {
    String::from_utf8(format.write(source, options).unwrap()).unwrap()
}

fn cases(source: &Source<'_>, options: &Options) -> Vec<TestCase> {
    let text = text(Format::Junit, source, options);
    let report = Report::deserialize_from_str(&text).unwrap();
    report.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect()
}

/// Returns the key by which readers know a case.
fn key(case: &TestCase) -> (String, String) {
    let class = case.classname.as_ref().map_or("", |class| class.as_str());
    (class.to_owned(), case.name.as_str().to_owned())
}

fn is_failure(case: &TestCase) -> bool {
    matches!(case.status, TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. })
}

fn skipped(case: &TestCase) -> Option<&str> {
    match &case.status {
        TestCaseStatus::Skipped { message, .. } => message.as_ref().map(XmlString::as_str),
        _ => None,
    }
}

fn issues(source: &Source<'_>, options: &Options) -> Vec<Value> {
    serde_json::from_str(&text(Format::CodeQuality, source, options)).unwrap()
}

fn badge(source: &Source<'_>) -> (String, String) {
    let badge: Value =
        serde_json::from_str(&text(Format::Badge, source, &Options::default())).unwrap();
    assert_eq!((&badge["schemaVersion"], &badge["label"]), (&1.into(), &"performance".into()));
    let field = |name: &str| badge[name].as_str().unwrap().to_owned();
    (field("message"), field("color"))
}

#[test]
fn a_judgement_in_each_format() {
    let changed = changed();
    let of = |format| text(format, &changed.source(), &Options::default());
    insta::assert_snapshot!("junit", of(Format::Junit));
    insta::assert_snapshot!("code_quality", of(Format::CodeQuality));
    insta::assert_snapshot!("badge", of(Format::Badge));
}

#[test]
fn what_fails_check_fails_here_and_nothing_else() {
    let changed = changed();
    let failing = failures(&changed.comparison, &std::collections::BTreeSet::new()).len();
    let all = cases(&changed.source(), &ALL);
    assert!(is_failure(&all[0]), "the whole");
    assert_eq!(all.iter().filter(|case| is_failure(case)).count(), failing + 1);
    let rows = changed.comparison.functions.len() + changed.comparison.budgets.len();
    assert_eq!(all.len(), rows + 1);
    let major = issues(&changed.source(), &ALL);
    assert_eq!(major.iter().filter(|issue| issue["severity"] == "major").count(), failing);
    assert_eq!(badge(&changed.source()), ("regression".to_owned(), "red".to_owned()));
}

#[test]
fn advice_never_fails() {
    let mut judged = changed();
    judged.comparison.advisory = true;
    judged.comparison.budgets.clear();
    let all = cases(&judged.source(), &ALL);
    assert!(!all.iter().any(is_failure));
    assert!(skipped(&all[0]).unwrap().ends_with("(advisory)"), "{:?}", all[0]);
    assert!(all.iter().any(|case| skipped(case).is_some_and(|why| why.starts_with("advice only"))));
    assert_eq!(badge(&judged.source()), ("regression (advisory)".to_owned(), "yellow".to_owned()));
    let severities = issues(&judged.source(), &Options::default());
    assert!(severities.iter().all(|issue| issue["severity"] != "major"), "{severities:?}");
}

#[test]
fn between_machines_counts_fail_and_times_do_not() {
    let mut run = samples::changed();
    run.run.machine.key = "another".to_owned();
    let judged = Judged::of(samples::typical(), run);
    assert!(judged.comparison.counts_only);
    let all = cases(&judged.source(), &ALL);
    let failing: Vec<_> = all[1..].iter().filter(|case| is_failure(case)).map(key).collect();
    assert!(!failing.is_empty());
    for (class, name) in failing {
        assert!(name.ends_with(": calls") || name.ends_with(": errors"), "{class} {name}");
    }
    let word = "regression (counts decide, times are advice)".to_owned();
    assert_eq!(badge(&judged.source()), (word, "red".to_owned()));
}

#[test]
fn what_cannot_be_judged_is_skipped_with_the_reason() {
    let judged = Judged::of(samples::typical(), samples::typical());
    assert_eq!(judged.comparison.verdict, Verdict::Inconclusive);
    let all = cases(&judged.source(), &Options::default());
    assert!(all.iter().all(|case| skipped(case).is_some_and(|why| !why.is_empty())), "{all:?}");
    assert_eq!(badge(&judged.source()), ("inconclusive".to_owned(), "lightgrey".to_owned()));
    let one = issues(&judged.source(), &Options::default());
    assert_eq!((one.len(), &one[0]["check_name"]), (1, &"perf-track/inconclusive".into()));
    assert!(issues(&judged.source(), &ALL).len() > 1);
}

#[test]
fn nothing_judged_is_no_pass() {
    let run = samples::typical();
    let none = alone(&run, &Limits::default(), "no baseline was named".to_owned());
    for comparison in [None, Some(&none)] {
        let source = Source { run: &run, baseline: None, comparison };
        let all = cases(&source, &ALL);
        assert_eq!(all.len(), 1);
        assert!(skipped(&all[0]).unwrap().starts_with("nothing was judged: no baseline was named"));
        assert_eq!(badge(&source), ("not judged".to_owned(), "lightgrey".to_owned()));
        let issues = issues(&source, &Options::default());
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0]["severity"], "info");
    }
}

#[test]
fn budgets_alone_are_a_judgement() {
    let mut run = samples::typical();
    samples::named(&mut run, "code_stats::main").budget =
        Budget { calls: Some(1), ..Budget::default() };
    let kept = alone(&run, &Limits::default(), "no baseline was named".to_owned());
    let source = Source { run: &run, baseline: None, comparison: Some(&kept) };
    let all = cases(&source, &Options::default());
    assert_eq!(key(&all[1]), ("code_stats".to_owned(), "main: budget for calls".to_owned()));
    assert!(all.iter().all(|case| !is_failure(case) && skipped(case).is_none()), "{all:?}");
    assert_eq!(badge(&source), ("within budget".to_owned(), "brightgreen".to_owned()));
}

/// Returns a comparison in which every function is called more often than before.
fn of_names(names: &[String]) -> Judged {
    let before = arbitrary::named(names);
    let mut now = before.clone();
    now.run.id += "b";
    for function in &mut now.functions {
        function.calls *= 3;
    }
    Judged::of(before, now)
}

#[test]
fn every_name_has_a_case_and_an_issue_of_its_own() {
    let names = corpus::names();
    let judged = of_names(&names);
    let failing = judged.comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
    let names: HashSet<_> = failing.map(|row| row.name.as_str()).collect();
    let corpus = corpus::names();
    assert_eq!(names, corpus.iter().map(String::as_str).collect::<HashSet<_>>());
    let all = cases(&judged.source(), &ALL);
    assert_eq!(all.iter().map(key).collect::<HashSet<_>>().len(), all.len());
    let issues = issues(&judged.source(), &Options::default());
    let prints: HashSet<_> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!((prints.len(), issues.len()), (names.len(), names.len()));
}

#[test]
fn a_report_stays_within_what_gitlab_takes_and_says_so() {
    let mut judged = changed();
    let row = judged.comparison.functions[0].clone();
    let long = Change { reason: "<long> & \"quoted\"".repeat(10_000), ..row };
    judged.comparison.functions = vec![long; 70];
    let text = text(Format::Junit, &judged.source(), &Options::default());
    assert!((20_000_000..30_000_000).contains(&text.len()), "{}", text.len());
    assert!(text.contains(" more cases left out, for GitLab takes no larger file"));
    assert!(text.ends_with("</testsuites>\n"));
}

#[test]
fn a_finding_keeps_its_fingerprint_when_code_moves_and_values_change() {
    let print = |judged: &Judged| {
        let issues = issues(&judged.source(), &Options::default());
        let of = |issue: &&Value| {
            issue["description"].as_str().unwrap().contains("tokenize: regression: self")
        };
        issues.iter().find(of).map(|issue| issue["fingerprint"].clone()).unwrap()
    };
    let before = changed();
    let mut moved = changed();
    let tokenize: &mut Function = samples::named(&mut moved.run, "code_stats::parse::tokenize");
    (tokenize.line, tokenize.self_ns) = (99, tokenize.self_ns * 2);
    assert_eq!(print(&before), print(&Judged::of(moved.baseline, moved.run)));
}

proptest! {
    #[test]
    fn any_two_runs_make_reports(one in arbitrary::run(), other in arbitrary::run(), all in any::<bool>()) {
        let judged = Judged::of(one, other);
        let options = Options { all, ..Options::default() };
        let cases = cases(&judged.source(), &options);
        prop_assert_eq!(cases.iter().map(key).collect::<HashSet<_>>().len(), cases.len());
        let failing = failures(&judged.comparison, &std::collections::BTreeSet::new()).len();
        let failed = cases.iter().filter(|case| is_failure(case)).count();
        prop_assert_eq!(failed, if failing > 0 { failing + 1 } else { 0 });
        let issues = issues(&judged.source(), &options);
        let prints: HashSet<_> = issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
        prop_assert_eq!(prints.len(), issues.len());
        let _ = badge(&judged.source());
    }
}
