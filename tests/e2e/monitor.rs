//! Rounds of `monitor` over a program that is recorded, changes, and changes back.

use std::fs;

use perf_tests::{Finished, Lab, lab, program};
use serde_json::Value;

/// Times of so short a program are noise, and counts are none.
const SETTINGS: &str = "\
[profile.default.check]
metrics = [\"calls\"]

[alert]
kinds = [\"regression\", \"failed\"]
";

/// One round over a job whose number of calls is in a file.
fn round(lab: &Lab, calls: u32) -> Finished {
    let script = format!("exec {} direct $(cat calls)", program!("recursion"));
    fs::write(lab.folder().join("calls"), calls.to_string()).expect("the lab takes files");
    lab.report(["monitor", "--no-probe", "--", "sh", "-c", script.as_str()])
}

#[test]
fn more_calls_are_told_once_and_their_end_once() {
    let lab = lab!();
    fs::write(lab.folder().join("perf.toml"), SETTINGS).expect("the lab takes files");
    for _ in 0..3 {
        let quiet = round(&lab, 10);
        assert_eq!((quiet.code, quiet.stdout.as_str()), (Some(0), ""), "{}", quiet.stderr);
    }
    let worse = round(&lab, 11);
    assert_eq!(worse.code, Some(3), "{}", worse.stderr);
    assert!(worse.stdout.contains("ALERT") && worse.stdout.contains("fibonacci: calls +"));
    let again = lab.report(["monitor", "--no-run", "--format", "json"]);
    let report: Value = serde_json::from_str(&again.stdout)
        .unwrap_or_else(|error| panic!("not JSON ({error}): {}", again.stdout));
    assert_eq!(
        (&report["alerts"], &report["baseline_runs"]),
        (&Value::Array(Vec::new()), &3.into())
    );
    assert_eq!(report["firing"][0]["kind"], "regression");
    let told = round(&lab, 11);
    assert_eq!((told.code, told.stdout.as_str()), (Some(3), ""), "{}", told.stderr);
    let over = round(&lab, 10);
    assert_eq!(over.code, Some(0), "{}", over.stderr);
    assert!(over.stdout.contains("RESOLVED"), "{}", over.stdout);
    assert_eq!(round(&lab, 10).stdout, "");
}
