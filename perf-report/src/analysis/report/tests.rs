//! What a report says, and what it keeps to itself.

use super::*;
use crate::model::samples::{self, noisy};
use crate::model::{
    BenchOutcome, Benchmark, Budget, Function, FunctionKind, Harness, Parts, StatementKind, Suite,
};
use crate::verdict::{self, Limits, Sides};

fn reported(runs: &[RunDocument], comparison: &Comparison, past: &[RunDocument]) -> Report {
    let last = [past, runs].concat();
    let stored = Stored { runs: last.len() as u64, ..Stored::default() };
    let settings = Settings::default();
    let material =
        Material { runs, comparison, past, last: &last, stored: &stored, settings: &settings };
    report(&material).unwrap()
}

fn alone(run: &RunDocument) -> Comparison {
    verdict::alone(run, &Limits::default(), "there is no baseline".to_owned())
}

/// Returns runs whose p99 grows by so many per mille a run, with a budget of 2 ms.
fn growing(count: usize, per_mille: u64, noise: u64) -> Vec<RunDocument> {
    let mut runs = samples::past(&[("demo::f", vec![400_000; count])]);
    let off = noisy(3, count, 1_000_000, noise);
    for (at, (run, off)) in runs.iter_mut().zip(off).enumerate() {
        let function = samples::named(run, "demo::f");
        function.p99_ns =
            Some(1_500_000 * (1_000 + per_mille * at as u64) / 1_000 * off / 1_000_000);
        function.budget = Budget { p99_ns: Some(2_000_000), ..Budget::default() };
    }
    runs
}

fn outlook(mut runs: Vec<RunDocument>) -> Vec<String> {
    let newest = runs.pop().unwrap();
    let report = reported(std::slice::from_ref(&newest), &alone(&newest), &runs);
    report.breaches.into_iter().map(|it| format!("{} ({} runs)", it.text, it.runs)).collect()
}

#[test]
fn a_budget_that_is_near_at_this_pace_is_told() {
    insta::assert_snapshot!(outlook(growing(20, 8, 5)).join("\n"), @"at this pace p99 of demo::f reaches its budget of 2.00 ms in 19 to 20 runs (20 runs)");
}

#[test]
fn a_part_that_is_missing_is_said_once() {
    let mut run = samples::typical();
    run.run.parts = Some(Box::new(Parts { of: 4, missing: vec![3], ..Parts::default() }));
    let notes = reported(std::slice::from_ref(&run), &alone(&run), &[]).notes;
    let about = notes.iter().filter(|it| it.contains("part 3 of 4"));
    assert_eq!(about.count(), 1, "{notes:?}");
}

#[test]
fn neither_noise_nor_few_runs_nor_a_far_end_is_an_outlook() {
    let none: Vec<String> = Vec::new();
    assert_eq!(outlook(growing(20, 0, 5)), none, "it does not grow");
    assert_eq!(outlook(growing(9, 8, 5)), none, "too few runs");
    assert_eq!(outlook(growing(20, 1, 1)), none, "it is far");
    let mut stepped = growing(20, 0, 5);
    for run in stepped.iter_mut().skip(14) {
        let function = samples::named(run, "demo::f");
        function.p99_ns = function.p99_ns.map(|ns| ns * 13 / 10);
    }
    assert_eq!(outlook(stepped), none, "a step is no pace");
}

#[test]
fn news_come_by_their_cost_and_failures_first() {
    let (before, mut after) = (samples::typical(), samples::changed());
    after.suites = vec![Suite {
        name: "app".to_owned(),
        passed: Some(9),
        failed: Some(2),
        ..Suite::default()
    }];
    let comparison = verdict::compare(&before, &after, &Limits::default());
    let report = reported(&[after], &comparison, &[]);
    let kinds: Vec<StatementKind> = report.went_badly.iter().map(|it| it.kind).collect();
    assert_eq!(kinds.first(), Some(&StatementKind::Tests), "{kinds:?}");
    let costs: Vec<f64> =
        report.went_badly.iter().skip(1).map(|it| it.cost_ns.unwrap_or(0.0)).collect();
    assert!(costs.windows(2).all(|pair| pair[0] >= pair[1]), "{costs:?}");
    for said in report.summary.iter().chain(&report.went_well).chain(&report.went_badly) {
        assert!(!said.text.is_empty() && !said.evidence.is_empty(), "{said:?}");
    }
}

#[test]
fn errors_that_are_gone_are_good_news_and_targets_that_are_met() {
    let (mut before, mut after) = (samples::typical(), samples::typical());
    for run in [&mut before, &mut after] {
        samples::named(run, "code_stats::parse::parse_file").budget =
            Budget { p99_ns: Some(1_000_000_000), ..Budget::default() };
    }
    samples::named(&mut after, "code_stats::parse::parse_file").errors = 0;
    let comparison = verdict::compare(&before, &after, &Limits::default());
    let report = reported(&[after], &comparison, &[]);
    let texts: Vec<&str> = report.went_well.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        texts,
        ["code_stats::parse::parse_file: no errors any more", "1 of 1 target is met"]
    );
    assert_eq!(report.went_badly, []);
}

