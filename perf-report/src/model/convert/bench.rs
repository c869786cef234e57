//! Benchmarks of `#[perf_bench]` as functions of a run. Pure.

mod leak;
mod quality;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use perf_runtime::buckets;
use perf_runtime::segment::HARNESS_NAME;
use perf_runtime::snapshot::{self, Batch, Ending, Latencies, Phase, Snapshot};

use self::quality::Busy;
use super::super::{
    BenchIo, BenchMemory, BenchOutcome, Benchmark, Failures, Function, FunctionKind, Harness,
    LeftOut, Statistic,
};
use crate::stats::number::{deviation, float, whole};
use crate::stats::robust;
use crate::text::order::natural;
use crate::text::path;

/// Timed batches from which a machine that was never quiet shows.
const FEWEST_TO_TELL: u64 = 5;

/// Returns the snapshot without what stands around the iterations of benchmarks in its tree: their
/// calls become roots.
pub(super) fn without_harness(snapshot: &Snapshot) -> Cow<'_, Snapshot> {
    if snapshot.benchmarks.is_empty() {
        return Cow::Borrowed(snapshot);
    }
    let is_harness = |function: usize| {
        snapshot.functions.get(function).is_some_and(|it| it.name == HARNESS_NAME)
    };
    let mut contexts: Vec<snapshot::Context> = Vec::with_capacity(snapshot.contexts.len());
    let mut places: Vec<Option<usize>> = Vec::with_capacity(snapshot.contexts.len());
    for context in &snapshot.contexts {
        if is_harness(context.function) {
            places.push(None);
            continue;
        }
        let parent = context.parent.and_then(|parent| places.get(parent).copied().flatten());
        places.push(Some(contexts.len()));
        contexts.push(snapshot::Context { parent, ..context.clone() });
    }
    Cow::Owned(Snapshot { contexts, ..snapshot.clone() })
}

/// Puts the benchmarks of `snapshot` into `functions`, in the place of the functions that stand for
/// their iterations in the tree; what only they called is marked as profiled.
pub(super) fn into_functions(
    snapshot: &Snapshot,
    functions: &mut Vec<Function>,
    profiled: &BTreeSet<String>,
) {
    let cases = cases(snapshot);
    if cases.is_empty() {
        return;
    }
    for function in functions.iter_mut().filter(|it| profiled.contains(it.name.as_str())) {
        function.kind = FunctionKind::Profiled;
    }
    functions
        .retain(|function| function.name != HARNESS_NAME && !cases.contains_key(&function.name));
    functions.extend(cases.into_iter().map(|(name, processes)| function(name, &processes)));
    functions.sort_by(|a, b| natural(&a.name, &b.name));
}

/// Gathers the benchmarks of all processes by the names of their cases.
fn cases(snapshot: &Snapshot) -> BTreeMap<String, Vec<&snapshot::Benchmark>> {
    let mut cases: BTreeMap<String, Vec<&snapshot::Benchmark>> = BTreeMap::new();
    for benchmark in &snapshot.benchmarks {
        cases.entry(benchmark.case_name()).or_default().push(benchmark);
    }
    cases
}

/// Returns the benchmarks that no process measured, since nobody asked for them.
pub(super) fn left_out(snapshot: &Snapshot) -> Vec<LeftOut> {
    let measured = cases(snapshot);
    let mut all: Vec<LeftOut> = Vec::new();
    for case in snapshot.left_out.iter().filter(|it| !measured.contains_key(&it.name)) {
        match all.last_mut().filter(|last| last.name == case.name) {
            Some(last) => last.ignored &= case.is_ignored,
            None => all.push(LeftOut { name: case.name.clone(), ignored: case.is_ignored }),
        }
    }
    all
}

