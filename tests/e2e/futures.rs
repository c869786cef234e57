//! Calls of async functions are exact, wherever they are polled and however they end, and their
//! lifetimes hold the waiting that their polls do not.

use perf_tests::{Finished, Function, Run, lab, program};

const SIGKILL: i32 = 9;
const MS: f64 = 1e6;

/// Records `futures`, whose futures are polled on so many threads.
fn record(tasks: u64, threads: u64, moving: &str, ending: &str) -> Run {
    let run = record_within("100%", tasks, threads, moving, ending);
    assert_eq!(run.at("/recording/mode"), "exact");
    run
}

/// As [`record`], with a share of the threads' time that recording may take.
fn record_within(budget: &str, tasks: u64, threads: u64, moving: &str, ending: &str) -> Run {
    let lab = lab!();
    let (tasks, threads) = (tasks.to_string(), threads.to_string());
    let mut command = lab.report_command(["run", "--", program!("futures")]);
    command.args([&tasks, &threads, moving, ending]).env("PERF_TRACK_OVERHEAD", budget);
    let finished = Finished::from(command.output().expect("perf-report can be started"));
    let expected = if ending == "kill" { 128 + SIGKILL } else { 0 };
    assert_eq!(finished.code, Some(expected), "{}", finished.stderr);
    let run = lab.latest();
    assert_eq!(run.at("/recording/lost_calls"), 0);
    run
}

fn counts(function: Function<'_>) -> [u64; 5] {
    ["calls", "errors", "panics", "cancelled", "unfinished"].map(|field| function.number(field))
}

/// Polls, and calls in flight.
fn polls(function: Function<'_>) -> [u64; 2] {
    ["polls", "in_flight"].map(|field| function.futures().number(field))
}

/// Calls in the histogram of the lifetimes.
fn lifetimes(function: Function<'_>) -> u64 {
    function.futures().histogram("lifetime_histogram").iter().map(|bucket| bucket.1).sum()
}

/// The async functions that each task calls once.
const OF_TASKS: [&str; 6] = ["handle", "read", "fetch", "parse", "fragile", "given_up"];

/// Every count of what `tasks` tasks did, and that each call has its lifetime.
fn check_tasks(run: &Run, tasks: u64) {
    check_counts(run, tasks);
    for name in OF_TASKS {
        assert_eq!(lifetimes(run.function(name)), tasks, "{name}");
    }
}

fn check_counts(run: &Run, tasks: u64) {
    let each = |name: &str, polls_of_call: u64, [errors, panics, cancelled]: [u64; 3]| {
        let function = run.function(name);
        assert_eq!(counts(function), [tasks, errors, panics, cancelled, 0], "{name}");
        assert_eq!(polls(function), [polls_of_call * tasks, 0], "{name}");
    };
    each("handle", 7, [0, 0, 0]);
    each("read", 3, [0, 0, 0]);
    each("fetch", 2, [0, 0, 0]);
    each("parse", 2, [tasks.div_ceil(7), 0, 0]);
    each("fragile", 2, [0, tasks.div_ceil(11), 0]);
    each("given_up", 2, [0, 0, tasks]);
    assert_eq!(counts(run.function("step")), [3 * tasks, 0, 0, 0, 0]);
    assert!(!run.function("step").has_futures(), "it is not async");
    assert_eq!(counts(run.function("never_polled")), [0; 5], "a call begins with its first poll");
    assert_eq!(polls(run.function("never_polled")), [0, 0]);
}

#[test]
fn on_one_thread() {
    check_tasks(&record(60, 1, "stay", "drop"), 60);
}

#[test]
fn on_three_threads() {
    check_tasks(&record(200, 3, "stay", "drop"), 200);
}

#[test]
fn moved_to_another_thread_for_each_poll() {
    check_tasks(&record(200, 3, "move", "drop"), 200);
}

#[test]
fn a_call_whose_every_poll_is_on_a_thread_of_its_own() {
    check_tasks(&record(1, 7, "move", "drop"), 1);
}

#[test]
fn counts_are_exact_where_few_polls_are_timed() {
    for (budget, threads, moving) in [("0", 1, "stay"), ("0", 3, "move"), ("1%", 3, "move")] {
        let run = record_within(budget, 1_000, threads, moving, "forget");
        check_counts(&run, 1_000);
        for name in OF_TASKS {
            let function = run.function(name);
            let (polls, unmeasured) =
                (polls(function)[0], function.futures().number("unmeasured_polls"));
            assert!(unmeasured <= polls, "{function:?}");
            assert!(unmeasured == 0 || run.at("/recording/mode") == "counted", "{function:?}");
        }
    }
}

#[test]
fn the_tree_has_what_is_awaited_below_what_awaits_it() {
    for (threads, moving) in [(1, "stay"), (3, "move")] {
        let run = record(22, threads, moving, "drop");
        let tree = run.tree();
        let name = |id: u64| tree.iter().find(|node| node.id() == id).map(|node| node.function());
        let mut calls: Vec<_> = tree
            .iter()
            .map(|node| (node.parent().and_then(name), node.function(), node.number("calls")))
            .collect();
        calls.sort_unstable();
        let (handle, read) = (Some("futures::handle"), Some("futures::read"));
        let expected = [
            (None, "futures::blocks", 1),
            (None, "futures::handle", 22),
            (None, "futures::suspended", 3),
            (handle, "futures::fetch", 22),
            (handle, "futures::fragile", 22),
            (handle, "futures::given_up", 22),
            (handle, "futures::parse", 22),
            (handle, "futures::read", 22),
            (read, "futures::step", 66),
            (Some("futures::suspended"), "futures::waiting", 3),
        ];
        assert_eq!(calls, expected, "{moving}");
    }
}

