//! The documents that leave the program keep their promise: what the commands print obeys the JSON
//! Schemas, and what an older version wrote stays readable.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "documents/alerts.rs"]
mod alerts;
#[path = "documents/baselines.rs"]
mod baselines;
#[path = "documents/bench.rs"]
mod bench;
#[path = "documents/live.rs"]
mod live;
#[path = "documents/rendered.rs"]
mod rendered;
#[path = "documents/reports.rs"]
mod reports;
#[path = "documents/slower.rs"]
mod slower;
#[path = "documents/suites.rs"]
mod suites;
#[path = "documents/verdicts.rs"]
mod verdicts;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use perf_report::model::{
    BisectDocument, Comparison, DeclineDocument, Direction, ErrorKind, Failures, HistoryDocument,
    Metric, NoiseDocument, OverheadDocument, RunDocument, RunsDocument, SelfTestDocument,
    StacksDocument, Trend, Verdict,
};
use perf_report::project::store;
use perf_report::render::json;
use serde_json::{Value, json};

const RUN_SCHEMA: &str = include_str!("../schemas/run.v1.schema.json");
const BASELINE_SCHEMA: &str = include_str!("../schemas/baseline.v1.schema.json");
const BASELINE_FILE_SCHEMA: &str = include_str!("../schemas/baseline.v2.schema.json");
const CHANGEPOINTS_SCHEMA: &str = include_str!("../schemas/changepoints.v1.schema.json");
const COMPARISON_SCHEMA: &str = include_str!("../schemas/comparison.v1.schema.json");
const STACKS_SCHEMA: &str = include_str!("../schemas/stacks.v1.schema.json");
const OVERHEAD_SCHEMA: &str = include_str!("../schemas/overhead.v1.schema.json");
const NOISE_SCHEMA: &str = include_str!("../schemas/noise.v1.schema.json");
const GOLDEN_RUN: &str = include_str!("golden/run.v1.json");
const GOLDEN_COMPARISON: &str = include_str!("golden/comparison.v1.json");
const GOLDEN_STACKS: &str = include_str!("golden/stacks.v1.json");
const GOLDEN_OVERHEAD: &str = include_str!("golden/overhead.v1.json");
const GOLDEN_NOISE: &str = include_str!("golden/noise.v1.json");
const HISTORY_SCHEMA: &str = include_str!("../schemas/history.v1.schema.json");
const DECLINE_SCHEMA: &str = include_str!("../schemas/decline.v1.schema.json");
const GOLDEN_HISTORY: &str = include_str!("golden/history.v1.json");
const GOLDEN_DECLINE: &str = include_str!("golden/decline.v1.json");
const SELF_TEST_SCHEMA: &str = include_str!("../schemas/self-test.v1.schema.json");
const BLESSINGS_SCHEMA: &str = include_str!("../schemas/blessings.v1.schema.json");
const GOLDEN_SELF_TEST: &str = include_str!("golden/self-test.v1.json");
const RUNS_SCHEMA: &str = include_str!("../schemas/runs.v1.schema.json");
const GOLDEN_RUNS: &str = include_str!("golden/runs.v1.json");
const BISECT_SCHEMA: &str = include_str!("../schemas/bisect.v1.schema.json");
const GOLDEN_BISECT: &str = include_str!("golden/bisect.v1.json");
const GOLDEN_BLESSINGS: &str = include_str!("golden/blessings.v1.json");

/// A project of its own, with a store.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A project with these runs stored, oldest first.
    fn with(runs: &[&RunDocument]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".perf")).unwrap();
        let project = Self { folder };
        for run in runs {
            store::open_or_create(&project.location()).unwrap().save(run).unwrap();
        }
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn location(&self) -> store::Location {
        store::Location::Sqlite(self.path().join(".perf/perf.sqlite"))
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perf-report"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PERF_TRACK")) {
            command.env_remove(name);
        }
        command.env_remove("CI").env_remove("GITHUB_STEP_SUMMARY").env_remove("GITHUB_WORKSPACE");
        command.current_dir(self.path()).args(arguments).output().unwrap()
    }

    /// Runs a command that must end with `code`. What it printed.
    #[track_caller]
    fn prints(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must end with `code`. What it said on standard error.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        errors
    }
}

