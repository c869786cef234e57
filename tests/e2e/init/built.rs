//! The build that a run tells: that of the crates with tracked functions, whatever perf-runtime's own is.

use perf_tests::Run;
use serde_json::{Value, json};

use super::{Project, finish, manifest};

/// A program of this name with a crate of its own beside it. All share a folder of builds.
fn project(name: &str) -> Project {
    let (part, path) = (format!("{name}-part"), format!("{name}-part").replace('-', "_"));
    let workspace = "\n[workspace]\nmembers = [\"part\"]\n";
    let dependency = format!("{part} = {{ path = \"part\" }}\n{workspace}");
    let main = format!("mod work;\n\nfn main() {{\n    work::work();\n    {path}::part();\n}}\n");
    Project::without_git(
        "Cargo.lock",
        &[
            ("Cargo.toml", &*(manifest(name) + &dependency)),
            ("src/main.rs", &*main),
            ("src/work.rs", "pub fn work() {}\n"),
            ("part/Cargo.toml", &*manifest(&part)),
            ("part/src/lib.rs", "pub fn part() {}\n"),
        ],
    )
}

const WORK: &str = "\
#[perf_runtime::perf_track]
pub fn work() {
    let _scope = perf_runtime::perf_scope!(\"work::sum\");
    assert!((0..100_000_u64).map(std::hint::black_box).sum::<u64>() > 0);
}
";

const PART: &str = "#[perf_runtime::perf_track]\npub fn part() {}\n";

/// A build: its levels, its debug assertions, and the level of the recorder where that is another one.
fn build(project: &Project) -> [String; 3] {
    let run = newest(project);
    let field = |name: &str| run["run"]["toolchain"][name].as_str().unwrap_or_default().to_owned();
    [field("opt_level"), field("debug_assertions"), field("recorder_opt_level")]
}

fn newest(project: &Project) -> Value {
    let shown = finish(&mut project.report(&["show", "--format", "json"]));
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert_eq!(Run::parse(&shown.stdout).calls("sum"), 1);
    serde_json::from_str(&shown.stdout).expect("it is JSON")
}

#[track_caller]
fn record(project: &Project, command: &[&str]) {
    let finished = finish(&mut project.report(&[&["run", "--"], command].concat()));
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

/// What `perf-report report` says of optimisation.
fn advice(project: &Project) -> Option<String> {
    let report = finish(&mut project.report(&["report", "--format", "json"]));
    let report: Value = serde_json::from_str(&report.stdout).expect("it is JSON");
    let advice = report["advice"].as_array().expect("there is a list").iter();
    let mut evidence = advice.filter(|it| it["rule"] == "unoptimised").map(|it| &it["evidence"]);
    evidence.next().and_then(Value::as_str).map(str::to_owned)
}

#[test]
fn an_optimised_recorder_hides_no_program_that_is_not() {
    let project = project("init-built");
    project.set_up(&["--package", "init-built"]);
    project.write("src/work.rs", WORK);
    record(&project, &["cargo", "run", "--quiet"]);
    assert_eq!(build(&project), ["0", "on", "3"], "{}", project.read("Cargo.toml"));
    let crates = json!([{ "name": "init_built", "opt_level": "0", "debug_assertions": true }]);
    assert_eq!(newest(&project)["run"]["toolchain"]["crates"], crates);
    let evidence = advice(&project).expect("there is advice");
    assert!(evidence.starts_with("opt-level 0 in init_built, profile debug; "), "{evidence}");

    let saved = finish(&mut project.report(&["baseline", "save", "main"]));
    assert_eq!(saved.code, Some(0), "{saved:?}");
    record(&project, &["cargo", "run", "--quiet", "--release"]);
    assert_eq!(build(&project), ["3", "off", ""]);
    assert_eq!(advice(&project), None);
    let judged = finish(&mut project.report(&["check", "--run", "latest"]));
    assert_eq!(judged.code, Some(4), "{judged:?}");
    let said = judged.complaint();
    let differs = "profile \"debug\", now \"release\"; optimisation \"0\", now \"3\"";
    assert!(
        said.contains(differs) || said.contains("optimisation \"0\", now \"3\"; profile"),
        "{said}"
    );
    assert!(!said.contains("machine \""), "it is the same machine: {said}");
}

#[test]
fn a_level_is_seen_however_the_compiler_is_told() {
    let project = project("init-levels");
    project.set_up(&["--package", "init-levels"]);
    project.set_up(&["--package", "init-levels-part"]);
    project.write("src/work.rs", WORK);
    project.write("part/src/lib.rs", PART);
    let manifest =
        project.read("Cargo.toml") + "\n[profile.dev.package.init-levels-part]\nopt-level = 2\n";
    project.write("Cargo.toml", &manifest);
    project.write("words.args", "-C\nopt-level=1\n-C\ndebug-assertions=off\n");
    for (words, expected) in [
        ("", ["0, 2", "on", "3"]),
        ("-O", ["2, 3", "off, on", "3"]),
        ("-C opt-level=2", ["2", "off, on", "3"]),
        ("-Copt-level=s -Cdebug-assertions=on", ["2, s", "on", "3"]),
        ("@words.args", ["1, 2", "off, on", "3"]),
    ] {
        project.sh(&format!("cargo rustc --quiet --bin init-levels -- {words}"));
        record(&project, &["sh", "-c", "\"$CARGO_TARGET_DIR\"/debug/init-levels"]);
        assert_eq!(build(&project), expected, "{words}");
    }
}
