//! What `export` writes, read by the programs that it is for.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod callgrind;
mod collapsed;
#[path = "../../../perf-report/src/export/corpus.rs"]
mod corpus;
mod metrics;
mod pprof;
mod reports;
mod speedscope;
mod trackers;

use std::path::PathBuf;
use std::process::Command;

use perf_report::model::{Function, Recording, Run, RunDocument, TreeNode};
use perf_report::project::store::{Sqlite, Store as _};
use perf_tests::{Lab, lab, program};

/// Writes what `export` makes of these arguments to a file.
#[track_caller]
fn exported(lab: &Lab, arguments: &[&str], file: &str) -> PathBuf {
    let finished = lab.report([&["export"], arguments, &["--output", file]].concat());
    assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.stderr);
    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", ""));
    lab.folder().join(file)
}

/// Runs a Python script, which prints JSON.
#[track_caller]
fn script(mut python: Command, script: &str, arguments: &[&str]) -> serde_json::Value {
    let output = python.args(["-c", script]).args(arguments).output().expect("it can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// Records `workload` on two threads with so many rounds: `outer` 1, `inner` 3, `fallible` 1, `fragile` 1
/// in each, and an error in one of seven.
fn workload(lab: &Lab, rounds: u64) {
    let finished = lab.run(program!("workload"), ["2", &rounds.to_string(), "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// Returns a lab with a run of functions of these names, each called by the one before it where `nested`.
/// The function at an index has so many calls more than one, and 1,000 nanoseconds and so many of self time.
fn with_names(names: &[String], nested: bool) -> Lab {
    let lab = lab!();
    let run = run_of(names, nested);
    Sqlite::open_or_create(&lab.store()).unwrap().save(&run).unwrap();
    lab
}

fn run_of(names: &[String], nested: bool) -> RunDocument {
    let numbered = || (0_u32..).zip(names);
    let (calls, self_ns) = (|at: u32| u64::from(at) + 1, |at: u32| u64::from(at) + 1_000);
    let function = |(at, name): (u32, &String)| Function {
        name: name.clone(),
        file: format!("src/{}.rs", at % 7),
        line: at + 1,
        calls: calls(at),
        self_ns: self_ns(at),
        mean_ns: Some(1_500.5),
        p50_ns: Some(1_400),
        ..Function::default()
    };
    let node = |(at, name): (u32, &String)| TreeNode {
        id: at,
        parent: if nested { at.checked_sub(1) } else { None },
        function: name.clone(),
        calls: calls(at),
        self_ns: self_ns(at),
        ..TreeNode::default()
    };
    RunDocument {
        schema: "perf-track/run".to_owned(),
        version: 1,
        run: Run {
            id: "20261120T234552-1a2b3c".to_owned(),
            time: "2026-11-20T23:45:52Z".to_owned(),
            command: vec!["app".to_owned()],
            ..Run::default()
        },
        process: perf_report::model::ProcessSummary { count: 1, ..Default::default() },
        functions: numbered().map(function).collect(),
        tree: numbered().map(node).collect(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording { mode: "exact".to_owned(), ..Recording::default() },
    }
}
