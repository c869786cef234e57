//! Each rule where it speaks, where it is silent, and laws of all of them.

use proptest::prelude::*;

use super::*;
use crate::model::samples::{self, named};
use crate::model::{
    BenchDoubt, BenchOutcome, Benchmark, CrateBuild, ErrorKind, Failures, Function, FunctionKind,
    Futures, Harness, Leak, Probe, Process, RuleId,
};

const MS: u64 = 1_000_000;

/// A run of `demo::main` with these functions below it: a name, calls, self time together in microseconds.
fn run(functions: &[(&str, u64, u64)]) -> RunDocument {
    let mut nodes: Vec<samples::Node<'_>> = vec![(None, "demo::main", 1, 10_000)];
    nodes.extend(functions.iter().map(|(name, calls, us)| (Some(0), *name, *calls, us * 1_000)));
    samples::of(&nodes)
}

fn advised(run: &RunDocument, past: &[RunDocument]) -> Vec<Advice> {
    advise(std::slice::from_ref(run), past, &Settings::default()).advice
}

/// What a rule says, if it speaks.
fn said(rule: RuleId, run: &RunDocument, past: &[RunDocument]) -> Option<String> {
    let advice = advised(run, past).into_iter().find(|it| it.rule == rule)?;
    let place = advice.place.map_or_else(|| "-".to_owned(), |place| place.to_string());
    let function = advice.function.unwrap_or_else(|| "-".to_owned());
    Some(format!(
        "{rule} {function} {place}\n  {}\n  saves {}\n  {}\n  {}\n",
        advice.evidence,
        advice.saves,
        advice.todo,
        advice.silence.replace('\n', " ")
    ))
}

fn futures(calls: u64, longest_ns: u64) -> Function {
    Function {
        name: "demo::serve".to_owned(),
        file: "src/serve.rs".to_owned(),
        line: 7,
        calls,
        total_ns: 40 * MS,
        self_ns: 40 * MS,
        futures: Some(Futures { polls: 400, max_poll_ns: Some(longest_ns), ..Futures::default() }),
        ..Function::default()
    }
}

fn benchmark(name: &str, mean_ns: f64, threads: Option<u64>) -> Function {
    let parameters = threads.map(|threads| ("threads".to_owned(), threads.to_string()));
    let benchmark =
        Benchmark { parameters: parameters.into_iter().collect(), ..Benchmark::default() };
    Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        calls: 1,
        mean_ns: Some(mean_ns),
        benchmark: Some(Box::new(benchmark)),
        ..Function::default()
    }
}

/// A run of three functions, none of which has most of the time.
fn plain() -> RunDocument {
    run(&[("demo::f", 100, 30_000), ("demo::g", 100, 60_000), ("demo::h", 100, 50_000)])
}

/// The same after a change of one function.
fn with(change: &dyn Fn(&mut Function)) -> RunDocument {
    let mut run = plain();
    change(named(&mut run, "demo::f"));
    run
}

type Case = (RunDocument, Vec<RunDocument>);

#[expect(clippy::unnecessary_wraps, reason = "it stands beside cases that there may not be")]
fn alone(run: RunDocument) -> Option<Case> {
    Some((run, Vec::new()))
}

/// A run with the advice of one rule, and the past that it needs.
fn speaking(rule: RuleId) -> Option<Case> {
    match rule {
        RuleId::OneFunction => alone(run(&[("demo::f", 100, 92_000), ("demo::g", 4, 8_000)])),
        RuleId::ManyCalls => alone(run(&[("demo::f", 60_000, 30_000), ("demo::g", 4, 60_000)])),
        RuleId::AllocsPerCall => alone(with(&|it| {
            (it.self_allocs, it.self_alloc_bytes) = (Some(4_200), Some(4_200 * 64));
        })),
        RuleId::Growth => {
            let of = |grown: i64| {
                let mut run = samples::of(&[(None, "demo::f", 100, MS), (None, "demo::g", 4, MS)]);
                named(&mut run, "demo::f").grown_bytes = Some(grown);
                run
            };
            Some((of(6_400), vec![of(6_300), of(6_500), of(6_400)]))
        }
        RuleId::Waits => {
            let mut run = plain();
            run.process.wall_ns = Some(1_900 * MS);
            (run.process.user_ns, run.process.system_ns) = (Some(290 * MS), Some(10 * MS));
            run.process.processes = vec![Process { threads: 8, ..Process::default() }];
            alone(run)
        }
        RuleId::Scaling => {
            let mut run = plain();
            let ns = [(1, 100.0), (2, 110.0), (4, 160.0), (8, 400.0)];
            let of = |(threads, ns): (u64, f64)| {
                benchmark(&format!("queue/{threads}"), ns, Some(threads))
            };
            run.functions.extend(ns.map(of));
            alone(run)
        }
        rule => speaking_too(rule),
    }
}

