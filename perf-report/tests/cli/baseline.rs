//! `baseline`: files that are reviewed, names that cannot lead astray, nothing replaced by accident.

use std::fs;

use perf_report::model::{Baseline, RunDocument};

use crate::desk::{Desk, checked, document, timed};

#[test]
fn a_baseline_is_the_run_it_was_saved_from() {
    let desk = Desk::new();
    let one = desk.store_run("one");
    desk.store_run("two");
    desk.report(&["baseline", "save", "main", "one"])
        .said(0, "baseline main is run one now: .perf/baselines/main.json");
    let text = fs::read_to_string(desk.path(".perf/baselines/main.json")).unwrap();
    assert_eq!(Baseline::from_json(&text).unwrap().runs, std::slice::from_ref(&one));
    assert_eq!(desk.list(".perf/baselines"), ["main.json"]);

    let shown = desk.report(&["baseline", "show", "main", "--format", "json"]);
    assert_eq!(RunDocument::from_json(&shown.stdout).unwrap(), one);
    assert!(desk.report(&["baseline", "show", "main"]).stdout.contains("demo::f"));
}

#[test]
fn a_baseline_file_is_made_for_review() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    let text = fs::read_to_string(desk.path(".perf/baselines/main.json")).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn a_baseline_is_replaced_only_on_demand() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    desk.store_run("two");
    desk.report(&["baseline", "save", "main"]).said(2, "replace it with --force");
    let path = desk.path(".perf/baselines/main.json");
    assert!(fs::read_to_string(&path).unwrap().contains("\"id\":\"one\""));
    desk.report(&["baseline", "save", "main", "--force"]).said(0, "run two");
    assert!(fs::read_to_string(&path).unwrap().contains("\"id\":\"two\""));
}

#[test]
fn baselines_are_listed_and_removed() {
    let desk = Desk::new();
    desk.report(&["baseline", "list"]).said(0, "there is no baseline yet");
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    desk.report(&["baseline", "save", "v1.2"]).said(0, "");
    fs::write(desk.path(".perf/baselines/bad.json"), "{").unwrap();
    insta::assert_snapshot!(desk.report(&["baseline", "list"]).stdout, @r"
    NAME  RUN             RUNS  COMMIT  FUNCTIONS  LABEL
    bad   cannot be read  -     -       -
    main  one             1     -       1
    v1.2  one             1     -       1
    ");
    let list = desk.report(&["baseline", "list", "--format", "json"]).stdout;
    let list = checked(&list, include_str!("../../schemas/baselines.v1.schema.json"));
    assert_eq!(list["baselines"][1]["run"]["id"], "one");

    desk.report(&["baseline", "remove", "main"]).said(0, "removed .perf/baselines/main.json");
    desk.report(&["baseline", "rm", "main"]).said(2, "there is no baseline \"main\"");
    assert_eq!(desk.list(".perf/baselines"), ["bad.json", "v1.2.json"]);
}

#[test]
fn unknown_names_get_advice() {
    let desk = Desk::new();
    desk.report(&["baseline", "show", "main"]).said(2, "perf-report baseline save main");
    desk.store_run("one");
    desk.report(&["baseline", "save", "release"]).said(0, "");
    desk.report(&["baseline", "show", "relaese"]).said(2, "did you mean `release`?");
    desk.report(&["baseline", "save", "x", "latset"]).said(2, "did you mean `latest`?");
    desk.report(&["baseline", "save", "x", "latest~7"])
        .said(2, "only 1 run is stored\nhelp: it is `latest`");
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    let desk = Desk::new();
    desk.store_run("one");
    for name in ["../x", "/etc/passwd", "..", "a/b", "", ".x", "a\u{202e}b"] {
        for action in ["save", "show", "remove"] {
            desk.report(&["baseline", action, "--", name]).said(2, "the baseline name");
        }
    }
    assert_eq!(desk.list(".perf"), [".gitignore", "perf.sqlite"]);
}

#[test]
fn a_file_that_cannot_be_read_says_so_and_stays() {
    let desk = Desk::new();
    fs::create_dir(desk.path(".perf/baselines")).unwrap();
    let path = desk.path(".perf/baselines/main.json");
    let newer = r#"{"schema": "perf-track/run", "version": 2}"#;
    for (text, words) in [
        ("", "it is empty"),
        ("{\"schema\": \"perf-track/run\", \"version\": 1", "it is not a complete run"),
        (newer, "it has version 2 of perf-track/run, and this program reads up to 1"),
        ("{\"schema\": \"other\", \"version\": 1}", "its schema is \"other\""),
    ] {
        fs::write(&path, text).unwrap();
        desk.report(&["baseline", "show", "main"]).said(6, words);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_file_that_was_cut_edited_or_merged_names_its_line() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    let path = desk.path(".perf/baselines/main.json");
    let text = fs::read_to_string(&path).unwrap();
    let at = text.lines().position(|line| line.starts_with("[\"demo::f\"")).unwrap() + 1;
    let line = text.lines().nth(at - 1).unwrap();
    for (damaged, words) in [
        (text[..text.len() - 9].to_owned(), "EOF while parsing a string at line".to_owned()),
        (text.replace("demo::f", "demo::g"), format!("line {at}: it is not what was written")),
        (
            text.replace(line, &format!("<<<<<<< HEAD\n{line}")),
            format!("line {at}: a conflict of a merge"),
        ),
    ] {
        fs::write(&path, &damaged).unwrap();
        desk.report(&["check"]).said(6, &words);
        desk.report(&["baseline", "list"]).said(0, "");
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
    }
}

#[test]
fn a_baseline_that_cannot_be_written_leaves_the_former_one() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "");
    let path = desk.path(".perf/baselines/main.json");
    let before = fs::read(&path).unwrap();
    let save = "trap '' XFSZ; ulimit -f 1; $REPORT baseline save main --force";
    desk.shell(save).said(1, "cannot be written");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(desk.list(".perf/baselines"), ["main.json"]);
}

