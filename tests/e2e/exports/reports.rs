//! junitparser reads back each case of a `JUnit` report, and a Code Quality report fits what GitLab documents.

use std::collections::HashSet;
use std::path::Path;

use perf_report::model::{ProcessSummary, RunDocument};
use perf_report::project::store::{Sqlite, Store as _};
use perf_tests::consumers::python;
use perf_tests::{Lab, lab};
use serde_json::{Value, json};

use super::{corpus, exported, run_of, script, workload};

/// Returns what GitLab takes of an issue.
fn code_quality() -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "pattern": "^perf-track/[a-z0-9-]+$" },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": { "type": "string", "pattern": "^[^/]", "not": { "pattern": "(^|/)\\.\\.?(/|$)" } },
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": { "begin": { "type": "integer", "minimum": 1 } },
                        },
                    },
                },
            },
        },
    })
}

/// A report as its reader has it: counts of cases, failures, skipped, errors; and the cases.
#[track_caller]
fn junit(file: &Path) -> Option<([usize; 4], Vec<Value>)> {
    let python = python("junitparser")?;
    let read = script(python, include_str!("junit.py"), &[file.to_str().unwrap()]);
    let counts = serde_json::from_value(read["counts"].clone()).unwrap();
    Some((counts, read["cases"].as_array().unwrap().clone()))
}

fn of_type<'a>(cases: &'a [Value], result: &str) -> Vec<&'a Value> {
    cases.iter().filter(|case| case["result"][0][0] == result).collect()
}

/// Returns a lab with two runs of functions of these names; in the second each is called three times as often.
fn slower(names: &[String]) -> Lab {
    let lab = lab!();
    let mut store = Sqlite::open_or_create(&lab.store()).unwrap();
    let before = RunDocument {
        process: ProcessSummary { count: 1, ..ProcessSummary::default() },
        ..run_of(names, false)
    };
    let mut now = before.clone();
    (now.run.id, now.run.time) = ("20261121T234552-4d5e6f".into(), "2026-11-21T23:45:52Z".into());
    for function in &mut now.functions {
        function.calls *= 3;
    }
    store.save(&before).unwrap();
    store.save(&now).unwrap();
    lab
}

#[test]
fn a_run_against_another_is_a_report() {
    let lab = lab!();
    workload(&lab, 77);
    workload(&lab, 154);
    let file = exported(&lab, &["junit", "--baseline", "latest~1"], "junit.xml");
    let Some((counts, cases)) = junit(&file) else { return };
    assert_eq!(counts[0], cases.len());
    let failures = of_type(&cases, "Failure");
    assert_eq!(counts[1], failures.len());
    assert_eq!(
        (&cases[0]["class"], &cases[0]["result"][0][0]),
        (&"perf-track".into(), &"Failure".into())
    );
    let outer = failures.iter().find(|case| case["name"] == "outer: calls").unwrap();
    assert_eq!(outer["class"], "workload");
    assert_eq!(outer["result"][0][1], "PerformanceRegression");
    let text = outer["result"][0][3].as_str().unwrap();
    assert!(text.contains("154 → 308") && text.contains("tests/fixtures/workload.rs:"), "{text}");
    let all = exported(&lab, &["junit", "--all", "--baseline", "latest~1"], "all.xml");
    let (of_all, _) = junit(&all).unwrap();
    assert!(of_all[0] > counts[0] && of_all[1] == counts[1], "{of_all:?} {counts:?}");
}

#[test]
fn without_a_baseline_nothing_passes() {
    let lab = lab!();
    workload(&lab, 7);
    let file = exported(&lab, &["junit"], "junit.xml");
    let Some((counts, cases)) = junit(&file) else { return };
    assert_eq!(counts, [1, 0, 1, 0]);
    let why = cases[0]["result"][0][2].as_str().unwrap();
    assert!(why.starts_with("nothing was judged: no baseline was named"), "{why}");
    let badge = exported(&lab, &["badge"], "badge.json");
    let badge: Value = serde_json::from_slice(&std::fs::read(badge).unwrap()).unwrap();
    assert_eq!(badge["message"], "not judged");
}

#[test]
fn each_name_of_the_corpus_is_a_case_and_an_issue() {
    let names = corpus::names();
    let lab = slower(&names);
    let against = ["--baseline", "latest~1"];
    let file = exported(&lab, &[&["junit"], against.as_slice()].concat(), "junit.xml");
    if let Some((_, cases)) = junit(&file) {
        let failures = of_type(&cases, "Failure");
        assert_eq!(failures.len(), names.len() + 1);
        let keys: HashSet<_> =
            cases.iter().map(|case| (case["class"].as_str(), case["name"].as_str())).collect();
        assert_eq!(keys.len(), cases.len());
    }
    let file = exported(&lab, &[&["code-quality"], against.as_slice()].concat(), "quality.json");
    let Some(python) = python("jsonschema") else { return };
    let schema = code_quality().to_string();
    let issues = script(python, include_str!("schema.py"), &[&schema, file.to_str().unwrap()]);
    let issues = issues.as_array().unwrap();
    let prints: HashSet<_> = issues.iter().map(|issue| issue["fingerprint"].as_str()).collect();
    assert_eq!((issues.len(), prints.len()), (names.len(), names.len()));
}

#[test]
fn a_report_of_many_functions_is_one_that_gitlab_takes() {
    let names: Vec<String> =
        (0..10_000).map(|at| format!("app::module_{}::f{at}", at % 40)).collect();
    let lab = slower(&names);
    let file = exported(&lab, &["junit", "--all", "--baseline", "latest~1"], "junit.xml");
    assert!(std::fs::metadata(&file).unwrap().len() < 30_000_000);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(" more cases left out"), "it says what is missing");
    // Elements and attributes, more than the objects that GitLab counts.
    assert!(text.matches('<').count() + text.matches("=\"").count() < 250_000);
    let Some((counts, cases)) = junit(&file) else { return };
    assert_eq!((counts[0], cases.len()), (20_001, 20_001));
    assert_eq!(counts[1], 10_001, "what fails comes first");
}
