//! What `run` does before it measures: `--build` and `--warm-up`.

use crate::desk::{Desk, Finished};

fn run(desk: &Desk, arguments: &[&str], script: &str) -> Finished {
    desk.report(&[&["run"], arguments, &["--", "sh", "-c", script]].concat())
}

fn log(desk: &Desk) -> String {
    std::fs::read_to_string(desk.path("log")).unwrap_or_default()
}

#[test]
fn the_build_and_the_warm_ups_come_first_and_are_not_kept() {
    let desk = Desk::new();
    let build = "echo built >> log; echo compiling";
    let finished = run(
        &desk,
        &["--build", build, "--warm-up", "2", "--repeat", "2"],
        "echo ran >> log; echo out",
    );
    finished.said(0, "stored as 2 runs, ");
    finished.said(0, "warming up, 2 of 2");
    assert_eq!(log(&desk), "built\nran\nran\nran\nran\n");
    // What they print is not the command's output.
    assert_eq!(finished.stdout, "out\nout\n");
    assert_eq!(desk.stored().len(), 2);
    assert!(desk.list("segments").is_empty());
}

#[test]
fn a_warm_up_without_a_number_is_one() {
    let desk = Desk::new();
    run(&desk, &["--warm-up"], "echo ran >> log").said(0, "warming up, 1 of 1");
    assert_eq!(log(&desk), "ran\nran\n");
}

#[test]
fn nothing_is_run_after_a_build_that_failed() {
    let desk = Desk::new();
    let finished = run(&desk, &["--build", "echo missing; exit 9"], "echo ran >> log");
    finished.said(
        2,
        "the build of the command, `echo missing; exit 9`, ended with exit code 9; it printed last:",
    );
    finished.said(2, "missing");
    assert!(log(&desk).is_empty() && !desk.store().exists());
}

#[test]
fn a_warm_up_that_fails_ends_it_unless_it_may() {
    let script = "[ -e done ] || { touch done; echo cold; exit 7; }";
    let desk = Desk::new();
    let finished = run(&desk, &["--warm-up"], script);
    finished.said(7, "a warm-up of the command ended with exit code 7; it printed last:");
    assert!(!desk.store().exists());
    let desk = Desk::new();
    run(&desk, &["--warm-up", "--keep-going"], script).said(0, "stored as run ");
}
