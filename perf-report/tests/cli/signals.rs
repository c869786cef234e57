//! Signals to `run`: the command gets them once, and what it did is stored.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::desk::Desk;

/// Counts what it gets, and ends half a second after the first of them.
const COUNTING: &str = "n=0; trap 'n=$((n+1))' INT TERM HUP USR1; echo ready
    while [ $n -eq 0 ]; do sleep 0.05; done; sleep 0.5; echo got $n; exit 5";

/// Starts a script through `run`, in a process group of its own, and waits until it says so.
fn start(desk: &Desk, script: &str) -> (Child, impl BufRead) {
    let mut child = desk
        .report_command(&["run", "--", "sh", "-c", script])
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    (child, stdout)
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap())
}

fn check_passed_on(signal: Signal) {
    let desk = Desk::new();
    let (mut child, mut stdout) = start(&desk, COUNTING);
    kill(pid(&child), signal).unwrap();
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "got 1\n", "{signal}");
    assert_eq!(child.wait().unwrap().code(), Some(5), "{signal}");
    assert_eq!(desk.stored()[0].run.exit_code, Some(5));
}

#[test]
fn a_signal_to_perf_report_reaches_the_command() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGUSR1] {
        check_passed_on(signal);
    }
}

#[test]
fn a_command_that_is_interrupted_is_stored() {
    let desk = Desk::new();
    // What Ctrl-C does: everybody in the foreground gets it.
    let (mut child, _stdout) = start(&desk, "echo ready; exec sleep 30");
    killpg(pid(&child), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let run = desk.stored().remove(0);
    assert_eq!((run.run.exit_code, run.run.signal), (None, Some(2)));
    assert!(desk.list("segments").is_empty());
}

#[test]
fn a_signal_that_is_ignored_stays_ignored_for_the_command() {
    let desk = Desk::new();
    let finished = desk.shell("trap '' HUP; $REPORT run -q -- sh -c 'kill -HUP $$; echo alive'");
    assert_eq!(finished.stdout, "alive\n", "{finished:?}");
}

#[test]
fn a_killed_perf_report_leaves_what_collect_can_store() {
    let desk = Desk::new();
    let (mut child, _stdout) = start(
        &desk,
        "touch \"$PERF_TRACK_DIR/5000077-a.unrecorded-28\"; echo ready; exec sleep 0.2",
    );
    kill(pid(&child), Signal::SIGKILL).unwrap();
    child.wait().unwrap();
    let session = desk.list("segments").remove(0);
    desk.report(&["collect", "--dir", &format!("segments/{session}")]).said(0, "stored as run");
    assert_eq!(desk.stored()[0].run.command[0], "sh");
    assert!(desk.list("segments").is_empty());
}
