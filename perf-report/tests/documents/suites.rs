//! Test suites: what the command reports of stored runs, and a document as an older version wrote it.

use perf_report::model::{Suite, SuitesDocument, Test, TestOutcome, WatchedFolder};

use super::{Project, RUN_SCHEMA, RunDocument, Value, golden, json, obeys};

const SCHEMA: &str = include_str!("../../schemas/suites.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/suites.v1.json");

/// A run of two suites, one of which has tests with a process each.
fn run(id: &str, wall_ms: u64, failed: u64) -> RunDocument {
    let mut run = golden();
    id.clone_into(&mut run.run.id);
    run.run.label = Some("unit".to_owned());
    let size = Some(1 << 20);
    run.run.folders = vec![WatchedFolder {
        path: "target".to_owned(),
        before_bytes: None,
        after_bytes: size,
        free_bytes: size,
    }];
    let suite = |name: &str, tests| Suite {
        name: name.to_owned(),
        target: "test".to_owned(),
        wall_ns: Some(wall_ms * 1_000_000),
        user_ns: Some(1_000_000),
        system_ns: Some(500_000),
        peak_rss_bytes: Some(3 << 20),
        processes: 1,
        exit_code: Some(i32::from(failed > 0) * 101),
        passed: Some(2),
        failed: Some(failed),
        ignored: Some(1),
        functions: vec!["demo::parse".to_owned()],
        tests,
        ..Suite::default()
    };
    let test = |name: &str, outcome| Test {
        name: name.to_owned(),
        outcome,
        wall_ns: Some(4_000_000),
        attempts: 1,
        functions: vec!["demo::parse".to_owned()],
        ..Test::default()
    };
    let tests = vec![test("a", TestOutcome::Flaky), test("b::c", TestOutcome::Failed)];
    run.suites = vec![suite("demo", vec![]), suite("demo::e2e", tests)];
    run
}

const TARGETS: &str = "[suite.unit]\nduration = \"1s\"\n[suite.\"demo*\"]\nduration = \"30ms\"\n\
    success = \"100%\"\ngrowth = \"5%\"\nimprovement = \"5%\"\n[suite.demo.metrics]\n\
    \"cache.hit\" = { min = 1 }\n";

#[test]
fn suites_obey_their_schema() {
    let runs: Vec<_> = (0..6).map(|at| run(&format!("20261122T1-{at}"), 20 + at, 0)).collect();
    let project = Project::with(&runs.iter().collect::<Vec<_>>());
    project.write("perf.toml", TARGETS);
    obeys(&project.prints(&["show", "--format", "json"], 0), RUN_SCHEMA);
    let text = project.prints(&["suite", "unit", "--report-only", "--format", "json"], 0);
    let document = obeys(&text, SCHEMA);
    assert_eq!(document["suites"][1]["past"].as_array().map(Vec::len), Some(5));
    assert_eq!(document["suites"][1]["growth"]["runs"], json!(6));
    assert_eq!(document["total"]["targets"][0]["outcome"], json!("met"));
    let outcomes: Vec<&Value> = document["suites"][0]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| &target["outcome"])
        .collect();
    assert_eq!(outcomes, ["met", "met", "met", "unmeasured", "unmeasured"]);
    for format in ["human", "markdown", "csv"] {
        let text = project.prints(&["suite", "--report-only", "--format", format], 0);
        assert!(text.contains("demo::e2e"), "{format}: {text}");
    }
    let fails = ["suite", "--report-only", "--fail-on", "missing"];
    project.prints(&fails, 4);
}

#[test]
fn a_missed_target_has_an_exit_code() {
    let project = Project::with(&[&run("20261122T1-1", 40, 1)]);
    project.write("perf.toml", TARGETS);
    let text = project.prints(&["suite", "--report-only", "--format", "json"], 3);
    let document = obeys(&text, SCHEMA);
    assert_eq!(document["suites"][1]["failed_tests"], json!(["b::c"]));
    let human = project.prints(&["suite", "--report-only"], 3);
    assert!(human.starts_with("FAILED  2 suites of 2: "), "{human}");
    assert!(human.contains("failed  demo::e2e: b::c\n"), "{human}");
    assert!(human.contains("✗ demo  duration 40.0 ms, at most 30.0 ms"), "{human}");
}

#[test]
fn no_stored_suite_is_told() {
    let project = Project::with(&[&golden()]);
    let words = project.says(&["suite", "--report-only"], 4);
    assert!(words.contains("no stored run has test suites"), "{words}");
    let words = project.says(&["suite"], 2);
    assert!(words.contains("<COMMAND>"), "{words}");
    project.write("perf.toml", "[suite.demo]\nduratoin = \"1s\"\n");
    let words = project.says(&["suite", "--report-only"], 2);
    assert!(words.contains("perf.toml:2: unknown key \"duratoin\" in [suite.demo]"), "{words}");
}

#[test]
fn suites_of_version_1_stay_readable() {
    obeys(GOLDEN, SCHEMA);
    let document: SuitesDocument = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(
        serde_json::to_value(&document).unwrap(),
        serde_json::from_str::<Value>(GOLDEN).unwrap()
    );
}
