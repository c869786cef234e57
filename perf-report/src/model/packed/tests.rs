//! Nothing is lost in the file of a baseline, and a file that is not what was written is told.

use proptest::prelude::*;

use super::*;
use crate::model::samples;
use crate::model::{Benchmark, FunctionKind, Harness};
use crate::stats::number;

/// Returns the text that the whole of a baseline is compared by.
fn whole(baseline: &Baseline) -> String {
    serde_json::to_string(baseline).unwrap()
}

fn comes_back(baseline: &Baseline) -> String {
    let text = baseline.to_text().unwrap();
    assert_eq!(whole(&Baseline::from_json(&text).unwrap()), whole(baseline));
    assert_eq!(Baseline::from_json(&text).unwrap().to_text().unwrap(), text, "it is one text");
    text
}

fn packed(runs: Vec<RunDocument>) -> String {
    let text = comes_back(&Baseline::of(runs));
    assert!(text.contains("\"version\": 2"), "{text}");
    text
}

/// Returns a run with benchmarks, their samples and their rounds.
fn measured(seed: u64) -> RunDocument {
    let mut run = samples::typical();
    run.run.id = format!("2026-{seed}");
    for (at, function) in run.functions.iter_mut().enumerate().skip(2) {
        let ns = |round: u64| {
            1e4 + number::float((seed * 7_919 + round * 104_729 + at as u64) % 997) / 7.0
        };
        function.kind = FunctionKind::Benchmark;
        function.mean_ns = Some(ns(3));
        function.benchmark = Some(Box::new(Benchmark {
            samples_ns: (0..50).map(ns).collect(),
            iterations: Some(50 + seed),
            harness: Some(Harness {
                rounds: (0..50).map(|round| round / 2).collect(),
                user_ns: ns(1),
                calls_per_s: Some(ns(2)),
                latencies: vec![(32, 5), (33, 1), (1 << 20, 7)],
                ..Harness::default()
            }),
            ..Benchmark::default()
        }));
    }
    run
}

#[test]
fn all_kinds_of_runs_come_back() {
    let runs = [
        samples::typical(),
        samples::changed(),
        samples::failing(),
        samples::allocating(),
        samples::sampled(),
        samples::counted(),
        samples::hostile(),
        samples::serving(),
        samples::serving_sampled(),
        samples::with_metrics(1.0, 2.5, 0.25),
        samples::empty(),
        measured(1),
    ];
    for run in &runs {
        packed(vec![run.clone()]);
        packed(vec![samples::typical(), run.clone()]);
        packed(vec![run.clone(), samples::with_metrics(3.0, 4.0, 0.5), measured(5)]);
    }
    packed(runs.to_vec());
}

#[test]
fn what_has_no_place_in_the_lines_is_plain_json() {
    let mut run = samples::typical();
    run.tree[0].function = "nobody".to_owned();
    assert!(comes_back(&Baseline::of(vec![run])).contains("\"version\": 1"));
    let mut run = samples::typical();
    run.functions[0].histogram = vec![(3, u64::MAX)];
    assert!(comes_back(&Baseline::of(vec![run])).contains("\"version\": 1"));
}

#[test]
fn lists_in_another_order_stay_in_it() {
    let mut run = samples::with_metrics(1.0, 2.0, 0.5);
    run.functions.reverse();
    run.metrics.rotate_left(1);
    let text = packed(vec![samples::with_metrics(1.0, 2.0, 0.5), run]);
    assert!(text.contains("\"orders\""), "{text}");
}

#[test]
fn a_file_is_made_for_review() {
    let mut one = samples::typical();
    one.functions.truncate(3);
    one.tree.clear();
    let mut two = one.clone();
    two.run.id = "two".to_owned();
    two.functions[1].self_ns += 1_000;
    insta::assert_snapshot!(packed(vec![one, two]));
}

#[test]
fn a_change_of_one_function_changes_its_line() {
    let before = packed(vec![samples::typical()]);
    let mut run = samples::typical();
    run.functions[4].calls += 1;
    let after = packed(vec![run]);
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(changed.len(), 2, "the function and the check of all: {changed:?}");
}

