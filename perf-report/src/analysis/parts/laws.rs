//! The laws of putting parts together.

use proptest::prelude::*;

use super::whole;
use crate::model::Harness;
use crate::model::TestOutcome::{self, Failed, Passed};
use crate::model::{Function, Part, RunDocument, Suite, Test, samples};

fn part(run: RunDocument, index: u32, of: u32) -> RunDocument {
    let mut run = run;
    run.run.id = format!("20261120T23455{index}-1a2b3c");
    run.run.time = format!("2026-11-20T23:45:5{index}.000Z");
    let part = Part { group: "ci".to_owned(), index, of, ..Part::default() };
    run.run.group = Some(part.stored_group(None));
    run.run.part = Some(Box::new(part));
    run
}

fn scaled(mut run: RunDocument, times: u64) -> RunDocument {
    for function in &mut run.functions {
        function.calls *= times;
        function.total_ns *= times;
        function.self_ns *= times;
        function.histogram.iter_mut().for_each(|(_, count)| *count *= times);
    }
    for node in &mut run.tree {
        node.calls *= times;
        node.self_ns *= times;
    }
    run
}

fn some_run() -> impl Strategy<Value = RunDocument> {
    let runs = [
        samples::typical(),
        samples::failing(),
        samples::allocating(),
        samples::sampled(),
        samples::hostile(),
        samples::serving(),
        samples::empty(),
    ];
    (proptest::sample::select(runs.to_vec()), 0_u64..4).prop_map(|(run, times)| scaled(run, times))
}

proptest! {
    #[test]
    fn the_order_in_which_parts_come_makes_no_difference(
        runs in proptest::collection::vec(some_run(), 1..4),
        from in 0_usize..4,
    ) {
        let of = u32::try_from(runs.len()).unwrap() + 1;
        let parts: Vec<RunDocument> =
            runs.into_iter().zip(1..).map(|(run, index)| part(run, index, of)).collect();
        let mut others = parts.clone();
        others.rotate_left(from % parts.len());
        let one = whole("w", parts.clone()).unwrap();
        prop_assert_eq!(&one, &whole("w", others.clone()).unwrap());
        others.reverse();
        prop_assert_eq!(&one, &whole("w", others).unwrap());
        prop_assert_eq!(one.run.lacking().unwrap(), format!("part {of} of {of} is missing"));
    }

    #[test]
    fn counts_and_histograms_are_sums(runs in proptest::collection::vec(some_run(), 1..4)) {
        let of = u32::try_from(runs.len()).unwrap();
        let parts: Vec<RunDocument> =
            runs.into_iter().zip(1..).map(|(run, index)| part(run, index, of)).collect();
        let merged = whole("w", parts.clone()).unwrap();
        let of_all = |run: &RunDocument| {
            let functions = run.functions.iter();
            let tree = run.tree.iter();
            (
                functions.clone().map(|it| it.calls).sum::<u64>(),
                functions.clone().map(|it| it.errors).sum::<u64>(),
                functions.clone().map(|it| it.self_ns).sum::<u64>(),
                functions.flat_map(|it| &it.histogram).map(|(_, count)| *count).sum::<u64>(),
                tree.clone().map(|it| it.calls).sum::<u64>(),
                tree.map(|it| it.self_ns).sum::<u64>(),
                run.process.count,
            )
        };
        let add = |a: (u64, u64, u64, u64, u64, u64, u64), b: (u64, u64, u64, u64, u64, u64, u64)| {
            (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3, a.4 + b.4, a.5 + b.5, a.6 + b.6)
        };
        let sums = parts.iter().map(of_all).reduce(add).unwrap();
        prop_assert_eq!(of_all(&merged), sums);
        prop_assert_eq!(merged.run.lacking(), None);
    }

    #[test]
    fn a_part_alone_is_the_whole(run in some_run()) {
        let merged = whole("20261120T234551-1a2b3c", vec![part(run.clone(), 1, 1)]).unwrap();
        let mut own = part(run, 1, 1);
        (own.run.part, own.run.group) = (None, None);
        own.run.parts.clone_from(&merged.run.parts);
        prop_assert_eq!(merged, own);
    }
}

#[test]
fn parts_of_the_same_calls_have_their_means_and_percentiles() {
    let parts = (1..=3).map(|index| part(samples::typical(), index, 3)).collect();
    let (one, all) = (samples::typical(), whole("w", parts).unwrap());
    for (one, all) in one.functions.iter().zip(&all.functions).filter(|(one, _)| one.calls > 1) {
        assert_eq!(all.calls, 3 * one.calls);
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(1.0),
            (a, b) => a == b,
        };
        assert!(near(one.mean_ns, all.mean_ns) && near(one.stddev_ns, all.stddev_ns), "{one:?}");
        assert_eq!((one.min_ns, one.max_ns), (all.min_ns, all.max_ns));
        assert_eq!(one.self_ns_a_call(), all.self_ns_a_call());
    }
}