/// Returns the names of the functions that were called below benchmarks only. The snapshot still has what stands
/// around their iterations: what that calls, such as the making of inputs, is the harness's, too.
pub(super) fn profiled(snapshot: &Snapshot) -> BTreeSet<String> {
    if snapshot.benchmarks.is_empty() {
        return BTreeSet::new();
    }
    let cases = cases(snapshot);
    let name = |function: usize| snapshot.functions.get(function).map_or("", |it| it.name.as_str());
    let is_case =
        |function: usize| name(function) == HARNESS_NAME || cases.contains_key(name(function));
    let (mut below, mut inside, mut elsewhere) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for context in &snapshot.contexts {
        let of_caller =
            context.parent.and_then(|parent| below.get(parent).copied()).unwrap_or(false);
        let is_below = of_caller || is_case(context.function);
        below.push(is_below);
        if is_below { &mut inside } else { &mut elsewhere }.insert(name(context.function));
    }
    inside.difference(&elsewhere).map(|name| (*name).to_owned()).collect()
}

/// Makes the function of a case, of what each process found.
fn function(name: String, processes: &[&snapshot::Benchmark]) -> Function {
    let measured = processes.iter().find(|it| !it.batches.is_empty());
    let facts = measured.or(processes.first()).copied().cloned().unwrap_or_default();
    let timed = || batches(processes, Phase::Timed);
    let of_batch = |it: &Batch| float(it.ns) / float(it.iterations.max(1));
    let samples: Vec<f64> = undisturbed(processes).map(of_batch).collect();
    let sum = |of: fn(&Batch) -> u64| timed().map(of).fold(0_u64, u64::saturating_add);
    let iterations = sum(|batch| batch.iterations);
    let outcome = outcome(processes);
    let value = robust::median(&samples).filter(|_| outcome == BenchOutcome::Ok);
    let latencies = latencies(processes);
    let histogram = &latencies.histogram;
    let is_single = histogram.count() > 0;
    let total_ns = sum(|batch| batch.ns);
    Function {
        name,
        kind: FunctionKind::Benchmark,
        module: facts.module.clone(),
        file: path::portable(&facts.file),
        line: facts.line,
        calls: iterations,
        errors: sum(|batch| batch.errors),
        failures: failures(processes),
        panics: u64::from(outcome == BenchOutcome::Panicked),
        total_ns,
        self_ns: total_ns,
        mean_ns: value,
        stddev_ns: deviation(&samples),
        max_ns: is_single.then_some(latencies.max_ns),
        p50_ns: histogram.quantile_ns(0.50),
        p90_ns: histogram.quantile_ns(0.90),
        p95_ns: histogram.quantile_ns(0.95),
        p99_ns: histogram.quantile_ns(0.99),
        tags: facts.tags.clone(),
        budget: super::budget(&facts.budget),
        benchmark: Some(Box::new(Benchmark {
            statistic: Statistic::Median,
            interval_ns: quality::interval_of_median(&samples),
            iterations: Some(iterations),
            throughput: throughput(&facts),
            harness: Some(harness(&facts, processes, outcome, (&samples, &latencies))),
            samples_ns: samples,
            ..Benchmark::default()
        })),
        ..Function::default()
    }
}

fn batches<'a>(
    processes: &'a [&snapshot::Benchmark],
    phase: Phase,
) -> impl Iterator<Item = &'a Batch> {
    processes.iter().flat_map(move |it| it.of_phase(phase))
}

/// Returns the worst outcome. Cases that were interrupted by another one have none of their own,
/// and the supervisor of a process that was killed may know why.
fn outcome(processes: &[&snapshot::Benchmark]) -> BenchOutcome {
    let is_told = |it: &&&snapshot::Benchmark| {
        it.batches.is_empty() && matches!(it.ending, Ending::Timeout | Ending::Memory)
    };
    let told = processes.iter().filter(is_told).count();
    let killed = processes.iter().filter(|it| it.ending == Ending::Running).count();
    let endings = processes.iter().filter_map(|it| own_outcome(it.ending));
    let killed = (killed > told).then_some(BenchOutcome::Killed);
    endings.chain(killed).max().unwrap_or(BenchOutcome::Killed)
}