/// The same of the other rules.
fn speaking_too(rule: RuleId) -> Option<Case> {
    match rule {
        RuleId::PollBlocks => {
            let mut run = plain();
            run.functions.push(futures(200, 48 * MS));
            alone(run)
        }
        RuleId::Cancelled => {
            let mut run = plain();
            run.functions.push(Function { cancelled: 30, ..futures(200, 1_000) });
            alone(run)
        }
        RuleId::Tail => alone(with(&|it| {
            (it.calls, it.p50_ns, it.p99_ns) = (2_000, Some(8_000), Some(900_000));
            it.histogram = vec![(8_000, 1_970), (900_000, 12), (1_900_000, 18)];
        })),
        RuleId::Varies => {
            let times = [30, 36, 29, 35, 28, 37, 30].map(|it| it * 1_000_000 / 100);
            let mut runs =
                samples::past(&[("demo::f", times.to_vec()), ("demo::g", vec![900_000; 7])]);
            let probe = Probe { before_ns: 200_000, after_ns: Some(200_000), ..Probe::default() };
            for run in &mut runs {
                run.run.machine.probe = Some(probe);
            }
            let newest = runs.pop()?;
            Some((newest, runs))
        }
        RuleId::NeverCalled => {
            let mut run = plain();
            run.functions.extend(
                ["demo::old", "demo::unused"]
                    .map(|name| Function { name: name.to_owned(), ..Function::default() }),
            );
            let past = vec![run.clone(); 19];
            Some((run, past))
        }
        RuleId::Unoptimised => {
            let mut run = plain();
            (run.run.toolchain.opt_level, run.run.toolchain.profile) =
                ("0".to_owned(), "debug".to_owned());
            alone(run)
        }
        RuleId::ErrorsCost => alone(with(&fail_slowly)),
        RuleId::RecorderShare => alone(with(&|it| it.self_overhead_ns = 20 * MS)),
        RuleId::Sampled => alone(with(&|it| (it.sampled, it.untimed_calls) = (true, 90))),
        RuleId::Complexity => {
            let mut run = plain();
            let of =
                |size: f64| benchmark(&format!("dedup/{size}"), 40.0 + 0.5 * size * size, None);
            run.functions.extend([10.0, 100.0, 300.0, 1_000.0, 3_000.0].map(of));
            alone(run)
        }
        RuleId::Leak | RuleId::Failing | RuleId::OptimisedAway | RuleId::Unstable => {
            alone(benched(rule))
        }
        _ => None,
    }
}

/// A run of a benchmark with the fault that a rule looks for.
fn benched(rule: RuleId) -> RunDocument {
    let mut function = benchmark("queue", 234.0, None);
    function.calls = 1_000;
    let mut harness = Harness { loop_ns: 0.31, ..Harness::default() };
    match rule {
        RuleId::Leak => harness.memory.leak = Some(Leak { bytes: 32.0, low: 31.5, high: 32.5 }),
        RuleId::Failing => (function.errors, function.classifies_errors) = (140, true),
        RuleId::OptimisedAway => {
            harness.doubts = vec![BenchDoubt::OptimisedAway, BenchDoubt::Unstable];
            function.mean_ns = Some(0.0);
        }
        RuleId::Unstable => {
            (harness.doubts, harness.preempted) =
                (vec![BenchDoubt::Unstable, BenchDoubt::Busy], 0.6);
        }
        _ => (harness.memory.allocs, harness.memory.alloc_bytes) = (Some(12.0), Some(768.0)),
    }
    let benchmark = function.benchmark.as_mut().unwrap();
    (benchmark.interval_ns, benchmark.harness) = (Some((149.0, 400.0)), Some(harness));
    RunDocument { functions: vec![function], ..samples::empty() }
}