/// The golden run, without what was missing in it.
fn golden() -> RunDocument {
    let mut run = RunDocument::from_json(GOLDEN_RUN).unwrap();
    (run.process.damaged, run.recording.lost_calls) = (0, 0);
    run
}

/// The golden run once more, in which one function takes `factor` times as long.
fn slower(factor: u32) -> RunDocument {
    let mut run = golden();
    "20261122T101112-00ff".clone_into(&mut run.run.id);
    let tokenize = run.functions.iter_mut().find(|f| f.name.ends_with("tokenize")).unwrap();
    tokenize.self_ns *= u64::from(factor);
    tokenize.total_ns *= u64::from(factor);
    tokenize.mean_ns = tokenize.mean_ns.map(|mean| mean * f64::from(factor));
    for function in &mut run.functions {
        function.budget = perf_report::model::Budget::default();
    }
    run
}

/// Holds `text` against a schema that knows no field beside those it names, so that a field that
/// is missing here or there is found.
#[track_caller]
fn obeys(text: &str, schema: &str) -> Value {
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    forbid_further_fields(&mut schema);
    let document: Value = serde_json::from_str(text).unwrap();
    let errors = errors(&document, &schema);
    assert!(errors.is_empty(), "{errors:#?}");
    document
}

fn errors(document: &Value, schema: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect()
}

fn forbid_further_fields(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            object.values_mut().for_each(forbid_further_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_further_fields),
        _ => {}
    }
}

#[test]
fn what_the_commands_print_obeys_the_schemas() {
    let project = Project::with(&[&golden(), &slower(2)]);
    let run = project.prints(&["show", "latest~1", "--format", "json"], 0);
    obeys(&run, RUN_SCHEMA);
    assert_eq!(RunDocument::from_json(&run).unwrap(), golden(), "nothing is lost on the way");

    project.prints(&["baseline", "save", "main", "latest~1"], 0);
    let baseline = fs::read_to_string(project.path().join(".perf/baselines/main.json")).unwrap();
    obeys(&baseline, BASELINE_FILE_SCHEMA);
    obeys(&project.prints(&["baseline", "show", "main", "--format", "json"], 0), RUN_SCHEMA);

    for (arguments, code) in [(["compare", "main", "latest"].as_slice(), 0), (&["check"], 3)] {
        let text = project.prints(&[arguments, &["--format", "json"]].concat(), code);
        let document = obeys(&text, COMPARISON_SCHEMA);
        assert_eq!(document["verdict"], "regression");
        assert_eq!(document["baseline"], "main");
    }
}

#[test]
fn a_baseline_of_several_runs_obeys_its_schema() {
    let run = |id: &str| {
        let mut run = golden();
        id.clone_into(&mut run.run.id);
        run
    };
    let project = Project::with(&[&run("one"), &run("two"), &run("three"), &slower(2)]);
    project.prints(&["baseline", "save", "main", "latest~1", "--runs", "3"], 0);
    let file = fs::read_to_string(project.path().join(".perf/baselines/main.json")).unwrap();
    obeys(&file, BASELINE_FILE_SCHEMA);
    let former = project.prints(&["baseline", "show", "main", "--format", "json"], 0);
    let baseline = obeys(&former, BASELINE_SCHEMA);
    obeys(&baseline["runs"][0].to_string(), RUN_SCHEMA);
    assert_eq!(
        (&baseline["runs"][0]["run"]["id"], &baseline["runs"][0]["tree"]),
        (&json!("one"), &json!([]))
    );
    let whole = RunDocument::from_json(&baseline["runs"][2].to_string()).unwrap();
    assert_eq!(whole, run("three"), "the newest run is whole");
    let text = project.prints(&["check", "--format", "json"], 3);
    let comparison = obeys(&text, COMPARISON_SCHEMA);
    assert_eq!((&comparison["baseline_runs"], &comparison["current_runs"]), (&json!(3), &json!(1)));
    project.prints(&["baseline", "save", "other", "latest~1", "--runs", "9"], 4);
    // A file of the former version says the same, to the byte, and so does the new one rendered.
    let judged = |format: &str| project.prints(&["check", "--format", format], 3);
    let by_new = ["json", "human", "markdown"].map(judged);
    let rendered = project.prints(&["render", ".perf/baselines/main.json", "--format", "json"], 0);
    assert_eq!(serde_json::from_str::<Value>(&rendered).unwrap(), baseline);
    project.write(".perf/baselines/main.json", &former);
    assert_eq!(["json", "human", "markdown"].map(judged), by_new);
}

