//! Programs of `#[perf_bench]`: their names and arguments, what is left when one of them goes wrong,
//! and what is seen at a rate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use perf_runtime::segment;
use perf_runtime::snapshot::{Benchmark, Ending, Phase};
use perf_tests::{Finished, Lab, apart, lab, skipped};
use serde_json::Value;

/// Programs of the package `benching`, by name.
fn programs() -> &'static BTreeMap<String, PathBuf> {
    static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let mut command = cargo();
        command.args(["build", "--benches", "--message-format", "json"]);
        let built = Finished::from(command.output().expect("cargo can be run"));
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let program = |line: &str| {
            let message: Value = serde_json::from_str(line).ok()?;
            let path = PathBuf::from(message["executable"].as_str()?);
            Some((message["target"]["name"].as_str()?.to_owned(), path))
        };
        built.stdout.lines().filter_map(program).collect()
    })
}

/// Cargo, to be told what to do with the package of benchmarks.
fn cargo() -> Command {
    let mut command = apart("cargo");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("benching"));
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("benching"));
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_NET_OFFLINE", "true");
    command.env("PERF_TRACK", "off");
    command
}

/// Runs a program of benchmarks, with its segments in `folder`.
fn run(lab: &Lab, folder: &Path, program: &str, arguments: &[&str]) -> Finished {
    let program = programs()[program].to_str().expect("its path is text");
    lab.record(folder, program, arguments)
}

/// Runs a program that records nothing.
fn plain(program: &str, arguments: &[&str]) -> Finished {
    let mut command = lab!().command(&programs()[program]);
    command.current_dir("/").env("PERF_TRACK", "off").args(arguments);
    command.output().expect("it can be run").into()
}

/// The records of each case, in all segments of `folder`.
fn cases(folder: &Path) -> BTreeMap<String, Vec<Benchmark>> {
    let mut cases: BTreeMap<String, Vec<Benchmark>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("segments were written") {
        let snapshot = segment::read(&file.expect("a file").path()).expect("a segment");
        for benchmark in snapshot.benchmarks {
            cases.entry(benchmark.case_name()).or_default().push(benchmark);
        }
    }
    cases
}

fn names(listed: &str) -> Vec<&str> {
    listed.lines().filter_map(|line| line.strip_suffix(": benchmark")).collect()
}

