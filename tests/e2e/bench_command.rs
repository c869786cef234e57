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

#[perf_bench(ignore)]
fn marked() -> u64 { my_app::sum(black_box(&VALUES)) }

#[perf_bench]
fn leaks() { std::mem::forget(black_box(vec![1_u8; 32])); }

perf_runtime::bench_main!();
"#;

/// Benchmarks of which every time is made up, so that no machine changes one. `SLOWER` makes all sizes of one 31 %
/// slower, `ALL` everything, and `RISES` the growth of one with its size, where the largest size takes 2 % longer and
/// the others less.
const MADE_UP: &str = r#"
use std::time::Duration;
use perf_runtime::{Bench, perf_bench};

fn is(name: &str) -> bool { std::env::var_os(name).is_some() }

fn takes(b: &mut Bench, ns: f64) {
    let ns = if is("ALL") { ns * 1.31 } else { ns };
    b.iter_custom(|iterations| Duration::from_nanos((ns * iterations as f64) as u64));
}

#[perf_bench(args = [100, 400, 1600, 6400, 25600])]
fn sized(b: &mut Bench, n: u64) {
    let factor = if is("SLOWER") { 1.31 } else { 1.0 };
    let growth = if is("RISES") { 1.02 * (n as f64 / 25600.0).powf(0.2) } else { 1.0 };
    takes(b, 1e3 * n as f64 * factor * growth);
}

#[perf_bench] fn a(b: &mut Bench) { takes(b, 1e3) }
#[perf_bench] fn b(b: &mut Bench) { takes(b, 2e3) }
#[perf_bench] fn c(b: &mut Bench) { takes(b, 3e3) }
#[perf_bench] fn d(b: &mut Bench) { takes(b, 4e3) }
#[perf_bench] fn e(b: &mut Bench) { takes(b, 5e3) }
#[perf_bench] fn f(b: &mut Bench) { takes(b, 6e3) }
#[perf_bench] fn g(b: &mut Bench) { takes(b, 7e3) }
#[perf_bench] fn h(b: &mut Bench) { takes(b, 8e3) }
#[perf_bench] fn i(b: &mut Bench) { takes(b, 9e3) }

perf_runtime::bench_main!();
"#;

/// A lab with the usual project in it.
fn project() -> (Lab, PathBuf) {
    project_of(BENCHMARKS)
}

