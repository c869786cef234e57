//! Test suites of a small project, measured while cargo and nextest run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_tests::{Finished, Lab, lab, skipped};
use serde_json::Value;

const MANIFEST: &str = "[package]\nname = \"my-app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
    [[test]]\nname = \"custom\"\nharness = false\n[workspace]\n";

const LIBRARY: &str = r#"//! A library.
/// ```
/// assert_eq!(my_app::one(), 1);
/// ```
/// ```should_panic
/// panic!()
/// ```
/// ```ignore
/// nothing
/// ```
/// ```compile_fail
/// let text: u8 = "";
/// ```
pub fn one() -> u8 { 1 }
#[test] fn good() {}
#[test] fn bad() {
    println!("running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    panic!("as it should");
}
#[test] #[ignore = "slow"] fn slow() {}
#[test] #[should_panic] fn panics() { panic!() }
"#;

const PROGRAM: &str =
    "fn main() { println!(\"hello\"); std::process::exit(7) }\n#[test] fn of_main() {}\n";

/// What the tests see is what they would have seen.
const E2E: &str = r#"
#[test] fn sees_nothing_of_it() {
    let own = std::env::vars().find(|(name, value)| {
        name.starts_with("PERF_TRACK_SUITE") || value.contains("suite-runner") || name == "RUSTDOC"
    });
    assert_eq!(own, None);
}
#[test] fn takes_memory() {
    let bytes = vec![1u8; 32 << 20];
    assert_eq!(bytes.iter().filter(|byte| **byte == 1).count(), 32 << 20);
    std::fs::write(std::env::temp_dir().join(format!("suite-{}", std::process::id())), &bytes).unwrap();
    std::fs::remove_file(std::env::temp_dir().join(format!("suite-{}", std::process::id()))).unwrap();
}
"#;

const CUSTOM: &str = "fn main() { eprintln!(\"no counts\"); std::process::abort() }\n";

/// A lab with that project in it.
fn project() -> (Lab, PathBuf) {
    let lab = lab!();
    let root = lab.new_folder("project");
    for (path, text) in [
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIBRARY),
        ("src/main.rs", PROGRAM),
        ("tests/e2e.rs", E2E),
        ("tests/custom.rs", CUSTOM),
    ] {
        write(&root.join(path), text);
    }
    (lab, root)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// Runs a command in the project, and a folder for what it builds that all of them share.
fn finish(command: &mut Command, root: &Path) -> Finished {
    command
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTDOC")
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_runner(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    Finished::from(command.output().expect("the command can be run"))
}

fn is_runner(name: &str) -> bool {
    name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER")
}

fn suite(lab: &Lab, root: &Path, arguments: &[&str]) -> Finished {
    finish(lab.report_command(["suite"]).args(arguments), root)
}

/// The document that the newest run is reported in, and the exit code of that.
fn reported(lab: &Lab, root: &Path) -> (Value, Option<i32>) {
    let shown = suite(lab, root, &["--report-only", "--format", "json"]);
    let document = serde_json::from_str(&shown.stdout);
    (
        document.unwrap_or_else(|error| panic!("{error}: {}{}", shown.stdout, shown.stderr)),
        shown.code,
    )
}

fn row<'a>(document: &'a Value, name: &str) -> &'a Value {
    let rows = document["suites"].as_array().expect("suites is a list");
    let mut found = rows.iter().filter(|row| row["name"] == name);
    found.next().unwrap_or_else(|| panic!("no suite {name}: {document:#}"))
}

/// Its tests: passed, failed, ignored.
fn counts(row: &Value) -> [Option<u64>; 3] {
    ["passed", "failed", "ignored"].map(|field| row[field].as_u64())
}

