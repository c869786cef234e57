//! A fork gives each side a record of its own, and no call is counted on both.

use perf_tests::{Run, lab, program};

/// Ways to fork that run no handlers.
#[cfg(target_os = "linux")]
const BARE: [&str; 3] = ["_Fork", "fork", "clone"];

fn record(kind: &str) -> (Run, String) {
    record_by(kind, "handlers")
}

fn record_by(kind: &str, how: &str) -> (Run, String) {
    let lab = lab!();
    let finished = lab.run(program!("forks"), [kind, how]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    (lab.latest(), finished.stdout)
}

fn check_both_sides(run: &Run, common: u64) {
    assert_eq!(run.calls("common_work"), common, "calls before the fork count once");
    assert_eq!(run.calls("parent_work"), 3);
    assert_eq!(run.calls("child_work"), 5);
    let count = |name: &str| run.metric(name, "count").number("value");
    assert_eq!((count("work"), count("child.work")), (common + 8, 5), "metrics too");
    assert_eq!(run.at("/process/count"), 2, "each side recorded");
    assert_eq!(run.at("/recording/lost_calls"), 0);
}

#[test]
fn before_the_first_call() {
    check_both_sides(&record("before").0, 0);
}

#[test]
fn after_calls() {
    check_both_sides(&record("after").0, 4);
}

#[test]
fn inside_a_call() {
    let (run, _) = record("inside");
    check_both_sides(&run, 4);
    // It began once, before there were two processes.
    assert_eq!(run.calls("enclosing"), 1, "{run:?}");
}

#[test]
fn while_another_thread_records() {
    let (run, stdout) = record("threaded");
    check_both_sides(&run, 4);
    let busy: u64 = stdout.lines().next().and_then(|line| line.parse().ok()).expect("a number");
    assert_eq!(run.calls("busy"), busy);
}

#[test]
#[cfg(target_os = "linux")]
fn without_handlers() {
    for how in BARE {
        check_both_sides(&record_by("before", how).0, 0);
        check_both_sides(&record_by("after", how).0, 4);
        let (run, _) = record_by("inside", how);
        check_both_sides(&run, 4);
        assert_eq!(run.calls("enclosing"), 1, "{how}: {run:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_handlers_beside_a_thread_that_records() {
    for how in BARE {
        let (run, stdout) = record_by("threaded", how);
        check_both_sides(&run, 4);
        let busy: u64 = stdout.lines().next().and_then(|it| it.parse().ok()).expect("a number");
        assert_eq!(run.calls("busy"), busy, "{how}");
    }
}

/// Both sides call what was called before the fork, at the same time.
#[test]
#[cfg(target_os = "linux")]
fn without_handlers_in_a_function_that_was_called_before() {
    for how in ["handlers"].into_iter().chain(BARE) {
        let (run, _) = record_by("many", how);
        assert_eq!(run.calls("shared_work"), 2_001, "{how}: {run:?}");
        assert_eq!(run.at("/process/count"), 2, "{how}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_handlers_where_metrics_come_first() {
    for how in ["handlers"].into_iter().chain(BARE) {
        let (run, _) = record_by("metrics", how);
        assert_eq!(run.metric("work", "count").number("value"), 4 + 2_004, "{how}");
    }
}

/// The thread that forked finds out also where another one of the child did before.
#[test]
#[cfg(target_os = "linux")]
fn without_handlers_where_another_thread_comes_first() {
    for how in ["handlers"].into_iter().chain(BARE) {
        let (run, _) = record_by("spawning", how);
        assert_eq!((run.calls("child_work"), run.calls("parent_work")), (10, 3), "{how}: {run:?}");
        assert_eq!(run.at("/process/count"), 2, "{how}");
    }
}

/// A call that runs over the fork may end on both sides: that is all that can be counted twice.
#[test]
#[cfg(target_os = "linux")]
fn without_handlers_in_a_call_that_both_sides_end() {
    assert_eq!(record_by("across", "handlers").0.calls("crossing"), 1);
    for how in BARE {
        let calls = record_by("across", how).0.calls("crossing");
        assert!((1..=2).contains(&calls), "{how}: {calls}");
    }
}