/// A lab with a project of these benchmarks in it, which is built into a folder that its commands share.
fn project_of(benchmarks: &str) -> (Lab, PathBuf) {
    let lab = lab!();
    let root = lab.new_folder("project");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tests.parent().expect("tests/ is in the root").join("perf-runtime");
    let manifest = MANIFEST.replace("RUNTIME", &runtime.display().to_string());
    let lock = tests.parent().expect("tests/ is in the root").join("Cargo.lock");
    for (path, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("src/lib.rs", LIBRARY),
        ("benches/speed.rs", benchmarks),
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
    bench_where(lab, root, arguments, None)
}

/// Runs benchmarks where a variable is set, which reaches them through cargo.
fn bench_where(lab: &Lab, root: &Path, arguments: &[&str], is: Option<&str>) -> Finished {
    let variables: Vec<(&str, &str)> = is.map(|name| (name, "1")).into_iter().collect();
    report(lab, root, &[&["bench", "--time", "20ms", "--no-probe"], arguments].concat(), &variables)
}

/// perf-report in the project, with more in its surroundings.
fn report(lab: &Lab, root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let mut command = lab.report_command(arguments);
    command
        .envs(variables.iter().copied())
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_BUILD_TARGET")
        .stdin(Stdio::null());
    Finished::from(command.output().expect("perf-report can be run"))
}

/// Judges the newest benchmarks by the baseline: the exit code, and the comparison.
fn check(lab: &Lab, root: &Path) -> (Option<i32>, Value) {
    let mut command = lab.report_command(["check", "--run", "latest", "--format", "json"]);
    let check = command.current_dir(root).output();
    let check = Finished::from(check.expect("perf-report can be run"));
    (check.code, json(&check))
}

/// Returns what regressed, by name and metric.
fn regressed(comparison: &Value) -> Vec<String> {
    let rows = comparison["functions"].as_array().expect("there are rows");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bad = rows.iter().filter(|row| row["verdict"] == "regression");
    let mut found: Vec<String> =
        bad.map(|row| format!("{} {}", text(&row["name"]), text(&row["metric"]))).collect();
    found.sort();
    found
}

#[test]
fn a_benchmark_with_many_sizes_does_not_hide_itself_and_an_exponent_that_rose_fails() {
    let (lab, root) = project_of(MADE_UP);
    let three = ["--processes", "3"];
    let good = bench(&lab, &root, &["--processes", "3", "--save", "main"]);
    assert_eq!(good.code, Some(0), "{}{}", good.stdout, good.stderr);

    // All cases of one of ten benchmarks are slower.
    let slower = bench_where(&lab, &root, &three, Some("SLOWER"));
    assert_eq!(slower.code, Some(3), "{}{}", slower.stdout, slower.stderr);
    assert!(
        slower.stdout.contains("before") && slower.stdout.contains("+31.0 % regression"),
        "{}",
        slower.stdout
    );
    assert!(!slower.stdout.contains("everything measured moved"), "{}", slower.stdout);
    let (code, comparison) = check(&lab, &root);
    let sizes = ["100", "1600", "25600", "400", "6400"];
    let expected = sizes.map(|size| format!("speed::sized/{size} mean_ns"));
    assert_eq!((code, regressed(&comparison)), (Some(3), expected.to_vec()));
    let report = lab.report_command(["report"]).current_dir(&root).output();
    let report = Finished::from(report.expect("perf-report can be run"));
    assert!(!report.stdout.to_uppercase().contains("GOOD"), "{}", report.stdout);

    // The time grows with n^1.2 in the place of n, and each size is within its limit.
    let rises = bench_where(&lab, &root, &three, Some("RISES"));
    assert_eq!(rises.code, Some(3), "{}{}", rises.stdout, rises.stderr);
    let (code, comparison) = check(&lab, &root);
    let expected = vec!["speed::sized time_exponent".to_owned()];
    assert_eq!((code, regressed(&comparison)), (Some(3), expected));

    // Everything is slower: nobody can tell that from the machine, and everybody is told.
    let all = bench_where(&lab, &root, &three, Some("ALL"));
    assert_eq!(all.code, Some(0), "{}{}", all.stdout, all.stderr);
    assert!(all.stdout.contains("everything measured moved by +31.0 %"), "{}", all.stdout);
    let (code, comparison) = check(&lab, &root);
    assert_eq!((code, comparison["measured_shifts"][0]["of"].as_u64()), (Some(0), Some(10)));
    for row in comparison["functions"].as_array().expect("there are rows") {
        let pct = row["change_pct"].as_f64();
        let is_time = row["metric"] == "mean_ns" && row["name"] != "(command)";
        let both = row["baseline"].as_f64().zip(row["current"].as_f64());
        if let Some((old, new)) = both.filter(|_| is_time) {
            let shown = (new / old - 1.0) * 100.0;
            assert!(pct.is_some_and(|pct| (pct - shown).abs() < 0.5), "{row}");
            assert!(row["beside"]["change_pct"].as_f64().is_some_and(|it| it.abs() < 0.5), "{row}");
        }
    }
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
    // The few rounds of a busy machine may tell nothing, and then it says so.
    let placing = group["members"][1]["placing"].as_str();
    assert!(matches!(placing, Some("slower" | "alike")), "{group}");
    let ratio = group["members"][1]["ratio"].as_f64().unwrap_or_default();
    assert!((2.0..8.0).contains(&ratio), "{ratio}");
    let leak = &row(&document, "leaks")["benchmark"]["benchmark"]["harness"]["memory"]["leak"];
    assert_eq!(leak["bytes"], 32.0, "{leak}");
    assert_eq!(document["profiled"][0]["name"], "my_app::sum", "{}", document["profiled"]);
    assert!(document["score"]["value"].is_number(), "{}", document["score"]);
    let advice = document["advice"].as_array().expect("there is advice");
    let is_leak = |it: &&Value| it["rule"] == "leak" && it["function"] == "speed::leaks";
    assert_eq!(advice.iter().filter(is_leak).count(), 1, "{advice:?}");

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
    let quick = ["bench", "--quick", "--time", "20ms", "--no-probe"];
    let broken = |more: &[&str]| report(&lab, &root, &[&quick, more].concat(), &[("BREAK", "1")]);
    let bad = broken(&[]);
    assert_eq!(bad.code, Some(3), "{}{}", bad.stdout, bad.stderr);
    assert!(bad.stdout.contains("✗ speed::breaks: panicked"), "{}", bad.stdout);
    assert!(bad.stdout.contains("speed::four_times"), "{}", bad.stdout);
    let said = bad.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("1 of 4 benchmarks did not end well"), "{said}");
    assert!(said.contains("score ~") && said.contains("Advice 1. leak"), "{said}");

    let check = lab.report_command(["check", "--run", "latest"]).current_dir(&root).output();
    let check = Finished::from(check.expect("perf-report can be run"));
    assert_eq!(check.code, Some(3), "{}{}", check.stdout, check.stderr);
    let said = check.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("it panicked (panicked); it was ok in the baseline"), "{said}");

    // What ended well is kept all the same.
    let saved = broken(&["--save", "part"]);
    assert_eq!(saved.code, Some(3), "{}{}", saved.stdout, saved.stderr);
    let said = saved.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("baseline part is without what ended badly"), "{said}");
    assert!(said.contains("judges nothing of it: speed::breaks"), "{said}");
    let part = lab.report_command(["baseline", "show", "part", "--format", "csv"]);
    let part = Finished::from({ part }.current_dir(&root).output().expect("it can be run"));
    assert!(part.stdout.contains("speed::once"), "{}{}", part.stdout, part.stderr);
    assert!(!part.stdout.contains("speed::breaks"), "{}", part.stdout);
}