/// Output without what differs from run to run: times, the order of tests, folders of rustdoc.
fn steady(output: &str) -> Vec<String> {
    let mut lines: Vec<String> = output
        .lines()
        .filter(|line| !line.starts_with("all doctests ran in") && !line.contains("rustdoctest"))
        .map(|line| line.split("; finished in").next().unwrap_or_default().to_owned())
        .filter(|line| !line.contains("panicked at"))
        .collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_suite_is_measured_and_passes_on_all_else() {
    let (lab, root) = project();
    let cargo = ["cargo", "test", "--offline", "--no-fail-fast"];
    let plain = finish(lab.command("cargo").args(&cargo[1..]), &root);
    let measured = suite(&lab, &root, &[&["--quiet", "--"], &cargo[..]].concat());
    assert_eq!(measured.code, plain.code, "{}", measured.stderr);
    assert_eq!(measured.code, Some(101));
    assert_eq!(steady(&measured.stdout), steady(&plain.stdout));

    let (document, code) = reported(&lab, &root);
    assert_eq!(code, Some(3), "a test failed, whatever the targets");
    let of = |name| counts(row(&document, name));
    assert_eq!(of("my-app"), [Some(2), Some(1), Some(1)]);
    assert_eq!(of("my-app::bin/my-app"), [Some(1), Some(0), Some(0)]);
    assert_eq!(of("my-app::e2e"), [Some(2), Some(0), Some(0)]);
    assert_eq!(of("my-app (doctests)"), [Some(3), Some(0), Some(1)]);
    assert_eq!(of("my-app::custom"), [None; 3]);
    assert_eq!(row(&document, "my-app::custom")["signal"], 6);
    assert_eq!(row(&document, "my-app")["exit_code"], 101);
    assert_eq!(row(&document, "my-app")["failed_tests"], serde_json::json!(["bad"]));
    let e2e = row(&document, "my-app::e2e");
    let peak = e2e["peak_rss_bytes"].as_u64().expect("memory is measured");
    assert!((32 << 20..48 << 20).contains(&peak), "{peak}");
    let written = e2e["written_bytes"].as_u64().expect("output is measured");
    assert!((32 << 20..33 << 20).contains(&written), "{written}");

    let run = lab.latest();
    let suites = run.functions().filter(|function| function.is("kind", "suite"));
    assert_eq!(suites.count(), 6, "five, and all of them together");
}

#[test]
fn the_users_own_runner_is_called_and_programs_are_no_suites() {
    let (lab, root) = project();
    let log = root.join("log");
    let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\nexec \"$@\"\n", log.display());
    let runner = root.join("runner.sh");
    write(&runner, &script);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&runner, mode).expect("it can be made a program");
    write(&root.join(".cargo/config.toml"), "[target.'cfg(unix)']\nrunner = \"./runner.sh\"\n");
    write(&root.join("perf.toml"), "[suite.\"my-app::*\"]\npeak-memory = \"1MiB\"\n");

    let tested = suite(&lab, &root, &["--", "cargo", "test", "--offline", "--test", "e2e"]);
    assert_eq!(tested.code, Some(3), "{}", tested.stderr);
    assert!(tested.complaint().contains("at most 1.00 MiB perf.toml:2"), "{}", tested.stderr);
    let logged = fs::read_to_string(&log).expect("it was called");
    assert!(logged.contains("/deps/e2e-"), "{logged}");

    let ran = suite(&lab, &root, &["--", "cargo", "run", "--offline"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(7), "hello\n"), "{}", ran.stderr);
    assert!(ran.complaint().contains("no test suite ran"), "{}", ran.stderr);
    let logged = fs::read_to_string(&log).expect("it was called");
    assert!(logged.contains("/debug/my-app"), "{logged}");
    let listed = suite(
        &lab,
        &root,
        &["--quiet", "--", "cargo", "test", "--test", "e2e", "--offline", "--", "--list"],
    );
    assert!(listed.stdout.contains("takes_memory: test"), "{}{}", listed.stdout, listed.stderr);
}

#[test]
fn under_nextest_each_test_is_measured_and_flaky_ones_are_told() {
    let probe = Command::new("cargo").args(["nextest", "--version"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return skipped("cargo nextest is not installed");
    }
    let (lab, root) = project();
    let flaky = "#[test] fn at_second() {\n    let mark = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/mark\");\n\
        \x20   assert!(std::fs::exists(mark).unwrap() || std::fs::write(mark, \"\").is_err());\n}\n\
        #[test] #[ignore] fn later() {}\n";
    write(&root.join("tests/flaky.rs"), flaky);
    let tests = ["--test", "flaky", "--test", "e2e", "--offline", "--retries", "1"];
    let nextest = [&["--", "cargo", "nextest", "run"], &tests[..]].concat();
    let finished = suite(&lab, &root, &nextest);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("3 tests run: 3 passed (1 flaky), 1 skipped"),
        "{}",
        finished.stderr
    );
    let (document, _) = reported(&lab, &root);
    let flaky = row(&document, "my-app::flaky");
    assert_eq!((counts(flaky), &flaky["flaky"]), ([Some(1), Some(0), Some(1)], &Value::from(1)));
    assert_eq!(flaky["processes"], 2);
    assert_eq!(counts(row(&document, "my-app::e2e")), [Some(2), Some(0), Some(0)]);
    let run = lab.latest();
    let tests = run.functions().filter(|function| function.is("kind", "test"));
    assert_eq!(tests.count(), 3, "each test is a function");
}

#[test]
fn tests_with_a_process_each_tell_which_functions_they_called() {
    let probe = Command::new("cargo").args(["nextest", "--version"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return skipped("cargo nextest is not installed");
    }
    let lab = lab!();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root");
    let words = ["suite", "--quiet", "--", "cargo", "nextest", "run", "--offline"];
    let mut command = lab.report_command(words);
    command.args(["--package", "tracked-lib", "--test", "expressions", "--manifest-path"]);
    let output = command.arg(root.join("Cargo.toml")).stdin(Stdio::null()).output();
    let finished = Finished::from(output.expect("perf-report can be run"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let run = lab.latest();
    let tests = run.at("/suites/0/tests").as_array().expect("tests are told");
    assert_eq!(tests.len(), 8);
    let called = |test: &Value| test["functions"].to_string().contains("tracked_lib::parse");
    assert!(tests.iter().all(called), "{tests:#?}");
}
