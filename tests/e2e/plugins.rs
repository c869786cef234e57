//! Programs of the user's own in the place of formats, and alerts of benchmarks, whose runs they bring.

use std::fs;

use perf_tests::{Finished, Lab, lab};
use serde_json::{Value, json};

const SETTINGS: &str = r#"
[import.lines]
command = ["sh", "-c", "test \"$PERF_TRACK\" = off && exec cat -- \"$@\"", "lines"]

[import.slow]
command = ["sleep", "100"]
timeout = "100ms"

[import.broken]
command = ["sh", "-c", "printf '\\033[31mno such day\\n' >&2; exit 4"]

[export.count]
command = ["sh", "-c", "printf 'runs: '; grep -c '\"perf-track/run\"'"]

[export.broken]
command = ["no-such-program"]

[alert]
kinds = ["outcome", "failed", "regression"]
"#;

fn lab_with_programs() -> Lab {
    let lab = lab!();
    fs::write(lab.folder().join("perf.toml"), SETTINGS).expect("the lab takes files");
    lab
}

/// A run of two benchmarks, made at that minute, of which one ended so and the other took that long.
fn run(minute: u32, outcome: &str, ns: f64) -> String {
    let benchmark = |name: &str, outcome: &str, ns: Option<f64>| {
        json!({
            "name": name,
            "mean_ns": ns.map(|ns| ns * 1e3),
            "calls": 1_000,
            "benchmark": {"harness": {
                "outcome": outcome, "benchmark": name, "threads": 1, "loop_ns": 0.3, "clock_ns": 20.0,
                "user_ns": 1.0, "system_ns": 0.0, "utilisation": 1.0, "preempted": 0.0,
                "memory": {"allocs": null, "alloc_bytes": null, "peak_rss_bytes": 0},
            }},
        })
    };
    let decoded = (outcome == "ok").then_some(1_250.0);
    let failed = i32::from(outcome != "ok") * 101;
    json!({
        "schema": "perf-track/run",
        "version": 1,
        "run": {"time": format!("2026-11-20T09:{minute:02}:00Z"), "exit_code": failed},
        "functions": [benchmark("decode", outcome, decoded), benchmark("encode", "ok", Some(ns))],
    })
    .to_string()
}

fn import(lab: &Lab, text: &str) -> Finished {
    fs::write(lab.folder().join("run.json"), text).expect("the lab takes files");
    lab.report(["import", "lines", "run.json"])
}

#[test]
fn a_program_reads_a_format_of_ones_own() {
    let lab = lab_with_programs();
    let imported = import(&lab, &run(1, "ok", 800.0));
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    assert!(imported.stdout.starts_with("lines: 2 benchmarks"), "{}", imported.stdout);
    let again = import(&lab, &run(1, "ok", 800.0));
    assert!(again.stdout.contains("already stored"), "{}", again.stdout);
    let run = lab.latest();
    assert_eq!(run.at("/run/source"), "lines");
    assert_eq!(run.at("/functions/0/mean_ns"), 1_250_000.0);
}

#[test]
fn what_a_program_does_wrong_is_told_with_its_place() {
    let lab = lab_with_programs();
    let fails = |text: &str, code: i32, part: &str| {
        let failed = import(&lab, text);
        assert_eq!(failed.code, Some(code), "{}", failed.stderr);
        assert!(failed.complaint().contains(part), "{}", failed.stderr);
    };
    fails("no JSON", 6, "it is no JSON");
    fails("{\"schema\":\"perf-track/run\",\"version\":1}", 4, "a run without a result");
    let negative = run(1, "ok", -1.0);
    fails(&negative, 6, "`functions[1].mean_ns`: below zero is no time");
    let outcome = run(1, "lost", 1.0);
    fails(&outcome, 6, "`functions[0].benchmark.harness`: unknown variant `lost`");
    let complaint = |words: &[&str]| {
        let failed = lab.report(words);
        assert_eq!(failed.code, Some(2), "{words:?}: {}", failed.stderr);
        assert!(!failed.stderr.contains('\u{1b}'), "{}", failed.stderr);
        failed.complaint()
    };
    assert!(complaint(&["import", "slow"]).contains("was ended after"));
    let broken = complaint(&["import", "broken"]);
    assert!(broken.contains("ended with exit code 4; it printed last: \\u{1b}[31mno such day"));
    assert!(complaint(&["import", "lnies"]).contains("did you mean `lines`?"));
    assert!(complaint(&["import", "lines", "gone"]).contains("there is no file gone"));
    assert_eq!(lab.report(["list"]).stdout.lines().count(), 0, "nothing is stored");
}