#[test]
fn names_are_listed_as_runners_expect() {
    let all = plain("sound", &["--list", "--format", "terse"]);
    assert_eq!(all.code, Some(0));
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let named = |threads: usize| format!("a name: with \"signs\"/threads={threads}");
    let mut expected: Vec<String> =
        ["sound::plain", "sound::sort/10", "sound::sort/100"].map(str::to_owned).to_vec();
    expected.extend([named(1), named(2)]);
    expected.extend((processors > 2).then(|| named(processors)));
    let rest = ["ignored", "first", "second", "later", "open_loop", "closed_loop"];
    expected.extend(rest.map(|name| format!("sound::{name}")));
    assert_eq!(names(&all.stdout), expected);
    let listed = |arguments: &[&str]| {
        let finished = plain("sound", &[&["--list"], arguments].concat());
        names(&finished.stdout).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(listed(&["--ignored"]), ["sound::ignored"]);
    assert_eq!(listed(&["sort"]), ["sound::sort/10", "sound::sort/100"]);
    assert_eq!(listed(&["--exact", "sound::sort/10", "sort"]), ["sound::sort/10"]);
    assert_eq!(listed(&["sort", "plain", "--skip", "100"]), ["sound::plain", "sound::sort/10"]);
}

#[test]
fn without_an_argument_each_runs_once() {
    for arguments in [&["--skip", "loop"][..], &["--bench", "--test", "--skip", "loop"]] {
        let finished = plain("sound", arguments);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        assert!(finished.stdout.contains("test sound::sort/100 ... ok\n"), "{}", finished.stdout);
        assert!(!finished.stdout.contains("sound::ignored"), "{}", finished.stdout);
        assert!(finished.stdout.contains("test result: ok. "), "{}", finished.stdout);
    }
    let finished = plain("sound", &["--ignored"]);
    assert!(finished.stdout.contains("test sound::ignored ... ok\n"), "{}", finished.stdout);
    let finished = plain("odd", &["panics_twice"]);
    assert_eq!(finished.code, Some(101));
    assert!(finished.stdout.contains("test odd::panics_twice ... FAILED"), "{}", finished.stdout);
}

#[test]
fn what_is_no_option_is_an_error_of_usage() {
    for arguments in [&["--bench", "--tiem", "2s"][..], &["--time", "2"]] {
        let finished = plain("sound", arguments);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
        assert!(finished.stderr.starts_with("error: `"), "{}", finished.stderr);
    }
}

#[test]
fn cargo_runs_them() {
    programs();
    let tested = cargo().args(["test", "--bench", "sound", "--", "sort"]).output();
    let tested = Finished::from(tested.expect("cargo can be run"));
    assert_eq!(tested.code, Some(0), "{}", tested.stderr);
    assert!(tested.stdout.contains("test sound::sort/10 ... ok"), "{}", tested.stdout);
    let arguments = ["bench", "--profile", "dev", "--bench", "sound", "--", "--quick", "plain"];
    let measured = Finished::from(cargo().args(arguments).output().expect("cargo can be run"));
    assert_eq!(measured.code, Some(0), "{}", measured.stderr);
    assert!(measured.stdout.contains("sound::plain "), "{}", measured.stdout);
    assert!(!measured.stdout.contains("sound::sort"), "{}", measured.stdout);
}

#[test]
fn nextest_runs_them() {
    let probe = Command::new("cargo").args(["nextest", "--version"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return skipped("cargo nextest is not installed");
    }
    programs();
    let mut command = cargo();
    command.args(["nextest", "run", "--bench", "sound", "--run-ignored", "all"]);
    let finished = Finished::from(command.output().expect("cargo can be run"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for name in ["sound::sort/10", "sound::ignored", "a name: with \"signs\"/threads=2"] {
        assert!(finished.stderr.contains(name), "{name}: {}", finished.stderr);
    }
}

#[test]
fn whatever_one_does_the_others_have_their_results() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let finished = run(&lab, &folder, "unsound", &["--bench", "--quick"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    let cases = cases(&folder);
    let sound = cases.keys().filter(|name| {
        ["with_", "aa_before", "zz_after", "greedy/0"].iter().any(|part| name.contains(part))
    });
    let sound: Vec<&String> = sound.collect();
    assert_eq!(sound.len(), 12, "{sound:?}");
    for name in sound {
        let endings: Vec<Ending> = cases[name].iter().map(|it| it.ending).collect();
        let others = |ending: &Ending| matches!(ending, Ending::Ok | Ending::Interrupted);
        assert!(endings.iter().all(others), "{name}: {endings:?}");
        let measured = cases[name].iter().find(|it| it.ending == Ending::Ok);
        let measured = measured.unwrap_or_else(|| panic!("{name}: {endings:?}"));
        assert!(measured.batches.iter().any(|it| it.phase == Phase::Profile), "{name}");
    }
    // A case that takes its process with it is left as running, and its supervisor may know more.
    for (name, expected) in [
        ("panics", &[Ending::Panicked][..]),
        ("late", &[Ending::Timeout]),
        ("stuck", &[Ending::Running, Ending::Timeout]),
        ("hungry", &[Ending::Memory]),
        ("greedy/1", &[Ending::Running, Ending::Memory]),
        ("killed", &[Ending::Running, Ending::Interrupted]),
        ("segfault", &[Ending::Running, Ending::Interrupted]),
        ("exits", &[Ending::Running, Ending::Interrupted]),
        ("failing", &[Ending::Errors]),
        ("busy", &[Ending::Cpu]),
    ] {
        let mut endings: Vec<_> =
            cases[&format!("unsound::{name}")].iter().map(|it| it.ending).collect();
        endings.sort();
        assert_eq!(endings, expected, "{name}");
        let line = finished.stdout.lines().find(|it| it.contains(&format!("::{name} ")));
        // Of a kill the supervisor knows no ending, but how the process ended.
        let told = expected.iter().rfind(|it| **it != Ending::Interrupted);
        let outcome = told.map_or("", |it| it.name());
        assert!(line.is_some_and(|it| it.contains(outcome)), "{name}: {}", finished.stdout);
    }
}

#[test]
fn the_report_knows_how_each_ended() {
    let lab = lab!();
    let program = programs()["unsound"].to_str().expect("its path is text");
    let filters = ["stuck", "greedy", "killed"];
    let finished = lab.run(program, [&["--bench", "--quick"][..], &filters].concat());
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    let run = lab.latest();
    for (name, expected) in [
        ("unsound::stuck", "timeout"),
        ("unsound::with_stuck", "ok"),
        ("unsound::greedy/0", "ok"),
        ("unsound::greedy/1", "memory"),
        ("unsound::killed", "killed"),
        ("unsound::with_killed", "ok"),
    ] {
        let functions = run.at("/functions").as_array().expect("a list");
        let found = functions.iter().find(|function| function["name"] == name);
        let found = found.unwrap_or_else(|| panic!("no {name}: {run:?}"));
        assert_eq!(found["benchmark"]["harness"]["outcome"], expected, "{name}");
    }
}

#[test]
fn allocations_are_those_of_iterations_and_what_is_kept_is_known() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let filters = ["none_", "three_", "clean_", "leaks_"];
    let finished = run(&lab, &folder, "memory", &[&["--bench", "--quick"][..], &filters].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let cases = cases(&folder);
    assert_eq!(cases.len(), 32, "{:?}", cases.keys());
    for (name, records) in cases {
        let [record] = &records[..] else { panic!("{name}: {} records", records.len()) };
        let short = name.trim_start_matches("memory::");
        let allocs = [("none_", 0), ("three_", 3), ("leaks_1", 1), ("leaks_input", 0)];
        let expected = allocs.iter().find(|(begin, _)| short.starts_with(begin));
        let kept = match short.split('/').next() {
            Some("leaks_1") => 1,
            Some("leaks_input" | "leaks_on_a_thread") => 64,
            _ => 0,
        };
        let profile: Vec<_> =
            record.batches.iter().filter(|it| it.phase == Phase::Profile).collect();
        assert!(profile.len() >= 4, "{name}");
        for batch in &profile {
            if let Some((_, each)) = expected {
                assert_eq!(batch.allocs, each * batch.iterations, "{name}");
            }
        }
        if short == "clean_map" {
            let grown = profile.iter().filter(|it| it.kept_bytes > Some(0)).count();
            assert!(grown < profile.len() / 2, "{name}: {profile:?}");
            continue;
        }
        // The first has what a thread or a library makes once.
        for batch in &profile[1..] {
            let iterations = i64::try_from(batch.iterations).expect("few");
            assert_eq!(batch.kept_bytes, Some(kept * iterations), "{name}");
        }
    }
}

#[test]
fn the_reason_and_the_kinds_of_errors_reach_the_report() {
    let lab = lab!();
    let program = programs()["memory"].to_str().expect("its path is text");
    let finished = lab.run(program, ["--bench", "--quick", "kinds_", "ends_", "leaks_1", "clean_"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    let run = lab.latest();
    let functions = run.at("/functions").as_array().expect("a list").clone();
    let found = |name: &str| {
        let found = functions.iter().find(|function| function["name"] == format!("memory::{name}"));
        found.unwrap_or_else(|| panic!("no {name}")).clone()
    };
    for (name, refused, late) in [
        ("kinds_by_debug", "Refused", "Timeout"),
        ("kinds_by_name", "refused", "timed out"),
        ("kinds_of_a_bench", "refused", "timed out"),
    ] {
        let function = found(name);
        let kinds = function["failures"]["kinds"].as_array().expect("kinds");
        let names: Vec<_> = kinds.iter().map(|it| it["name"].as_str().expect("a name")).collect();
        assert_eq!(names, [refused, late], "{name}");
        let counts: Vec<_> =
            kinds.iter().map(|it| it["count"].as_u64().expect("a count")).collect();
        assert_eq!(counts.iter().sum::<u64>(), function["errors"].as_u64().expect("errors"));
        assert!(counts[0] > counts[1] && counts[1] > 0, "{name}: {counts:?}");
    }
    let message = |name: &str| found(name)["benchmark"]["harness"]["message"].clone();
    assert_eq!(message("ends_in_a_panic"), "on\npurpose: 7");
    assert_eq!(message("ends_in_an_error"), "Refused(9)");
    assert_eq!(message("kinds_by_name"), Value::Null);
    let leak = |name: &str| found(name)["benchmark"]["harness"]["memory"]["leak"]["bytes"].clone();
    assert_eq!(leak("leaks_1/threads=1"), 1.0);
    for name in ["clean_scope", "clean_thread", "clean_channel", "clean_map"] {
        assert_eq!(leak(name), Value::Null, "{name}");
    }
    let shown = lab.report(["show"]);
    assert!(shown.stdout.contains("  on purpose: 7\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains("timed out"), "{}", shown.stdout);
}

#[test]
fn a_filter_that_fits_nothing_is_told() {
    let all = names(&plain("sound", &["--list"]).stdout).len();
    for mode in [&["--bench"][..], &[]] {
        let finished = plain("sound", &[mode, &["nosuch"]].concat());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let expected =
            format!("no benchmark matches `nosuch`; there are {all}: --list names them\n");
        assert!(finished.stdout.contains(&expected), "{}", finished.stdout);
    }
    let finished = plain("sound", &["--bench", "ignored"]);
    assert!(finished.stdout.contains("1 marked `ignore`"), "{}", finished.stdout);
}

#[test]
fn what_one_does_to_its_process_no_other_notices() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let finished = run(&lab, &folder, "odd", &["--bench", "--quick", "--skip", "many"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    for (name, records) in cases(&folder) {
        let expected = if name == "odd::panics_twice" { Ending::Panicked } else { Ending::Ok };
        assert_eq!(records.iter().map(|it| it.ending).collect::<Vec<_>>(), [expected], "{name}");
        let lines = finished.stdout.matches(&format!("{name} ")).count();
        assert_eq!(lines, 1, "{name}: {}", finished.stdout);
    }
}

#[test]
fn with_recording_off_results_are_printed_all_the_same() {
    let finished = plain("sound", &["--bench", "--quick", "plain", "sort"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("sound::sort/10 "), "{}", finished.stdout);
    assert_eq!(finished.stderr, "");
}

#[test]
fn what_finds_no_room_in_the_segment_is_told() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let mut command = lab.command(&programs()["odd"]);
    command.env("PERF_TRACK_DIR", &folder).env("PERF_TRACK_MEMORY", "300KiB");
    command.args(["--bench", "--quick", "many"]);
    let finished = Finished::from(command.output().expect("it can be run"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("PERF_TRACK_MEMORY"), "{}", finished.stderr);
    let lines = finished.stdout.lines().filter(|line| line.starts_with("odd::many/"));
    assert_eq!(lines.count(), 1_000, "each has its line");
}

#[test]
fn tracked_functions_inside_are_recorded_in_profile_rounds_alone() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let finished = run(&lab, &folder, "odd", &["--bench", "--quick", "tracks"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let cases = cases(&folder);
    let batches = &cases["odd::tracks"][0].batches;
    let of = |phase| batches.iter().filter(move |it| it.phase == phase).map(|it| it.iterations);
    let profiled: u64 = of(Phase::Profile).sum();
    // What nobody asked for stands in a segment of its own.
    let files = std::fs::read_dir(&folder).expect("a folder").flatten();
    let mut snapshots = files.map(|file| segment::read(&file.path()).expect("a segment"));
    let snapshot = snapshots.find(|it| !it.benchmarks.is_empty()).expect("a segment of them");
    let called = |name: &str| -> u64 {
        let at = snapshot.functions.iter().position(|it| it.name.contains(name));
        let at = at.unwrap_or_else(|| panic!("no {name}"));
        let contexts = snapshot.contexts.iter().filter(|it| it.function == at);
        contexts.map(|it| it.measures.calls).sum()
    };
    for name in ["made at run time", "typed<u64>", "typed<u8>"] {
        let calls = called(name);
        // The very first call makes the site, which no one can mute before.
        let expected = profiled..=profiled + 1;
        assert!(expected.contains(&calls), "{name}: {calls} calls, {profiled} profiled");
    }
}

#[test]
fn a_stall_is_seen_at_a_rate_and_hidden_without() {
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let finished = run(&lab, &folder, "sound", &["--bench", "_loop"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let cases = cases(&folder);
    let latencies = |name: &str| &cases[name][0].latencies;
    let (open, closed) = (latencies("sound::open_loop"), latencies("sound::closed_loop"));
    let late = |it: &perf_runtime::snapshot::Latencies| -> u64 {
        let buckets = it.histogram.buckets().iter();
        let is_late = |bucket| perf_runtime::buckets::lower_bound(bucket) >= 40_000_000;
        buckets.filter(|(bucket, _)| is_late(*bucket)).map(|(_, count)| count).sum()
    };
    assert!(open.max_ns >= 80_000_000, "{} ns", open.max_ns);
    assert!(closed.max_ns >= 80_000_000, "{} ns", closed.max_ns);
    assert!(late(open) >= 100, "{} are late: those behind the one that stalled, too", late(open));
    // Ten or twelve operations of five thousand stall, and nobody counts those that they hold up.
    assert!(late(closed) < 40, "{} are late", late(closed));
    let p99 = closed.histogram.quantile_ns(0.99);
    assert!(p99 < Some(40_000_000), "{p99:?}");
}

#[test]
fn the_program_beside_them_has_nothing_of_them() {
    programs();
    let tree = |edges: &str| {
        let mut command = cargo();
        command.args(["tree", "--prefix", "none", "--edges", edges, "--format", "{p} {f}"]);
        let output = Finished::from(command.output().expect("cargo can be run"));
        output.stdout
    };
    let crates = |tree: &str| {
        let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        tree.lines().map(name).filter(|name| name != "libc").collect::<Vec<_>>()
    };
    let (program, benchmarks) = (tree("normal"), tree("normal,dev"));
    assert!(!program.contains("bench,") && !program.contains(",bench"), "{program}");
    assert!(benchmarks.contains("bench"), "the comparison can fail: {benchmarks}");
    let unique = |tree: &str| crates(tree).into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(unique(&program), unique(&benchmarks), "no dependency comes with them");

    let built = cargo().args(["rustc", "--bin", "perf-tests-benching", "--release"]).output();
    let built = Finished::from(built.expect("cargo can be run"));
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("benching");
    let traces = |path: &Path| {
        let bytes = std::fs::read(path).expect("it was built");
        let has = |text: &&str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        ["5bench10supervisor", "4gate5bench", "PERF_TRACK_BENCH"].into_iter().filter(has).count()
    };
    assert_eq!(traces(&target.join("release/perf-tests-benching")), 0);
    assert!(traces(&programs()["sound"]) >= 2, "the comparison can fail");
}

#[test]
fn what_nobody_asked_for_is_written_down() {
    let lab = lab!();
    let left_out = |name: &str, arguments: &[&str]| {
        let folder = lab.new_folder(name);
        let finished = run(&lab, &folder, "sound", arguments);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let files = std::fs::read_dir(&folder).expect("segments were written");
        let read = |file: std::io::Result<std::fs::DirEntry>| {
            segment::read(&file.expect("a file").path()).expect("a segment").left_out
        };
        files.flat_map(read).map(|it| (it.name, it.is_ignored)).collect::<BTreeMap<_, _>>()
    };
    let of_filter = left_out("filter", &["--bench", "--quick", "--time", "5ms", "plain"]);
    assert_eq!(of_filter.get("sound::sort/10"), Some(&false));
    assert_eq!(of_filter.get("sound::ignored"), Some(&false), "no filter names it");
    assert!(!of_filter.contains_key("sound::plain"));
    let marked = left_out("marked", &["--bench", "--quick", "--time", "5ms", "plain", "ignored"]);
    assert_eq!(marked.get("sound::ignored"), Some(&true));
    let of_test = left_out("test", &["plain"]);
    assert_eq!(of_test.get("sound::plain"), Some(&false), "it ran, and was not measured");
}
