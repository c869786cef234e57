//! Baselines of several runs: a program is recorded again and again, kept as a baseline, changed by a
//! single call, and judged. Counts are exact on any machine; of times, only what is said of them.

use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, program};
use serde_json::Value;

/// Records that the program imports.
const RECORDS: u64 = 500;

/// `perf-report run` of the program, with `check` called once more in `more` records.
fn record(lab: &Lab, options: &[&str], more: &str) {
    let count = RECORDS.to_string();
    let arguments = [&["run", "--quiet"], options, &["--", program!("records"), &count]].concat();
    let mut command = lab.report_command(arguments);
    let output = command.env("RECORDS_CHECKS_MORE", more).stdin(Stdio::null()).output();
    let finished = Finished::from(output.expect("perf-report can be started"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// What a command says that has nothing to complain of, with its exit code.
fn said(lab: &Lab, arguments: &[&str]) -> (Option<i32>, String) {
    let finished = lab.report(arguments);
    (finished.code, finished.stdout)
}

/// The comparison that `check` or `compare` makes of the counts.
fn counted(lab: &Lab, arguments: &[&str], code: i32) -> Value {
    let options = ["--metrics", "calls,errors,panics", "--format", "json"];
    let finished = lab.report([arguments, &options].concat());
    assert_eq!(finished.code, Some(code), "{}{}", finished.stdout, finished.stderr);
    let comparison: Value = serde_json::from_str(&finished.stdout).expect("it is JSON");
    assert_eq!(comparison["schema"], "perf-track/comparison");
    comparison
}

/// The rows of these verdicts: function without its path, metric, both values, reason.
fn rows(comparison: &Value, verdicts: &[&str]) -> Vec<String> {
    let rows = comparison["functions"].as_array().expect("functions is a list").iter();
    let rows = rows.filter(|row| verdicts.iter().any(|verdict| row["verdict"] == *verdict));
    rows.map(|row| {
        let name = row["name"].as_str().and_then(|name| name.rsplit("::").next());
        let (metric, reason) = (row["metric"].as_str(), row["reason"].as_str());
        let said = [name, metric, reason].map(Option::unwrap_or_default).join(": ");
        format!("{said} [{} {}]", row["baseline"], row["current"])
    })
    .collect()
}

const WORSE: [&str; 2] = ["degraded", "regression"];

/// A lab with a baseline `main` of five runs.
fn five_runs() -> Lab {
    let lab = lab!();
    record(&lab, &["--repeat", "5"], "");
    let saved = lab.report(["baseline", "save", "main", "--runs", "5"]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    lab
}

#[test]
fn the_same_program_passes_and_one_more_call_of_each_record_fails_by_name() {
    let lab = five_runs();
    let list = lab.report(["baseline", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&list.stdout).expect("it is JSON");
    assert_eq!(list["baselines"][0]["runs"], 5, "{list}");

    record(&lab, &[], "");
    let same = counted(&lab, &["check"], 0);
    assert_eq!((&same["baseline_runs"], &same["current_runs"]), (&5.into(), &1.into()));
    assert_eq!((&same["verdict"], &same["judged"]), (&"stable".into(), &same["of"]));
    let stable = rows(&same, &["stable"]);
    let checks = "check: calls: 1,000 calls in all 6 runs [1000.0 1000.0]";
    assert!(stable.iter().any(|row| row == checks), "{stable:#?}");

    record(&lab, &[], "each");
    let more = counted(&lab, &["check"], 3);
    assert_eq!((&more["verdict"], &more["baseline_runs"]), (&"regression".into(), &5.into()));
    let over = "calls 1,000 → 1,500 (+50.0 %), over the limit of 3 %";
    assert_eq!(rows(&more, &WORSE), [format!("check: calls: {over} [1000.0 1500.0]")]);
    let (code, screen) = said(&lab, &["check", "--metrics", "calls"]);
    assert_eq!(code, Some(3));
    assert!(screen.starts_with("REGRESSION"), "{screen}");
    assert!(screen.contains("::check") && screen.contains(over), "{screen}");
    for other in ["::import", "::parse", "::store"] {
        assert!(!screen.contains(other), "{screen}");
    }
}

#[test]
fn one_run_against_one_finds_one_call_of_a_thousand() {
    let lab = lab!();
    record(&lab, &[], "");
    record(&lab, &[], "one");
    let runs = ["compare", "latest~1", "latest"];
    let found = counted(&lab, &runs, 0);
    assert_eq!((&found["baseline_runs"], &found["current_runs"]), (&1.into(), &1.into()));
    let over = "calls 1,000 → 1,001 (+0.1 %)";
    assert_eq!(rows(&found, &WORSE), [format!("check: calls: {over} [1000.0 1001.0]")]);
    assert_eq!(found["verdict"], "degraded");

    let saved = lab.report(["baseline", "save", "main", "latest~1"]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    assert_eq!(rows(&counted(&lab, &["check"], 0), &WORSE), rows(&found, &WORSE));
    counted(&lab, &["check", "--fail-on", "calls"], 3);
    counted(&lab, &["check", "--metric-limit", "calls=0%"], 3);
}

#[test]
fn one_less_call_is_an_improvement() {
    let lab = lab!();
    record(&lab, &[], "each");
    record(&lab, &[], "");
    let found = counted(&lab, &["compare", "latest~1", "latest"], 0);
    let improved = rows(&found, &["improved"]);
    assert_eq!(improved.len(), 1, "{improved:?}");
    assert!(improved[0].starts_with("check: calls: calls 1,500 → 1,000"), "{improved:?}");
    assert_eq!(rows(&found, &WORSE), Vec::<String>::new());
}

#[test]
fn times_of_several_runs_have_an_interval_and_say_what_would_have_been_seen() {
    let lab = five_runs();
    record(&lab, &["--repeat", "3"], "");
    let (code, text) = said(&lab, &["check", "--metrics", "self,wall,cpu", "--format", "json"]);
    assert!(matches!(code, Some(0 | 3)), "a verdict of some kind: {code:?}");
    let comparison: Value = serde_json::from_str(&text).expect("it is JSON");
    let runs = (&comparison["baseline_runs"], &comparison["current_runs"]);
    assert_eq!(runs, (&5.into(), &3.into()));
    let rows = comparison["functions"].as_array().expect("functions is a list");
    let row = |ending: &str, metric: &str| {
        let is_it = |row: &&Value| {
            row["metric"] == metric && row["name"].as_str().is_some_and(|it| it.ends_with(ending))
        };
        rows.iter().find(is_it).unwrap_or_else(|| panic!("no {metric} of {ending} in {text}"))
    };
    for row in [row("::parse", "self_ns"), row("(command)", "wall_ns")] {
        let interval: Vec<_> = row["interval_pct"].as_array().expect("an interval").clone();
        let change = row["change_pct"].as_f64().expect("a change");
        let ends = [&interval[0], &interval[1]].map(|end| end.as_f64().expect("a number"));
        assert!(ends[0] <= change && change <= ends[1], "{row}");
        assert!(row["detectable_pct"].as_f64() > Some(0.0), "{row}");
        assert!(row["p_value"].as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)), "{row}");
    }
}

/// Runs `script` in a shell in the lab.
fn shell(lab: &Lab, script: &str) {
    let mut command: Command = lab.command("sh");
    let ended = command.args(["-c", script]).stdin(Stdio::null()).output();
    let ended = Finished::from(ended.expect("there is a shell"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn a_window_of_a_branch_holds_its_newest_runs_and_none_of_another() {
    const COMMIT: &str = "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m next";
    let lab = lab!();
    shell(&lab, &format!("git init -q -b main . && {COMMIT}"));
    record(&lab, &[], "each");
    record(&lab, &["--repeat", "3"], "");
    shell(&lab, COMMIT);
    record(&lab, &["--repeat", "2"], "");
    shell(&lab, &format!("git switch -q -c work && {COMMIT}"));
    record(&lab, &[], "each");

    let window = counted(&lab, &["check", "--baseline", "main~5"], 3);
    assert_eq!((&window["baseline"], &window["baseline_runs"]), (&"main~5".into(), &5.into()));
    let [row] = &rows(&window, &WORSE)[..] else { panic!("one row of {window}") };
    assert!(row.starts_with("check: calls: calls 1,000 → 1,500 (+50.0 %)"), "{row}");

    // The window moves: the run that called as often is in it now.
    let wider = counted(&lab, &["check", "--baseline", "main~6"], 0);
    assert_eq!((&wider["baseline_runs"], rows(&wider, &WORSE).len()), (&6.into(), 0));
    let all = counted(&lab, &["check", "--baseline", "main~50"], 0);
    assert_eq!(all["baseline_runs"], 6, "there are no more");

    // Runs of this branch are none of main, and a branch without runs is nothing to judge by.
    record(&lab, &[], "each");
    assert_eq!(counted(&lab, &["check", "--baseline", "main~5"], 3)["baseline_runs"], 5);
    let none = lab.report(["check", "--baseline", "trunk~5", "--fail-on", "missing"]);
    assert_eq!(none.code, Some(4), "{}", none.stderr);
}
