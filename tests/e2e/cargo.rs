//! A library's own tests, recorded: one process for all of them, or one for each.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use perf_tests::{Run, lab, skipped};

/// Calls and errors by function.
type Counts = BTreeMap<String, [u64; 2]>;

fn counts(run: &Run) -> Counts {
    let of = |field| move |function: perf_tests::Function<'_>| function.number(field);
    run.functions()
        .map(|function| {
            (function.name().to_owned(), [of("calls")(function), of("errors")(function)])
        })
        .collect()
}

/// Records the tests of `tracked-lib` under a runner.
fn record(runner: &[&str]) -> Run {
    let lab = lab!();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root");
    let mut arguments = vec!["run", "--", "cargo"];
    arguments.extend(runner);
    arguments.extend(["--package", "tracked-lib", "--test", "expressions", "--offline"]);
    let mut command = lab.report_command(arguments);
    command.arg("--manifest-path").arg(root.join("Cargo.toml")).stdin(Stdio::null());
    let finished = perf_tests::Finished::from(command.output().expect("perf-report can be run"));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    lab.latest()
}

#[test]
fn test_gives_one_run_of_all_tests() {
    let run = record(&["test"]);
    assert_eq!(run.at("/process/count"), 1, "all tests share a process");
    let expected: Counts = [
        ("tracked_lib::evaluate", [16, 6]),
        ("tracked_lib::parse", [17, 4]),
        ("tracked_lib::lexer::tokens", [17, 2]),
    ]
    .map(|(name, counts)| (name.to_owned(), counts))
    .into();
    let found = counts(&run);
    for (name, expected) in expected {
        assert_eq!(found.get(&name), Some(&expected), "{name} in {found:#?}");
    }
}

#[test]
fn nextest_gives_the_same_counts_with_a_process_for_each_test() {
    let probe = Command::new("cargo").args(["nextest", "--version"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return skipped("cargo nextest is not installed");
    }
    let apart = record(&["nextest", "run"]);
    assert_eq!(apart.at("/process/count"), 8, "each test has a process");
    let together = record(&["test"]);
    assert_eq!(counts(&apart), counts(&together));
}
