//! The document of made-up benchmarks: members of groups, processes, ramps.

use super::*;
use crate::model::{BenchOutcome, Benchmark, Harness, Placing, samples};

/// A benchmark of a group whose samples are `ns` by round.
fn benchmark(name: &str, line: u32, ns: impl Fn(u32) -> f64) -> Function {
    let rounds: Vec<u64> = (0..40).collect();
    let samples_ns: Vec<f64> = (0..40).map(ns).collect();
    Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        line,
        calls: 40,
        mean_ns: crate::stats::robust::median(&samples_ns),
        benchmark: Some(Box::new(Benchmark {
            samples_ns,
            harness: Some(Harness {
                benchmark: name.to_owned(),
                group: "sort".to_owned(),
                threads: 1,
                rounds,
                ..Harness::default()
            }),
            ..Benchmark::default()
        })),
        ..Function::default()
    }
}

/// Noise that both members of a round have, far more than they differ by.
fn shared(round: u32) -> f64 {
    [1.0, 1.4, 0.9, 1.1, 2.0].get(round as usize % 5).copied().unwrap_or_default()
}

/// Noise of one member alone.
fn own(round: u32, salt: u32) -> f64 {
    let seed = (round * 7_919 + salt * 104_729 + 12_345).wrapping_mul(2_654_435_761);
    let mixed = (seed ^ (seed >> 15)).wrapping_mul(2_246_822_519);
    1.0 + f64::from((mixed ^ (mixed >> 13)) % 1_024) / 1_024.0 * 0.004
}

fn run(functions: Vec<Function>) -> RunDocument {
    RunDocument { functions, ..samples::empty() }
}

fn three(process: u32) -> RunDocument {
    run(vec![
        benchmark("b::base", 9, |round| 100.0 * shared(round) * own(round, process)),
        benchmark("b::fast", 10, |round| 98.0 * shared(round) * own(round, process + 10)),
        benchmark("b::same", 11, |round| 100.0 * shared(round) * own(round, process + 20)),
    ])
}

#[test]
fn two_per_cent_are_told_apart_below_noise_that_rounds_share() {
    let runs: Vec<_> = (0..3).map(three).collect();
    let groups = compare::groups(&runs);
    let [group] = &groups[..] else { panic!("{groups:?}") };
    let shown: Vec<_> =
        group.members.iter().map(|it| (it.name.as_str(), it.rank, it.placing, it.rounds)).collect();
    let expected = [
        ("b::fast", Some(1), Placing::Faster, 120),
        ("b::base", Some(2), Placing::Base, 120),
        ("b::same", Some(2), Placing::Alike, 120),
    ];
    assert!(shown == expected || shown[1..] == [expected[2], expected[1]], "{shown:?}");
    let (low, high) = group.members[0].interval.unwrap();
    assert!(low < 0.98 && 0.98 < high && high < 0.99, "{low} to {high}");
}

#[test]
fn a_member_that_failed_has_no_rank_and_takes_none_from_others() {
    let mut run = three(0);
    let broken = run.functions[1].benchmark.as_mut().unwrap().harness.as_mut().unwrap();
    broken.outcome = BenchOutcome::Timeout;
    let groups = compare::groups(&[run]);
    let members = &groups[0].members;
    assert_eq!((members[2].name.as_str(), members[2].rank), ("b::fast", None));
    assert_eq!(members[2].placing, Placing::Unknown);
    assert_eq!(members[0].rank, Some(1));
}

#[test]
fn arguments_are_compared_among_themselves() {
    let with = |argument: &str, line, name: &str| {
        let mut function = benchmark(&format!("b::{name}/{argument}"), line, shared);
        let harness = function.benchmark.as_mut().unwrap().harness.as_mut().unwrap();
        harness.argument = Some(argument.to_owned());
        function
    };
    let all = vec![with("1", 2, "z"), with("2", 2, "z"), with("1", 1, "a"), with("2", 1, "a")];
    let groups = compare::groups(&[run(all)]);
    let bases: Vec<_> = groups
        .iter()
        .map(|it| it.members.iter().find(|it| it.is_base).unwrap().name.as_str())
        .collect();
    assert_eq!(bases, ["b::a/1", "b::a/2"], "the first that is declared");
}

