//! A fork gives each side a record of its own, and no call is counted on both.

use perf_tests::{Run, lab, program};

fn record(kind: &str) -> (Run, String) {
    let lab = lab!();
    let finished = lab.run(program!("forks"), [kind]);
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
