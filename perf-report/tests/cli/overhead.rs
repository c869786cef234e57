//! `overhead`: it measures what it names, judges by targets, and leaves nothing behind.

use std::fs;

use perf_report::model::{Operation, OverheadDocument};

use crate::desk::{Desk, Finished};

/// As short as it may be: what is measured does not matter here.
const SHORT: [&str; 5] = ["overhead", "--time", "100ms", "--threads", "2"];

/// Targets that every machine meets, instead of those that are built in.
const MET: &str = "status=1s,health=1s,registry=1s,error=1s,breaker=1s";

fn overhead(desk: &Desk, more: &[&str]) -> Finished {
    desk.report(&[&SHORT[..], more].concat())
}

#[test]
fn every_operation_is_measured_on_one_thread_and_on_several() {
    let desk = Desk::new();
    let finished = overhead(&desk, &["--format", "json", "--target", MET]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let document: OverheadDocument = serde_json::from_str(&finished.stdout).unwrap();
    for operation in Operation::ALL {
        let rows = document.rows.iter().filter(|row| row.operation == operation);
        let threads: Vec<_> = rows.map(|row| row.threads).collect();
        assert_eq!(threads, [1, 2], "{operation:?}");
    }
    for row in &document.rows {
        assert!(row.operations > 0 && row.min_ns <= row.p95_ns, "{row:?}");
    }
    assert!(document.met && !document.machine.cpu.is_empty());
    assert!(desk.list("segments").is_empty(), "no other command's folder is recorded into");
}

#[test]
fn a_target_that_is_missed_ends_with_3() {
    let desk = Desk::new();
    let finished = overhead(&desk, &["--target", MET, "--target", "status=0ns"]);
    assert_eq!(finished.code, Some(3), "{finished:?}");
    assert!(finished.stdout.starts_with("MISSED  2 of 10 targets"), "{}", finished.stdout);
    assert!(finished.stdout.contains("missed: status() on 1 thread: "), "{}", finished.stdout);
}

#[test]
fn targets_come_from_the_file_the_environment_and_the_command_line() {
    let desk = Desk::new();
    let file = "[overhead]\nstatus = [\"0ns\", \"1/s\"]\nhealth = \"1s\"\nregistry = \"1s\"\n";
    fs::write(desk.path("perf.toml"), format!("{file}error = \"1s\"\nbreaker = \"1s\"\n")).unwrap();
    assert_eq!(overhead(&desk, &[]).code, Some(3));
    let mut command = desk.report_command(&SHORT);
    let finished: Finished =
        command.env("PERF_TRACK_TARGETS", "status=1s").output().unwrap().into();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(overhead(&desk, &["--target", "status=never"]).code, Some(0));

    fs::write(desk.path("perf.toml"), "[overhead]\nstatsu = \"1s\"\n").unwrap();
    overhead(&desk, &[]).said(2, "there is no operation \"statsu\"; did you mean `status`?");
    fs::write(desk.path("perf.toml"), "[overhead]\nstatus = \"fast\"\n").unwrap();
    overhead(&desk, &[]).said(2, "perf.toml:2: `status`: \"fast\" is no target: write `100us`");
}

#[test]
fn mistakes_are_told() {
    let desk = Desk::new();
    overhead(&desk, &["--target", "status"]).said(2, "write an operation and its target");
    desk.report(&["overhead", "--time", "1ns"]).said(2, "is not between 10ms and 3600s");
    desk.report(&["overhead", "--threads", "0"]).said(2, "0 is not in 1..=256");
}

#[test]
fn no_other_command_records() {
    let desk = Desk::new();
    desk.store_run("20261122T101112-0001");
    for command in [&["show"][..], &["doctor"], &["stacks"], &["baseline", "list"], &["check"]] {
        desk.report(command);
        assert!(desk.list("segments").is_empty(), "{command:?} began to record");
    }
}