#[test]
fn several_processes_are_as_many_values() {
    let runs: Vec<_> =
        [100.0, 102.0, 110.0].map(|ns| run(vec![benchmark("b::x", 1, |_| ns)])).into();
    let document = document(&runs, None).unwrap();
    let row = &document.benchmarks[0].benchmark;
    assert_eq!((row.mean_ns, row.calls), (Some(102.0), 120));
    let benchmark = row.benchmark.as_ref().unwrap();
    assert_eq!(benchmark.samples_ns, [100.0, 102.0, 110.0]);
    let (low, high) = benchmark.interval_ns.unwrap();
    assert!(low < 95.0 && high > 110.0, "three processes know little: {low} to {high}");
}

#[test]
fn one_bad_end_is_the_end() {
    let good = run(vec![benchmark("b::x", 1, |_| 1.0)]);
    let mut bad = good.clone();
    bad.functions[0].benchmark.as_mut().unwrap().harness.as_mut().unwrap().outcome =
        BenchOutcome::Killed;
    let document = document(&[bad, good], None).unwrap();
    let row = &document.benchmarks[0].benchmark;
    assert_eq!((row.outcome(), row.mean_ns), (Some(BenchOutcome::Killed), None));
}

#[test]
fn a_knee_is_the_fewest_threads_of_nearly_the_best() {
    let step = |threads: u32, rate: f64| {
        let mut function = benchmark(&format!("b::lock/threads={threads}"), 1, |_| 1.0);
        let harness = function.benchmark.as_mut().unwrap().harness.as_mut().unwrap();
        harness.benchmark = "b::lock".to_owned();
        (harness.threads, harness.stress) = (threads, true);
        harness.calls_per_s = Some(rate);
        function
    };
    let steps = [step(4, 198.0), step(1, 100.0), step(2, 195.0), step(8, 120.0)];
    let run = run(steps.to_vec());
    let scalings = scaling(std::slice::from_ref(&run));
    let ramps = ramp::ramps(steps.iter(), &scalings);
    let [ramp] = &ramps[..] else { panic!("{ramps:?}") };
    assert_eq!((ramp.name.as_str(), ramp.knee, ramp.hurts_from), ("b::lock", Some(2), Some(8)));
    let [scaling] = &scalings[..] else { panic!("{scalings:?}") };
    assert_eq!((ramp.knee, ramp.hurts_from), (Some(scaling.knee), scaling.hurts_from));
    let efficiency: Vec<_> = ramp.steps.iter().map(|it| it.efficiency.unwrap()).collect();
    assert_eq!(efficiency, [1.0, 0.975, 0.495, 0.15]);
}

#[test]
fn sizes_stand_in_the_order_of_numbers_and_say_how_they_grow() {
    let size = |size: u32| {
        let mut function = benchmark(&format!("b::sort/{size}"), 1, |_| f64::from(size));
        let harness = function.benchmark.as_mut().unwrap().harness.as_mut().unwrap();
        (harness.benchmark, harness.argument) = ("b::sort".to_owned(), Some(size.to_string()));
        function
    };
    let run = run([1_000, 20, 100_000, 100, 10_000].map(size).to_vec());
    let document = document(&[run], None).unwrap();
    let names: Vec<_> = document.benchmarks.iter().map(|it| it.benchmark.name.as_str()).collect();
    let expected = ["b::sort/20", "b::sort/100", "b::sort/1000", "b::sort/10000", "b::sort/100000"];
    assert_eq!(names, expected);
    assert_eq!(document.complexity[0].benchmark, "b::sort");
}