/// Returns the outcome that an ending stands for; `None` of those that another process knows.
fn own_outcome(ending: Ending) -> Option<BenchOutcome> {
    match ending {
        Ending::Running | Ending::Interrupted => None,
        Ending::Ok => Some(BenchOutcome::Ok),
        Ending::Timeout => Some(BenchOutcome::Timeout),
        Ending::Memory => Some(BenchOutcome::Memory),
        Ending::Cpu => Some(BenchOutcome::Cpu),
        Ending::Errors => Some(BenchOutcome::Errors),
        Ending::Panicked => Some(BenchOutcome::Panicked),
    }
}

/// Returns the reason for the outcome, by the first process that has one. That of a kill is with the
/// supervisor, beside a case that it says was interrupted.
fn message(processes: &[&snapshot::Benchmark], outcome: BenchOutcome) -> Option<String> {
    let is_reason = |it: &&&snapshot::Benchmark| match own_outcome(it.ending) {
        Some(own) => own == outcome,
        None => outcome == BenchOutcome::Killed,
    };
    processes.iter().filter(is_reason).find_map(|it| it.message.clone())
}

/// Returns the failed iterations by their kinds, where those are counted.
fn failures(processes: &[&snapshot::Benchmark]) -> Option<Box<Failures>> {
    let mut all: Option<snapshot::Failures> = None;
    for failures in processes.iter().filter_map(|it| it.failures.as_ref()) {
        all.get_or_insert_default().merge(failures);
    }
    let kinds = super::failures::kinds(&all?);
    Some(Box::new(Failures { counts_kinds: true, kinds, ..Failures::default() }))
}

fn latencies(processes: &[&snapshot::Benchmark]) -> Latencies {
    let mut all = Latencies::default();
    for process in processes {
        all.merge(&process.latencies);
    }
    all
}

fn throughput(facts: &snapshot::Benchmark) -> BTreeMap<String, f64> {
    let work = [("bytes", facts.bytes), ("items", facts.items)];
    work.into_iter().filter_map(|(unit, work)| Some((unit.to_owned(), float(work?)))).collect()
}

fn harness(
    facts: &snapshot::Benchmark,
    processes: &[&snapshot::Benchmark],
    outcome: BenchOutcome,
    (samples, latencies): (&[f64], &Latencies),
) -> Harness {
    let timed = || batches(processes, Phase::Timed);
    let sum = |of: fn(&Batch) -> u64| timed().map(of).fold(0_u64, u64::saturating_add);
    let each = |of: fn(&Batch) -> u64| float(sum(of)) / float(sum(|it| it.iterations).max(1));
    let wall = float(sum(|batch| batch.wall_ns));
    let count = timed().count() as u64;
    let undisturbed = undisturbed(processes).count() as u64;
    let interrupted = timed().filter(|batch| batch.preemptions > 0).count() as u64;
    let preempted = float(interrupted) / float(count.max(1));
    // Of a program without the fixed piece of work beside its batches nobody knows.
    let is_disturbed = |it: &&snapshot::Benchmark| {
        it.yardstick_ns > 0 && !it.has_undisturbed() && !it.is_mostly_undisturbed()
    };
    let is_never_quiet = processes.iter().any(is_disturbed) && count >= FEWEST_TO_TELL;
    let buckets = latencies.histogram.buckets().iter();
    Harness {
        outcome,
        message: message(processes, outcome),
        benchmark: facts.name.clone(),
        argument: facts.argument.clone(),
        threads: facts.threads,
        quick: facts.is_quick,
        stress: facts.is_stress,
        rate_per_s: facts.rate_millihertz.map(|rate| float(rate) / 1e3),
        group: facts.group.clone(),
        is_base: facts.is_base,
        rounds: rounds(processes),
        loop_ns: float(facts.loop_ps) / 1e3,
        clock_ns: float(facts.clock_ps) / 1e3,
        calls_per_s: (wall > 0.0).then(|| float(sum(|batch| batch.iterations)) / wall * 1e9),
        user_ns: each(|batch| batch.user_ns),
        system_ns: each(|batch| batch.system_ns),
        utilisation: float(sum(|batch| batch.user_ns + batch.system_ns)) / wall.max(1.0),
        preempted,
        disturbed: 1.0 - float(undisturbed) / float(count.max(1)),
        latencies: buckets.map(|&(bucket, count)| (buckets::lower_bound(bucket), count)).collect(),
        memory: memory(processes),
        io: io(&each),
        doubts: quality::doubts(samples, Busy { preempted, is_never_quiet }),
    }
}

