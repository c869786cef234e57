//! `callgrind_annotate` prints functions and the calls between them, and finds no line malformed.

use std::path::Path;

use perf_tests::consumers::consumer;
use perf_tests::{lab, program};

use super::{corpus, exported, with_names, workload};

/// Prints all functions with their callers and callees; `None` where it is not installed.
fn annotated(profile: &Path, inclusive: bool) -> Option<String> {
    let mut annotate = consumer("callgrind_annotate")?;
    let inclusive = format!("--inclusive={}", if inclusive { "yes" } else { "no" });
    annotate.args(["--tree=both", "--threshold=100", "--auto=no", &inclusive]).arg(profile);
    let output = annotate.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the figures of the lines that end so, without commas and shares.
fn figures(text: &str, end: &str) -> Vec<Vec<u64>> {
    let lines = text.lines().filter_map(|line| line.strip_suffix(end));
    // Shares stand in brackets, and a zero has none.
    let number = |word: &str| word.replace(',', "").parse().ok().filter(|number| *number > 0);
    let plain = |line: &str| line.replace("( ", "(");
    lines.map(|line| plain(line).split_whitespace().filter_map(number).collect()).collect()
}

#[test]
fn functions_and_calls_are_those_of_the_json() {
    let lab = lab!();
    workload(&lab, 77);
    let profile = exported(&lab, &["callgrind"], "callgrind.out");
    let run = lab.latest();
    let Some(text) = annotated(&profile, false) else { return };
    for name in ["outer", "inner", "fallible", "fragile", "Worker::work"] {
        let function = run.function(name);
        let (file, name) = (function.place(), function.name());
        let file = file.rsplit_once(':').unwrap().0;
        let found = figures(&text, &format!(" *  {file}:{name}"));
        let expected = ["self_ns", "calls", "errors"].map(|field| function.number(field));
        let expected: Vec<u64> = expected.into_iter().filter(|figure| *figure > 0).collect();
        assert_eq!(found, [expected], "{name}: {text}");
    }
    for calls in [
        "< tests/fixtures/workload.rs:workload::outer (308x) []",
        "< tests/fixtures/workload.rs:workload::fallible (154x) []",
        ">   tests/fixtures/workload.rs:workload::inner (308x) []",
        ">   tests/fixtures/workload.rs:workload::outer (154x) []",
    ] {
        assert!(text.contains(calls), "{calls}: {text}");
    }
}

#[test]
fn functions_that_call_each_other_take_what_their_outermost_call_takes() {
    let lab = lab!();
    assert_eq!(lab.run(program!("recursion"), ["mutual", "10"]).code, Some(0));
    let profile = exported(&lab, &["callgrind"], "callgrind.out");
    let run = lab.latest();
    let Some(text) = annotated(&profile, true) else { return };
    assert!(text.contains(">   tests/fixtures/recursion.rs:recursion::is_odd (5x) []"), "{text}");
    let own = run.functions().map(|function| function.number("self_ns")).sum();
    let found = figures(&text, " *  tests/fixtures/recursion.rs:recursion::is_even");
    assert_eq!(found, [[own, 11]], "all of the program: {text}");
}

#[test]
fn no_name_makes_a_line_malformed() {
    let names = corpus::names();
    for nested in [false, true] {
        let lab = with_names(&names, nested);
        let profile = exported(&lab, &["callgrind"], "callgrind.out");
        let Some(text) = annotated(&profile, false) else { return };
        for name in ["<[u8; 4] as app::Sum>::sum", "stage 1", "# comment", "fn=(1) x", "(1)"] {
            assert!(text.contains(&format!(":{name}\n")), "{name}: {text}");
        }
        let expected = if nested { names.len() - 1 } else { 0 };
        assert_eq!(text.lines().filter(|line| line.contains(" >   ")).count(), expected);
    }
}
