//! A benchmark over several processes. What differs from process to process is the layout of memory, the
//! allocator's state, the clock of the processor: so each process counts as one value.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{BenchIo, BenchMemory, Benchmark, ErrorKind, Failures, Function, Harness, Leak};
use crate::stats::number::{deviation, float};
use crate::stats::{robust, student};

/// Returns the figures over all of `functions`, which are one benchmark in a run each: see
/// [`BenchRow`](crate::model::BenchRow).
pub(super) fn merged(functions: &[&Function]) -> Function {
    let Some(newest) = functions.last() else { return Function::default() };
    let [first] = functions else { return several(newest, functions) };
    (*first).clone()
}

fn several(newest: &Function, functions: &[&Function]) -> Function {
    let sum = |of: fn(&Function) -> u64| {
        functions.iter().fold(0, |sum: u64, it| sum.saturating_add(of(it)))
    };
    let count = |of: fn(&Function) -> Option<u64>| {
        let values: Vec<f64> = functions.iter().filter_map(|it| of(it)).map(float).collect();
        robust::median(&values).map(crate::stats::number::whole)
    };
    let outcome = functions.iter().filter_map(|it| it.outcome()).max().unwrap_or_default();
    let values: Vec<f64> = functions.iter().filter_map(|it| it.mean_ns).collect();
    let is_ok = functions.iter().all(|it| !it.is_failure());
    let mut harness = harness(newest, functions);
    if let Some(harness) = &mut harness {
        harness.outcome = outcome;
        let with_it = functions.iter().filter(|it| it.outcome() == Some(outcome));
        harness.message = with_it.rev().find_map(|it| it.harness()?.message.clone());
    }
    let benchmark = newest.benchmark.as_deref().cloned().unwrap_or_default();
    Function {
        calls: sum(|it| it.calls),
        errors: sum(|it| it.errors),
        failures: failures(functions),
        panics: sum(|it| it.panics),
        total_ns: sum(|it| it.total_ns),
        self_ns: sum(|it| it.self_ns),
        mean_ns: robust::median(&values).filter(|_| is_ok),
        stddev_ns: deviation(&values),
        max_ns: functions.iter().filter_map(|it| it.max_ns).max(),
        p50_ns: count(|it| it.p50_ns),
        p90_ns: count(|it| it.p90_ns),
        p95_ns: count(|it| it.p95_ns),
        p99_ns: count(|it| it.p99_ns),
        benchmark: Some(Box::new(Benchmark {
            interval_ns: interval(&values),
            iterations: Some(sum(|it| it.calls)),
            samples_ns: values,
            harness,
            ..benchmark
        })),
        ..newest.clone()
    }
}

/// Returns the errors of all by their kinds; `None` where they are not counted.
fn failures(functions: &[&Function]) -> Option<Box<Failures>> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut all = functions.iter().filter_map(|it| it.failures.as_deref()).peekable();
    all.peek()?;
    for kind in all.flat_map(|it| &it.kinds) {
        let count = counts.entry(&kind.name).or_default();
        *count = count.saturating_add(kind.count);
    }
    // Those that have no name of their own stand last.
    let place = |it: &ErrorKind| (it.name == Failures::OTHER_KINDS, Reverse(it.count));
    let kind = |(name, count): (&str, u64)| ErrorKind { name: name.to_owned(), count };
    let mut kinds: Vec<ErrorKind> = counts.into_iter().map(kind).collect();
    kinds.sort_by_key(place);
    Some(Box::new(Failures { counts_kinds: true, kinds, ..Failures::default() }))
}

/// Returns the interval of 95 % of the middle of processes, by Student's t of the logarithms of their values, since
/// times are off by shares; `None` of fewer than two.
fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let logs: Vec<f64> = values.iter().filter(|it| **it > 0.0).map(|it| it.ln()).collect();
    let half = student::half_of_mean(&logs)?;
    let middle = logs.iter().sum::<f64>() / float(logs.len() as u64);
    Some(((middle - half).exp(), (middle + half).exp())).filter(|(low, high)| low <= high)
}

fn harness(newest: &Function, functions: &[&Function]) -> Option<Harness> {
    let all: Vec<&Harness> = functions.iter().filter_map(|it| it.harness()).collect();
    let middle = |of: fn(&Harness) -> f64| {
        robust::median(&all.iter().map(|it| of(it)).collect::<Vec<_>>()).unwrap_or_default()
    };
    let known = |of: fn(&Harness) -> Option<f64>| {
        robust::median(&all.iter().filter_map(|it| of(it)).collect::<Vec<_>>())
    };
    let io = |of: fn(&BenchIo) -> f64| {
        robust::median(&all.iter().map(|it| it.io.as_ref().map_or(0.0, of)).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let has_io = all.iter().any(|it| it.io.is_some());
    // A reason that most processes have is one of the benchmark; of one alone, it is of that process.
    let mut doubts: Vec<_> = all.iter().flat_map(|it| it.doubts.iter().copied()).collect();
    doubts.sort_unstable();
    let doubts = doubts.chunk_by(|a, b| a == b).filter(|same| same.len() * 2 > all.len());
    Some(Harness {
        // Rounds belong to samples, and these are of processes here.
        rounds: Vec::new(),
        latencies: Vec::new(),
        loop_ns: middle(|it| it.loop_ns),
        clock_ns: middle(|it| it.clock_ns),
        calls_per_s: known(|it| it.calls_per_s),
        user_ns: middle(|it| it.user_ns),
        system_ns: middle(|it| it.system_ns),
        utilisation: middle(|it| it.utilisation),
        preempted: middle(|it| it.preempted),
        disturbed: middle(|it| it.disturbed),
        memory: BenchMemory {
            allocs: known(|it| it.memory.allocs),
            alloc_bytes: known(|it| it.memory.alloc_bytes),
            leak: leak(&all),
            peak_rss_bytes: all.iter().map(|it| it.memory.peak_rss_bytes).max().unwrap_or(0),
        },
        io: has_io.then(|| BenchIo {
            read_bytes: io(|it| it.read_bytes),
            written_bytes: io(|it| it.written_bytes),
            reads: io(|it| it.reads),
            writes: io(|it| it.writes),
            device_read_bytes: io(|it| it.device_read_bytes),
            device_written_bytes: io(|it| it.device_written_bytes),
            network_bytes: io(|it| it.network_bytes),
            loopback_bytes: io(|it| it.loopback_bytes),
        }),
        doubts: doubts.filter_map(|same| same.first().copied()).collect(),
        ..newest.harness().cloned()?
    })
}

/// Returns the leak, where most processes have one: a cache that grew in one of them is none.
fn leak(all: &[&Harness]) -> Option<Leak> {
    let leaks: Vec<Leak> = all.iter().filter_map(|it| it.memory.leak).collect();
    if leaks.len() * 2 <= all.len() {
        return None;
    }
    let middle = |of: fn(&Leak) -> f64| robust::median(&leaks.iter().map(of).collect::<Vec<_>>());
    Some(Leak {
        bytes: middle(|it| it.bytes)?,
        low: middle(|it| it.low)?,
        high: middle(|it| it.high)?,
    })
}
