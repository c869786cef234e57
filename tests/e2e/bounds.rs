//! Memory stays within bounds whatever the program does, and nothing is lost silently.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::Path;

use perf_runtime::segment::{OTHER_NAMES, OVERFLOW_NAME};
use perf_runtime::snapshot::Snapshot;
use perf_tests::{lab, program};

/// What the only process of a session recorded, and the size of its segment.
fn recorded(folder: &Path) -> (Snapshot, u64) {
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap()).collect();
    let [file] = files.as_slice() else { panic!("one process leaves one file: {files:?}") };
    let snapshot = perf_runtime::segment::read(&file.path()).unwrap();
    (snapshot, file.metadata().unwrap().len())
}

fn record(program: &str, arguments: &[&str], memory: &str) -> (Snapshot, u64) {
    let lab = lab!();
    let folder = lab.new_folder("session");
    let mut command = lab.command(program);
    command.env("PERF_TRACK_DIR", &folder).env("PERF_TRACK_MEMORY", memory).args(arguments);
    let finished = command.output().unwrap();
    assert!(finished.status.success(), "{finished:?}");
    recorded(&folder)
}

fn calls(snapshot: &Snapshot, of: impl Fn(&str) -> bool) -> u64 {
    let functions = snapshot.functions.iter().zip(snapshot.by_function());
    functions.filter(|(function, _)| of(&function.name)).map(|(_, measures)| measures.calls).sum()
}

#[test]
fn of_ten_thousand_sites() {
    let (snapshot, bytes) = record(program!("crowds"), &["sites", "10000"], "64MiB");
    assert_eq!(calls(&snapshot, |name| name.starts_with("scope ")), 20_000);
    assert_eq!(snapshot.losses, perf_runtime::snapshot::Losses::default());
    assert!(bytes <= 16 << 20, "{bytes} bytes");
}

#[test]
fn of_a_thousand_contexts_two_kibibytes_each() {
    let (snapshot, bytes) = record(program!("crowds"), &["contexts", "1000", "40"], "64MiB");
    assert_eq!(calls(&snapshot, |name| name.ends_with("::leaf")), 40_000);
    let per_context = bytes / snapshot.contexts.len() as u64;
    assert!(per_context <= 2048, "{per_context} bytes for each of {}", snapshot.contexts.len());
}

#[test]
fn of_recursion_a_hundred_thousand_deep() {
    let (snapshot, bytes) = record(program!("recursion"), &["deep", "100000"], "64MiB");
    assert_eq!(calls(&snapshot, |name| name.ends_with("::depth")), 100_000);
    assert!(bytes <= 64 << 10, "{bytes} bytes");
}

#[test]
fn of_ten_thousand_threads() {
    let (snapshot, bytes) = record(program!("churn"), &["10000", "8", "1"], "64MiB");
    assert_eq!(calls(&snapshot, |name| name.ends_with("::visit")), 10_000);
    assert!(bytes <= 256 << 10, "{bytes} bytes");
}

#[test]
fn with_little_memory_distributions_go_first_and_contexts_next() {
    for (memory, limit) in [("64KiB", 64 << 10), ("256KiB", 256 << 10), ("1MiB", 1 << 20)] {
        let (snapshot, bytes) = record(program!("crowds"), &["contexts", "1000", "40"], memory);
        assert!(bytes <= limit, "{memory}: {bytes} bytes");
        let all = calls(&snapshot, |_| true) + snapshot.losses.lost_calls;
        assert_eq!(all, 41_000, "{memory}: {:?}", snapshot.losses);
        let overflow = calls(&snapshot, |name| name == "(overflow)");
        assert!(overflow > 0, "{memory}: {:?}", snapshot.losses);
        assert!(snapshot.losses.uncounted_durations > 0, "{memory}: {:?}", snapshot.losses);
        // What is too much for one has its own time all the same.
        let own: u64 = snapshot.contexts.iter().map(|it| it.measures.self_ns).sum();
        let roots = snapshot.contexts.iter().filter(|context| context.parent.is_none());
        let total: u64 = roots.map(|root| root.measures.total_ns).sum();
        assert!(own >= total, "{memory}: {own} ns of {total} ns");
    }
}

#[test]
fn what_there_was_no_memory_for_is_said_and_never_judged() {
    let lab = lab!();
    let run = |memory: &str| {
        let mut command =
            lab.report_command(["run", "-q", "--", program!("crowds"), "contexts", "300", "400"]);
        let output = command.env("PERF_TRACK_MEMORY", memory).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        lab.latest()
    };
    let whole = run("64MiB");
    assert_eq!(
        (whole.calls("leaf"), whole.function("leaf").number("lost_durations")),
        (120_000, 0)
    );
    assert_eq!(lab.report(["baseline", "save", "main"]).code, Some(0));
    let cramped = run("128KiB");
    assert!(cramped.function("leaf").number("lost_durations") > 0, "{cramped:?}");
    let checked = lab.report(["check", "--fail-on", "incomplete", "--format", "json"]);
    assert_eq!(checked.code, Some(5), "{}", checked.stdout);
    assert!(checked.stdout.contains("without their function"), "{}", checked.stdout);
    assert!(!checked.stdout.contains("improved"), "{}", checked.stdout);
}

/// What has no context for want of memory counts for its function all the same.
#[test]
fn a_function_keeps_calls_whose_contexts_there_is_no_memory_for() {
    for memory in ["128KiB", "256KiB", "1MiB"] {
        let (snapshot, _) = record(program!("crowds"), &["contexts", "2000", "10"], memory);
        assert_eq!(calls(&snapshot, |name| name.ends_with("::leaf")), 20_000, "{memory}");
        let overflow = snapshot
            .contexts
            .iter()
            .position(|context| snapshot.functions[context.function].name == OVERFLOW_NAME);
        let below = snapshot.contexts.iter().filter(|context| context.parent == overflow);
        let of_leaf =
            below.filter(|context| snapshot.functions[context.function].name.ends_with("::leaf"));
        let calls: u64 = of_leaf.map(|context| context.measures.calls).sum();
        assert!(overflow.is_some() && (1..20_000).contains(&calls), "{memory}: {calls}");
    }
}

/// Names made at run time that are too many for their share of `PERF_TRACK_MEMORY` count together.
#[test]
fn of_a_quarter_of_a_million_names() {
    const NAMES: u64 = 250_000;
    let lab = lab!();
    let finished = lab.run(program!("many_names"), ["250000"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stderr.contains("more names were made at run time"), "{}", finished.stderr);
    let run = lab.latest();
    let kept = |name: &str| name.starts_with("call ");
    let (mut named, mut others) = (0, 0);
    for function in run.functions() {
        let calls = if kept(function.name()) { &mut named } else { &mut others };
        *calls += function.number("calls");
    }
    assert!((1_000..50_000).contains(&named), "{named} of a name of their own");
    let of_others = run.functions().find(|it| it.name() == OTHER_NAMES).unwrap().number("calls");
    assert_eq!((named + of_others, others), (NAMES + 10, of_others));
    let first = run.functions().find(|function| function.name() == "call 0").unwrap();
    assert_eq!(first.number("calls"), 11, "a name that is kept keeps its calls");
    let counted: u64 = run.metrics().map(|metric| metric.number("value")).sum();
    assert_eq!(counted, NAMES, "counts add up");
    let further = run.metric(OTHER_NAMES, "count").number("value");
    assert!((1..NAMES).contains(&further), "{further}");
    let peak = run.at("/process/recorded/peak_rss_bytes").as_u64().unwrap();
    assert!(peak <= 192 << 20, "{peak} bytes, of which 64 MiB may be the segment");
}
