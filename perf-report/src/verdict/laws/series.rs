//! Laws of the documents on many runs: the words of `history`, its changes of level, and `compare-last`. They are
//! those of a comparison of two.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{metrics, nonsense, number};
use crate::analysis::history::{TrendRules, decline, history};
use crate::model::samples::{noisy, past};
use crate::model::{
    DeclineDocument, Function, HistoryDocument, Metric, RunDocument, Trend, TrendLimits, samples,
};
use crate::stats::number::float;
use crate::verdict::Load;

const OPEN: TrendRules = TrendRules {
    limits: TrendLimits {
        improvement_pct: Some(10.0),
        degraded_pct: Some(10.0),
        regression_pct: Some(15.0),
    },
    load: Load::Open,
};
const MS: u64 = 1_000_000;

/// Returns runs of one function: first those that show how far runs lie apart, and then some that `change`
/// makes of their places among the last.
fn runs(before: usize, last: usize, change: impl Fn(&mut RunDocument, u64)) -> Vec<RunDocument> {
    let mut runs = past(&[("demo::f", noisy(3, before + last, 10 * MS, 5))]);
    for (run, at) in runs.iter_mut().skip(before).zip(0..) {
        change(run, at);
    }
    runs
}

fn of(run: &mut RunDocument) -> &mut Function {
    &mut run.functions[0]
}

/// Makes each call take this many nanoseconds.
fn takes(function: &mut Function, ns: u64) {
    function.self_ns = function.calls * ns;
    function.total_ns = function.self_ns;
    function.mean_ns = Some(float(ns));
    (function.p50_ns, function.p99_ns) = (Some(ns), Some(ns));
    function.histogram = vec![(ns, function.calls)];
}

/// Makes this many calls, of the same length.
fn calls(run: &mut RunDocument, calls: u64) {
    let function = of(run);
    let ns = function.self_ns / function.calls;
    function.calls = calls;
    takes(function, ns);
    run.tree[0].calls = calls;
}

/// Returns the word of the function over the last five runs, and why.
fn declined(runs: &[RunDocument], metric: Metric, rules: impl Into<TrendRules>) -> (Trend, String) {
    let DeclineDocument { mut functions, .. } = decline(runs, 5, metric, rules).unwrap();
    let row = functions.remove(0);
    (row.trend, row.reason)
}

/// Returns the changes of level of the function, and why others may be none.
fn changed(
    runs: &[RunDocument],
    metric: Metric,
    rules: impl Into<TrendRules>,
) -> (usize, Vec<String>) {
    let HistoryDocument { mut functions, .. } = history(runs, metric, rules).unwrap();
    let function = functions.remove(0);
    let doubts = function.doubtful_changes.into_iter().filter_map(|change| change.doubt);
    (function.change_points.len(), doubts.collect())
}

/// Returns a function of a few nanoseconds, whose time is known to two.
fn tiny(run: &mut RunDocument, ns: u64) {
    let function = of(run);
    function.calls = 1_000_000;
    (function.self_error_ns, function.raw_total_ns) = (2_000_000, 1);
    takes(function, ns);
    function.resolution_ns = 10;
}

fn waited(run: &mut RunDocument, per_cent: u64) {
    let function = of(run);
    function.raw_self_ns = function.self_ns;
    function.self_preempted_ns = function.self_ns * per_cent / 100;
}

fn sampled(run: &mut RunDocument) {
    let function = of(run);
    (function.sampled, function.self_estimated) = (true, true);
    function.untimed_calls = function.calls / 2;
}