#[test]
fn benchmarks_have_rules_of_their_own() {
    let text = said(RuleId::AllocsPerCall, &benched(RuleId::AllocsPerCall), &[]).unwrap();
    assert!(
        text.contains("12 allocations an iteration (limit 10) of 64 B each, one in 19.5 ns"),
        "{text}"
    );
    let harness = |run: &mut RunDocument, change: fn(&mut Function)| change(&mut run.functions[0]);
    let mut slow = benched(RuleId::AllocsPerCall);
    harness(&mut slow, |it| it.mean_ns = Some(12.0 * 501.0));
    assert_eq!(said(RuleId::AllocsPerCall, &slow, &[]), None, "they cost little");
    let mut few = benched(RuleId::Failing);
    harness(&mut few, |it| it.errors = 9);
    assert_eq!(said(RuleId::Failing, &few, &[]), None);
    let gone = benched(RuleId::OptimisedAway);
    assert_eq!(said(RuleId::Unstable, &gone, &[]), None, "nothing was measured, so nothing varies");
    for rule in [RuleId::Leak, RuleId::Unstable, RuleId::OptimisedAway] {
        let mut failed = benched(rule);
        harness(&mut failed, |it| {
            let harness = it.benchmark.as_mut().unwrap().harness.as_mut().unwrap();
            harness.outcome = BenchOutcome::Timeout;
        });
        assert_eq!(said(rule, &failed, &[]), None, "what did not end well was not measured");
    }
}

#[test]
fn a_fault_of_one_process_of_three_is_none_of_the_benchmark() {
    let clean = |rule| {
        let mut run = benched(rule);
        let harness = run.functions[0].benchmark.as_mut().unwrap().harness.as_mut().unwrap();
        (harness.memory.leak, harness.doubts) = (None, Vec::new());
        run
    };
    for rule in [RuleId::Leak, RuleId::Unstable] {
        let of = |runs: &[RunDocument]| {
            let advice = advise(runs, &[], &Settings::default()).advice;
            advice.iter().any(|it| it.rule == rule)
        };
        assert!(!of(&[clean(rule), clean(rule), benched(rule)]), "{rule}");
        assert!(of(&[benched(rule), benched(rule), clean(rule)]), "{rule}");
    }
}

/// Has 40 of its calls fail, most of them by a timeout.
fn fail_slowly(function: &mut Function) {
    (function.errors, function.classifies_errors) = (40, true);
    function.failures = Some(Box::new(Failures {
        timed_calls: 40,
        mean_ns: Some(700_000.0),
        total_ns: Some(28 * MS),
        others_mean_ns: Some(33_333.0),
        counts_kinds: true,
        kinds: [("Timeout", 38), ("Refused", 2)]
            .map(|(name, count)| ErrorKind { name: name.to_owned(), count })
            .to_vec(),
        ..Failures::default()
    }));
}

#[test]
fn every_rule_speaks_where_it_has_a_number() {
    let all: Vec<String> = RuleId::ALL
        .iter()
        .map(|rule| {
            let case = speaking(*rule);
            let said = case.and_then(|(run, past)| said(*rule, &run, &past));
            said.unwrap_or_else(|| format!("{rule}: no run holds what it needs\n"))
        })
        .collect();
    insta::assert_snapshot!(all.concat());
}

#[test]
fn a_run_without_blemish_has_no_advice() {
    let run = run(&[("demo::f", 100, 30_000), ("demo::g", 100, 40_000), ("demo::h", 100, 30_000)]);
    assert_eq!(advised(&run, &[]), []);
    assert_eq!(advised(&samples::empty(), &[]), []);
}