#[test]
fn changes_of_level_obey_their_schema() {
    let project = Project::with(&[&golden()]);
    let row = |at: usize| {
        let value = if at < 30 { 100 + at % 3 } else { 150 + at % 3 };
        format!("b,{at},{value},c{at},2026-11-{}\n", at % 28 + 1)
    };
    let rows: String = (0..60).map(row).collect();
    project.write("history.csv", &format!("series,index,value,commit,time\na,0,1,,\n{rows}"));
    let arguments = ["changepoints", "--input", "history.csv", "--format"];
    let print = |format: &str| project.prints(&[arguments.as_slice(), &[format]].concat(), 0);
    let document = obeys(&print("json"), CHANGEPOINTS_SCHEMA);
    assert_eq!(document["series"][0]["points"], 1, "every series is there");
    let change = &document["series"][1]["change_points"][0];
    assert_eq!((&change["index"], &change["commit"]), (&json!(30), &json!("c30")));
    let human = print("human");
    assert!(human.starts_with("1 of 2 series changed their level\n"), "{human}");
    assert!(human.contains("at 30: 101 → 151 (+49.5 %), between c29 and c30"), "{human}");
    assert!(print("markdown").contains("| 30 | +49.5 % |"), "{}", print("markdown"));
    assert_eq!(print("csv").lines().count(), 2);
    let odd = (0..9).map(|at| format!("a,{},c{at}\n", if at == 4 { "inf" } else { "1" }));
    let odd: String = odd.chain((0..9).map(|at| format!("a,3,d{at}\n"))).collect();
    project.write("history.csv", &format!("series,value,commit\n{odd}a,NaN,d9\n"));
    let document = obeys(&print("json"), CHANGEPOINTS_SCHEMA);
    assert_eq!(document["series"][0]["left_out_lines"], json!([6, 20]));
    let human = print("human");
    let note = "note: 2 values that are no finite numbers were left out: of a at lines 6 and 20\n";
    assert!(human.contains(note) && human.contains("between c8 and d0"), "{human}");
    project.prints(&["changepoints", "--input", "none.csv"], 2);
    project.write("history.csv", "series,time\n");
    project.prints(&["changepoints", "--input", "history.csv"], 2);
}

/// The golden run with a count and a ratio that a program told.
fn with_metrics(id: &str, hits: u64) -> RunDocument {
    let mut run = golden();
    id.clone_into(&mut run.run.id);
    for function in &mut run.functions {
        function.budget = perf_report::model::Budget::default();
    }
    let metrics = json!([
        {"name": "cache.hit", "kind": "count", "value": hits},
        {"name": "cache.rate", "kind": "ratio", "value": 0.5, "samples": 3, "part": 1, "whole": 2,
         "file": "src/cache.rs", "line": 7},
    ]);
    run.metrics = serde_json::from_value(metrics).unwrap();
    run
}