/// Runs that differ by something else than their code: what is looked at, what a run becomes by how far it is on
/// the way, how far it is after a step, and its reason.
type Law = (Metric, fn(&mut RunDocument, u64), u64, &'static str);

const LAWS: [Law; 7] = [
    (
        Metric::P50Ns,
        |run, at| tiny(run, 100 + 4 * at),
        4,
        "a change of less than the clock and the recorder leave open",
    ),
    (
        Metric::P50Ns,
        |run, at| {
            takes(of(run), (10 + at) * MS);
            sampled(run);
        },
        10,
        "percentiles of a function that is sampled are those of a few windows",
    ),
    (
        Metric::SelfNs,
        |run, at| {
            takes(of(run), (20 + at) * MS / 2);
            waited(run, (20 * at).min(90));
        },
        6,
        "the machine was busier",
    ),
    (
        Metric::SelfNs,
        |run, at| {
            takes(of(run), (20 + at) * MS / 2);
            of(run).total_ns *= 10;
            sampled(run);
        },
        6,
        "what is sampled may be off by",
    ),
    (
        Metric::SelfNs,
        |run, at| {
            takes(of(run), (10 + at) * MS);
            of(run).unmeasured_calls = 40;
        },
        10,
        "were counted and not timed in",
    ),
    (
        Metric::WallNs,
        |run, at| {
            run.process.wall_ns = Some((1_000 + at * 100) * MS);
            (run.process.user_ns, run.process.system_ns) = (Some(900 * MS), Some(0));
            waited(run, (40 + 10 * at).min(80));
        },
        10,
        "the processor time does not confirm it",
    ),
    (Metric::Calls, |run, at| calls(run, 10_000 + 4_000 * at), 11, "where the work changed by"),
];

#[test]
fn what_a_comparison_does_not_believe_is_no_decline_and_no_change_of_level() {
    for (metric, change, after, why) in LAWS {
        let rules = if metric.is_count() { OPEN } else { TrendRules::default() };
        let mut sloping = runs(20, 5, change);
        sloping.iter_mut().take(20).for_each(|run| change(run, 0));
        let (trend, reason) = declined(&sloping, metric, rules);
        assert!(trend == Trend::Stable && reason.contains(why), "{reason}");
        let mut stepped = runs(20, 12, |run, _| change(run, after));
        stepped.iter_mut().take(20).for_each(|run| change(run, 0));
        let (changes, doubts) = changed(&stepped, metric, rules);
        assert_eq!(changes, 0, "{why}");
        assert!(doubts.len() == 1 && doubts[0].contains(why), "{why}: {doubts:?}");
    }
}

#[test]
fn what_is_certain_is_a_decline_and_a_change_of_level() {
    let plain = TrendLimits::default();
    let slower = runs(20, 5, |run, at| takes(of(run), 10 * MS + at * MS / 2));
    assert_eq!(declined(&slower, Metric::SelfNs, plain).0, Trend::Regression);
    let stepped = runs(20, 12, |run, _| takes(of(run), 13 * MS));
    assert_eq!(changed(&stepped, Metric::SelfNs, plain), (1, Vec::new()));
    let more = runs(20, 5, |run, at| calls(run, 10_000 + 4_000 * at));
    assert_eq!(declined(&more, Metric::Calls, plain).0, Trend::Regression);
    let more = runs(20, 12, |run, _| calls(run, 55_000));
    assert_eq!(changed(&more, Metric::Calls, plain), (1, Vec::new()));
    // A few nanoseconds more are no finding, and a level for all that.
    let mut small = runs(20, 12, |run, _| tiny(run, 15));
    small.iter_mut().take(20).for_each(|run| tiny(run, 6));
    assert_eq!(changed(&small, Metric::SelfNs, plain), (1, Vec::new()));
    // What each unit of work takes more calls for is more of an open load, too.
    let mut more = past(&[("demo::f", vec![10 * MS; 32]), ("demo::unit", vec![MS; 32])]);
    for run in more.iter_mut().skip(20) {
        run.functions.iter_mut().find(|it| it.name == "demo::f").unwrap().calls = 500;
    }
    for run in &mut more {
        run.tree.retain(|node| node.function == "demo::unit");
    }
    assert_eq!(changed(&more, Metric::Calls, OPEN), (1, Vec::new()));
}

/// Returns half of what a run does, as of one that was killed.
fn killed(run: &mut RunDocument) {
    calls(run, 50);
    run.process.wall_ns = run.process.wall_ns.map(|ns| ns / 2);
    run.run.signal = Some(9);
}

#[test]
fn what_is_missing_is_no_improvement_and_nothing_to_be_judged_by() {
    let plain = TrendLimits::default();
    let fewer = |run: &mut RunDocument, at| calls(run, 100 - at);
    let last = runs(20, 5, |run, at| if at == 4 { killed(run) } else { fewer(run, at) });
    let (trend, reason) = declined(&last, Metric::Calls, plain);
    let why = "but the last of them is not whole: the command was ended by signal 9";
    assert!(trend == Trend::Stable && reason.ends_with(why), "{reason}");
    let first = runs(20, 5, |run, at| if at == 0 { killed(run) } else { calls(run, 100 + at) });
    let (trend, reason) = declined(&first, Metric::Calls, plain);
    let why = "but the first of them is not whole: the command was ended by signal 9";
    assert!(trend == Trend::Stable && reason.ends_with(why), "{reason}");
    let notes = decline(&first, 5, Metric::Calls, plain).unwrap().notes;
    assert_eq!(notes, ["1 of 5 runs is not whole: the command was ended by signal 9"]);

    // Six killed runs, and six that are as the others were.
    let mut some = runs(20, 12, |run, at| {
        if at < 6 {
            killed(run);
        }
    });
    for metric in [Metric::Calls, Metric::WallNs] {
        let document = history(&some, metric, plain).unwrap();
        let function = &document.functions[0];
        assert_eq!((function.trend, document.baseline_runs), (Some(Trend::Stable), 5));
        assert_eq!((&*function.change_points, &*function.doubtful_changes), (&[][..], &[][..]));
        assert_eq!(document.not_whole, [20, 21, 22, 23, 24, 25]);
        let note = "6 of 32 runs are not whole, and no part of a level: in the newest of them, the \
                    command was ended by signal 9";
        assert_eq!(document.notes, [note]);
    }
    let after_them = history(&some[..27], Metric::Calls, plain).unwrap();
    assert_eq!(after_them.functions[0].reason, "100 calls in all 6 runs");
    // Where nothing is ever whole, runs are as good as each other.
    for run in &mut some {
        run.run.exit_code = Some(1);
    }
    let document = history(&some, Metric::Calls, plain).unwrap();
    assert_eq!(document.functions[0].change_points.len(), 0);
    assert_eq!(document.functions[0].doubtful_changes.len(), 2);
}

#[test]
fn the_value_that_is_shown_is_the_one_that_was_judged() {
    let mut runs = runs(20, 3, |run, at| takes(of(run), (15 - 3 * at + at / 2) * MS));
    for run in runs.iter_mut().skip(20) {
        run.run.group = Some("one".to_owned());
    }
    let document = history(&runs, Metric::SelfNs, TrendLimits::default()).unwrap();
    let function = &document.functions[0];
    assert!((function.latest - float(12 * MS)).abs() < 1.0, "{function:?}");
    assert!(function.reason.contains("→ 12.0 ms a call"), "{}", function.reason);
    let sampled = runs_of_samples();
    let document = history(&sampled, Metric::P99Ns, TrendLimits::default()).unwrap();
    let function = &document.functions[0];
    assert_eq!(function.trend, None);
    assert_eq!(
        function.reason,
        "it is sampled: percentiles are those of a few windows, and are not judged"
    );
}

fn runs_of_samples() -> Vec<RunDocument> {
    runs(20, 5, |run, _| sampled(run))
}

#[test]
fn the_slowest_calls_are_compared_with_what_most_calls_take() {
    // Three functions of which the slowest calls take longer, one of which does so in all its calls.
    let names = ["demo::f", "demo::g", "demo::h"];
    let mut runs = past(&names.map(|name| (name, noisy(5, 21, 10 * MS, 5))));
    for function in runs.iter_mut().flat_map(|run| &mut run.functions) {
        function.calls = 1_000;
        let ns = function.p99_ns.unwrap();
        takes(function, ns);
    }
    let newest = runs.last_mut().unwrap();
    for function in &mut newest.functions {
        function.p99_ns = Some(160 * MS);
        function.histogram = vec![(10 * MS, 900), (160 * MS, 100)];
    }
    takes(&mut newest.functions[2], 160 * MS);
    let document = history(&runs, Metric::P99Ns, TrendLimits::default()).unwrap();
    let word = |name: &str| {
        document.functions.iter().find(|it| it.name == name).and_then(|function| function.trend)
    };
    let words = names.map(word);
    assert_eq!(words, [Some(Trend::Stable), Some(Trend::Stable), Some(Trend::Regression)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_series_of_runs_has_an_answer(
        runs in vec((nonsense(), metrics(number()), 0_u8..4, any::<bool>()), 1..24),
        metric in prop::sample::select(
            Metric::ALL.into_iter().chain(Metric::OF_COMMAND).collect::<Vec<_>>()
        ),
        is_open in any::<bool>(),
    ) {
        let run = |(function, metrics, known, is_whole): (Function, _, u8, bool)| {
            let functions = if known == 0 { Vec::new() } else { vec![function] };
            let mut run = RunDocument { functions, metrics, ..samples::empty() };
            run.run.exit_code = Some(i32::from(!is_whole));
            run
        };
        let runs: Vec<RunDocument> = runs.into_iter().map(run).collect();
        let load = if is_open { Load::Open } else { Load::Closed };
        let rules = TrendRules { load, ..TrendRules::default() };
        let document = history(&runs, metric, rules).unwrap();
        for function in &document.functions {
            prop_assert!(!function.reason.is_empty() && function.latest.is_finite());
            prop_assert!(function.change_pct.is_none_or(f64::is_finite), "{:?}", function);
            for change in function.change_points.iter().chain(&function.doubtful_changes) {
                let numbers = [Some(change.before), Some(change.after), change.change_pct];
                prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{:?}", change);
            }
        }
        if metric != Metric::Success && let Some(document) = decline(&runs, 3, metric, rules) {
            for row in &document.functions {
                prop_assert!(row.change_pct.is_none_or(f64::is_finite), "{:?}", row);
                let is_found = row.trend != Trend::Stable;
                prop_assert!(!is_found || row.adjusted_p_value <= document.false_discoveries);
            }
        }
    }
}
