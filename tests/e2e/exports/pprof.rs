//! `go tool pprof` shows the figures of `show --format json`, and names whole.

use std::collections::BTreeMap;
use std::path::Path;

use perf_tests::consumers::consumer;
use perf_tests::{Run, lab, program};

use super::{corpus, exported, with_names, workload};

/// The options for times that are written whole.
const IN_NS: &str = "-unit=nanoseconds";

/// Asks pprof, with nothing left out; `None` where it is not installed.
fn ask(questions: &[&str], profiles: &[&Path]) -> Option<String> {
    let mut go = consumer("go")?;
    go.args(["tool", "pprof", "-nodecount=100000"]);
    go.args(["-nodefraction=0", "-edgefraction=0"]).args(questions).args(profiles);
    let output = go.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{questions:?}: {stderr}");
    assert!(!stderr.contains("not available"), "{stderr}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Reads the rows of `-top`: the figure of each function alone, and with all that it called.
fn rows(top: &str) -> BTreeMap<String, (i64, i64)> {
    let number =
        |text: &str| -> i64 { text.trim_end_matches(char::is_alphabetic).parse().unwrap() };
    let mut rows = BTreeMap::new();
    for line in top.lines().skip_while(|line| !line.contains("flat  flat%")).skip(1) {
        let words: Vec<&str> = line.split_whitespace().take(5).collect();
        let &[flat, flat_pct, sum_pct, cum, cum_pct] = words.as_slice() else { panic!("{line:?}") };
        assert!([flat_pct, sum_pct, cum_pct].iter().all(|it| it.ends_with('%')), "{line:?}");
        let (_, name) = line.split_once(&format!("{cum_pct}  ")).unwrap();
        // The first `%  ` may be that of another column.
        let name = name.rsplit_once("%  ").map_or(name, |(_, name)| name);
        rows.insert(name.to_owned(), (number(flat), number(cum)));
    }
    rows
}

/// Returns a number of each called function of a run, from JSON.
fn figures(run: &Run, field: &str) -> BTreeMap<String, i64> {
    let called = run.functions().filter(|function| function.number("calls") > 0);
    called.map(|it| (it.name().to_owned(), it.number(field).cast_signed())).collect()
}

fn flat(rows: &BTreeMap<String, (i64, i64)>) -> BTreeMap<String, i64> {
    rows.iter().map(|(name, (flat, _))| (name.clone(), *flat)).collect()
}

#[test]
fn figures_are_those_of_the_json() {
    let lab = lab!();
    workload(&lab, 77);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let run = lab.latest();
    let Some(top) = ask(&["-top", IN_NS], &[&profile]) else { return };
    assert!(top.contains("Type: wall") && top.contains("File: workload"), "{top}");
    let all = rows(&top);
    assert_eq!(flat(&all), figures(&run, "self_ns"));
    let cum: BTreeMap<_, _> = all.into_iter().map(|(name, (_, cum))| (name, cum)).collect();
    assert_eq!(cum, figures(&run, "total_ns"), "what a function took with all that it called");

    let calls = ask(&["-top", "-sample_index=calls"], &[&profile]).unwrap();
    assert_eq!(flat(&rows(&calls)), figures(&run, "calls"));
    assert!(calls.contains("154 ") && calls.contains("462 "), "{calls}");
    let errors = rows(&ask(&["-top", "-sample_index=errors"], &[&profile]).unwrap());
    assert_eq!(errors["workload::fallible"], (22, 22));
}

#[test]
fn callers_and_callees_are_those_of_the_tree() {
    let lab = lab!();
    workload(&lab, 77);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let Some(peek) = ask(&["-peek=::inner$", "-sample_index=calls"], &[&profile]) else { return };
    let has = |count: &str, name: &str| {
        peek.lines()
            .any(|line| line.split_whitespace().next() == Some(count) && line.ends_with(name))
    };
    assert!(has("308", "|   workload::outer"), "{peek}");
    assert!(has("154", "|   workload::fallible"), "{peek}");
    assert!(has("462", "| workload::inner"), "{peek}");
}

#[test]
fn allocations_are_types_where_they_were_counted() {
    let lab = lab!();
    let finished = lab.run(program!("allocating"), ["2", "50", "return"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let run = lab.latest();
    let Some(objects) = ask(&["-top", "-sample_index=alloc_objects"], &[&profile]) else { return };
    let with_some = |field: &str| -> BTreeMap<String, i64> {
        figures(&run, field).into_iter().filter(|(_, figure)| *figure > 0).collect()
    };
    let some = |rows: BTreeMap<String, (i64, i64)>| -> BTreeMap<String, i64> {
        flat(&rows).into_iter().filter(|(_, flat)| *flat > 0).collect()
    };
    assert_eq!(some(rows(&objects)), with_some("self_allocs"));
    let space = ask(&["-top", "-sample_index=alloc_space", "-unit=B"], &[&profile]).unwrap();
    assert_eq!(some(rows(&space)), with_some("self_alloc_bytes"));

    let lab = lab!();
    workload(&lab, 1);
    let without = exported(&lab, &["pprof"], "profile.pb.gz");
    let raw = ask(&["-raw"], &[&without]).unwrap();
    assert!(raw.contains("calls/count errors/count wall/nanoseconds[dflt]"), "{raw}");
}

#[test]
fn the_difference_of_two_runs_is_that_of_their_figures() {
    let lab = lab!();
    workload(&lab, 77);
    workload(&lab, 100);
    let old = exported(&lab, &["pprof", "latest~1"], "old.pb.gz");
    let new = exported(&lab, &["pprof"], "new.pb.gz");
    let base = format!("-diff_base={}", old.display());
    let Some(calls) = ask(&["-top", "-sample_index=calls", &base], &[&new]) else { return };
    let rows = rows(&calls);
    assert_eq!(rows["workload::outer"].0, 46);
    assert_eq!(rows["workload::inner"].0, 138);
}

#[test]
fn a_profile_says_what_it_is_of() {
    let lab = lab!();
    workload(&lab, 1);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let Some(comments) = ask(&["-comments"], &[&profile]) else { return };
    let run = lab.latest();
    assert!(comments.contains(run.at("/run/id").as_str().unwrap()), "{comments}");
    // A test's build may take less time than its recording.
    let is_exact =
        ["exact, not sampled", "self times are estimates"].map(|words| comments.contains(words));
    assert!(is_exact.contains(&true), "{comments}");
    assert_eq!(ask(&["-tags"], &[&profile]).unwrap().trim(), "", "no label divides the contexts");
}

#[test]
fn names_are_whole() {
    let breaks = |name: &String| name.contains(|c: char| c.is_control()) || name.trim() != name;
    let names: Vec<String> = corpus::names().into_iter().filter(|name| !breaks(name)).collect();
    let lab = with_names(&names, true);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let Some(top) = ask(&["-top", IN_NS], &[&profile]) else { return };
    let found = flat(&rows(&top));
    let expected: BTreeMap<String, i64> = (1_000..)
        .zip(&names)
        .map(|(ns, name)| (if name.is_empty() { "(no name)".to_owned() } else { name.clone() }, ns))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn no_name_breaks_a_profile() {
    let names = corpus::names();
    let lab = with_names(&names, true);
    let profile = exported(&lab, &["pprof"], "profile.pb.gz");
    let Some(raw) = ask(&["-raw"], &[&profile]) else { return };
    let samples = raw.split_once("\nSamples:\n").unwrap().1.split_once("\nLocations\n").unwrap().0;
    assert_eq!(samples.lines().skip(1).count(), names.len());
    let count = names.len() as u64;
    let sum = count * 1_000 + count * (count - 1) / 2;
    assert!(ask(&["-top", IN_NS], &[&profile]).unwrap().contains(&format!("{sum}ns total")));
}