/// Lists the batches by which the time is known.
fn undisturbed<'a>(processes: &'a [&snapshot::Benchmark]) -> impl Iterator<Item = &'a Batch> {
    processes.iter().flat_map(|process| process.undisturbed())
}

/// Numbers the rounds of those of all processes, so that those of one process are apart from those of others.
fn rounds(processes: &[&snapshot::Benchmark]) -> Vec<u64> {
    let of_process = |(number, process): (u64, &&snapshot::Benchmark)| {
        process.undisturbed().map(|batch| number << 32 | u64::from(batch.round)).collect::<Vec<_>>()
    };
    (0..).zip(processes).flat_map(of_process).collect()
}

fn memory(processes: &[&snapshot::Benchmark]) -> BenchMemory {
    let profile = || batches(processes, Phase::Profile);
    let sum = |of: fn(&Batch) -> u64| profile().map(of).fold(0_u64, u64::saturating_add);
    let iterations = sum(|batch| batch.iterations);
    let is_counted = iterations > 0 && profile().all(|batch| batch.kept_bytes.is_some());
    let each = |of: fn(&Batch) -> u64| is_counted.then(|| float(sum(of)) / float(iterations));
    let all = processes.iter().flat_map(|it| &it.batches);
    BenchMemory {
        allocs: each(|batch| batch.allocs),
        alloc_bytes: each(|batch| batch.alloc_bytes),
        leak: processes.iter().find_map(|process| leak::of(process)),
        peak_rss_bytes: all.map(|batch| batch.peak_rss_bytes).max().unwrap_or(0),
    }
}

