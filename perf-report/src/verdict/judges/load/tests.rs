//! Tests of counts by unit of work.

use super::*;
use crate::model::{Comparison, MetricKind, RunDocument, samples};
use crate::verdict::accept::gate;
use crate::verdict::{Gate, Thresholds, compare, compare_runs};

/// Returns the typical run with `times` as much work, and one function called `more` times as often.
fn busier(times: u64, more: u64) -> RunDocument {
    let mut run = samples::typical();
    for function in &mut run.functions {
        for count in [&mut function.calls, &mut function.self_ns, &mut function.total_ns] {
            *count *= times;
        }
        function.errors *= times;
    }
    run.tree.iter_mut().for_each(|node| node.calls *= times);
    samples::named(&mut run, "code_stats::metrics::weigh").calls *= more;
    run
}

fn compared(new: &RunDocument, load: Load) -> Comparison {
    let limits =
        Limits { load, ..Limits::new([Metric::Calls, Metric::Errors], Thresholds::default()) };
    compare(&samples::typical(), new, &limits)
}

#[test]
fn more_work_is_no_regression_where_others_decide_it() {
    let comparison = compared(&busier(5, 1), Load::Open);
    assert_eq!(gate(&comparison, &[].into()), Gate::Passed, "{:#?}", comparison.functions);
    let note = "the work done changed by +400.0 %; counts are judged by unit of work";
    assert!(comparison.notes.contains(&note.to_owned()), "{:?}", comparison.notes);
    let comparison = compared(&busier(1, 1), Load::Open);
    assert_eq!(gate(&comparison, &[].into()), Gate::Passed);
    // A baseline of several runs has no tree.
    let mut baseline = samples::typical();
    baseline.tree.clear();
    let limits = Limits { load: Load::Open, ..Limits::default() };
    let comparison = compare(&baseline, &busier(5, 1), &limits);
    assert!(comparison.notes.contains(&note.to_owned()), "{:?}", comparison.notes);
}

#[test]
fn where_no_unit_of_work_is_known_a_sentence_says_so() {
    let without = |mut run: RunDocument| {
        run.tree.clear();
        run
    };
    let (old, new) = (without(samples::typical()), without(busier(5, 1)));
    let shown = |load| {
        let limits = Limits { load, ..Limits::default() };
        let comparison = compare(&old, &new, &limits);
        (
            comparison.notes.iter().any(|note| note.contains("counts are judged as they are")),
            gate(&comparison, &[].into()),
        )
    };
    assert_eq!(shown(Load::Open), (true, Gate::Worse));
    assert_eq!(shown(Load::Closed), (false, Gate::Worse));
}

#[test]
fn runs_that_did_different_amounts_of_work_are_held_against_each_other_by_unit() {
    let baseline = [1, 2, 5, 4, 6].map(|times| busier(times, 1));
    let limits = Limits { load: Load::Open, ..Limits::default() };
    for (current, expected) in [
        (vec![busier(2, 1)], Gate::Passed),
        (vec![busier(9, 1)], Gate::Passed),
        (vec![busier(2, 1), busier(8, 1)], Gate::Passed),
        (vec![busier(2, 2)], Gate::Worse),
        (vec![busier(3, 2), busier(7, 2)], Gate::Worse),
    ] {
        let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
        let comparison = compare_runs(sides, &limits).unwrap();
        let worse = comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
        let worse: Vec<_> = worse.map(|row| (&row.name, row.metric, &row.reason)).collect();
        assert_eq!(gate(&comparison, &[].into()), expected, "{worse:#?}");
    }
}

#[test]
fn work_that_differs_from_run_to_run_is_no_finding_where_all_counts_moved_with_it() {
    let limits = Limits::new([Metric::Calls], Thresholds::default());
    let worse = |olds: [u64; 5], news: [u64; 5], more: u64| {
        let (baseline, current) =
            (olds.map(|times| busier(times, 1)), news.map(|times| busier(times, more)));
        let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
        let comparison = compare_runs(sides, &limits).unwrap();
        let worse = comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
        worse.count()
    };
    assert_eq!(worse([50, 51, 52, 51, 50], [54, 55, 54, 55, 56], 1), 0);
    assert_eq!(worse([50, 51, 52, 51, 50], [54, 55, 54, 55, 56], 2), 1);
    assert!(worse([50; 5], [55; 5], 1) > 1, "of a command that does the same in each run");
}