#[test]
fn a_file_that_is_not_what_was_written_is_told_with_its_line() {
    let text = packed(vec![samples::typical(), samples::changed()]);
    let error = |text: &str| Baseline::from_json(text).unwrap_err().to_string();
    let at = text.lines().position(|line| line.starts_with("[\"code_stats::main\"")).unwrap();
    let line = text.lines().nth(at).unwrap();
    let edited = text.replace(line, &line.replacen("1 call,", "2 calls,", 1));
    assert!(
        error(&edited).starts_with(&format!("line {}: it is not what", at + 1)),
        "{}",
        error(&edited)
    );
    let gone = text.replace(&format!("{line}\n"), "");
    assert!(error(&gone).contains("lines are missing"), "{}", error(&gone));
    let last = text.lines().count();
    assert!(error(&gone).starts_with(&format!("line {}: ", last - 2)), "{}", error(&gone));
    let conflict = text.replace(line, &format!("<<<<<<< HEAD\n{line}\n=======\n{line}\n>>>>>>> x"));
    assert!(error(&conflict).starts_with(&format!("line {}: a conflict", at + 1)));
    let cut = &text[..text.len() / 2];
    let line = cut.lines().count();
    assert!(error(cut).contains(&format!("at line {line} ")), "{}", error(cut));
    let laid_out: Value = serde_json::from_str(&text).unwrap();
    let laid_out = serde_json::to_string_pretty(&laid_out).unwrap();
    assert_eq!(
        whole(&Baseline::from_json(&laid_out).unwrap()),
        whole(&Baseline::from_json(&text).unwrap()),
        "a formatter of JSON does no harm"
    );
    assert_eq!(
        whole(&Baseline::from_json(&text.replace('\n', "\r\n")).unwrap()),
        whole(&Baseline::from_json(&text).unwrap()),
        "git ends lines on Windows as it is told"
    );
}

#[test]
fn it_is_far_smaller_than_the_document() {
    let runs: Vec<RunDocument> = (0..10).map(measured).collect();
    let baseline = Baseline::of(runs);
    let [packed, plain] = [packed(baseline.runs.clone()), whole(&baseline)].map(|text| text.len());
    assert!(packed * 3 < plain, "{packed} of {plain}");
}

/// Returns a run that differs from a typical one by these numbers.
fn made_of(numbers: &[u64], float: Option<f64>, name: &str) -> RunDocument {
    let mut run =
        if numbers[0].is_multiple_of(2) { samples::typical() } else { samples::changed() };
    let mut numbers = numbers.iter().copied().cycle();
    let mut next = || numbers.next().unwrap_or_default();
    for function in &mut run.functions {
        if next() % 3 == 0 {
            (function.calls, function.total_ns, function.self_ns) = (next() % 3, next(), next());
            (function.min_ns, function.max_ns) =
                (Some(next()).filter(|it| it % 2 == 0), Some(next()));
            (function.p50_ns, function.p99_ns) =
                (Some(next()), Some(next()).filter(|it| it % 2 == 0));
            (function.mean_ns, function.stddev_ns) = (float, float.map(|it| -it));
            (function.overhead_ns, function.self_overhead_ns, function.raw_self_ns) =
                (next(), next(), next());
            (function.self_error_ns, function.active_ns, function.resolution_ns) =
                (next(), next(), next() % 99);
            (function.sampled, function.errors) = (next() % 2 == 0, next());
            (function.allocs, function.grown_bytes) = (Some(next()), Some(next().cast_signed()));
            function.largest_interval = u32::try_from(next() >> 32).unwrap();
            (function.file, function.tags) = (name.to_owned(), vec![name.to_owned()]);
            function.histogram = vec![(next(), next()), (32, 5), (next(), 1)];
        }
    }
    if next() % 3 == 0 {
        run.functions.remove(usize::try_from(next() % 9).unwrap());
        run.run.label = Some(name.to_owned());
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_baseline_comes_back(
        runs in prop::collection::vec(
            (prop::collection::vec(any::<u64>(), 40), prop::option::of(any::<f64>()), ".{0,6}"), 1..5
        ),
    ) {
        let runs = runs.iter().map(|(numbers, float, name)| made_of(numbers, *float, name));
        comes_back(&Baseline::of(runs.collect()));
    }

    #[test]
    fn damage_is_an_error_or_the_same(at: prop::sample::Index, with in "[ -~]") {
        let baseline = Baseline::of(vec![samples::typical(), samples::changed()]);
        let mut text = baseline.to_text().unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = with.as_bytes()[0];
        let Ok(text) = String::from_utf8(text) else { return Ok(()) };
        if let Ok(read) = Baseline::from_json(&text) {
            prop_assert_eq!(whole(&read), whole(&baseline));
        }
    }
}
