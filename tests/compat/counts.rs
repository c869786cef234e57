//! The recorder's counts of calls, held against those of `tests/call_count`, function by function,
//! over all the tests of a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use perf_tests::{Run, lab};
use serde_json::json;

use crate::harness::Harness;

/// Functions that the recorder itself calls when it starts, before it can record: those of an
/// allocator that is tracked.
const CALLED_BY_THE_RECORDER: &str = "core::alloc::global::GlobalAlloc>::";

/// Runs the crate's tests with both attributes, and compares.
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
pub(crate) fn compare(harness: &Harness) {
    let lab = lab!();
    let (segments, counts) = (lab.new_folder("segments"), lab.new_folder("counts"));
    let spec = json!({
        "name": "counted",
        "attr": "#[call_count::count] #[perf_runtime::perf_track]",
        "deps": [
            "perf-runtime = { path = \"@PROJECT@/perf-runtime\" }",
            "call_count = { package = \"perf-tests-call-count\", path = \"@PROJECT@/tests/call_count\" }",
        ],
        "env": { "PERF_TRACK_DIR": segments, call_count::FOLDER: counts },
    });
    let file = harness.file("counted.json");
    fs::write(&file, spec.to_string()).expect("a file can be written");
    let row = harness.run(&file);
    assert!(row["error"].is_null(), "{}", row["error"]);

    let collected = lab.report(["collect".as_ref(), "--dir".as_ref(), segments.as_os_str()]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    let counted = call_count::read(&counts).expect("what was counted can be read");
    let run = lab.latest();
    assert_eq!(run.at("/recording/lost_calls"), 0);
    let differences = differences(&counted, &recorded(&run));
    assert!(differences.is_empty(), "{}:\n  {}", harness.subject(), differences.join("\n  "));
    let (functions, calls) = (counted.len(), counted.values().sum::<u64>());
    assert!(functions > 50 && calls > 5_000, "the tests call something: {counted:#?}");
    let (subject, accepted) = (harness.subject(), &row["accepted"]);
    println!("{subject}: {accepted} functions, of which {functions} were called {calls} times");
}

/// Calls by place, begun by then; and whether the recorder may have missed some.
fn recorded(run: &Run) -> BTreeMap<String, (u64, bool)> {
    let mut calls = BTreeMap::new();
    for function in run.functions() {
        let (all, may_lack) = calls.entry(function.place()).or_default();
        *all += function.number("calls") + function.number("unfinished");
        *may_lack |= function.name().contains(CALLED_BY_THE_RECORDER);
    }
    calls
}

fn differences(
    counted: &BTreeMap<String, u64>,
    recorded: &BTreeMap<String, (u64, bool)>,
) -> Vec<String> {
    let places: BTreeSet<&String> = counted.keys().chain(recorded.keys()).collect();
    let difference = |place: &&String| {
        let counted = counted.get(*place).copied().unwrap_or_default();
        let (recorded, may_lack) = recorded.get(*place).copied().unwrap_or_default();
        let agree = counted == recorded || (may_lack && counted > recorded);
        (!agree).then(|| format!("{place}: {recorded} calls recorded, {counted} counted"))
    };
    places.iter().filter_map(difference).collect()
}

#[test]
fn the_comparison_can_fail() {
    let calls = |calls: &[(&str, u64)]| {
        calls.iter().map(|(place, calls)| ((*place).to_owned(), *calls)).collect()
    };
    let counted = calls(&[("a:1", 2), ("a:2", 3)]);
    let found = |recorded: &[(&str, u64, bool)]| {
        let of = |it: &(&str, u64, bool)| (it.0.to_owned(), (it.1, it.2));
        differences(&counted, &recorded.iter().map(of).collect()).len()
    };
    assert_eq!(found(&[("a:1", 2, false), ("a:2", 3, false), ("a:3", 0, false)]), 0);
    assert_eq!(found(&[("a:1", 2, false), ("a:2", 2, true)]), 0);
    assert_eq!(found(&[("a:1", 2, false), ("a:2", 4, true)]), 1);
    assert_eq!(found(&[("a:1", 3, false), ("a:3", 1, false)]), 3);
}