#[test]
fn what_programs_tell_of_themselves_obeys_the_schemas_too() {
    let before = with_metrics("20261122T1-1", 7);
    let project = Project::with(&[&before, &with_metrics("20261122T1-2", 9)]);
    let run = project.prints(&["show", "latest~1", "--format", "json"], 0);
    let document = obeys(&run, RUN_SCHEMA);
    assert_eq!(document["metrics"][0]["value"], json!(7), "a whole number stays one");
    assert_eq!(RunDocument::from_json(&run).unwrap(), before, "nothing is lost on the way");

    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let changed = project.prints(&["check", "--format", "json"], 0);
    assert_eq!(obeys(&changed, COMPARISON_SCHEMA)["functions"][0]["verdict"], "inconclusive");
    assert!(changed.contains("\"changed\""), "{changed}");
    project.write("perf.toml", "[metrics.\"cache.rate\"]\nmin = 0.75\n");
    let broken = project.prints(&["check", "--format", "json"], 3);
    let budget = &obeys(&broken, COMPARISON_SCHEMA)["budgets"][0];
    assert_eq!((&budget["limit"], &budget["allowed"]), (&json!("min"), &json!(0.75)));
    let table = project.prints(&["show", "--metrics", "--format", "csv"], 0);
    assert!(table.contains("\ncache.hit,count,9,"), "{table}");
}

/// The golden run, one function of which told its errors apart.
fn with_kinds(id: &str, kinds: &[(&str, u64)]) -> RunDocument {
    let mut run = golden();
    id.clone_into(&mut run.run.id);
    let parse = run.functions.iter_mut().find(|it| it.errors > 0).unwrap();
    let kind = |(name, count): &(&str, u64)| ErrorKind { name: (*name).to_owned(), count: *count };
    parse.failures = Some(Box::new(Failures {
        timed_calls: 3,
        mean_ns: Some(31_000_000.0),
        total_ns: Some(93_000_000),
        others_mean_ns: Some(7_800_000.0),
        counts_kinds: true,
        kinds: kinds.iter().map(kind).collect(),
        ..Failures::default()
    }));
    run
}

#[test]
fn errors_by_kind_obey_the_schemas_and_a_new_kind_fails() {
    let old = with_kinds("20261124T1-1", &[("Refused", 3)]);
    let new = with_kinds("20261124T1-2", &[("Refused", 2), ("Timeout", 1)]);
    let project = Project::with(&[&old, &new]);
    let run = project.prints(&["show", "--format", "json"], 0);
    obeys(&run, RUN_SCHEMA);
    assert_eq!(RunDocument::from_json(&run).unwrap(), new, "nothing is lost on the way");
    for format in ["human", "markdown"] {
        let shown = project.prints(&["show", "--format", format], 0);
        assert!(shown.contains("Timeout") && shown.contains("31.0 ms"), "{shown}");
        let shown = project.prints(&["show", "--function", "parse_file", "--format", format], 0);
        assert!(shown.contains("Timeout"), "{shown}");
    }
    let comparison = project.prints(&["compare", "latest~1", "latest", "--format", "json"], 0);
    let comparison = obeys(&comparison, COMPARISON_SCHEMA);
    let rows = comparison["functions"].as_array().unwrap();
    let errors = rows.iter().find(|row| row["metric"] == "errors").unwrap();
    assert_eq!(errors["verdict"], "regression");
    assert_eq!(errors["reason"], "3 errors in both runs, of a new kind: Timeout");
    assert_eq!(errors["because"][1]["kinds"], json!(["Timeout"]));
}

/// The golden run, of which two functions are async: one that ended, one that never did. `polls` and
/// times between them are what the scheduler made of it.
fn with_futures(id: &str, polls: u64) -> RunDocument {
    let mut run = golden();
    id.clone_into(&mut run.run.id);
    let ended = json!({
        "polls": polls, "unmeasured_polls": 0, "max_poll_ns": 1_000 * polls, "in_flight": 0,
        "lifetime_mean_ns": 2.5e6, "lifetime_p50_ns": 2_000_000, "lifetime_p95_ns": 4_000_000,
        "lifetime_p99_ns": 4_000_000, "lifetime_max_ns": 4_100_000 * polls,
        "lifetime_histogram": [[1_998_848, 300], [3_997_696, 112]],
    });
    let suspended = json!({
        "polls": 1, "unmeasured_polls": 1, "max_poll_ns": null, "in_flight": 1, "lifetime_mean_ns": null,
        "lifetime_p50_ns": null, "lifetime_p95_ns": null, "lifetime_p99_ns": null,
        "lifetime_max_ns": null, "lifetime_histogram": [],
    });
    for (name, futures) in [("parse_file", ended), ("evict", suspended)] {
        let function = run.functions.iter_mut().find(|f| f.name.ends_with(name)).unwrap();
        function.futures = Some(serde_json::from_value(futures).unwrap());
    }
    run
}

