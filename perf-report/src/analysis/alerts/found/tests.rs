//! Findings of made-up runs.

use super::courses::course;
use super::*;
use crate::analysis::alerts::unix_ns;
use crate::analysis::history;
use crate::model::samples::{self, noisy, past};
use crate::model::{
    AlertPhase, BenchOutcome, COMMAND, Function, Harness, Metric, SuiteRow, SuiteTarget,
    TargetOutcome, TargetUnit, TrendLimits,
};
use crate::verdict::limits::{Limits, Thresholds};
use crate::verdict::{Sides, compare_runs};

/// Judges the last `current` runs by those before, as a monitor does: by 15 %.
fn judged(runs: &[RunDocument], current: usize) -> Comparison {
    judged_by([Metric::SelfNs, Metric::Calls], runs, current)
}

/// Judges them by these metrics.
fn judged_by(metrics: [Metric; 2], runs: &[RunDocument], current: usize) -> Comparison {
    let (baseline, current) = runs.split_at(runs.len() - current);
    let sides = Sides { baseline, current, history: &[], paired: false };
    let thresholds =
        Thresholds { degraded_pct: Some(7.5), regression_pct: Some(15.0), ..Thresholds::default() };
    let comparison = compare_runs(sides, &Limits::new(metrics, thresholds)).unwrap();
    Comparison { baseline: Some("main".to_owned()), ..comparison }
}

fn of(runs: &[RunDocument], comparison: &Comparison) -> Found {
    let (run, comparison) = (runs.last(), Some(comparison));
    find(&Evidence { run, comparison, ..Evidence::default() }, &[])
}

fn titles(found: &Found) -> Vec<&str> {
    found.found.iter().map(|it| it.what.title.as_str()).collect()
}

#[test]
fn a_regression_is_certain_where_it_is_large_or_of_several_runs_or_exact() {
    let check = |last: &[u64], expected: Option<bool>| {
        let times = [noisy(1, 14, 12_000_000, 20), last.to_vec()].concat();
        let runs = past(&[("demo::f", times)]);
        let found = of(&runs, &judged(&runs, last.len()));
        let certain: Vec<bool> = found.found.iter().map(|it| it.certain).collect();
        assert_eq!(certain.first().copied(), expected, "{last:?}: {found:?}");
    };
    check(&[12_100_000], None);
    check(&[15_500_000], Some(false));
    check(&[15_500_000, 15_400_000, 15_600_000], Some(true));
    check(&[36_000_000], Some(true));
    let mut runs = past(&[("demo::f", noisy(1, 15, 12_000_000, 20))]);
    runs[14].functions[0].calls = 200;
    let found = of(&runs, &judged(&runs, 1));
    let calls = found.found.iter().find(|it| it.what.title.contains("calls")).unwrap();
    assert!(calls.certain && calls.exact);
    assert_eq!((calls.key.metric.as_deref(), &*calls.what.metrics[0].metric), (None, "calls"));
    assert_eq!((calls.what.before, calls.what.now), (Some(100.0), Some(200.0)));
}

#[test]
fn so_large_a_change_is_certain_where_runs_differ_much() {
    let check = |before: &[u64], expected: &[bool]| {
        let times = before.iter().chain(&[124]).map(|ms| ms * 1_000_000).collect();
        let runs = past(&[("demo::f", times)]);
        let comparison = judged(&runs, 1);
        let found = of(&runs, &comparison).found;
        let certain: Vec<bool> = found.iter().map(|it| it.certain).collect();
        assert_eq!(certain, expected, "{:?}", comparison.functions[0]);
    };
    // Chance makes such a change in one run of 300, and it is +160 % at least.
    check(&[5, 12, 20, 9, 30, 12, 7, 25, 14, 10], &[true]);
    check(&[5, 12, 24, 9], &[true]);
    check(&[4, 12, 20, 9, 34], &[]);
}