#[test]
fn just_below_its_limit_a_rule_is_silent() {
    let silent = |rule: RuleId, change: &dyn Fn(&mut RunDocument, &mut Vec<RunDocument>)| {
        let (mut run, mut past) = speaking(rule).unwrap();
        change(&mut run, &mut past);
        assert_eq!(said(rule, &run, &past), None);
    };
    silent(RuleId::OneFunction, &|run, _| {
        named(run, "demo::g").self_ns = 85 * MS;
        named(run, "demo::main").self_ns = 20 * MS;
    });
    silent(RuleId::ManyCalls, &|run, _| named(run, "demo::main").calls = 7);
    silent(RuleId::ManyCalls, &|run, _| named(run, "demo::f").mean_ns = Some(1_000.0));
    silent(RuleId::AllocsPerCall, &|run, _| named(run, "demo::f").self_allocs = Some(999));
    silent(RuleId::AllocsPerCall, &|run, _| {
        let other = named(run, "demo::g");
        (other.calls, other.self_allocs) = (100_000, Some(90_000));
    });
    silent(RuleId::Growth, &|_, past| past.truncate(1));
    silent(RuleId::Growth, &|_, past| named(&mut past[0], "demo::f").grown_bytes = Some(-90_000));
    silent(RuleId::Growth, &|run, _| run.tree[0].parent = Some(1));
    silent(RuleId::Waits, &|run, _| run.process.user_ns = Some(640 * MS));
    silent(RuleId::Waits, &|run, _| run.process.count = 2);
    silent(RuleId::Waits, &|run, _| {
        run.run.machine.probe = Some(Probe { lost_pct: 40.0, ..Probe::default() });
    });
    silent(RuleId::Scaling, &|run, _| run.run.machine.cores = 2);
    silent(RuleId::PollBlocks, &|run, _| {
        run.functions.last_mut().unwrap().futures.as_mut().unwrap().max_poll_ns = Some(MS);
    });
    silent(RuleId::PollBlocks, &|run, _| run.functions.last_mut().unwrap().calls = 1);
    silent(RuleId::Cancelled, &|run, _| run.functions.last_mut().unwrap().cancelled = 19);
    silent(RuleId::Tail, &|run, _| named(run, "demo::f").calls = 999);
    silent(RuleId::Tail, &|run, _| named(run, "demo::f").sampled = true);
    silent(RuleId::Tail, &|run, _| named(run, "demo::f").p99_ns = Some(150_000));
    let failures = |change: fn(&mut Failures)| {
        silent(RuleId::ErrorsCost, &|run, _| {
            change(named(run, "demo::f").failures.as_mut().unwrap());
        });
    };
    failures(|it| it.timed_calls = 4);
    failures(|it| it.total_ns = Some(MS));
    failures(|it| (it.total_ns, it.others_mean_ns) = (Some(6 * MS), Some(400_000.0)));
    silent(RuleId::Varies, &|_, past| past.truncate(3));
    silent(RuleId::NeverCalled, &|_, past| past.truncate(18));
    silent(RuleId::NeverCalled, &|_, past| {
        for function in &mut past[3].functions {
            function.calls = 1;
        }
    });
    silent(RuleId::Unoptimised, &|run, _| "1".clone_into(&mut run.run.toolchain.opt_level));
    silent(RuleId::RecorderShare, &|run, _| named(run, "demo::f").self_overhead_ns = 7 * MS);
    silent(RuleId::Complexity, &|run, _| run.functions.truncate(8));
}

#[test]
fn an_optimised_recorder_hides_no_crate_that_is_not() {
    let evidence = |crates: &[(&str, &str)]| {
        let (mut run, past) = speaking(RuleId::Unoptimised).unwrap();
        named(&mut run, "demo::h").module = "other::part".to_owned();
        let toolchain = &mut run.run.toolchain;
        // That of the recorder; those of the crates decide.
        "0".clone_into(&mut toolchain.recorder_opt_level);
        let build = |&(name, level): &(&str, &str)| CrateBuild {
            name: name.to_owned(),
            opt_level: level.to_owned(),
            ..CrateBuild::default()
        };
        toolchain.crates = crates.iter().map(build).collect();
        let advice = advised(&run, &past).into_iter().find(|it| it.rule == RuleId::Unoptimised);
        advice.map(|it| it.evidence)
    };
    let said = |text: &str| Some(format!("opt-level 0 in {text} was measured so"));
    assert_eq!(
        evidence(&[("demo", "0"), ("other", "0")]),
        said("demo, other, profile debug; 140 ms of self time")
    );
    assert_eq!(
        evidence(&[("demo", "3"), ("other", "0")]),
        said("other, profile debug; 50.0 ms of self time (35.7 %)")
    );
    assert_eq!(evidence(&[("demo", "3"), ("other", "1")]), None);
    assert_eq!(evidence(&[("demo", "3"), ("other", "2"), ("unused", "0")]), None, "of no weight");
    let many = ["a", "b", "c", "demo", "e"].map(|name| (name, "0"));
    assert_eq!(
        evidence(&many),
        said("a, b, c and 2 more, profile debug; 90.0 ms of self time (64.3 %)")
    );
}