/// Lists the names of the rows of a comparison that are gone or new.
fn one_sided(comparison: &Value) -> Vec<&str> {
    let rows = comparison["functions"].as_array().expect("there are rows").iter();
    let rows = rows.filter(|row| row["verdict"] == "removed" || row["verdict"] == "added");
    rows.filter_map(|row| row["name"].as_str()).collect()
}

/// Commands that ask for some of the benchmarks.
const SOME: [&str; 5] = [
    "bench --quick --time 20ms --no-probe once",
    "bench --quick --time 20ms --no-probe --bench speed once leaks",
    "run --quiet --no-probe -- cargo bench -- once --quick",
    "run --quiet --no-probe -- cargo bench -- --skip once --quick",
    "run --quiet --no-probe -- cargo bench -- --exact speed::once --quick",
];

#[test]
fn what_nobody_asked_for_is_not_gone() {
    const NEVER: [&str; 4] = ["--regression", "never", "--degraded", "never"];
    let (lab, root) = project();
    let all = bench(&lab, &root, &["--quick", "--save", "main"]);
    assert_eq!(all.code, Some(0), "{}", all.stderr);
    assert!(
        all.stderr.contains("1 benchmark is marked `ignore`: --include-ignored"),
        "{}",
        all.stderr
    );

    for arguments in SOME {
        let words: Vec<&str> = arguments.split(' ').collect();
        let never = if words[0] == "bench" { &NEVER[..] } else { &[] };
        let (head, rest) = words.split_at(1);
        let made = [head, never, rest].concat();
        let made = report(&lab, &root, &made, &[("PERF_TRACK_BENCH_TIME", "20ms")]);
        assert_eq!(made.code, Some(0), "{arguments:?}: {}{}", made.stdout, made.stderr);
        let newest = lab.latest();
        let newest = newest.at("/run/id").as_str().expect("an id").to_owned();
        for question in [&["check"][..], &["compare", "main", "latest"]] {
            let asked =
                report(&lab, &root, &[question, &NEVER, &["--format", "json"]].concat(), &[]);
            assert_eq!(asked.code, Some(0), "{question:?}: {}", asked.stderr);
            let comparison = json(&asked);
            assert_eq!(comparison["current"], newest.as_str(), "{question:?} of {arguments:?}");
            assert_eq!(one_sided(&comparison), [""; 0], "{question:?} of {arguments:?}");
            assert!(asked.stdout.contains("not asked for, and not judged"), "{}", asked.stdout);
        }
    }

    // Nothing is measured, so that there is nothing to judge, and nothing is gone.
    let test = report(&lab, &root, &["run", "-q", "--", "cargo", "bench", "--", "--test"], &[]);
    assert_eq!(test.code, Some(0), "{}", test.stderr);
    let compared = report(&lab, &root, &["compare", "main", "latest", "--format", "json"], &[]);
    assert_eq!(one_sided(&json(&compared)), [""; 0]);
}

