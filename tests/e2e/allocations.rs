//! What functions allocate is exact, on however many threads and however a program ends.

use perf_tests::{Lab, Run, lab, program};

const SIGKILL: i32 = 9;

/// Records `allocating`, on so many threads.
fn record(lab: &Lab, threads: u64, rounds: u64, ending: &str) -> Run {
    let finished =
        lab.run(program!("allocating"), [&threads.to_string(), &rounds.to_string(), ending]);
    let expected = if ending == "kill" { 128 + SIGKILL } else { 0 };
    assert_eq!(finished.code, Some(expected), "{}", finished.stderr);
    lab.latest()
}

/// Allocations, bytes of them, growth and peak, with what a function called; and the first three
/// without.
fn allocated(run: &Run, function: &str) -> ([i64; 4], [i64; 3]) {
    let function = run.function(function);
    (
        ["allocs", "alloc_bytes", "grown_bytes", "peak_bytes"].map(|it| function.whole(it)),
        ["self_allocs", "self_alloc_bytes", "self_grown_bytes"].map(|it| function.whole(it)),
    )
}

fn check(run: &Run, threads: u64, rounds: u64) {
    let (per_thread, all) = (rounds.cast_signed(), (threads * rounds).cast_signed());
    let of_round = ([5 * all, 292 * all, 0, 196], [all, 100 * all, 0]);
    assert_eq!(allocated(run, "round"), of_round);
    let of_part = [4 * all, 192 * all, 0];
    assert_eq!(allocated(run, "part"), ([of_part[0], of_part[1], 0, 96], of_part));
    let leaked = 1000 * all;
    assert_eq!(allocated(run, "leak"), ([all, leaked, leaked, 1000], [all, leaked, leaked]));
    let made = 500 * all;
    assert_eq!(allocated(run, "make"), ([all, made, made, 500], [all, made, made]));
    assert_eq!(allocated(run, "take"), ([0, 0, -made, 0], [0, 0, -made]));
    assert_eq!(allocated(run, "frugal"), ([0; 4], [0; 3]));
    // In its last round a call has all that was leaked, and what was made for a moment.
    let peak = 1000 * per_thread + 500;
    assert_eq!(allocated(run, "work"), ([7 * all, 1792 * all, leaked, peak], [0, 0, 0]));
    assert_eq!(run.at("/recording/lost_calls"), 0);
}

#[test]
fn on_one_thread() {
    let lab = lab!();
    check(&record(&lab, 1, 100, "return"), 1, 100);
}

#[test]
fn on_eight_threads() {
    let lab = lab!();
    check(&record(&lab, 8, 2_000, "return"), 8, 2_000);
}

#[test]
fn of_a_process_that_was_killed() {
    let lab = lab!();
    let run = record(&lab, 2, 50, "kill");
    check(&run, 2, 50);
    assert_eq!(allocated(&run, "holds"), ([2, 5000, 4000, 5000], [2, 5000, 4000]));
}

#[test]
fn programs_with_another_allocator_count_none() {
    let lab = lab!();
    let finished = lab.run(program!("workload"), ["1", "10", "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let run = lab.latest();
    assert!(run.function("outer").is_null("allocs"));
    assert!(run.function("outer").is_null("alloc_bytes"));
}

#[test]
fn a_budget_and_a_baseline_are_kept_to_the_allocation() {
    let lab = lab!();
    record(&lab, 2, 10, "return");
    let saved = lab.report(["baseline", "save", "main"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    let checked = |code| {
        let check = ["check", "--run", "latest", "--baseline", "main", "--all"];
        let finished = lab.report(check.into_iter().chain(["--metrics", "allocs"]));
        assert_eq!(finished.code, Some(code), "{finished:?}");
        finished.stdout
    };
    record(&lab, 2, 10, "return");
    let said = checked(0);
    assert!(!said.contains("own allocations"), "{said}");
    record(&lab, 2, 10, "spend");
    let said = checked(3);
    assert!(said.contains("own allocations 0 → 20"), "{said}");
    assert!(said.contains("allocations 20, over the budget of 0"), "{said}");
}