#[test]
fn a_program_writes_a_format_of_ones_own() {
    let lab = lab_with_programs();
    assert_eq!(import(&lab, &run(1, "ok", 800.0)).code, Some(0));
    let exported = lab.report(["export", "count"]);
    assert_eq!((exported.code, exported.stdout.as_str()), (Some(0), "runs: 1\n"));
    let file = lab.report(["export", "count", "--output", "count.txt"]);
    assert_eq!((file.code, file.stdout.as_str()), (Some(0), ""), "{}", file.stderr);
    let written = fs::read_to_string(lab.folder().join("count.txt")).expect("it is there");
    assert_eq!(written, "runs: 1\n");
    for (words, part) in [
        (&["export", "broken"][..], "`no-such-program` cannot be started"),
        (&["export", "cuont"], "did you mean `count`?"),
        (&["export", "count", "--top", "3"], "has no --top"),
        (&["export", "count", "latest~7"], "only 1 run is stored"),
    ] {
        let failed = lab.report(words);
        assert_eq!(failed.code, Some(2), "{words:?}: {}", failed.stderr);
        assert!(failed.complaint().contains(part), "{}", failed.stderr);
    }
    let settings = "[export.pprof]\ncommand = [\"cat\"]\n";
    fs::write(lab.folder().join("perf.toml"), settings).expect("the lab takes files");
    let clash = lab.report(["export", "collapsed"]);
    assert_eq!(clash.code, Some(2));
    assert!(
        clash.complaint().contains("perf.toml:1: \"pprof\" is a format of `perf-report export`")
    );
}

#[test]
fn a_benchmark_that_does_not_end_well_is_told_once_and_its_end_once() {
    let lab = lab_with_programs();
    let round = |minute: u32, outcome: &str, ns: f64| {
        let imported = import(&lab, &run(minute, outcome, ns));
        assert_eq!(imported.code, Some(0), "{}", imported.stderr);
        let document = lab.report(["monitor", "--no-run", "--format", "json"]);
        let report: Value = serde_json::from_str(&document.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", document.stdout, document.stderr));
        let told = report["alerts"].as_array().expect("it is a list").iter();
        let text = |alert: &Value, name: &str| alert[name].as_str().unwrap_or_default().to_owned();
        let told = told.map(|it| format!("{}: {}", text(it, "event"), text(it, "title")));
        (document.code, told.collect::<Vec<_>>())
    };
    let quiet = (Some(0), Vec::new());
    for minute in 1..=5 {
        assert_eq!(round(minute, "ok", 800.0 + f64::from(minute)), quiet);
    }
    let told = (Some(3), vec!["firing: decode: took longer than its limit".to_owned()]);
    assert_eq!(round(6, "timeout", 803.0), told);
    assert_eq!(round(7, "timeout", 802.0), (Some(3), Vec::new()), "it is told once");
    let over = (Some(0), vec!["resolved: decode: took longer than its limit".to_owned()]);
    assert_eq!(round(8, "ok", 801.0), over);
    assert_eq!(round(9, "ok", 802.0), quiet);
    let (code, told) = round(10, "panicked", 4_000.0);
    assert_eq!(code, Some(3));
    assert!(told.contains(&"firing: decode: panicked".to_owned()), "{told:?}");
    assert!(told.iter().any(|it| it.starts_with("firing: encode: mean +")), "{told:?}");
}
