//! Machines of a fleet: each pushes what waits in its outbox, is killed at random, and begins again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use perf_tests::Lab;

use super::chance;

/// The longest time that a fleet may take for its work.
const PATIENCE: Duration = Duration::from_mins(8);

/// The longest life of a process that is killed, in milliseconds.
const LIFE: u64 = 900;

/// The processes of a fleet.
#[derive(Debug, Default)]
pub(super) struct Doings {
    pub(super) pushes: AtomicUsize,
    pub(super) kills: AtomicUsize,
}

/// Lets all machines push at once, until nothing waits any more.
pub(super) fn work(lab: &Lab, machines: &[PathBuf], seed: u64) -> Doings {
    let doings = Doings::default();
    thread::scope(|scope| {
        for (number, machine) in machines.iter().enumerate() {
            let doings = &doings;
            scope.spawn(move || empty(lab, machine, (seed, number as u64), doings));
        }
    });
    doings
}

fn empty(lab: &Lab, machine: &Path, (seed, number): (u64, u64), doings: &Doings) {
    let begun = Instant::now();
    for step in 0.. {
        if !waits(machine) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{} never becomes empty", machine.display());
        let drawn = chance(seed ^ 0xf1ee7, number * 100_000 + step);
        // Two commands of one checkout at the same moment.
        let beside = drawn.is_multiple_of(4).then(|| push(lab, machine));
        let mut child = push(lab, machine);
        doings.pushes.fetch_add(1 + usize::from(beside.is_some()), Ordering::SeqCst);
        if drawn & 0x100 == 0 {
            thread::sleep(Duration::from_millis(30 + (drawn >> 16) % LIFE));
            if child.try_wait().expect("it can be asked").is_none() {
                // By SIGKILL.
                child.kill().expect("it can be killed");
                doings.kills.fetch_add(1, Ordering::SeqCst);
            }
            child.wait().expect("it has ended");
        } else {
            judge(child);
        }
        beside.into_iter().for_each(judge);
    }
}

fn push(lab: &Lab, machine: &Path) -> Child {
    let store = fs::read_to_string(machine.join("store")).expect("a machine knows its store");
    lab.report_command(["push"])
        .env("PERF_TRACK_STORE", store)
        .current_dir(machine)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("perf-report can be run")
}

/// Checks that a push ended well, or for the store's fault.
fn judge(child: Child) {
    let output = child.wait_with_output().expect("it has ended");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // What answers with a page is told apart from a server that is down: the address may be another one's.
    assert!(matches!(output.status.code(), Some(0..=2)), "{:?}: {said}", output.status);
}

pub(super) fn waits(machine: &Path) -> bool {
    let entries = fs::read_dir(machine.join(".perf/outbox")).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.path().extension().is_some_and(|it| it == "json"))
}