#[test]
fn nothing_to_say_is_allowed() {
    let run = samples::of(&[(None, "demo::f", 4, 10_000_000), (None, "demo::g", 4, 10_000_001)]);
    let run = RunDocument {
        process: crate::model::ProcessSummary { count: 1, ..Default::default() },
        ..run
    };
    let report = reported(std::slice::from_ref(&run), &alone(&run), &[]);
    assert_eq!((report.went_well.len(), report.went_badly.len(), report.breaches.len()), (0, 0, 0));
    assert_eq!(report.summary.len(), 2 + usize::from(!report.advice.is_empty()));
    assert_eq!(
        super::report(&Material {
            runs: &[],
            comparison: &alone(&run),
            past: &[],
            last: &[],
            stored: &Stored::default(),
            settings: &Settings::default(),
        }),
        None
    );
}

#[test]
fn many_runs_of_either_side_are_judged_together() {
    let of = |us: u64, seed| {
        samples::past(&[
            ("demo::f", noisy(seed, 5, us * 1_000, 10)),
            ("demo::g", noisy(seed ^ 5, 5, 900_000, 10)),
        ])
    };
    let (baseline, current) = (of(1_000, 1), of(1_200, 2));
    let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
    let comparison = verdict::compare_runs(sides, &Limits::default()).unwrap();
    let report = reported(&current, &comparison, &[]);
    let bad = report.bad(StatementKind::Regression).next().unwrap();
    assert_eq!(bad.name.as_deref(), Some("demo::f"));
    assert!(bad.cost_ns.is_some_and(|ns| (ns / 2e7 - 1.0).abs() < 0.1), "{bad:?}");
    assert!(bad.p_value.is_some_and(|p| p < 0.01) && !report.score.unwrap().approximate);
}

/// Returns a run of benchmarks: name, time, outcome.
fn benchmarks(all: &[(&str, f64, BenchOutcome)]) -> RunDocument {
    let of = |&(name, ns, outcome): &(&str, f64, BenchOutcome)| Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        calls: 100,
        mean_ns: (outcome == BenchOutcome::Ok).then_some(ns),
        benchmark: Some(Box::new(Benchmark {
            samples_ns: vec![ns; 20],
            interval_ns: Some((ns * 0.999, ns * 1.001)),
            harness: Some(Harness { outcome, ..Harness::default() }),
            ..Benchmark::default()
        })),
        ..Function::default()
    };
    let mut run = RunDocument { functions: all.iter().map(of).collect(), ..samples::empty() };
    run.process.wall_ns = Some(40_000_000_000);
    run.process.count = 1;
    run
}

#[test]
fn benchmarks_are_no_functions_that_were_called() {
    use BenchOutcome::{Ok, Panicked, Timeout};
    let mut run = benchmarks(&[
        ("speed::a", 1_000.0, Ok),
        ("speed::slow", 3_000_000.0, Ok),
        ("speed::hangs", 0.0, Timeout),
        ("speed::breaks", 0.0, Panicked),
    ]);
    run.run.exit_code = Some(101);
    let report = reported(std::slice::from_ref(&run), &alone(&run), &[]);
    assert_eq!((report.details.functions, report.details.calls), (0, 0));
    let details = report.details.benchmarks.as_ref().unwrap();
    assert_eq!((details.count, details.ended_badly), (4, 2));
    assert_eq!(details.slowest.as_ref().unwrap().name, "speed::slow");
    let bad: Vec<String> =
        report.went_badly.iter().map(|it| format!("{} ({})", it.text, it.evidence)).collect();
    insta::assert_snapshot!(bad.join("\n"), @r"
    2 of 4 benchmarks did not end well (1 timeout, 1 panicked; the command ended with 101)
    speed::breaks: it panicked (so it has no time to judge)
    speed::hangs: it took longer than its limit (so it has no time to judge)
    ");
    let score = report.score.unwrap();
    insta::assert_snapshot!(
        score.parts.iter().map(|it| it.evidence.as_str()).collect::<Vec<_>>().join("\n"),
        @r"
    geometric mean of the benchmarks 54.8 µs; below 10.0 ms has 100
    50 % of 4 benchmarks ended well
    "
    );
    assert!(
        score.caps.iter().any(|it| it.reason == "2 of 4 benchmarks did not end well"),
        "{score:?}"
    );
    assert!(report.summary[1].text.starts_with("2 of 4 benchmarks did not end well"));
}

#[test]
fn no_figure_is_said_twice() {
    let (before, mut after) = (samples::typical(), samples::changed());
    after.functions[0].panics = 3;
    let comparison = verdict::compare(&before, &after, &Limits::default());
    let report = reported(&[after], &comparison, &[]);
    for said in report.went_badly.iter().chain(&report.went_well) {
        let (_, values) = said.text.split_once(": ").unwrap_or(("", &said.text));
        assert!(!said.evidence.contains(values), "{} ({})", said.text, said.evidence);
        for pair in values.split(" → ").collect::<Vec<_>>().windows(2) {
            let arrow = format!("{} → ", pair[0].split(' ').next_back().unwrap_or_default());
            assert!(!said.evidence.contains(&arrow), "{} ({})", said.text, said.evidence);
        }
    }
    let all = &report.notes;
    assert!(all.iter().enumerate().all(|(at, it)| !all[..at].iter().any(|is| is.ends_with(it))));
}
