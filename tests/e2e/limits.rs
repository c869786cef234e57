//! Programs under limits, in libraries that are unloaded, and in sandboxes: they end as without recording.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, program, skipped};

/// Libraries that cargo built for these tests: copies of one, each of which has a recorder of its own.
fn plugins(lab: &Lab) -> Vec<PathBuf> {
    let tests = std::env::current_exe().expect("the test has a path");
    let built = tests.parent().and_then(Path::parent).expect("it lies in deps");
    let library = built.join("examples").join("libplugin.so");
    // There already where all tests of the workspace are run.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "-q", "-p", "perf-tests", "--example", "plugin"]);
    let is_built = cargo.status().is_ok_and(|status| status.success());
    assert!(is_built, "the library can be built");
    ["one.so", "two.so"]
        .map(|name| {
            let copy = lab.folder().join(name);
            fs::copy(&library, &copy).expect("cargo builds examples before tests");
            copy
        })
        .into()
}

#[cfg(target_os = "linux")]
#[test]
fn libraries_that_are_unloaded_lose_no_call_and_harm_nobody() {
    let lab = lab!();
    let plugins = plugins(&lab);
    let rounds = ["100", "50"].map(PathBuf::from);
    let finished = lab.run(program!("plugins"), rounds.iter().chain(&plugins));
    assert_eq!(
        (finished.code, finished.stdout.as_str()),
        (Some(0), "100 rounds\n"),
        "{finished:?}"
    );
    let run = lab.latest();
    // Two libraries, on two threads each, and ten children.
    let (own, work) = (110 * 50, (200 + 10) * 2 * 50);
    assert_eq!((run.calls("own"), run.calls("work")), (own, work), "{run:?}");
    let scope = run.functions().find(|function| function.name() == "scope 0");
    assert_eq!(scope.map(|scope| scope.number("calls")), Some(work), "{run:?}");
    assert_eq!(run.metric("plugin.calls", "count").number("value"), work);
    assert_eq!(run.at("/recording/lost_calls"), 0);
    assert_eq!(run.at("/process/damaged"), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_confines_itself_may_have_everything_reserved() {
    let lab = lab!();
    let run = |recorded: bool, kind: &str| {
        let run = ["run", "-q", "--", program!("confined"), "200000", kind];
        let mut command = lab.report_command(run);
        command.env("PERF_TRACK_RESERVE", "on").env("PERF_TRACK_MEMORY", "4MiB");
        if !recorded {
            command.env("PERF_TRACK", "off");
        }
        Finished::from(command.stdin(Stdio::null()).output().expect("perf-report is there"))
    };
    for kind in ["new", "thread", "fork"] {
        let without = run(false, kind);
        if without.code != Some(0) {
            return skipped("this system confines no process");
        }
        let with = run(true, kind);
        assert_eq!((with.code, with.stdout.as_str()), (Some(0), "done\n"), "{kind}: {with:?}");
        let run = lab.latest();
        assert_eq!(run.calls("work"), 200_001, "{kind}");
        // Of four functions, each is called by each of four, three deep.
        let functions = ["one", "two", "three", "four"];
        assert_eq!(functions.map(|it| run.calls(it)), [1 + 4 + 16 + 64; 4], "{kind}");
        let labelled =
            |name: &str| run.functions().find(|it| it.name() == name).map(|it| it.number("calls"));
        assert_eq!(labelled("in a context"), Some(85), "{kind}");
        assert_eq!(labelled("(other names)"), Some(85), "{kind}");
        assert_eq!(run.calls("future"), 85, "{kind}");
        assert_eq!(run.metric("contexts", "count").number("value"), 85, "{kind}");
        assert_eq!(run.at("/recording/lost_calls"), 0, "{kind}");
    }
}

/// Limits that a shell sets, in its words. That on memory is in `cornered`: threads of these programs may wait
/// for ever for one that could not allocate, also without recording.
const LIMITS: [&str; 8] = [
    "ulimit -f 0",
    "ulimit -f 16",
    "ulimit -f 200",
    "ulimit -n 3",
    "ulimit -n 4",
    "ulimit -n 8",
    "ulimit -l 0",
    "true",
];

/// Programs of every kind: functions on threads, that allocate, async ones, forks, ones that grow the segment.
const PROGRAMS: [&[&str]; 6] = [
    &[program!("workload"), "4", "2000", "return"],
    &[program!("recursion"), "direct", "12"],
    &[program!("allocating"), "2", "50", "return"],
    &[program!("futures"), "50", "3", "move", "drop"],
    &[program!("forks"), "inside"],
    &[program!("crowds"), "contexts", "300", "5"],
];

#[test]
fn under_every_limit_a_program_ends_as_without_recording() {
    let lab = lab!();
    for (at, limit) in LIMITS.into_iter().enumerate() {
        for (number, program) in PROGRAMS.into_iter().enumerate() {
            let end = |track: &str, folder: &str| {
                let folder = lab.new_folder(folder);
                let words = program.join(" ");
                // Through a pipe, so that the limit on files is none of the output's. A program that cannot
                // even say that it has no memory may wait for ever.
                let script = format!(
                    "set -o pipefail; ({limit} && exec timeout -s KILL 10 {words}) 2>&1 | cat"
                );
                let mut command = Command::new("bash");
                command.args(["-c", &script]).stdin(Stdio::null()).env("RUST_BACKTRACE", "0");
                command.env("PERF_TRACK", track).env("PERF_TRACK_DIR", folder);
                let output = command.output().expect("a shell is there");
                (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
            };
            let without = end("off", &format!("off-{at}-{number}"));
            let with = end("on", &format!("on-{at}-{number}"));
            // What the program measures of itself differs from run to run; how it ends does not.
            assert_eq!(with.0, without.0, "{limit}: {program:?}: {} {}", with.1, without.1);
        }
    }
}