#[test]
fn what_futures_did_obeys_the_schemas_too() {
    let before = with_futures("20261122T1-1", 900);
    let project = Project::with(&[&before, &with_futures("20261122T1-2", 1_000_000)]);
    let run = project.prints(&["show", "latest~1", "--format", "json"], 0);
    let document = obeys(&run, RUN_SCHEMA);
    assert_eq!(document["functions"][5]["async"]["polls"], json!(900));
    assert!(document["functions"][1].get("async").is_none(), "it is not async");
    assert_eq!(RunDocument::from_json(&run).unwrap(), before, "nothing is lost on the way");

    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let baseline = fs::read_to_string(project.path().join(".perf/baselines/main.json")).unwrap();
    obeys(&baseline, BASELINE_FILE_SCHEMA);
    let judged = |run: &str| {
        let text = project.prints(&["compare", "main", run, "--all", "--format", "json"], 0);
        obeys(&text, COMPARISON_SCHEMA)["functions"].clone()
    };
    assert_eq!(judged("latest"), judged("latest~1"), "neither polls nor lifetimes are judged");
    assert!(judged("latest").to_string().contains("412 calls in both runs"), "calls are");
    let sorted = project.prints(&["show", "--sort", "lifetime", "--limit", "1"], 0);
    assert!(sorted.contains("parse_file") && sorted.contains("longest poll"), "{sorted}");
}

