//! `perf-report bench` on a small crate with a bench target, which is built once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use perf_tests::{Finished, Lab, lab};
use serde_json::Value;

const MANIFEST: &str = r#"[package]
name = "my-app"
version = "0.1.0"
edition = "2024"
[lib]
bench = false
[[bench]]
name = "speed"
harness = false
[dependencies]
perf-runtime = { path = "RUNTIME", features = ["bench"] }
[profile.bench]
inherits = "dev"
[workspace]
"#;

const LIBRARY: &str = "
#[perf_runtime::perf_track]
pub fn sum(values: &[u64]) -> u64 { values.iter().sum() }
";

const BENCHMARKS: &str = r#"
use std::hint::black_box;
use perf_runtime::perf_bench;

const VALUES: [u64; 64] = [7; 64];

#[perf_bench(compare = "sum")]
fn once() -> u64 { my_app::sum(black_box(&VALUES)) }

#[perf_bench(compare = "sum")]
fn four_times() -> u64 { (0..4).map(|_| my_app::sum(black_box(&VALUES))).sum() }

#[perf_bench]
fn breaks() {
    if std::env::var_os("BREAK").is_some() { panic!("as it should") }
}

#[perf_bench]
fn leaks() { std::mem::forget(black_box(vec![1_u8; 32])); }

perf_runtime::bench_main!();
"#;

/// A lab with that project in it, which is built into a folder that its commands share.
fn project() -> (Lab, PathBuf) {
    let lab = lab!();
    let root = lab.new_folder("project");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tests.parent().expect("tests/ is in the root").join("perf-runtime");
    let manifest = MANIFEST.replace("RUNTIME", &runtime.display().to_string());
    let lock = tests.parent().expect("tests/ is in the root").join("Cargo.lock");
    for (path, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("src/lib.rs", LIBRARY),
        ("benches/speed.rs", BENCHMARKS),
        ("perf.toml", "[bench.\"*\"]\nwarm-up = \"5ms\"\n"),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file can be written");
    }
    // The same versions as here, so that nothing is fetched.
    fs::copy(lock, root.join("Cargo.lock")).expect("there is a lock file");
    (lab, root)
}

fn bench(lab: &Lab, root: &Path, arguments: &[&str]) -> Finished {
    let mut command = lab.report_command(["bench", "--time", "20ms", "--no-probe"]);
    command
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_BUILD_TARGET")
        .stdin(Stdio::null());
    Finished::from(command.output().expect("perf-report can be run"))
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", finished.stdout, finished.stderr))
}

fn row<'a>(document: &'a Value, name: &str) -> &'a Value {
    let rows = document["benchmarks"].as_array().expect("there are benchmarks");
    let name = format!("speed::{name}");
    rows.iter().find(|row| row["benchmark"]["name"] == name.as_str()).expect("it ran")
}

#[test]
fn benchmarks_are_measured_ranked_judged_and_kept() {
    let (lab, root) = project();

    let first = bench(&lab, &root, &["--processes", "2", "--format", "json", "--save", "main"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("baseline main is 2 runs"), "{}", first.stderr);
    let document = json(&first);
    assert_eq!(document["runs"].as_array().map(Vec::len), Some(2), "a process is a run");
    let group = &document["groups"][0];
    assert_eq!(
        group["members"][0]["name"], "speed::once",
        "four times the work is slower: {group}"
    );
    assert_eq!(group["members"][1]["placing"], "slower", "{group}");
    let ratio = group["members"][1]["ratio"].as_f64().unwrap_or_default();
    assert!((2.0..8.0).contains(&ratio), "{ratio}");
    let leak = &row(&document, "leaks")["benchmark"]["benchmark"]["harness"]["memory"]["leak"];
    assert_eq!(leak["bytes"], 32.0, "{leak}");
    assert_eq!(document["profiled"][0]["name"], "my_app::sum", "{}", document["profiled"]);

    let (stored, ended) = (lab.latest(), "/functions/1/benchmark/harness/outcome");
    assert_eq!(stored.at(ended), "ok");
    let shown = lab.report(["show"]);
    assert!(
        shown.stdout.contains("recorded in the profile rounds of benchmarks"),
        "{}",
        shown.stdout
    );

    let again = bench(
        &lab,
        &root,
        &["once", "--processes", "2", "--regression", "never", "--degraded", "never"],
    );
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    assert!(
        again.stdout.starts_with("1 benchmark in 2 processes, against main\n"),
        "{}",
        again.stdout
    );
    assert!(
        !again.stdout.contains("speed::leaks"),
        "a filter leaves nothing out: {}",
        again.stdout
    );

    let taken = bench(&lab, &root, &["--save", "main"]);
    assert_eq!(taken.code, Some(2), "{}", taken.stderr);
    assert!(taken.stderr.contains("there is a baseline \"main\" already"), "{}", taken.stderr);

    let none = bench(&lab, &root, &["no_such_name", "--quick"]);
    assert_eq!(none.code, Some(4), "{}", none.stderr);
    assert_eq!(lab.report(["show", "--format", "csv"]).stdout.matches("speed::once").count(), 1);
}

#[test]
fn a_benchmark_that_breaks_is_a_finding_and_the_others_run_on() {
    let (lab, root) = project();
    let good = bench(&lab, &root, &["--quick", "--save", "main"]);
    assert_eq!(good.code, Some(0), "{}", good.stderr);

    // The variable reaches the benchmark through cargo.
    let mut command = lab.report_command(["bench", "--quick", "--time", "20ms", "--no-probe"]);
    command
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("BREAK", "1")
        .stdin(Stdio::null());
    let bad = Finished::from(command.output().expect("perf-report can be run"));
    assert_eq!(bad.code, Some(3), "{}{}", bad.stdout, bad.stderr);
    assert!(bad.stdout.contains("✗ speed::breaks: panicked: it panicked"), "{}", bad.stdout);
    assert!(bad.stdout.contains("speed::four_times"), "{}", bad.stdout);

    let check = lab.report_command(["check", "--run", "latest"]).current_dir(&root).output();
    let check = Finished::from(check.expect("perf-report can be run"));
    assert_eq!(check.code, Some(3), "{}{}", check.stdout, check.stderr);
    let said = check.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("it panicked (panicked); it was ok in the baseline"), "{said}");
}
