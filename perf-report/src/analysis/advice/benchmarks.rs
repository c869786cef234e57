//! Rules about benchmarks of `#[perf_bench]`: of all processes that measured them together.

use std::collections::BTreeMap;

use super::facts::{Facts, Found};
use crate::model::{BenchDoubt, Function, Harness, RuleId};
use crate::stats::number::share_pct;
use crate::text::{sanitize, units};

/// Finds benchmarks after whose iterations memory stays behind.
pub(super) fn leak(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let leak = function.harness()?.memory.leak?;
        let a_million = leak.bytes * 1e6;
        Some(Found {
            evidence: format!(
                "{} stay behind after each iteration ({} to {}), over {}",
                size(leak.bytes),
                size(leak.low),
                size(leak.high),
                units::plural(function.calls, "iteration"),
            ),
            saves: format!("at most {} in a million iterations", size(a_million)),
            ..found(
                RuleId::Leak,
                function,
                "find out who keeps it: a cache without a limit, a list that only grows, or a cycle of `Rc`",
            )
        })
    };
    let weight = |it: &Function| it.harness().and_then(|it| Some(it.memory.leak?.bytes));
    worst(measured(facts), weight).into_iter().filter_map(of).collect()
}

/// The allocations of an iteration from which they are many.
const MANY: f64 = 10.0;
/// The time that there is for each, in nanoseconds, beyond which they cost little.
const TIME_EACH_NS: f64 = 500.0;

/// Finds benchmarks that allocate often for the time that they take.
pub(super) fn allocs(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let memory = &function.harness()?.memory;
        let allocs = memory.allocs.filter(|allocs| *allocs >= MANY)?;
        let each = function.mean_ns? / allocs;
        (each <= TIME_EACH_NS).then(|| Found {
            evidence: format!(
                "{} allocations an iteration (limit {MANY}) of {} each, one in {} of its time (limit {})",
                units::rough_number(allocs),
                size(memory.alloc_bytes.unwrap_or_default() / allocs),
                units::duration(each),
                units::duration(TIME_EACH_NS),
            ),
            saves: format!("at most {} allocations an iteration", units::rough_number(allocs)),
            ..found(
                RuleId::AllocsPerCall,
                function,
                "reserve once for all of it, or keep the buffer from iteration to iteration",
            )
        })
    };
    let weight = |it: &Function| it.harness().and_then(|it| it.memory.allocs);
    worst(measured(facts), weight).into_iter().filter_map(of).collect()
}

/// The share of iterations from which failures matter, in per cent.
const FAILED_PCT: f64 = 1.0;

/// Finds benchmarks whose iterations fail.
pub(super) fn failing(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let share = share_pct(function.errors, function.calls);
        (share >= FAILED_PCT).then(|| Found {
            evidence: format!(
                "{} of {} failed ({}{}, limit {FAILED_PCT} %)",
                units::count(function.errors),
                units::plural(function.calls, "iteration"),
                units::percent(share),
                most_frequent(function),
            ),
            saves: "no time: its time is one of successes and failures together".to_owned(),
            ..found(
                RuleId::Failing,
                function,
                "give it an input that succeeds, or measure failures in a benchmark of their own",
            )
        })
    };
    let all = facts.benchmarks.iter().filter(|it| it.harness().is_some());
    let weight = |it: &Function| Some(share_pct(it.errors, it.calls));
    worst(all, weight).into_iter().filter_map(of).collect()
}

/// Returns the kind that most of the errors are of, if kinds were counted.
fn most_frequent(function: &Function) -> String {
    let failures = function.failures.as_deref();
    failures.and_then(|it| it.named().next()).map_or_else(String::new, |kind| {
        let share = units::percent(share_pct(kind.count, function.errors));
        format!(", {share} of them {}", sanitize::screen(&kind.name))
    })
}

/// Finds benchmarks of which the compiler may have left nothing.
pub(super) fn optimised_away(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let harness = doubted(function, &[BenchDoubt::OptimisedAway])?;
        Some(Found {
            evidence: format!(
                "{} an iteration are left, beside the {} of the loop around it",
                units::duration(function.mean_ns.unwrap_or_default()),
                units::duration(harness.loop_ns),
            ),
            saves: "no time: nothing was measured".to_owned(),
            ..found(
                RuleId::OptimisedAway,
                function,
                "return the result, and pass inputs through `black_box`",
            )
        })
    };
    measured(facts).filter_map(of).collect()
}

