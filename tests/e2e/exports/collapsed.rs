//! inferno draws what is exported as stacks, and ignores no line.

use std::path::Path;

use perf_tests::consumers::consumer;
use perf_tests::{Run, lab, program};

use super::{corpus, exported, with_names, workload};

/// Draws a flame graph without hiding small frames; `None` where inferno is not installed.
fn drawn(stacks: &Path) -> Option<String> {
    let mut inferno = consumer("inferno-flamegraph")?;
    let output = inferno.args(["--minwidth", "0"]).arg(stacks).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && stderr.is_empty(),
        "inferno has ignored something: {stderr}"
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Returns the titles of frames, without their figures.
fn titles(svg: &str) -> Vec<String> {
    let title = |part: &str| {
        let (title, _) = part.split_once("</title>").unwrap();
        let (name, _) = title.rsplit_once(" (").unwrap();
        let marks =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
        marks.iter().fold(name.to_owned(), |name, (mark, plain)| name.replace(mark, plain))
    };
    svg.split("<title>").skip(1).map(title).collect()
}

/// Writes a count as inferno does, with commas.
fn with_commas(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|it| str::from_utf8(it).unwrap()).collect();
    groups.join(",")
}

fn sum(run: &Run, field: &str) -> u64 {
    run.functions().map(|function| function.number(field)).sum()
}

#[test]
fn totals_are_those_of_the_json() {
    let lab = lab!();
    workload(&lab, 77);
    let run = lab.latest();
    for (unit, field) in [("ns", "self_ns"), ("calls", "calls")] {
        let stacks = exported(&lab, &["collapsed", "--unit", unit], "stacks.txt");
        let Some(svg) = drawn(&stacks) else { return };
        let all = format!("<title>all ({} samples, 100%)</title>", with_commas(sum(&run, field)));
        assert!(svg.contains(&all), "{all}");
        let names = titles(&svg);
        for name in ["workload::outer", "workload::inner", "workload::Worker::work"] {
            assert!(names.iter().any(|title| title == name), "{name}: {names:?}");
        }
    }
}

#[test]
fn recursion_is_folded_as_it_was_recorded() {
    let lab = lab!();
    assert_eq!(lab.run(program!("recursion"), ["direct", "10"]).code, Some(0));
    let stacks = exported(&lab, &["collapsed", "--unit", "calls"], "stacks.txt");
    let text = std::fs::read_to_string(&stacks).unwrap();
    assert_eq!(text, "recursion::fibonacci 177\n", "calls of fibonacci(10)");
    let Some(svg) = drawn(&stacks) else { return };
    assert!(svg.contains("<title>all (177 samples, 100%)</title>"));
}

#[test]
fn a_difference_is_what_inferno_makes_of_two_files() {
    let lab = lab!();
    workload(&lab, 7);
    workload(&lab, 9);
    let old = exported(&lab, &["collapsed", "latest~1"], "old.txt");
    let new = exported(&lab, &["collapsed", "latest"], "new.txt");
    let both = exported(&lab, &["collapsed", "--baseline", "latest~1"], "both.txt");
    let Some(mut inferno) = consumer("inferno-diff-folded") else { return };
    let output = inferno.args([&old, &new]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut expected: Vec<&str> = str::from_utf8(&output.stdout).unwrap().lines().collect();
    expected.sort_unstable();
    let found = std::fs::read_to_string(&both).unwrap();
    let mut found: Vec<&str> = found.lines().collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    let svg = drawn(&both).unwrap();
    assert!(svg.contains("%; +") || svg.contains("%; -"), "frames show their change");
}

#[test]
fn no_line_is_ignored_whatever_names_are() {
    let names = corpus::names();
    for nested in [false, true] {
        let lab = with_names(&names, nested);
        let stacks = exported(&lab, &["collapsed"], "stacks.txt");
        let Some(svg) = drawn(&stacks) else { return };
        let count = names.len() as u64;
        let sum = count * 1_000 + count * (count - 1) / 2;
        assert!(svg.contains(&format!("<title>all ({} samples, 100%)", with_commas(sum))));
        let titles = titles(&svg);
        for name in ["<[u8: 4] as app::Sum>::sum", "stage_1", "＃ comment", "42", "(no name)"] {
            assert!(titles.iter().any(|title| title == name), "{name}: {titles:?}");
        }
        if nested {
            assert_eq!(titles.len(), names.len() + 1, "a frame a name, and `all`");
        }
    }
}
