//! Where the processor's counter is not trusted the system's clock serves, and nothing else changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use perf_runtime::snapshot::{Clock, Measures, Snapshot};
use perf_tests::{lab, program};

fn record(program: &str, arguments: &[&str], budget: &str) -> Snapshot {
    let lab = lab!();
    let folder = lab.new_folder("session");
    let mut command = lab.command(program);
    let command = command
        .env("PERF_TRACK_CLOCK", "monotonic")
        .env("PERF_TRACK_OVERHEAD", budget)
        .env("PERF_TRACK_DIR", &folder)
        .args(arguments);
    assert!(command.output().unwrap().status.success());
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let snapshot = perf_runtime::segment::read(&file.path()).unwrap();
    assert_eq!(snapshot.processes[0].clock, Clock::Monotonic);
    snapshot
}

fn of(snapshot: &Snapshot, suffix: &str) -> Measures {
    let functions = snapshot.functions.iter().zip(snapshot.by_function());
    let mut found = functions.filter(|(function, _)| function.name.ends_with(suffix));
    found.next().map(|(_, measures)| measures).unwrap_or_default()
}

#[test]
fn counts_are_exact_within_any_budget() {
    for budget in ["100%", "5%", "0.01%", "0"] {
        let snapshot = record(program!("workload"), &["4", "3000", "return"], budget);
        assert_eq!(of(&snapshot, "::outer").calls, 12_000, "{budget}");
        assert_eq!(of(&snapshot, "::inner").calls, 36_000, "{budget}");
        let snapshot = record(program!("recursion"), &["direct", "20"], budget);
        assert_eq!(of(&snapshot, "::fibonacci").calls, 21_891, "{budget}");
    }
}

#[test]
fn times_are_those_of_a_sleeper() {
    let snapshot = record(program!("sleeper"), &["twenty", "5"], "100%");
    let mean = of(&snapshot, "::twenty").mean_ns().unwrap();
    assert!(mean >= 20e6, "a sleep is never shorter: {mean} ns");
}