#[test]
fn lists_of_runs_obey_their_schema() {
    let project = Project::with(&[&golden(), &slower(2), &with_metrics("20261123T1-1", 7)]);
    let list =
        obeys(&project.prints(&["list", "--limit", "2", "--format", "json"], 0), RUNS_SCHEMA);
    assert_eq!((&list["found"], list["runs"].as_array().map(Vec::len)), (&json!(3), Some(2)));
    assert_eq!(list["runs"][0]["id"], "20261123T1-1", "newest first");
    let going = ["remove", "--keep", "1", "--dry-run", "--format", "json"];
    let going = obeys(&project.prints(&going, 0), RUNS_SCHEMA);
    assert_eq!(going["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(project.prints(&["list", "--format", "csv"], 0).lines().count(), 4);
}

#[test]
fn a_check_without_a_baseline_obeys_the_schema_too() {
    let project = Project::with(&[&slower(1)]);
    let document = obeys(&project.prints(&["check", "--format", "json"], 0), COMPARISON_SCHEMA);
    assert_eq!(
        (&document["baseline"], &document["verdict"]),
        (&Value::Null, &json!("inconclusive"))
    );
    project.prints(&["check", "--fail-on", "missing"], 4);
}

#[test]
fn documents_of_version_1_stay_readable() {
    obeys(GOLDEN_RUN, RUN_SCHEMA);
    obeys(GOLDEN_COMPARISON, COMPARISON_SCHEMA);
    obeys(GOLDEN_STACKS, STACKS_SCHEMA);
    obeys(GOLDEN_RUNS, RUNS_SCHEMA);
    let runs: RunsDocument = serde_json::from_str(GOLDEN_RUNS).unwrap();
    assert_eq!(runs.runs.len(), 4);
    assert_eq!(serde_json::to_string_pretty(&runs).unwrap() + "\n", GOLDEN_RUNS);
    let run = golden();
    assert_eq!((run.functions.len(), run.tree.len()), (11, 9));
    let visit = run.functions.iter().find(|f| f.name.ends_with("visit")).unwrap();
    assert_eq!((visit.calls, visit.self_ns, visit.p99_ns), (18_240, 874_000_000, Some(193_502)));
    assert_eq!(visit.budget.max_regression_pct, Some(7.5));
    assert_eq!(visit.histogram[1], (45_056, 12_288));
    let comparison: Comparison = serde_json::from_str(GOLDEN_COMPARISON).unwrap();
    assert_eq!(comparison.verdict, Verdict::Regression);
    assert_eq!(comparison.functions[0].metric, Metric::Errors);
    assert!(comparison.functions.iter().all(|row| row.because.is_empty()), "it had words only");
    let stacks: StacksDocument = serde_json::from_str(GOLDEN_STACKS).unwrap();
    let [running, killed] = &stacks.processes[..] else { panic!("{stacks:?}") };
    assert!(running.running && !killed.running && running.threads[1].frames[3].recursive);
    let written = json::json(&stacks).unwrap();
    obeys(&written, STACKS_SCHEMA);
    assert_eq!(serde_json::from_str::<StacksDocument>(&written).unwrap(), stacks);
}

#[test]
fn the_grounds_of_verdicts_are_data_beside_the_words() {
    let project = Project::with(&[&golden(), &slower(4)]);
    let text = project.prints(&["compare", "latest~1", "latest", "--format", "json"], 0);
    let document = obeys(&text, COMPARISON_SCHEMA);
    let because = &document["functions"][0]["because"];
    assert_eq!(*because, json!([{"kind": "over_limit", "limit_pct": 3.0}]));
    let back: Comparison = serde_json::from_str(&text).unwrap();
    assert!(json::json(&back).unwrap() == text, "nothing is lost in between");
}

#[test]
fn what_recording_costs_obeys_its_schema_too() {
    obeys(GOLDEN_OVERHEAD, OVERHEAD_SCHEMA);
    let costs: OverheadDocument = serde_json::from_str(GOLDEN_OVERHEAD).unwrap();
    let written = json::json(&costs).unwrap();
    obeys(&written, OVERHEAD_SCHEMA);
    assert_eq!(serde_json::from_str::<OverheadDocument>(&written).unwrap(), costs);
}

#[test]
fn a_search_for_a_commit_obeys_its_schema_too() {
    obeys(GOLDEN_BISECT, BISECT_SCHEMA);
    let search: BisectDocument = serde_json::from_str(GOLDEN_BISECT).unwrap();
    assert_eq!((search.steps[0].commits.as_slice(), search.commits[4].runs), (&[3][..], 0));
    let written = json::json(&search).unwrap();
    obeys(&written, BISECT_SCHEMA);
    assert_eq!(serde_json::from_str::<BisectDocument>(&written).unwrap(), search);
}

#[test]
fn how_noisy_a_machine_is_obeys_its_schema_too() {
    obeys(GOLDEN_NOISE, NOISE_SCHEMA);
    let noise: NoiseDocument = serde_json::from_str(GOLDEN_NOISE).unwrap();
    assert_eq!((noise.alarms, noise.functions[1].calls), (3, None));
    let written = json::json(&noise).unwrap();
    obeys(&written, NOISE_SCHEMA);
    assert_eq!(serde_json::from_str::<NoiseDocument>(&written).unwrap(), noise);
}

#[test]
fn how_functions_did_obeys_the_schemas_too() {
    obeys(GOLDEN_HISTORY, HISTORY_SCHEMA);
    let history: HistoryDocument = serde_json::from_str(GOLDEN_HISTORY).unwrap();
    assert_eq!((history.functions[0].trend, history.runs.len()), (Some(Trend::Degraded), 4));
    let written = json::json(&history).unwrap();
    obeys(&written, HISTORY_SCHEMA);
    assert_eq!(serde_json::from_str::<HistoryDocument>(&written).unwrap(), history);

    obeys(GOLDEN_DECLINE, DECLINE_SCHEMA);
    let decline: DeclineDocument = serde_json::from_str(GOLDEN_DECLINE).unwrap();
    assert_eq!((decline.functions[0].direction, decline.points[0].runs), (Direction::Worse, 5));
    let written = json::json(&decline).unwrap();
    obeys(&written, DECLINE_SCHEMA);
    assert_eq!(serde_json::from_str::<DeclineDocument>(&written).unwrap(), decline);
}

#[test]
fn how_runs_in_a_row_were_made_obeys_the_schemas_too() {
    let mut run = golden();
    (run.run.group, run.run.round) = (Some("20261122T1-1".to_owned()), Some(3));
    run.run.machine.probe = serde_json::from_value(json!({
        "before_ns": 203_610, "after_ns": null, "spread_pct": 4.5, "lost_pct": 45.3,
        "steal_pct": null, "load": 0.75,
    }))
    .unwrap();
    let text = json::json(&run).unwrap();
    let document = obeys(&text, RUN_SCHEMA);
    assert_eq!(RunDocument::from_json(&text).unwrap(), run, "nothing is lost on the way");
    assert_eq!(document["run"]["round"], json!(3));
    let mut comparison: Comparison = serde_json::from_str(GOLDEN_COMPARISON).unwrap();
    comparison.interleaved = serde_json::from_value(json!({
        "a": {"command": "./old", "commit": null}, "b": {"command": "SLOW=1 ./new", "commit": "ab"},
        "rounds": 10, "warm_up": 1, "seed": 42, "elapsed_ns": 8_210_000_000_u64, "stopped": "time",
    }))
    .unwrap();
    assert!(comparison.interleaved.is_some());
    obeys(&json::json(&comparison).unwrap(), COMPARISON_SCHEMA);
}

#[test]
fn the_schemas_would_notice_a_change() {
    let mut schema: Value = serde_json::from_str(RUN_SCHEMA).unwrap();
    forbid_further_fields(&mut schema);
    let good: Value = serde_json::from_str(GOLDEN_RUN).unwrap();
    let change = |place: &str, change: &dyn Fn(&mut Value)| {
        let mut document = good.clone();
        change(document.pointer_mut(place).unwrap());
        assert!(!errors(&document, &schema).is_empty(), "{place}");
    };
    change("/functions/0", &|function| {
        function.as_object_mut().unwrap().remove("self_ns");
    });
    change("/tree/0", &|node| node["extra"] = json!(1));
    change("/functions/0/calls", &|calls| *calls = json!("12"));
    change("/functions/0/total_ns", &|total| *total = json!(-1));
    change("/functions/1/histogram", &|histogram| *histogram = json!([[1, 2, 3]]));
    change("/run/machine/key", &|key| *key = Value::Null);
    change("/version", &|version| *version = json!(2));
    let good = serde_json::to_value(with_futures("20261122T1-1", 1)).unwrap();
    assert_eq!(errors(&good, &schema), [""; 0]);
    for field in ["polls", "in_flight", "lifetime_mean_ns", "lifetime_histogram"] {
        let mut document = good.clone();
        document["functions"][5]["async"].as_object_mut().unwrap().remove(field);
        assert!(!errors(&document, &schema).is_empty(), "{field}");
    }
}

#[test]
fn what_people_decided_obeys_the_schemas_too() {
    obeys(GOLDEN_BLESSINGS, BLESSINGS_SCHEMA);
    obeys(GOLDEN_SELF_TEST, SELF_TEST_SCHEMA);
    let gate: SelfTestDocument = serde_json::from_str(GOLDEN_SELF_TEST).unwrap();
    let written = json::json(&gate).unwrap();
    obeys(&written, SELF_TEST_SCHEMA);
    assert_eq!(serde_json::from_str::<SelfTestDocument>(&written).unwrap(), gate);

    let project = Project::with(&[&golden(), &slower(2)]);
    project.says(&["baseline", "save", "main", "latest~1"], 0);
    let name = "code_stats::parse::tokenize";
    project.says(&["bless", name, "--reason", "twice the work"], 0);
    project.write("perf.toml", "[budget.command]\nwall = \"1ns\"\nseverity = \"warn\"\n");
    let text = project.prints(&["compare", "main", "latest", "--format", "json"], 0);
    let waived = &obeys(&text, COMPARISON_SCHEMA)["waived"];
    let by = |name: &str| waived.as_array().unwrap().iter().any(|row| row["by"] == name);
    assert!(by("blessing") && by("severity"), "{waived}");
    obeys(&project.prints(&["bless", "--list", "--format", "json"], 0), BLESSINGS_SCHEMA);
    let output = project.run(&["check", "--self-test", "--format", "json"]);
    obeys(&String::from_utf8(output.stdout).unwrap(), SELF_TEST_SCHEMA);
}