#[test]
fn a_power_that_rose_is_advice_though_it_is_no_steep_one() {
    let of = |power: f64| {
        let mut run = run(&[("demo::f", 1, 10)]);
        let sizes = [10.0, 100.0, 300.0, 1_000.0, 3_000.0];
        run.functions.extend(
            sizes.map(|size: f64| benchmark(&format!("scan/{size}"), size.powf(power), None)),
        );
        run
    };
    let text = said(RuleId::Complexity, &of(1.3), &[of(1.0)]).unwrap();
    assert!(text.contains("the power of 1.30 (1.2"), "{text}");
    assert!(text.contains("), in the run before 1.00 (0.9"), "{text}");
    assert_eq!(said(RuleId::Complexity, &of(1.0), &[of(1.0)]), None);
}

#[test]
fn what_is_silenced_is_counted_and_not_said() {
    let (run, past) = speaking(RuleId::OneFunction).unwrap();
    let silenced = |settings: &Settings| {
        let advised = advise(std::slice::from_ref(&run), &past, settings);
        (advised.silenced, advised.advice.iter().any(|it| it.rule == RuleId::OneFunction))
    };
    let rules = std::collections::BTreeSet::from([RuleId::OneFunction]);
    let by = |pattern: &str| Settings {
        by_function: vec![(pattern.to_owned(), rules.clone())],
        ..Settings::default()
    };
    assert_eq!(silenced(&Settings::default()), (0, true));
    assert_eq!(silenced(&Settings { allow: rules.clone(), ..Settings::default() }), (1, false));
    assert_eq!(silenced(&by("demo::*")), (1, false));
    assert_eq!(silenced(&by("demo::f")), (1, false));
    assert_eq!(silenced(&by("demo::g")), (0, true));
}

#[test]
fn what_silences_a_rule_is_toml() {
    for rule in RuleId::ALL {
        let Some((run, past)) = speaking(*rule) else { continue };
        for advice in advised(&run, &past) {
            let table: toml_edit::DocumentMut = advice.silence.parse().unwrap();
            assert!(table.contains_key("advice"), "{}", advice.silence);
        }
    }
    let mut hostile = samples::hostile();
    hostile.functions[3].self_ns = 1 << 40;
    for advice in advised(&hostile, &[]) {
        assert!(advice.silence.parse::<toml_edit::DocumentMut>().is_ok(), "{}", advice.silence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_advice_is_without_a_number_and_no_order_changes_any(
        seed in any::<u64>(),
        functions in proptest::collection::vec((0_u64..100_000, 0_u64..1 << 34, 0_u64..1 << 20), 1..9),
    ) {
        let names: Vec<String> = (0..functions.len()).map(|at| format!("demo::f{at}")).collect();
        let nodes: Vec<samples::Node<'_>> = functions
            .iter()
            .zip(&names)
            .enumerate()
            .map(|(at, ((calls, ns, _), name))| ((at > 0).then_some(0), name.as_str(), *calls, *ns))
            .collect();
        let mut run = samples::of(&nodes);
        for (function, (calls, _, more)) in run.functions.iter_mut().zip(&functions) {
            function.self_allocs = Some(more * 8);
            function.grown_bytes = Some(more.cast_signed());
            function.cancelled = more % (calls + 1);
            function.p99_ns = function.p50_ns.map(|it| it.saturating_mul(more % 60));
            function.sampled = more % 5 == 0;
        }
        let past = vec![run.clone(); 3];
        let all = advised(&run, &past);
        for advice in &all {
            let has_number = advice.evidence.chars().any(|it| it.is_ascii_digit());
            prop_assert!(has_number && !advice.todo.is_empty() && !advice.saves.is_empty());
            prop_assert!(advice.at_most_pct.is_none_or(|pct| (0.0..=100.0).contains(&pct)), "{advice:?}");
        }
        let mut stream = crate::stats::random::Stream::of(seed);
        let mut other = run;
        for at in (1..other.functions.len()).rev() {
            other.functions.swap(at, stream.below(at + 1));
        }
        prop_assert_eq!(advised(&other, &past), all);
    }
}