/// Two runs of `demo::main`, which calls `demo::step`, which takes so long.
fn called(main_ns: u64, step_ns: [u64; 12]) -> (Vec<RunDocument>, Comparison) {
    let run = |ns: u64| {
        let nodes =
            [(None, "demo::main", 100, 100 * main_ns), (Some(0), "demo::step", 100, 100 * ns)];
        crate::model::samples::of(&nodes)
    };
    let runs: Vec<RunDocument> = step_ns.into_iter().map(run).collect();
    let (baseline, current) = runs.split_at(11);
    let sides = Sides { baseline, current, history: &[], paired: false };
    let thresholds =
        Thresholds { degraded_pct: Some(7.5), regression_pct: Some(15.0), ..Thresholds::default() };
    let metrics = [Metric::SelfNs, Metric::MeanNs, Metric::TotalNs];
    let mut comparison = compare_runs(sides, &Limits::new(metrics, thresholds)).unwrap();
    // As where the limits of a caller are tighter than those by which it is excused.
    for row in &mut comparison.functions {
        if row.verdict == Verdict::Degraded {
            row.verdict = Verdict::Regression;
        }
    }
    (runs, comparison)
}

#[test]
fn one_slow_function_is_one_finding_whatever_shows_it() {
    let mut times = [12_000_000; 12];
    times[11] = 48_000_000;
    let (runs, comparison) = called(2_000_000, times);
    let worse = comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
    assert!(worse.count() >= 4, "{comparison:?}");
    let found = of(&runs, &comparison);
    assert_eq!(titles(&found), ["demo::step: self time +300.0 %"]);
    let what = &found.found[0].what;
    let metrics: Vec<&str> = what.metrics.iter().map(|it| it.metric.as_str()).collect();
    assert_eq!(metrics, ["self_ns", "mean_ns", "total_ns"]);
    assert_eq!(what.callers, ["demo::main"]);
    let (_, also) = what.reason.split_once("; ").unwrap();
    insta::assert_snapshot!(also, @"also mean +300.0 %, total time +300.0 %; with it demo::main: mean +257.1 %");
    let key = AlertKey { function: Some("demo::main".to_owned()), ..found.found[0].key.clone() };
    let fires = AlertEntry { key: key.clone(), ..fires(&found.found[0]) };
    let (run, comparison) = (runs.last(), Some(&comparison));
    let evidence = Evidence { run, comparison, ..Evidence::default() };
    assert!(find(&evidence, &[fires]).open.contains(&key), "what fires goes on");
}

#[test]
fn a_caller_that_is_slower_by_itself_is_a_finding_of_its_own() {
    let (mut runs, comparison) = called(2_000_000, [12_000_000; 12]);
    let (slow, _) = called(40_000_000, [12_000_000; 12]);
    runs[11] = slow[11].clone();
    let (baseline, current) = runs.split_at(11);
    let sides = Sides { baseline, current, history: &[], paired: false };
    let thresholds = Thresholds { regression_pct: Some(15.0), ..Thresholds::default() };
    let metrics = [Metric::SelfNs, Metric::MeanNs];
    let judged = compare_runs(sides, &Limits::new(metrics, thresholds)).unwrap();
    let found = of(&runs, &Comparison { baseline: comparison.baseline, ..judged });
    let names: Vec<&str> = found.found.iter().filter_map(|it| it.key.function.as_deref()).collect();
    assert_eq!(names, ["demo::main"]);
}

#[test]
fn what_leads_an_alert_ends_it() {
    let runs = past(&[("demo::f", [vec![12_000_000; 9], vec![90_000_000]].concat())]);
    let mut comparison = judged(&runs, 1);
    let finding = of(&runs, &comparison).found.remove(0);
    let mut other =
        comparison.functions.iter().find(|it| it.metric == Metric::SelfNs).unwrap().clone();
    (other.metric, other.verdict, other.change_pct) =
        (Metric::P99Ns, Verdict::Inconclusive, Some(20.0));
    comparison.functions.retain(|it| it.metric != Metric::SelfNs);
    comparison.functions.push(other);
    let (run, comparison) = (runs.last(), Some(&comparison));
    let evidence = Evidence { run, comparison, ..Evidence::default() };
    assert!(!find(&evidence, &[fires(&finding)]).open.contains(&finding.key));
}