fn io(each: &impl Fn(fn(&Batch) -> u64) -> f64) -> Option<BenchIo> {
    let io = BenchIo {
        read_bytes: each(|batch| batch.read_bytes),
        written_bytes: each(|batch| batch.written_bytes),
        reads: each(|batch| batch.reads),
        writes: each(|batch| batch.writes),
        device_read_bytes: each(|batch| batch.device_read_bytes),
        device_written_bytes: each(|batch| batch.device_written_bytes),
        network_bytes: each(|batch| batch.network_bytes),
        loopback_bytes: each(|batch| batch.loopback_bytes),
    };
    (whole(io.reads + io.writes + io.network_bytes) > 0).then_some(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome_of(endings: &[(Ending, usize)]) -> BenchOutcome {
        let case = |&(ending, batches): &(Ending, usize)| snapshot::Benchmark {
            ending,
            batches: vec![Batch::default(); batches],
            ..snapshot::Benchmark::default()
        };
        let cases: Vec<_> = endings.iter().map(case).collect();
        outcome(&cases.iter().collect::<Vec<_>>())
    }

    #[test]
    fn whoever_was_interrupted_is_judged_by_its_other_processes() {
        use Ending::{Errors, Interrupted, Ok, Running};
        assert_eq!(outcome_of(&[(Interrupted, 3), (Ok, 9)]), BenchOutcome::Ok);
        assert_eq!(outcome_of(&[(Interrupted, 3), (Errors, 9)]), BenchOutcome::Errors);
        assert_eq!(outcome_of(&[(Running, 3), (Ok, 9)]), BenchOutcome::Killed);
        assert_eq!(outcome_of(&[(Interrupted, 3)]), BenchOutcome::Killed);
    }

    #[test]
    fn slow_benchmarks_are_not_busy_for_having_few_batches() {
        let process = |yardsticks: &[u32]| {
            let batch = |&yardstick_ns: &u32| Batch {
                phase: Phase::Timed,
                iterations: 1,
                ns: 1_000,
                yardstick_ns,
                ..Batch::default()
            };
            let batches = yardsticks.iter().map(batch).collect();
            snapshot::Benchmark { batches, yardstick_ns: 100, ..snapshot::Benchmark::default() }
        };
        let is_busy = |processes: &[snapshot::Benchmark]| {
            let function = function("slow".to_owned(), &processes.iter().collect::<Vec<_>>());
            let harness = function.harness().expect("it is of our harness");
            (harness.doubts.contains(&crate::model::BenchDoubt::Busy), harness.disturbed)
        };
        let few = process(&[100, 101, 100]);
        assert_eq!(is_busy(&[few.clone(), few.clone(), few]), (false, 0.0));
        assert!(!is_busy(&[process(&[100, 100, 100, 100, 150])]).0);
        assert_eq!(is_busy(&[process(&[150; 8])]), (true, 0.0), "all count where none was quiet");
        let most = process(&[[100; 6], [150; 6]].concat());
        assert_eq!(is_busy(&[most]), (false, 0.5));
    }

    #[test]
    fn the_reason_is_that_of_the_outcome() {
        use Ending::{Errors, Interrupted, Ok, Panicked, Running};

        let case = |(ending, message): &(Ending, &str)| snapshot::Benchmark {
            ending: *ending,
            message: (!message.is_empty()).then(|| (*message).to_owned()),
            ..snapshot::Benchmark::default()
        };
        let reason = |endings: &[(Ending, &str)]| {
            let cases: Vec<_> = endings.iter().map(case).collect();
            let cases: Vec<_> = cases.iter().collect();
            message(&cases, outcome(&cases))
        };
        let both = [(Errors, "2 of 3"), (Panicked, "on purpose"), (Panicked, "again")];
        assert_eq!(reason(&both).as_deref(), Some("on purpose"));
        let killed = [(Ok, ""), (Running, ""), (Interrupted, "killed by signal 9")];
        assert_eq!(reason(&killed).as_deref(), Some("killed by signal 9"));
        assert_eq!(reason(&[(Ok, ""), (Interrupted, "killed by signal 9")]), None);
    }

    #[test]
    fn kinds_of_errors_are_those_of_all_processes() {
        let kind = |name: &str, count| snapshot::ErrorKind { name: name.to_owned(), count };
        let case = |kinds| snapshot::Benchmark {
            failures: Some(snapshot::Failures { kinds, ..snapshot::Failures::default() }),
            ..snapshot::Benchmark::default()
        };
        let cases = [case(vec![kind("a", 1), kind("b", 2)]), case(vec![kind("a", 4)])];
        let found = failures(&cases.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((found.count("a"), found.count("b"), found.counts_kinds), (5, 2, true));
        assert_eq!(failures(&[&snapshot::Benchmark::default()]), None);
    }

    #[test]
    fn a_kill_for_a_limit_is_named_after_it() {
        use Ending::{Memory, Running, Timeout};
        assert_eq!(outcome_of(&[(Timeout, 0), (Running, 4)]), BenchOutcome::Timeout);
        assert_eq!(outcome_of(&[(Running, 4), (Memory, 0)]), BenchOutcome::Memory);
        let twice = [(Running, 4), (Memory, 0), (Running, 4)];
        assert_eq!(outcome_of(&twice), BenchOutcome::Killed);
        assert_eq!(outcome_of(&[(Timeout, 7)]), BenchOutcome::Timeout);
    }
}