#[test]
fn of_a_part_that_was_run_again_the_newest_counts() {
    let mut failed = part(samples::typical(), 1, 2);
    failed.run.exit_code = Some(101);
    let mut again = part(samples::changed(), 1, 2);
    "20261121T000000-1a2b3c".clone_into(&mut again.run.id);
    "2026-11-21T00:00:00.000Z".clone_into(&mut again.run.time);
    let other = part(samples::typical(), 2, 2);
    let expected = whole("w", vec![again.clone(), other.clone()]).unwrap();
    assert_eq!(whole("w", vec![failed, again, other]).unwrap(), expected);
    assert_eq!(expected.run.exit_code, Some(0));
}

#[test]
fn the_worst_end_and_the_longest_wall_are_those_of_the_whole() {
    let ended = |index, exit_code, signal, wall| {
        let mut run = part(samples::typical(), index, 3);
        (run.run.exit_code, run.run.signal, run.process.wall_ns) = (exit_code, signal, Some(wall));
        run
    };
    let of = |runs: Vec<RunDocument>| {
        let run = whole("w", runs).unwrap();
        (run.run.exit_code, run.run.signal, run.process.wall_ns.unwrap())
    };
    let fine = || ended(1, Some(0), None, 5);
    assert_eq!(of(vec![fine(), ended(2, Some(100), None, 9)]), (Some(100), None, 9));
    assert_eq!(
        of(vec![fine(), ended(2, Some(100), None, 9), ended(3, None, Some(9), 1)]),
        (None, Some(9), 9)
    );
    assert_eq!(of(vec![fine()]), (Some(0), None, 5));
}

#[test]
fn machines_of_different_kinds_are_told_and_are_a_series_of_their_own() {
    let mut other = part(samples::typical(), 2, 2);
    other.run.machine.key = "m3-ffffffff".to_owned();
    let first = part(samples::typical(), 1, 2);
    let key = first.run.machine_key().into_owned();
    let run = whole("w", vec![first, other]).unwrap();
    let mut keys = [key, "m3-ffffffff".to_owned()];
    keys.sort();
    assert_eq!(run.run.machine.key, keys.join("+"));
    let problem = run.recording.problems.last().unwrap();
    assert!(
        problem.contains("machines of different kinds") && problem.contains("(part 2)"),
        "{problem}"
    );
}

#[test]
fn tests_of_several_parts_are_in_one_suite() {
    let with = |index, names: &[(&str, TestOutcome)], filtered| {
        let test = |(name, outcome): &(&str, TestOutcome)| Test {
            name: (*name).to_owned(),
            outcome: *outcome,
            attempts: 1,
            wall_ns: Some(7),
            ..Test::default()
        };
        let mut run = part(samples::empty(), index, 2);
        let mut suite = Suite {
            name: "app".to_owned(),
            wall_ns: Some(10),
            exit_code: Some(0),
            ignored: Some(1),
            filtered: Some(filtered),
            tests: names.iter().map(test).collect(),
            ..Suite::default()
        };
        suite.count_tests();
        run.suites = vec![suite];
        run
    };
    let one = with(1, &[("a", Passed), ("c", Passed)], 1);
    let run = whole("w", vec![one.clone(), with(2, &[("b", Passed)], 2)]).unwrap();
    let suite = &run.suites[0];
    assert_eq!(suite.tests.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(
        (suite.passed, suite.ignored, suite.filtered, suite.wall_ns),
        (Some(3), Some(1), Some(0), Some(20))
    );
    assert!(run.recording.problems.is_empty(), "{:?}", run.recording.problems);
    let run = whole("w", vec![one, with(2, &[("a", Failed)], 3)]).unwrap();
    assert_eq!(run.suites[0].tests[0].outcome, Failed);
    let told = "1 test of suite app ran in parts 1 and 2, such as a: the worst outcome counts";
    assert_eq!(run.recording.problems, [told]);
}

#[test]
fn benchmarks_of_all_parts_are_there_and_those_of_several_are_told() {
    let with = |index, benchmarks: &[(&str, f64)]| {
        let mut run = part(samples::empty(), index, 2);
        run.functions = benchmarks
            .iter()
            .map(|(name, mean)| {
                let harness = Harness { benchmark: (*name).to_owned(), ..Harness::default() };
                Function { calls: 10, mean_ns: Some(*mean), ..samples::benchmark(name, harness) }
            })
            .collect();
        run
    };
    let run =
        whole("w", vec![with(1, &[("a", 1.0), ("b", 2.0)]), with(2, &[("b", 4.0), ("c", 3.0)])]);
    let run = run.unwrap();
    let means: Vec<_> = run.functions.iter().map(|it| (it.name.as_str(), it.mean_ns)).collect();
    assert_eq!(means, [("a", Some(1.0)), ("b", Some(3.0)), ("c", Some(3.0))]);
    assert!(run.recording.problems[0].contains("measured in parts 1 and 2, such as b"));
}