#[test]
fn what_is_asked_for_and_does_not_run_is_told() {
    let (lab, root) = project();
    let near = bench(&lab, &root, &["onec", "--quick"]);
    assert_eq!(near.code, Some(4), "{}", near.stderr);
    assert!(near.stderr.contains("did you mean `speed::once`"), "{}", near.stderr);
    let marked = bench(&lab, &root, &["marked", "--quick"]);
    assert_eq!(marked.code, Some(4), "{}", marked.stderr);
    assert!(marked.stderr.contains("--include-ignored"), "{}", marked.stderr);
    let marked =
        bench(&lab, &root, &["marked", "--quick", "--include-ignored", "--format", "json"]);
    assert_eq!(row(&json(&marked), "marked")["benchmark"]["benchmark"]["harness"]["outcome"], "ok");
}

#[test]
fn any_number_of_baselines_can_be_kept() {
    let (lab, root) = project();
    for name in ["one", "two", "three"] {
        let kept =
            bench(&lab, &root, &["once", "--quick", "--regression", "never", "--save", name]);
        assert_eq!(kept.code, Some(0), "{name}: {}", kept.stderr);
    }
    let next = bench(&lab, &root, &["once", "--quick", "--regression", "never"]);
    assert_eq!(next.code, Some(0), "{}", next.stderr);
    assert!(next.stderr.contains("there are 3 baselines and none is `main`"), "{}", next.stderr);
}

#[test]
fn a_full_run_is_no_measure_of_a_quick_one_unless_it_is_named() {
    let (lab, root) = project();
    let quick = bench(&lab, &root, &["once", "--quick", "--format", "json"]);
    assert_eq!(quick.code, Some(0), "{}", quick.stderr);
    let full = bench(&lab, &root, &["once", "--processes", "1", "--format", "json"]);
    assert_eq!(full.code, Some(0), "{}", full.stderr);
    assert_eq!(json(&full)["baseline"], Value::Null, "{}", full.stderr);
    let said = full.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("1 run of this command before are no measure"), "{said}");
    let ids = |document: &Value| document["runs"][0]["id"].as_str().expect("an id").to_owned();
    let by_name = format!("id:{}", ids(&json(&quick)));
    let never = ["--regression", "never", "--degraded", "never"];
    let arguments = ["once", "--processes", "1", "--baseline", &by_name];
    let named = bench(&lab, &root, &[&arguments[..], &never].concat());
    assert_eq!(named.code, Some(0), "{}{}", named.stdout, named.stderr);
    let said = named.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the baseline was measured with --quick"), "{said}");

    // `check` and `bench` judge by the same.
    let again = bench(
        &lab,
        &root,
        &[&["once", "--processes", "1", "--format", "json"], &never[..]].concat(),
    );
    let check = [&["check", "--run", "latest", "--format", "json"], &never[..]].concat();
    let checked = json(&report(&lab, &root, &check, &[]));
    assert_eq!(json(&again)["baseline"], checked["baseline"]);
    assert_ne!(checked["baseline"], Value::Null);
}

#[test]
fn options_of_perf_toml_reach_every_command_that_may_run_benchmarks() {
    const SCRIPT: &str = "printf %s \"$PERF_TRACK_BENCH_OPTIONS\" > told";
    let lab = lab!();
    let root = lab.new_folder("project");
    fs::write(root.join("perf.toml"), "[bench.\"*\"]\ntime = \"2s\"\n").expect("it can be written");
    let commands: [&[&str]; 4] = [
        &["run", "--quiet", "--", "sh", "-c", SCRIPT],
        &["suite", "--quiet", "--", "sh", "-c", SCRIPT],
        &["ab", "--rounds", "1", "--warm-up", "0", "--a", SCRIPT, "--b", SCRIPT],
        &["doctor", "--noise", "--rounds", "1", "--warm-up", "0", "--", "sh", "-c", SCRIPT],
    ];
    for command in commands {
        // None of them records anything, which is no matter here.
        let finished = report(&lab, &root, command, &[]);
        let told = fs::read_to_string(root.join("told")).unwrap_or_default();
        assert_eq!(told, "*\ttime\t2s\n", "{command:?}: {}", finished.stderr);
        fs::remove_file(root.join("told")).expect("it was written");
    }
}
