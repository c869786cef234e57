//! What a program can ask about its own recording, also while it records.

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;

use perf_runtime::segment::{life, parse};
use perf_runtime::snapshot::{Measures, Snapshot};
use perf_runtime::{State, TrackedFunction, perf_scope, perf_track, registry, snapshot, status};

#[perf_track(name = "in_process::hot")]
fn hot(x: u64) -> u64 {
    black_box(x) + 1
}

#[perf_track(name = "in_process::caller")]
fn caller(x: u64) -> u64 {
    (0..3).fold(x, |x, _| hot(x))
}

#[perf_track(name = "in_process::waits")]
fn waits(entered: &mpsc::Sender<()>, release: &Barrier) {
    entered.send(()).ok();
    release.wait();
}

#[perf_track(name = "in_process::never_called", tags = ["a", "b"], budget(p99 = "2ms"))]
#[expect(dead_code, reason = "that is what it is for")]
fn never_called() {}

#[perf_track(name = "in_process::counted")]
fn counted() {}

/// Lets threads end also when the test fails.
struct Stop(AtomicBool);

impl Stop {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sets a [`Stop`] when dropped.
struct StopAtEnd<'a>(&'a Stop);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// What `name` measured, over all its contexts.
fn measures(snapshot: &Snapshot, name: &str) -> Measures {
    let at = snapshot.functions.iter().position(|function| function.name == name);
    at.map(|at| snapshot.by_function()[at].clone()).unwrap_or_default()
}

#[test]
fn a_snapshot_taken_while_threads_record_holds_each_call_once() {
    let stop = Stop(AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.is_set() {
                    caller(1);
                }
            });
        }
        let _stop_at_end = StopAtEnd(&stop);
        let (mut snapshots, mut calls_before) = (0, 0);
        while snapshots < 200 || calls_before < 200_000 {
            let hot = measures(&snapshot().unwrap(), "in_process::hot");
            assert_eq!(hot.histogram.count(), hot.calls, "each call is in the histogram once");
            assert!(hot.calls >= calls_before, "calls are never taken back");
            (snapshots, calls_before) = (snapshots + 1, hot.calls);
        }
    });
    let snapshot = snapshot().unwrap();
    let (hot, caller) =
        (measures(&snapshot, "in_process::hot"), measures(&snapshot, "in_process::caller"));
    assert_eq!(hot.calls, 3 * caller.calls);
    assert!(caller.total_ns >= hot.total_ns);
}

#[test]
fn a_call_that_runs_is_unfinished() {
    let (sender, entered) = mpsc::channel();
    let release = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| waits(&sender, &release));
        entered.recv().unwrap();
        let running = snapshot();
        release.wait();
        let running = measures(&running.unwrap(), "in_process::waits");
        assert_eq!((running.calls, running.unfinished), (0, 1));
    });
    let finished = measures(&snapshot().unwrap(), "in_process::waits");
    assert_eq!((finished.calls, finished.unfinished), (1, 0));
}

#[test]
fn the_registry_knows_what_was_never_called() {
    counted();
    counted();
    let tracked = registry();
    let find = |name: &str| tracked.iter().find(|tracked| tracked.name() == name).unwrap();
    assert_eq!(find("in_process::counted").calls, 2);
    let never_called = find("in_process::never_called");
    assert_eq!(never_called.calls, 0);
    let declared = never_called.describe();
    assert_eq!((declared.tags.len(), declared.budget.p99_ns), (2, Some(2_000_000)));
    let names: HashSet<_> = tracked.iter().map(TrackedFunction::name).collect();
    assert_eq!(names.len(), tracked.len(), "each declaration once");
}

#[test]
fn the_status_names_the_segment() {
    counted_elsewhere();
    let status = status();
    assert_eq!(status.state, State::Recording);
    assert!(status.segment.is_some_and(|segment| segment.is_file()));
    assert!(status.segment_bytes > 4096);
}

#[perf_track(name = "in_process::counted_elsewhere")]
fn counted_elsewhere() {}

#[perf_track(name = "in_process::phases")]
fn phases() {
    for turn in 0..3 {
        let _turn = perf_scope!("in_process::turn");
        let _own = perf_scope!(format!("in_process::turn {turn}"));
    }
}

#[test]
fn scopes_are_calls_below_the_function_that_they_stand_in() {
    phases();
    let snapshot = snapshot().unwrap();
    assert_eq!(measures(&snapshot, "in_process::turn").calls, 3);
    assert_eq!(measures(&snapshot, "in_process::turn 2").calls, 1);
    let name = |at: usize| snapshot.functions[snapshot.contexts[at].function].name.as_str();
    let path: Vec<_> = snapshot
        .contexts
        .iter()
        .enumerate()
        .filter(|&(at, _)| name(at).starts_with("in_process::turn"))
        .map(|(at, context)| (context.parent.map(name), name(at)))
        .collect();
    assert_eq!(
        path,
        [
            (Some("in_process::phases"), "in_process::turn"),
            (Some("in_process::turn"), "in_process::turn 0"),
            (Some("in_process::turn"), "in_process::turn 1"),
            (Some("in_process::turn"), "in_process::turn 2"),
        ]
    );
}

#[perf_track(name = "in_process::handed_out")]
fn handed_out() {}

#[test]
fn bytes_that_are_handed_out_hold_what_the_segment_holds_and_say_what_they_are() {
    (0..100).for_each(|_| handed_out());
    let bytes = perf_runtime::segment_bytes().expect("something is recorded");
    handed_out();
    let then = parse(&bytes).expect("it is a segment");
    assert_eq!(measures(&then, "in_process::handed_out").calls, 100);
    let name = format!("perf-track-handed-out-{}.ptseg", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, &bytes).expect("the temporary folder takes files");
    let owner = life::Owner::of(&path);
    std::fs::remove_file(&path).expect("it was made above");
    let owner = owner.expect("the header is complete");
    assert_eq!((owner.pid, owner.copied), (std::process::id(), life::Copied::HandedOut));
}

#[test]
fn a_system_with_a_clock_keeps_it() {
    assert!(!perf_runtime::set_clock(|| 0));
}
