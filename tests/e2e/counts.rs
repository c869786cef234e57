//! Calls, errors and panics are exact, however many threads there are and however a program ends.

use perf_tests::{Lab, Run, lab, program};

const SIGABRT: i32 = 6;

/// Records `workload` and checks every count of it.
fn check_workload(threads: u64, rounds: u64, ending: &str, expected_code: i32) {
    let lab = lab!();
    let threads_text = threads.to_string();
    let rounds_text = rounds.to_string();
    let finished = lab.run(program!("workload"), [&threads_text, &rounds_text, ending]);
    assert_eq!(finished.code, Some(expected_code), "{}", finished.stderr);
    let own_words = format!("{threads} threads made {rounds} rounds each\n");
    assert!(finished.stdout.starts_with(&own_words), "{}", finished.stdout);

    let run = lab.latest();
    let all = threads * rounds;
    let counts = |function: &str| {
        let function = run.function(function);
        ["calls", "errors", "panics", "cancelled", "unfinished"].map(|field| function.number(field))
    };
    assert_eq!(counts("Worker::work"), [threads, 0, 0, 0, 0]);
    assert_eq!(counts("outer"), [all, 0, 0, 0, 0]);
    assert_eq!(counts("inner"), [3 * all, 0, 0, 0, 0]);
    assert_eq!(counts("fallible"), [all, threads * rounds.div_ceil(7), 0, 0, 0]);
    let failures = run.function("fallible").failures();
    let of_a_thread = rounds.div_ceil(7);
    let kinds = ["even", "odd"].map(|kind| failures.kind(kind));
    assert_eq!(kinds, [of_a_thread.div_ceil(2), of_a_thread / 2].map(|count| threads * count));
    let is_timed = || failures.number("timed_calls") > 0 && failures.real("mean_ns") > 0.0;
    assert!(rounds == 0 || is_timed(), "{failures:?}");
    assert_eq!(counts("fragile"), [all, 0, threads * rounds.div_ceil(11), 0, 0]);
    assert_eq!(counts("never_called"), [0, 0, 0, 0, 0], "known, though never called");
    assert_eq!(run.at("/process/count"), 1);
    assert_eq!(run.at("/process/damaged"), 0);
    assert_eq!(run.at("/recording/lost_calls"), 0);
    assert_eq!(run.at("/recording/mode"), "exact");
}

#[test]
fn on_one_thread_that_returns() {
    check_workload(1, 1_000, "return", 0);
}

#[test]
fn on_eight_threads_that_return() {
    check_workload(8, 5_000, "return", 0);
}

#[test]
fn after_process_exit() {
    check_workload(1, 1_000, "exit", 7);
    check_workload(8, 1_000, "exit", 7);
}

#[test]
fn after_abort() {
    check_workload(1, 1_000, "abort", 128 + SIGABRT);
    check_workload(8, 1_000, "abort", 128 + SIGABRT);
}

#[test]
fn after_a_panic_of_main() {
    check_workload(1, 100, "unwind", 101);
}

#[test]
fn a_program_that_calls_nothing_is_a_run_all_the_same() {
    check_workload(1, 0, "return", 0);
}

fn record(program: &str, arguments: &[&str]) -> (Lab, Run) {
    let lab = lab!();
    let finished = lab.run(program, arguments);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let run = lab.latest();
    (lab, run)
}

#[test]
fn threads_come_and_go_by_the_thousand() {
    let (_lab, run) = record(program!("churn"), &["4000", "8", "3"]);
    assert_eq!(run.calls("visit"), 12_000);
    assert_eq!(run.calls("look"), 12_000);
    assert_eq!(run.metric("visits", "count").number("value"), 12_000);
    let together = run.at("/process/processes/0/threads").as_u64().unwrap();
    assert!((1..=16).contains(&together), "{together} threads at once");
}

#[test]
fn threads_that_end_leave_their_space_to_the_next() {
    let lab = lab!();
    let bytes_after = |threads: &str| {
        let folder = lab.new_folder(threads);
        let finished = lab.record(&folder, program!("churn"), [threads, "4", "2"]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let segments = std::fs::read_dir(&folder).unwrap();
        segments.map(|segment| segment.unwrap().metadata().unwrap().len()).sum::<u64>()
    };
    let (few, many) = (bytes_after("40"), bytes_after("4000"));
    assert!(few > 0, "something was recorded");
    assert!(many <= 4 * few, "{few} bytes after 40 threads, {many} after 4,000");
}

#[test]
fn in_destructors_of_thread_local_values() {
    let (_lab, run) = record(program!("destructors"), &["50"]);
    assert_eq!(run.calls("alive"), 50);
    assert_eq!(run.calls("farewell"), 100);
    assert_eq!(run.calls("farewell_below"), 100);
}

#[test]
fn of_a_thousand_sites() {
    let (_lab, run) = record(program!("thousand_sites"), &["all"]);
    assert_eq!(run.functions().count(), 1_000);
    assert!(run.functions().all(|function| function.number("calls") == 1));
}

#[test]
fn of_sites_that_are_never_called() {
    let (_lab, run) = record(program!("thousand_sites"), &["one"]);
    assert_eq!(run.functions().count(), 1_000, "all are known");
    let called: Vec<_> = run.functions().filter(|site| site.number("calls") > 0).collect();
    assert_eq!(called.len(), 1, "{called:?}");
    assert!(called[0].name().ends_with("::four::zero::four::all"), "{called:?}");
}

#[test]
fn of_direct_recursion() {
    let (_lab, run) = record(program!("recursion"), &["direct", "20"]);
    // One call for each node of the tree: 2 F(n + 1) - 1.
    assert_eq!(run.calls("fibonacci"), 2 * 10_946 - 1);
    assert_eq!(run.tree().len(), 1, "recursion folds: {:?}", run.tree());
}

#[test]
fn of_mutual_recursion() {
    let (_lab, run) = record(program!("recursion"), &["mutual", "1001"]);
    assert_eq!(run.calls("is_even") + run.calls("is_odd"), 1_002);
    assert_eq!(run.calls("is_even"), 501);
    assert!(run.tree().len() <= 2, "recursion folds: {:?}", run.tree());
}

#[test]
fn of_recursion_ten_thousand_deep() {
    let (_lab, run) = record(program!("recursion"), &["deep", "10000"]);
    assert_eq!(run.calls("depth"), 10_000);
    assert_eq!(run.tree().len(), 1, "recursion folds");
    let depth = run.function("depth");
    let wall = run.at("/process/wall_ns").as_u64().unwrap();
    assert!(depth.number("total_ns") <= wall, "only the outermost call adds to the total");
    // The longest call is all there is. What recording took is taken off both, each for itself.
    let [total, longest] = ["total_ns", "max_ns"].map(|it| depth.number(it));
    assert!(total / 2 <= longest && longest <= 2 * total, "{total} ns, the longest {longest} ns");
}