#[test]
fn lifetimes_hold_the_waiting_and_durations_do_not() {
    for (threads, moving) in [(1, "stay"), (3, "move")] {
        let run = record(22, threads, moving, "drop");
        for name in ["handle", "fetch"] {
            let function = run.function(name);
            let futures = function.futures();
            let mean = futures.real("lifetime_mean_ns");
            assert!(mean >= 10.0 * MS, "{name} has slept for 10 ms: {futures:?}");
            assert!(futures.real("lifetime_max_ns") >= mean, "{futures:?}");
            // A histogram is within 1.6 %.
            assert!(futures.real("lifetime_p50_ns") >= 9.8 * MS, "{futures:?}");
            assert!(function.real("mean_ns") < mean, "a sleep is no poll: {function:?}");
            let longest = futures.number("max_poll_ns");
            assert!(longest <= function.number("max_ns"), "a poll is a part: {function:?}");
        }
        let (handle, fetch) = (run.function("handle"), run.function("fetch"));
        let mean = |function: Function<'_>| function.futures().real("lifetime_mean_ns");
        assert!(mean(handle) >= mean(fetch), "{moving}");
        assert!(handle.number("total_ns") >= fetch.number("total_ns"), "{moving}");
    }
}

#[test]
fn a_poll_that_blocks_its_thread_is_long() {
    let run = record(1, 1, "stay", "drop");
    let blocks = run.function("blocks");
    assert_eq!((counts(blocks), polls(blocks)), ([1, 0, 0, 0, 0], [1, 0]));
    assert!(blocks.futures().real("max_poll_ns") >= 5.0 * MS, "{blocks:?}");
    assert!(blocks.real("mean_ns") >= 5.0 * MS, "{blocks:?}");
}

#[test]
fn suspended_calls_that_are_dropped_are_cancelled() {
    let run = record(2, 1, "stay", "drop");
    for name in ["suspended", "waiting"] {
        let function = run.function(name);
        assert_eq!((counts(function), polls(function)), ([3, 0, 0, 3, 0], [3, 0]), "{name}");
    }
}

/// What is suspended when a process ends is in flight, and what had ended is there.
fn check_in_flight(ending: &str) -> Run {
    let run = record(22, 3, "move", ending);
    check_tasks(&run, 22);
    for name in ["suspended", "waiting"] {
        let function = run.function(name);
        assert_eq!((counts(function), polls(function)), ([0, 0, 0, 0, 3], [3, 3]), "{name}");
        assert!(function.futures().is_null("lifetime_mean_ns"), "{function:?}");
        assert_eq!(lifetimes(function), 0, "{function:?}");
    }
    run
}

#[test]
fn calls_that_are_forgotten_are_in_flight() {
    check_in_flight("forget");
}

#[test]
fn calls_of_a_process_that_exits_are_in_flight() {
    let run = check_in_flight("exit");
    let leaves = run.function("leaves");
    // The one poll that had ended; and one call, though it is suspended once and running once.
    assert_eq!((counts(leaves), polls(leaves)), ([0, 0, 0, 0, 1], [1, 1]));
}

#[test]
fn calls_of_a_process_that_is_killed_are_in_flight() {
    let run = check_in_flight("kill");
    assert_eq!(run.at("/process/killed"), 1);
}

#[test]
fn runs_are_compared_by_calls_and_not_by_polls() {
    let lab = lab!();
    let record = |tasks: &str, moving: &str| {
        let finished = lab.run(program!("futures"), [tasks, "2", moving, "drop"]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    };
    record("22", "stay");
    let saved = lab.report(["baseline", "save", "main"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    let check = ["check", "--run", "latest", "--baseline", "main", "--all", "--metrics", "calls"];
    let check = || lab.report(check);
    record("22", "move");
    assert_eq!(check().code, Some(0), "{:?}", check());
    record("44", "move");
    let checked = check();
    assert_eq!(checked.code, Some(3), "{checked:?}");
    assert!(checked.stdout.contains("calls 22 → 44"), "{checked:?}");
    assert!(!checked.stdout.contains("poll"), "{checked:?}");
}

#[test]
fn what_futures_did_is_shown() {
    let lab = lab!();
    let finished = lab.run(program!("futures"), ["22", "2", "move", "forget"]);
    let said = finished.complaint();
    let note = "note: 6 calls had not finished when the recording ended: futures::suspended, \
                futures::waiting";
    assert!(said.contains(note), "{said}");
    let shown = lab.report(["show", "--sort", "longest-poll", "--limit", "1"]);
    assert!(shown.stdout.contains("futures::blocks"), "{shown:?}");
    assert!(shown.stdout.contains("longest poll"), "{shown:?}");
    let sorted = lab.report(["show", "--sort", "polls", "--limit", "1", "--format", "csv"]);
    assert!(sorted.stdout.contains(",polls,unmeasured_polls,max_poll_ns,in_flight,"), "{sorted:?}");
}