/// Finds benchmarks whose times differ so much that they say little.
pub(super) fn unstable(facts: &Facts<'_>) -> Vec<Found> {
    const DOUBTS: [BenchDoubt; 3] = [BenchDoubt::Unstable, BenchDoubt::Drift, BenchDoubt::Busy];
    let of = |function: &Function| {
        let harness = doubted(function, &DOUBTS)?;
        let is = |doubt| harness.doubts.contains(&doubt);
        let todo = match () {
            () if is(BenchDoubt::Busy) => {
                "end other programs, or use fewer threads than the machine has cores"
            }
            () if is(BenchDoubt::Drift) => {
                "warm up longer (`--warm-up`), and make inputs that do not grow from iteration to iteration"
            }
            () => {
                "measure longer (`--time`) or in more processes (`--processes`), on a quieter machine"
            }
        };
        Some(Found {
            evidence: spread(function, harness),
            saves: "no time: smaller changes of it would be found".to_owned(),
            ..found(RuleId::Unstable, function, todo)
        })
    };
    let width = |it: &Function| {
        let (low, high) = it.benchmark.as_ref()?.interval_ns?;
        doubted(it, &DOUBTS).map(|_| (high - low) / it.mean_ns.unwrap_or(1.0))
    };
    let weight = |it: &Function| width(it).or_else(|| doubted(it, &DOUBTS).map(|_| 0.0));
    worst(measured(facts), weight).into_iter().filter_map(of).collect()
}

/// Writes how far a time is known, and what disturbed it.
fn spread(function: &Function, harness: &Harness) -> String {
    let interval = function.benchmark.as_ref().and_then(|it| it.interval_ns);
    let time = function.mean_ns.unwrap_or_default();
    let known = match interval {
        Some((low, high)) => format!(
            "{} (between {} and {})",
            units::duration(time),
            units::duration(low),
            units::duration(high)
        ),
        None => format!("{}, of which no interval is known", units::duration(time)),
    };
    let mut said = vec![format!("its time is {known}")];
    if harness.doubts.contains(&BenchDoubt::Busy) {
        let share = units::percent(harness.preempted * 100.0);
        said.push(format!("others took the processor in {share} of its batches"));
    }
    if harness.doubts.contains(&BenchDoubt::Drift) {
        said.push("it goes up or down from round to round".to_owned());
    }
    said.join("; ")
}

/// Returns the figures of a benchmark that has one of these doubts, and is no other that says more.
fn doubted<'a>(function: &'a Function, doubts: &[BenchDoubt]) -> Option<&'a Harness> {
    let harness = function.harness()?;
    let has = |doubt: &BenchDoubt| harness.doubts.contains(doubt);
    let is_gone = has(&BenchDoubt::OptimisedAway) && !doubts.contains(&BenchDoubt::OptimisedAway);
    (doubts.iter().any(has) && !is_gone).then_some(harness)
}

/// Returns of the cases of each benchmark, its sizes and numbers of threads, the one with the most of something: what
/// is said of one need not be said of all.
fn worst<'a>(
    all: impl Iterator<Item = &'a Function>,
    weight: impl Fn(&Function) -> Option<f64>,
) -> Vec<&'a Function> {
    let mut worst: BTreeMap<&str, (f64, &Function)> = BTreeMap::new();
    for function in all {
        let (Some(weight), Some(harness)) = (weight(function), function.harness()) else {
            continue;
        };
        let benchmark = match harness.benchmark.as_str() {
            "" => function.name.as_str(),
            name => name,
        };
        let most = worst.entry(benchmark).or_insert((weight, function));
        if weight > most.0 {
            *most = (weight, function);
        }
    }
    worst.into_values().map(|(_, function)| function).collect()
}

/// Returns the benchmarks that ended well.
fn measured<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a Function> {
    facts.benchmarks.iter().filter(|it| it.harness().is_some() && !it.is_failure())
}

fn found(rule: RuleId, function: &Function, todo: &str) -> Found {
    Found {
        rule,
        function: Some(function.name.clone()),
        evidence: String::new(),
        at_most_pct: None,
        saves: String::new(),
        todo: todo.to_owned(),
    }
}

/// Writes a size of which there may be less than a byte an iteration.
fn size(bytes: f64) -> String {
    const EXACT: f64 = 100.0;
    if bytes.abs() < EXACT {
        format!("{} B", units::rough_number(bytes))
    } else {
        units::bytes(crate::stats::number::whole(bytes))
    }
}