#[test]
fn a_run_that_recorded_nothing_is_no_baseline() {
    let desk = Desk::new();
    desk.run("true");
    desk.report(&["baseline", "save", "main"]).said(4, "recorded nothing");
    assert!(!desk.path(".perf/baselines").exists());
}

#[test]
fn a_run_that_recorded_nothing_is_nothing_to_judge() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    desk.report(&["check"]).said(4, "run one is part of baseline \"main\"");
    desk.run("true");
    desk.report(&["check"]).said(4, "run one is part of baseline \"main\"");
    desk.report(&["check", "--run", "latest"]).said(4, "recorded nothing");
}

#[test]
fn runs_of_a_group_that_recorded_nothing_are_missing() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    let of_group = |id: &str, round: u32| {
        let mut run = document(id);
        (run.run.group, run.run.round) = (Some("two".to_owned()), Some(round));
        run.run.time = format!("2026-11-21T00:00:0{round}.000Z");
        run
    };
    let mut empty = of_group("three", 2);
    empty.process.count = 0;
    empty.functions.clear();
    desk.store_all(&[of_group("two", 1), empty, of_group("four", 3)]);
    let finished = desk.report(&["check", "--format", "json"]);
    finished.said(0, "1 of 3 runs recorded nothing, and is left out");
    assert!(finished.stdout.contains("\"1 of 3 runs recorded nothing\""), "{finished:?}");
    assert_eq!(desk.report(&["check", "--fail-on", "incomplete"]).code, Some(5));
}

#[test]
fn a_verdict_stays_what_it_was_when_more_runs_are_stored() {
    let desk = Desk::new();
    desk.store_all(&[timed("a1", 100), timed("a2", 101), timed("a3", 140)]);
    desk.report(&["baseline", "save", "main", "a1"]).said(0, "");
    let check = || desk.report(&["check", "--run", "a3", "--format", "json"]).stdout;
    let before = check();
    assert!(before.contains("demo::f"), "{before}");
    desk.store_all(&[timed("b1", 300), timed("b2", 20), timed("b3", 90)]);
    assert_eq!(check(), before);
}
