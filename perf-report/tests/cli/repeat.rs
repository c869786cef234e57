//! `run --repeat`: what passes through, what is stored, and when it stops.

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::desk::{Desk, Finished};

fn repeat(desk: &Desk, arguments: &[&str], script: &str) -> Finished {
    desk.report(&[&["run", "--repeat"], arguments, &["--", "sh", "-c", script]].concat())
}

#[test]
fn each_run_is_stored_as_one_of_its_own() {
    let desk = Desk::new();
    let finished = repeat(&desk, &["3", "--label", "three"], "echo out; cat");
    finished.said(0, "stored as 3 runs, ");
    finished.said(0, "nothing was recorded: no tracked function was called");
    assert_eq!(finished.stdout, "out\nout\nout\n");
    let runs = desk.stored();
    let rounds: Vec<_> = runs.iter().map(|run| run.run.round).collect();
    assert_eq!(rounds, [Some(1), Some(2), Some(3)]);
    let first = Some(runs[0].run.id.as_str());
    assert!(runs.iter().all(|run| run.run.group.as_deref() == first), "{runs:?}");
    assert!(runs.iter().all(|run| run.run.label.as_deref() == Some("three")));
    assert!(desk.list("segments").is_empty());
}

#[test]
fn what_one_run_used_is_not_that_of_all() {
    let desk = Desk::new();
    // The first run makes a hundred thousand rounds, and the second none.
    let script =
        "[ -e done ] && exit; touch done; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    repeat(&desk, &["2", "-q"], script);
    let used = |run: usize| desk.stored()[run].process.user_ns.unwrap();
    assert!(used(0) > 2 * used(1), "{} {}", used(0), used(1));
}

#[test]
fn the_first_failure_ends_it_and_its_code_is_passed_on() {
    let desk = Desk::new();
    let script = "echo x >> runs; exit $(($(wc -l < runs) == 2 ? 7 : 0))";
    let finished = repeat(&desk, &["4"], script);
    finished.said(7, "run 2 ended with exit code 7, which ended it: 2 of 4 runs are stored\n");
    finished.said(7, "help: --keep-going goes on after a run that failed");
    let codes = || desk.stored().iter().map(|run| run.run.exit_code.unwrap()).collect::<Vec<_>>();
    assert_eq!(codes(), [0, 7]);

    let desk = Desk::new();
    let finished = repeat(&desk, &["2"], script);
    finished.said(7, "warning: run 2 ended with exit code 7\n");
    assert!(!finished.stderr.contains("--keep-going"), "nothing was left undone: {finished:?}");

    let desk = Desk::new();
    let finished = repeat(&desk, &["4", "--keep-going"], script);
    finished
        .said(7, "1 run failed, and the figures are without them; run 2 ended with exit code 7");
    assert_eq!(desk.stored().len(), 4);
}

#[test]
fn what_cannot_be_recorded_or_started_is_not_repeated() {
    let desk = Desk::new();
    std::fs::write(desk.path("file"), "").unwrap();
    repeat(&desk, &["2", "--dir", "file/below"], "true").said(2, "nothing can be recorded: folder");
    desk.report(&["run", "--repeat", "2", "--", "no-such"]).said(2, "cannot be started");
    desk.report(&["run", "--repeat", "0", "--", "true"]).said(2, "0 is not in 1..=10000");
    assert!(!desk.store().exists());
}

#[test]
fn an_interrupt_keeps_the_runs_that_are_complete() {
    let desk = Desk::new();
    let script = "echo x >> runs; [ $(wc -l < runs) -lt 3 ] || { touch third; exec sleep 30; }";
    let child = desk
        .report_command(&["run", "--repeat", "9", "--", "sh", "-c", script])
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !desk.path("third").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap());
    killpg(group, Signal::SIGINT).unwrap();
    let finished: Finished = child.wait_with_output().unwrap().into();
    finished.said(130, "interrupted after 2 of 9 runs");
    assert_eq!(desk.stored().len(), 2);
    assert!(desk.list("segments").is_empty());
}

#[test]
fn the_machine_is_looked_at_unless_asked_not_to() {
    let desk = Desk::new();
    desk.run("true");
    desk.report(&["run", "--no-probe", "--", "true"]);
    let [with, without] = &desk.stored()[..] else { panic!() };
    let probe = with.run.machine.probe.unwrap();
    assert!(probe.before_ns > 0 && probe.after_ns > Some(0), "{probe:?}");
    assert_eq!(without.run.machine.probe, None);
    assert_eq!(with.run.machine.key, without.run.machine.key);
}
