//! Results of other tools as runs: found, stored once, judged like any other.

use std::fs;
use std::path::Path;

use perf_report::bench_tracker::{BenchmarkTracker, PerformanceBudget};
use perf_report::model::{FunctionKind, Kept, RunDocument};
use perf_report::{Project, UserError};

use crate::desk::{Desk, Finished, checked};

const IMPORT_SCHEMA: &str = include_str!("../../schemas/import.v1.schema.json");
const RUN_SCHEMA: &str = include_str!("../../schemas/run.v1.schema.json");

/// Copies what criterion 0.5 wrote, into its folder at a desk.
fn criterion_at(desk: &Desk, folder: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports/criterion-0.5");
    copy(&from, &desk.path(folder));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

/// A report without what differs from time to time.
fn steady(finished: &Finished) -> String {
    let is_digit = |it: char| it.is_ascii_digit();
    let mut text = String::new();
    for line in finished.stdout.lines().chain(finished.stderr.lines()) {
        let words = line.split(' ').map(|word| match word {
            word if word.len() > 14 && word.contains('T') && word.starts_with(is_digit) => "ID",
            word if word.len() == 10 && word.contains('-') && word.starts_with(is_digit) => "DAY",
            word if word.len() == 8 && word.contains(':') && word.starts_with(is_digit) => "TIME",
            word if word.len() == 5 && word.contains(':') && word.starts_with(is_digit) => "TIME",
            word => word,
        });
        text += words.collect::<Vec<_>>().join(" ").trim_end();
        text.push('\n');
    }
    text
}

/// A text of libtest with one benchmark.
fn bench(ns: f64) -> String {
    format!("test codec::decode ... bench: {ns} ns/iter (+/- 2)\n")
}

#[test]
fn criterion_is_found_by_itself_and_stored_once() {
    let desk = Desk::new();
    let missing = desk.report(&["import", "criterion"]);
    missing.said(4, "criterion has written nothing: looked in ");
    criterion_at(&desk, "target/criterion");
    let first = desk.report(&["import", "criterion"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    insta::assert_snapshot!(steady(&first));
    let again = desk.report(&["import", "target/criterion", "--format", "json"]);
    let document = checked(&again.stdout, IMPORT_SCHEMA);
    assert_eq!(document["runs"][0]["kept"], "before");
    let stored = desk.stored();
    assert_eq!(stored.len(), 1);
    checked(&serde_json::to_string(&stored[0]).unwrap(), RUN_SCHEMA);
    assert_eq!(stored[0].run.source.as_deref(), Some("criterion"));
    assert!(stored[0].functions.iter().all(|it| it.kind == FunctionKind::Benchmark));
    insta::assert_snapshot!(steady(&desk.report(&["show"])));
    insta::assert_snapshot!(steady(&desk.report(&["show", "--format", "markdown"])));
}

#[test]
fn a_baseline_of_criterions_own_is_imported_by_its_name() {
    let desk = Desk::new();
    criterion_at(&desk, "target/criterion");
    let report = desk.report(&[
        "import",
        "criterion",
        "--saved",
        "main",
        "--dry-run",
        "--format",
        "markdown",
    ]);
    assert_eq!(report.code, Some(0), "{report:?}");
    insta::assert_snapshot!(steady(&report));
    assert!(!desk.store().exists(), "a dry run stores nothing");
    desk.report(&["import", "criterion", "--saved", "nobody"]).said(4, "--saved imports: main");
}

#[test]
fn what_a_command_wrote_is_part_of_its_run_and_nothing_older() {
    let desk = Desk::new();
    criterion_at(&desk, "target/criterion");
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let aged = |folder: &str| {
        for file in ["benchmark.json", "estimates.json", "sample.json"] {
            let path = desk.path("target/criterion").join(folder).join("new").join(file);
            fs::File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
        }
    };
    for folder in ["parse/small/64", "parse/utf-8_latin-1/a_b c", "flat/load _index_"] {
        aged(folder);
    }
    let nothing = desk.run("true");
    assert!(nothing.stderr.contains("nothing was recorded"), "{nothing:?}");
    assert!(
        !nothing.stderr.contains("benchmark"),
        "what is older is no business of it: {nothing:?}"
    );
    let touched = desk.run(
        "cd target/criterion/parse/small/64/new && touch sample.json estimates.json benchmark.json",
    );
    assert!(!touched.stderr.contains("nothing was recorded"), "{touched:?}");
    let run = desk.stored().pop().unwrap();
    assert_eq!(
        run.functions.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["parse/small/64"]
    );
    assert_eq!(run.run.source, None, "it is the run of the command");
    assert!(
        run.recording.problems[0].starts_with("2 benchmarks of an earlier run, left out: "),
        "{run:?}"
    );
    let repeated = desk.report(&[
        "run",
        "--repeat",
        "2",
        "--",
        "sh",
        "-c",
        "touch target/criterion/parse/small/64/new/*",
    ]);
    assert_eq!(repeated.code, Some(0));
    assert!(desk.stored().iter().rev().take(2).all(|run| run.functions.len() == 1), "{repeated:?}");
    assert!(
        repeated.stderr.contains("parse/small/64  9,794,190      29.9 ns     0 %"),
        "{repeated:?}"
    );
}

#[test]
fn several_imports_are_judged_by_their_values() {
    let desk = Desk::new();
    let import = |name: &str, ns: f64| {
        fs::write(desk.path(name), bench(ns)).unwrap();
        desk.report(&["import", name]).said(0, "");
    };
    for (at, ns) in [100.0, 101.0, 99.5, 100.5, 100.2].into_iter().enumerate() {
        import(&format!("old{at}.txt"), ns);
    }
    desk.report(&["baseline", "save", "main", "--runs", "5"]).said(0, "");
    import("new.txt", 160.0);
    let check = desk.report(&["check"]);
    assert_eq!(check.code, Some(3), "{check:?}");
    insta::assert_snapshot!(steady(&check));
    insta::assert_snapshot!(steady(&desk.report(&["history"])));
    let page = desk.report(&["html", "--output", "page.html"]);
    assert_eq!(page.code, Some(0), "{page:?}");
    let page = fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(page.contains("codec::decode"));
    for format in ["bmf", "openmetrics", "github-action-benchmark", "benchfmt"] {
        let exported = desk.report(&["export", format]);
        assert_eq!(exported.code, Some(0), "{format}: {exported:?}");
        assert!(exported.stdout.contains("decode"), "{format}: {exported:?}");
    }
    desk.report(&["bless", "codec::decode", "--reason", "more work"]).said(0, "");
    assert_eq!(desk.report(&["check"]).code, Some(0));
}

#[test]
fn one_against_one_is_inconclusive_and_says_what_helps() {
    let desk = Desk::new();
    for (name, ns) in [("a.txt", 100.0), ("b.txt", 112.0)] {
        fs::write(desk.path(name), bench(ns)).unwrap();
        desk.report(&["import", name]).said(0, "");
    }
    insta::assert_snapshot!(steady(&desk.report(&["compare", "latest~1", "latest"])));
}

#[test]
fn mistakes_have_their_codes() {
    let desk = Desk::new();
    desk.report(&["import", "criterien"]).said(2, "did you mean `criterion`?");
    desk.report(&["import", "gone.json"]).said(2, "there is no file gone.json");
    desk.report(&["import", "junit"]).said(2, "there is no file of junit to import");
    fs::write(desk.path("x"), "{\"a\": 1}").unwrap();
    desk.report(&["import", "x"]).said(2, "its format is none that is known");
    desk.report(&["import", "hyperfine", "x"]).said(6, "it is not what hyperfine writes");
    fs::write(desk.path("empty.txt"), "test a ... ok\n").unwrap();
    desk.report(&["import", "empty.txt"]).said(4, "no result of libtest was found in empty.txt");
    fs::write(desk.path("twice.txt"), bench(1.0) + &bench(2.0)).unwrap();
    desk.report(&["import", "twice.txt"]).said(6, "nothing tells them apart");
    fs::create_dir(desk.path("folder")).unwrap();
    desk.report(&["import", "folder"]).said(4, "no result was found in the folder");
    std::os::unix::fs::symlink(desk.path("folder"), desk.path("folder/loop")).unwrap();
    desk.report(&["import", "folder"]).said(4, "");
    let fifo = desk.path("pipe");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    desk.report(&["import", "pipe"]).said(6, "it is a pipe");
    assert!(!desk.store().exists());
}

#[test]
fn standard_input_and_facts_of_the_user() {
    let desk = Desk::new();
    let script = "printf 'test f ... bench: 5 ns/iter (+/- 1)\\n' | \"$REPORT\" import - --label before --tag b,a --tag a \
        --machine ci-4 --commit 0123abcd --branch main --time 2026-11-20T10:15:00+01:00";
    desk.shell(script).said(0, "");
    let run = desk.stored().remove(0).run;
    assert_eq!((run.label.as_deref(), run.machine.key.as_str()), (Some("before"), "ci-4"));
    assert_eq!(run.tags, ["a", "b"]);
    assert_eq!(
        (run.time.as_str(), run.command.join(" ").as_str()),
        ("2026-11-20T09:15:00.000Z", "import libtest")
    );
    let git = run.git.unwrap();
    assert_eq!((git.commit.as_str(), git.branch.as_deref()), ("0123abcd", Some("main")));
    desk.shell("printf x | \"$REPORT\" import - --commit nonsense").said(2, "no hash of a commit");
}

#[test]
fn files_with_a_name_in_common_are_runs_of_one_group() {
    let desk = Desk::new();
    let write = |name: &str, text: &str| fs::write(desk.path(name), text).unwrap();
    write("a.txt", &bench(1.0));
    write("b.txt", &bench(2.0));
    desk.report(&["import", "a.txt", "b.txt"]).said(0, "");
    let runs: Vec<RunDocument> = desk.stored();
    assert_eq!(runs.len(), 2);
    assert!(runs[0].run.was_made_with(&runs[1].run));
    write("c.txt", "test other ... bench: 3 ns/iter (+/- 1)\n");
    let report = desk.report(&["import", "a.txt", "c.txt", "--format", "json"]);
    let document = checked(&report.stdout, IMPORT_SCHEMA);
    assert_eq!(document["runs"].as_array().unwrap().len(), 1, "parts of one run");
    assert_eq!(document["runs"][0]["results"].as_array().unwrap().len(), 2);
}

/// Checks the exit code, and that a command said these words, wherever its lines end.
#[track_caller]
fn told(finished: &Finished, code: i32, words: &str) {
    assert_eq!(finished.code, Some(code), "{finished:?}");
    let text = format!("{} {}", finished.stdout, finished.stderr);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words), "{words:?} is missing: {finished:?}");
}

/// A text of libtest with a benchmark of the name `X` in each of some targets.
fn namesakes(all: &[(&str, f64)]) -> String {
    let one = |(target, ns): &(&str, f64)| {
        format!(
            "Running benches/{target}.rs (target/release/deps/{target}-0)\ntest X ... bench: {ns} ns/iter (+/- 2)\n"
        )
    };
    all.iter().map(one).collect()
}

/// Imports a text under the name of a file.
fn import(desk: &Desk, name: &str, text: &str) {
    fs::write(desk.path(name), text).unwrap();
    told(&desk.report(&["import", name]), 0, "");
}

const STEADY: [f64; 5] = [100.0, 101.0, 99.5, 100.5, 100.2];

/// Returns verdict and name of each row of a comparison.
fn rows(finished: &Finished) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    let row = |row: &serde_json::Value| {
        format!("{} {}", row["verdict"].as_str().unwrap(), row["name"].as_str().unwrap())
    };
    document["functions"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_second_benchmark_of_a_name_leaves_the_first_compared() {
    let desk = Desk::new();
    for (at, ns) in STEADY.into_iter().enumerate() {
        import(&desk, &format!("old{at}.txt"), &namesakes(&[("a", ns)]));
    }
    told(&desk.report(&["baseline", "save", "main", "--runs", "5"]), 0, "");
    assert!(
        desk.stored().iter().all(|run| run.functions[0].name == "X"),
        "alone, it needs no more"
    );
    import(&desk, "new.txt", &namesakes(&[("a", 160.0), ("b", 50.0)]));
    checked(&serde_json::to_string(&desk.stored().pop().unwrap()).unwrap(), RUN_SCHEMA);
    let both = ["regression X (benches/a.rs)", "added X (benches/b.rs)"];
    let check = desk.report(&["check", "--format", "json"]);
    assert_eq!(
        (check.code, rows(&check)),
        (Some(3), both.map(str::to_owned).to_vec()),
        "{check:?}"
    );
    let compare = desk.report(&["compare", "main", "latest", "--format", "json"]);
    assert_eq!(rows(&compare), both);
    let history = desk.report(&["history", "X (benches/a.rs)", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&history.stdout).unwrap();
    assert_eq!(document["functions"][0]["values"].as_array().map(Vec::len), Some(6), "{history:?}");
    told(&desk.report(&["history", "X"]), 2, "more than one function is meant");
    let page = desk.report(&["html", "--output", "page.html"]);
    assert_eq!(page.code, Some(0), "{page:?}");

    told(&desk.report(&["bless", "X (benches/a.rs)", "--reason", "more work"]), 0, "");
    told(&desk.report(&["check"]), 0, "X (benches/a.rs)");
    import(&desk, "alone.txt", &namesakes(&[("a", 160.0)]));
    let alone = desk.report(&["check", "--format", "json"]);
    assert_eq!(alone.code, Some(0), "what was blessed is so without a namesake: {alone:?}");
    told(&desk.report(&["bless", "--list"]), 0, "160 ns");
    import(&desk, "other.txt", &namesakes(&[("b", 160.0)]));
    let other = desk.report(&["compare", "main", "latest", "--format", "json"]);
    let gone = ["removed X (benches/a.rs)", "added X (benches/b.rs)"];
    assert_eq!(rows(&other), gone, "the other one is another one");
}

#[test]
fn a_namesake_that_is_gone_leaves_the_first_compared() {
    let desk = Desk::new();
    for (at, ns) in STEADY.into_iter().enumerate() {
        import(&desk, &format!("old{at}.txt"), &namesakes(&[("b", 50.0), ("a", ns)]));
    }
    told(&desk.report(&["baseline", "save", "main", "--runs", "5"]), 0, "");
    import(&desk, "new.txt", &namesakes(&[("a", 160.0)]));
    let check = desk.report(&["check", "--format", "json"]);
    let rows = rows(&check);
    assert_eq!(rows, ["regression X (benches/a.rs)", "removed X (benches/b.rs)"], "{check:?}");
    told(&desk.report(&["bless", "X (benches/a.rs)", "--reason", "more work"]), 0, "");
    let blessed = fs::read_to_string(desk.path("perf-blessed.toml")).unwrap();
    assert!(blessed.contains("X (benches/a.rs)"), "{blessed}");
    assert_eq!(desk.report(&["check"]).code, Some(0));
}

#[test]
fn what_was_stored_without_a_qualifier_is_still_compared() {
    let desk = Desk::new();
    for (at, ns) in STEADY.into_iter().enumerate() {
        let text = format!("test X ... bench: {ns} ns/iter (+/- 2)\n");
        import(&desk, &format!("old{at}.txt"), &text);
    }
    told(&desk.report(&["baseline", "save", "main", "--runs", "5"]), 0, "");
    fs::write(desk.path("perf.toml"), "[budget.\"X\"]\nseverity = \"warn\"\n").unwrap();
    import(&desk, "new.txt", &namesakes(&[("a", 160.0)]));
    let check = desk.report(&["check", "--format", "json"]);
    assert_eq!((check.code, rows(&check)), (Some(0), vec!["degraded X".to_owned()]), "{check:?}");
}

#[test]
fn what_was_measured_once_is_one_run_under_whichever_name() {
    let desk = Desk::new();
    import(&desk, "a.txt", &bench(100.0));
    let id = desk.stored()[0].run.id.clone();
    let again = desk.report(&["import", "a.txt", "--label", "after", "--tag", "x y"]);
    told(&again, 0, &format!("`perf-report tag {id} 'x y' --label after`"));
    told(&again, 0, "already stored as run");
    told(
        &desk.report(&["import", "a.txt", "--machine", "ci-4"]),
        0,
        &format!("perf-report remove {id}"),
    );
    told(&desk.report(&["import", "a.txt", "--time", "2026-11-20T09:15:00Z"]), 0, "already stored");
    let twice = desk.report(&["import", "a.txt", "./a.txt", "--dry-run"]);
    told(&twice, 0, "1 file that is named twice, which counts once: a.txt");
    fs::copy(desk.path("a.txt"), desk.path("copy.txt")).unwrap();
    told(&desk.report(&["import", "a.txt", "copy.txt"]), 0, "copy.txt is a.txt");
    told(&desk.shell("\"$REPORT\" import - - <a.txt --dry-run"), 0, "standard input");
    assert_eq!(desk.stored().len(), 1);
    fs::write(desk.path("b.txt"), bench(101.0)).unwrap();
    told(&desk.report(&["import", "b.txt", "a.txt"]), 0, "");
    assert_eq!(desk.stored().len(), 2, "in whichever group it is");
}

#[test]
fn a_history_is_stored_entry_by_entry() {
    let desk = Desk::new();
    let entry = |number: u64| {
        let (date, value) = (1_763_456_400_000 + number * 86_400_000, 40 + number);
        format!(
            r#"{{"commit":{{"id":"abcd000{number}"}},"date":{date},"tool":"cargo","benches":[{{"name":"f","value":{value},"unit":"ns/iter"}}]}}"#
        )
    };
    let data = |numbers: &[u64]| {
        let entries: Vec<String> = numbers.iter().map(|it| entry(*it)).collect();
        format!(
            "window.BENCHMARK_DATA = {{\"lastUpdate\":1,\"entries\":{{\"A\":[{}]}}}}",
            entries.join(",")
        )
    };
    import(&desk, "data.js", &data(&[1, 2, 3]));
    assert_eq!(desk.stored().len(), 3);
    for (numbers, all) in [(&[2, 3][..], 3), (&[3, 4], 4), (&[1, 2, 3, 4, 5], 5), (&[5, 5], 5)] {
        fs::write(desk.path("data.js"), data(numbers)).unwrap();
        told(&desk.report(&["import", "data.js"]), 0, "already stored as");
        assert_eq!(desk.stored().len(), all, "{numbers:?}");
    }
}

#[test]
fn a_format_that_was_named_wrongly_is_told() {
    let desk = Desk::new();
    fs::write(desk.path("a.txt"), bench(1.0)).unwrap();
    let looks = "a.txt is not of hyperfine: it looks like libtest";
    told(&desk.report(&["import", "hyperfine", "a.txt"]), 2, looks);
    told(&desk.report(&["import", "go", "a.txt"]), 2, "`perf-report import libtest a.txt`");
    told(&desk.report(&["import", "criterion", "a.txt"]), 2, "it looks like libtest");
    criterion_at(&desk, "target/criterion");
    told(
        &desk.report(&["import", "junit", "target/criterion"]),
        2,
        "is a folder, and junit is read from files",
    );
    fs::write(desk.path("cut.json"), "{\"results\": [{\"command\"").unwrap();
    told(&desk.report(&["import", "hyperfine", "cut.json"]), 6, "it is not what hyperfine writes");
    fs::write(desk.path("none.json"), "{\"results\": []}").unwrap();
    told(
        &desk.report(&["import", "hyperfine", "none.json"]),
        4,
        "no result of hyperfine was found",
    );
    assert!(!desk.store().exists());
}

#[test]
fn folders_of_criterion_that_cannot_be_read_are_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    criterion_at(&desk, "target/criterion");
    fs::write(desk.path("target/criterion/parse/small/64/new/estimates.json"), "{\"mean\":")
        .unwrap();
    std::os::unix::fs::symlink(desk.path("target"), desk.path("target/criterion/elsewhere"))
        .unwrap();
    let mode = |mode| {
        let closed = desk.path("target/criterion/flat");
        fs::set_permissions(closed, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o0);
    // Root reads everything.
    let is_closed = fs::read_dir(desk.path("target/criterion/flat")).is_err();
    let report = desk.report(&["import", "criterion", "--dry-run"]);
    mode(0o755);
    told(&report, 0, "1 benchmark left out, since a file of it cannot be read: parse/small/64");
    told(&report, 0, "1 link to a folder that was not followed: elsewhere");
    if is_closed {
        told(&report, 0, "1 folder that cannot be read, left out: flat");
    }
}

#[test]
fn a_program_outside_imports_too() -> Result<(), UserError> {
    let desk = Desk::new();
    criterion_at(&desk, "target/criterion");
    let project = Project::open(desk.path(""))?;
    let runs = project.import("target/criterion")?;
    assert_eq!(runs.runs[0].functions.len(), 3);
    assert_eq!(project.run("latest")?.runs, runs.runs);
    let budget = PerformanceBudget { max_regression_percent: 5.0, ..PerformanceBudget::default() };
    let tracker = BenchmarkTracker::with_budget(desk.path(""), budget);
    let now = tracker.parse_criterion_results("target/criterion")?;
    tracker.save_baseline("v1.0")?;
    let mut slower = now.clone();
    slower.benchmarks.values_mut().for_each(|ns| *ns *= 1.06);
    let baseline = tracker.load_baseline()?;
    assert_eq!(baseline.benchmarks, now.benchmarks);
    assert_eq!(baseline.version, "v1.0");
    assert!(!tracker.has_regressions(&tracker.compare_with_baseline(&now, &baseline)));
    let comparison = tracker.compare_with_baseline(&slower, &baseline);
    assert!(tracker.has_regressions(&comparison));
    tracker.print_comparison(&comparison)?;
    assert!(tracker.parse_criterion_results("nowhere").is_err());
    Ok(())
}

#[test]
fn the_report_of_version_1_stays_readable() {
    let golden = include_str!("../golden/import.v1.json");
    checked(golden, IMPORT_SCHEMA);
    let read: perf_report::model::ImportDocument = serde_json::from_str(golden).unwrap();
    assert_eq!((read.runs[0].kept, read.runs[1].kept), (Kept::Before, Kept::Stored));
    let written = perf_report::render::json::json(&read).unwrap();
    checked(&written, IMPORT_SCHEMA);
    assert_eq!(serde_json::from_str::<perf_report::model::ImportDocument>(&written).unwrap(), read);
}