fn suite_of(figure: &str, unit: TargetUnit, (value, limit): (f64, f64)) -> SuitesDocument {
    let at_least = unit == TargetUnit::Share || unit == TargetUnit::Own;
    let is_met = if at_least { value >= limit } else { value <= limit };
    let target = SuiteTarget {
        figure: figure.to_owned(),
        unit,
        limit,
        at_least,
        value: Some(value),
        outcome: if is_met { TargetOutcome::Met } else { TargetOutcome::Missed },
        line: 7,
        ..SuiteTarget::default()
    };
    let row = SuiteRow { name: "app".to_owned(), targets: vec![target], ..SuiteRow::default() };
    SuitesDocument { suites: vec![row], ..SuitesDocument::default() }
}

#[test]
fn a_target_that_a_suite_misses_is_found() {
    let mut run = crate::model::samples::typical();
    let missed = |run: &RunDocument, document: &SuitesDocument| {
        let evidence = Evidence { run: Some(run), suites: Some(document), ..Evidence::default() };
        let found = find(&evidence, &[]);
        found
            .found
            .into_iter()
            .map(|it| (it.what.title, it.what.reason, it.certain, it.exact))
            .filter(|it| it.0.starts_with("app: "))
            .collect::<Vec<_>>()
    };
    let shown = |document: &SuitesDocument| {
        let run = crate::model::samples::typical();
        missed(&run, document).first().map(|it| format!("{it:?}")).unwrap_or_default()
    };
    let slow = suite_of("duration", TargetUnit::Ns, (1.2e10, 1e10));
    insta::assert_snapshot!(shown(&slow), @r#"("app: duration 12.0 s, over the target of 10.0 s", "perf.toml:7", true, false)"#);
    assert!(!missed(&run, &suite_of("duration", TargetUnit::Ns, (1.05e10, 1e10)))[0].2, "noise");
    insta::assert_snapshot!(shown(&suite_of("peak-memory", TargetUnit::Bytes, (3e8, 2e8))), @r#"("app: peak memory 286 MiB, over the target of 191 MiB", "perf.toml:7", true, false)"#);
    insta::assert_snapshot!(shown(&suite_of("cache.hit_rate", TargetUnit::Own, (0.8, 0.9))), @r#"("app: cache.hit_rate 0.8, under the target of 0.9", "perf.toml:7", true, true)"#);
    let tests = suite_of("success", TargetUnit::Share, (0.95, 1.0));
    insta::assert_snapshot!(shown(&tests), @r#"("app: success 95 %, under the target of 100 %", "perf.toml:7", true, true)"#);
    assert_eq!(shown(&suite_of("duration", TargetUnit::Ns, (9e9, 1e10))), "");
    run.run.exit_code = Some(101);
    assert_eq!((missed(&run, &slow).len(), missed(&run, &tests).len()), (0, 1));
}

#[test]
fn a_suite_that_is_not_judged_ends_no_alert() {
    let run = crate::model::samples::typical();
    let slow = suite_of("duration", TargetUnit::Ns, (1.2e10, 1e10));
    let evidence = Evidence { run: Some(&run), suites: Some(&slow), ..Evidence::default() };
    let finding =
        find(&evidence, &[]).found.into_iter().find(|it| it.key.kind == AlertKind::Budget);
    let finding = finding.unwrap();
    let none = find(&Evidence { suites: None, ..evidence }, &[fires(&finding)]);
    assert!(none.open.contains(&finding.key));
    let met = suite_of("duration", TargetUnit::Ns, (9e9, 1e10));
    let met = find(&Evidence { suites: Some(&met), ..evidence }, &[fires(&finding)]);
    assert!(!met.open.contains(&finding.key));
}

#[test]
fn a_run_that_failed_says_nothing_of_times() {
    let mut runs = past(&[("demo::f", [vec![12_000_000; 9], vec![90_000_000]].concat())]);
    let comparison = judged(&runs, 1);
    assert_eq!(titles(&of(&runs, &comparison)), ["demo::f: self time +650.0 %"]);
    runs[9].run.exit_code = Some(101);
    let found = of(&runs, &comparison);
    assert_eq!(titles(&found), ["the command ended with exit code 101"]);
    assert!(found.unjudged.is_superset(&BTreeSet::from([
        AlertKind::Regression,
        AlertKind::Budget,
        AlertKind::Decline
    ])));
    (runs[9].run.exit_code, runs[9].run.signal) = (None, Some(9));
    assert_eq!(titles(&of(&runs, &comparison)), ["the command was ended by signal 9"]);
}

#[test]
fn failed_tests_name_their_suite_in_place_of_the_command() {
    let mut runs = past(&[("demo::f", vec![12_000_000; 2])]);
    let run = runs.last_mut().unwrap();
    run.run.exit_code = Some(101);
    let suite = |name: &str, failed| Suite {
        name: name.to_owned(),
        passed: Some(7),
        failed: Some(failed),
        exit_code: Some(if failed > 0 { 101 } else { 0 }),
        ..Suite::default()
    };
    run.suites = vec![suite("app", 0), suite("app::e2e", 2)];
    let found = find(&Evidence { run: Some(run), ..Evidence::default() }, &[]);
    assert_eq!(titles(&found), ["app::e2e: 2 tests failed"]);
    assert_eq!(found.found[0].what.reason, "7 passed");
    assert_eq!(found.found[0].key.function.as_deref(), Some("app::e2e"));
}

#[test]
fn what_is_missing_is_told_and_not_twice() {
    let mut run = crate::model::samples::empty();
    let missing = |run: &RunDocument, too_old| {
        let found = find(&Evidence { run: Some(run), too_old, ..Evidence::default() }, &[]);
        titles(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(missing(&run, None), ["nothing was recorded"]);
    assert_eq!(missing(&run, Some((7.2e12, 3.6e12))).len(), 1);
    run.run.exit_code = Some(1);
    assert_eq!(missing(&run, None), ["the command ended with exit code 1"]);
    let found = find(&Evidence { no_run: Some("no such file"), ..Evidence::default() }, &[]);
    assert_eq!(titles(&found), ["the command could not be run"]);
    assert!(found.unjudged.contains(&AlertKind::Missing));
}

#[test]
fn noise_holds_an_alert_only_while_the_value_is_bad() {
    let runs = past(&[("demo::f", [vec![12_000_000; 9], vec![90_000_000]].concat())]);
    let comparison = judged(&runs, 1);
    let open = |pct: Option<f64>, hold_pct: Option<f64>| {
        let mut comparison = comparison.clone();
        let row = comparison.functions.iter_mut().find(|it| it.metric == Metric::SelfNs).unwrap();
        (row.verdict, row.change_pct) = (Verdict::Inconclusive, pct);
        let (run, comparison) = (runs.last(), Some(&comparison));
        let evidence = Evidence { run, comparison, hold_pct, ..Evidence::default() };
        find(&evidence, &[]).open.len()
    };
    assert_eq!(open(Some(8.0), Some(7.5)), 1);
    assert_eq!(open(Some(7.0), Some(7.5)), 0);
    assert_eq!(open(Some(-9.0), Some(7.5)), 0);
    assert_eq!((open(None, Some(7.5)), open(Some(1.0), None)), (1, 1));
}

#[test]
fn a_row_that_somebody_accepted_is_settled() {
    let runs = past(&[("demo::f", [vec![12_000_000; 9], vec![90_000_000]].concat())]);
    let mut comparison = judged(&runs, 1);
    comparison.waived = vec![crate::model::Waiver {
        name: "demo::f".to_owned(),
        metric: Some(Metric::SelfNs),
        limit: None,
        by: crate::model::Waived::Blessing,
    }];
    let found = of(&runs, &comparison);
    assert_eq!((found.found.len(), found.settled.len()), (0, 1));
}

/// Makes the entry of a decline that fires since the first day of the samples.
fn fires(finding: &Finding) -> AlertEntry {
    AlertEntry {
        key: finding.key.clone(),
        phase: AlertPhase::Firing,
        since_unix_ns: unix_ns("2026-01-09T00:00:00Z").unwrap(),
        told_unix_ns: Some(1),
        first_run: None,
        run: None,
        runs: 1,
        clear_run: None,
        clear: 0,
        exact: false,
        what: finding.what.clone(),
    }
}

fn courses(times: &[u64]) -> (Vec<RunDocument>, Vec<DeclineDocument>, Vec<HistoryDocument>) {
    let runs = past(&[("demo::f", times.to_vec())]);
    let limits = TrendLimits::default();
    let decline = history::decline(&runs, 5, Metric::SelfNs, limits).into_iter().collect();
    let history = history::history(&runs, Metric::SelfNs, limits).into_iter().collect();
    (runs, decline, history)
}

#[test]
fn a_decline_goes_on_until_the_value_is_back() {
    let flat = noisy(3, 12, 10_000_000, 5);
    let rising = [10_600_000, 11_200_000, 11_900_000, 12_500_000, 13_300_000];
    let find_in = |times: &[u64], remembered: &[AlertEntry]| {
        let (runs, declines, histories) = courses(times);
        let run = runs.last();
        let evidence =
            Evidence { run, declines: &declines, histories: &histories, ..Evidence::default() };
        find(&evidence, remembered)
    };
    let worse = find_in(&[&flat[..], &rising[..]].concat(), &[]);
    let [finding] = &worse.found[..] else { panic!("{worse:?}") };
    assert_eq!(finding.key.kind, AlertKind::Decline);
    assert!(finding.what.title.starts_with("demo::f: self time +"), "{finding:?}");
    let entry = [fires(finding)];
    let stays = [&flat[..], &rising[..], &[13_200_000, 13_400_000, 13_100_000]].concat();
    let stays = find_in(&stays, &entry);
    let is_held = stays.open.contains(&finding.key) || !stays.found.is_empty();
    assert!(is_held, "{stays:?}");
    let back = find_in(&[&flat[..], &rising[..], &[10_000_000; 3]].concat(), &entry);
    assert!(back.found.is_empty() && back.open.is_empty(), "{back:?}");
}

#[test]
fn a_baseline_made_since_says_that_a_decline_may_be() {
    let rising = [10_600_000, 11_200_000, 11_900_000, 12_500_000, 13_300_000];
    let times = [&noisy(3, 12, 10_000_000, 5)[..], &rising[..]].concat();
    let (runs, declines, _) = courses(&times);
    let mut comparison = judged(&runs, 1);
    let mut settled = |time: &str, is_kept: bool| {
        comparison.baseline_run.as_mut().unwrap().time = time.to_owned();
        let evidence = Evidence {
            run: runs.last(),
            comparison: Some(&comparison),
            is_kept,
            declines: &declines,
            ..Evidence::default()
        };
        let new = find(&Evidence { comparison: None, ..evidence }, &[]);
        let found = find(&evidence, &[fires(&new.found[0])]);
        found.settled.contains(&new.found[0].key)
    };
    assert!(!settled("2026-01-02T10:15:00Z", true));
    assert!(settled("2026-01-16T10:15:00Z", true));
    assert!(!settled("2026-01-16T10:15:00Z", false), "the runs before are no decision");
}

#[test]
fn growing_memory_is_of_a_kind_of_its_own() {
    let key = course(COMMAND, Metric::PeakRssBytes);
    assert_eq!((key.kind, key.function), (AlertKind::MemoryGrowth, None));
    assert_eq!(course("demo::f", Metric::SelfNs).kind, AlertKind::Decline);
}

#[test]
fn reliability_and_score_need_figures() {
    let of = |ended: Option<(u64, u64)>, score| {
        let reliability = ended.map(|(succeeded, of)| Reliability {
            succeeded,
            of,
            interval_pct: crate::stats::wilson::interval(succeeded, of)
                .map(|(low, high)| (low * 100.0, high * 100.0)),
            word: Some(ReliabilityWord::of_pct(crate::stats::number::share_pct(succeeded, of))),
            latest_failure: Some("signal 9".to_owned()),
        });
        let reliability = reliability.as_ref();
        let found = find(&Evidence { reliability, score, ..Evidence::default() }, &[]);
        let silent =
            [AlertKind::Reliability, AlertKind::Score].map(|it| found.unjudged.contains(&it));
        let both = found.found.iter().map(|it| format!("{}: {}", it.what.title, it.what.reason));
        (both.collect::<Vec<_>>(), silent)
    };
    assert_eq!(of(None, None), (vec![], [true, true]));
    assert_eq!(of(Some((2, 4)), Some((70.0, 70.0))), (vec![], [true, false]));
    assert_eq!(of(Some((16, 20)), None), (vec![], [false, true]));
    let (found, _) = of(Some((15, 20)), Some((69.4, 70.0)));
    insta::assert_snapshot!(found.join("\n"), @r"
    15 of the last 20 runs succeeded: NEEDS ATTENTION: 75 % (53 % to 89 %); last: signal 9
    score 69, below 70: 69.4 is the better end of what it may be
    ");
}

/// A run of benchmarks: names with their times and ends.
fn benchmarks(of: &[(&str, f64, BenchOutcome)]) -> RunDocument {
    let function = |&(name, ns, outcome): &(&str, f64, BenchOutcome)| Function {
        calls: 1_000,
        mean_ns: Some(ns * 1e3).filter(|_| outcome == BenchOutcome::Ok),
        ..samples::benchmark(name, Harness { outcome, ..Harness::default() })
    };
    RunDocument { functions: of.iter().map(function).collect(), ..crate::model::samples::empty() }
}

#[test]
fn a_benchmark_that_did_not_end_well_is_told_and_the_others_are_judged() {
    use BenchOutcome::{Ok, Panicked, Timeout};
    let before = |at: f64| benchmarks(&[("a", 1_000.0 + at, Ok), ("b", 500.0 + at, Ok)]);
    let mut runs: Vec<RunDocument> = (0..10).map(|at| before(f64::from(at))).collect();
    let mut last = benchmarks(&[("a", 0.0, Timeout), ("b", 2_000.0, Ok)]);
    last.run.exit_code = Some(101);
    runs.push(last);
    let comparison = judged_by([Metric::MeanNs, Metric::Calls], &runs, 1);
    let found = of(&runs, &comparison);
    let told = titles(&found);
    assert_eq!((told.len(), told[0]), (2, "a: took longer than its limit"), "{told:?}");
    assert!(told[1].starts_with("b: mean +29"), "{told:?}");
    let outcome = &found.found[0];
    assert!(outcome.certain && outcome.exact, "{outcome:?}");

    let entries = |names: &[&str]| -> Vec<AlertEntry> {
        let key = |name: &&str| AlertKey {
            function: Some((*name).to_owned()),
            ..AlertKey::of_command(AlertKind::Outcome)
        };
        names.iter().map(|name| samples::firing(key(name))).collect()
    };
    let run = benchmarks(&[("b", 500.0, Panicked)]);
    let evidence = Evidence { run: Some(&run), ..Evidence::default() };
    let found = find(&evidence, &entries(&["a", "b"]));
    assert_eq!(titles(&found), ["b: panicked"]);
    let open: Vec<_> = found.open.iter().filter_map(|key| key.function.as_deref()).collect();
    assert_eq!(open, ["a"], "a run that did not measure it ends nothing");
    let nothing = find(&Evidence::default(), &entries(&["a"]));
    assert!(nothing.unjudged.contains(&AlertKind::Outcome));
}

#[test]
fn recording_that_takes_too_much_is_told() {
    let mut run = crate::model::samples::typical();
    let overhead = |run: &RunDocument| {
        let found = find(&Evidence { run: Some(run), ..Evidence::default() }, &[]);
        titles(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(overhead(&run), Vec::<String>::new());
    run.recording.overhead_ns = Some(run.own_ns() * 2);
    assert_eq!(overhead(&run), ["recording takes 67 % of the time in tracked functions"]);
    let mut short = run.clone();
    for function in &mut short.functions {
        function.self_ns = 1_000;
    }
    short.recording.overhead_ns = Some(99_000_000);
    assert_eq!(overhead(&short), Vec::<String>::new(), "it ended before recording had settled");
    run.process.processes =
        vec![crate::model::Process { breaker: "open".to_owned(), ..Default::default() }];
    assert_eq!(overhead(&run), ["recording was switched off in 1 process"]);
}