#[test]
fn a_function_that_is_called_more_often_for_the_same_work_is_found() {
    let comparison = compared(&busier(5, 2), Load::Open);
    let worse = comparison.functions.iter().filter(|row| row.verdict == Verdict::Regression);
    let named: Vec<_> = worse.map(|row| row.name.as_str()).collect();
    assert_eq!(named, ["code_stats::metrics::weigh"]);
    assert!(comparison.functions[0].reason.contains("by unit of work"));
}

/// Returns a service that answers `calls` requests a run, in five runs that differ by little.
fn service(calls: u64) -> Vec<RunDocument> {
    let run = |at: u64| {
        let mut run = busier(1, 1);
        let root = samples::named(&mut run, "code_stats::main");
        root.calls = calls + at * calls / 500;
        run.process.wall_ns = Some(2_000_000_000);
        (run.process.user_ns, run.process.system_ns) = (Some(calls * 1_000_000), Some(0));
        run
    };
    (0..5).map(run).collect()
}

#[test]
fn of_an_open_load_throughput_is_judged_and_processor_time_by_unit_of_work() {
    let shown = |old: u64, new: u64, load| {
        let (baseline, current) = (service(old), service(new));
        let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
        let metrics = [Metric::Throughput, Metric::CpuNs];
        let limits = Limits { load, ..Limits::new(metrics, Thresholds::default()) };
        let rows = compare_runs(sides, &limits).unwrap().functions;
        let of = |row: &Change| (row.metric, row.verdict, row.reason.clone());
        rows.iter().filter(|row| !row.metric.is_of_function()).map(of).collect::<Vec<_>>()
    };
    let faster = shown(1_500, 8_400, Load::Open);
    let of = |rows: &[(Metric, Verdict, String)], metric| {
        rows.iter().find(|row| row.0 == metric).cloned().unwrap()
    };
    let (_, verdict, reason) = of(&faster, Metric::Throughput);
    assert_eq!(verdict, Verdict::Improved);
    assert!(reason.starts_with("throughput 755 a second → 4,220 a second (+458"), "{reason}");
    let (_, verdict, reason) = of(&faster, Metric::CpuNs);
    assert_eq!(verdict, Verdict::Stable, "{reason}");
    assert!(reason.contains(" by unit of work ("), "{reason}");
    let slower = of(&shown(8_400, 1_500, Load::Open), Metric::Throughput);
    assert_eq!(slower.1, Verdict::Regression, "{}", slower.2);
    assert_eq!(of(&shown(8_400, 8_390, Load::Open), Metric::Throughput).1, Verdict::Stable);
    assert!(shown(1_500, 1_500, Load::Closed).iter().all(|row| row.0 == Metric::CpuNs));
}

#[test]
fn the_unit_of_work_is_a_function_or_a_count_that_is_named() {
    let named = |name: &str| {
        let limits = Limits {
            load: Load::Open,
            unit_of_work: Some(name.to_owned()),
            ..Limits::new([Metric::Calls], Thresholds::default())
        };
        let with = |mut run: RunDocument, requests: f64| {
            run.metrics.push(samples::metric("requests", MetricKind::Count, Some(requests)));
            run
        };
        compare(&with(busier(1, 1), 10.0), &with(busier(5, 2), 50.0), &limits)
    };
    let worse = |comparison: &Comparison| -> Vec<String> {
        let rows = comparison.functions.iter();
        let rows = rows.filter(|row| row.verdict == Verdict::Regression);
        rows.map(|row| row.name.clone()).collect()
    };
    assert_eq!(worse(&named("requests")), ["code_stats::metrics::weigh"]);
    // What grew tenfold is the unit now, so that all others are called half as often.
    assert!(worse(&named("code_stats::metrics::weigh")).is_empty());
    let none = named("code_stats::nowhere");
    assert!(none.notes.iter().any(|note| note.contains("not by unit of work")), "{:?}", none.notes);
}

#[test]
fn where_it_is_not_said_a_sentence_says_what_may_be() {
    let comparison = compared(&busier(5, 1), Load::Closed);
    assert_eq!(gate(&comparison, &[].into()), Gate::Worse);
    assert!(comparison.notes.iter().any(|note| note.contains("load = \"open\"")));
    let comparison = compared(&busier(1, 2), Load::Closed);
    assert!(!comparison.notes.iter().any(|note| note.contains("load = \"open\"")));
}
