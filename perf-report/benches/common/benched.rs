//! A run of benchmarks, made up: sizes, threads, a group, kinds of errors, and ends of every kind.

use perf_report::analysis::report::{self, Material, Settings, Stored};
use perf_report::model::{
    BenchDoubt, BenchMemory, BenchOutcome, Benchmark, ErrorKind, Failures, Function, FunctionKind,
    Harness, Leak, Machine, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Report, Run,
    RunDocument, Statistic, Toolchain,
};
use perf_report::verdict::{Limits, compare};

/// Makes a benchmark of so many nanoseconds an iteration.
fn benchmark(name: &str, ns: f64) -> Function {
    let harness = Harness {
        benchmark: name.split('/').next().unwrap_or(name).to_owned(),
        argument: name
            .split_once('/')
            .map(|it| it.1)
            .filter(|it| !it.contains('='))
            .map(str::to_owned),
        threads: 1,
        loop_ns: 0.4,
        calls_per_s: Some(1e9 / ns),
        user_ns: ns * 0.9,
        system_ns: ns * 0.1,
        utilisation: 1.0,
        latencies: vec![(1_024, 60), (1_056, 30), (2_048, 10)],
        memory: BenchMemory {
            allocs: Some(0.0),
            alloc_bytes: Some(0.0),
            peak_rss_bytes: 3 << 20,
            ..BenchMemory::default()
        },
        ..Harness::default()
    };
    Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        file: "benches/speed.rs".to_owned(),
        line: 7,
        calls: 1_000,
        mean_ns: Some(ns),
        p50_ns: Some(1_050),
        p99_ns: Some(2_050),
        benchmark: Some(Box::new(Benchmark {
            statistic: Statistic::Median,
            samples_ns: vec![ns; 30],
            interval_ns: Some((ns * 0.98, ns * 1.03)),
            iterations: Some(1_000),
            harness: Some(harness),
            ..Benchmark::default()
        })),
        ..Function::default()
    }
}

/// Changes what the harness found of a benchmark.
fn with(mut function: Function, change: impl FnOnce(&mut Harness)) -> Function {
    if let Some(harness) = function.benchmark.as_mut().and_then(|it| it.harness.as_mut()) {
        change(harness);
    }
    function
}

fn ended(name: &str, outcome: BenchOutcome) -> Function {
    Function { calls: 0, mean_ns: None, ..with(benchmark(name, 1.0), |it| it.outcome = outcome) }
}

/// Makes a benchmark whose iterations fail now and then.
fn flaky() -> Function {
    let mut flaky = benchmark("speed::flaky", 400.0);
    (flaky.errors, flaky.classifies_errors) = (140, true);
    flaky.failures = Some(Box::new(Failures {
        timed_calls: 140,
        mean_ns: Some(700.0),
        total_ns: Some(98_000),
        others_mean_ns: Some(350.0),
        counts_kinds: true,
        kinds: [("Timeout", 100), ("<b>Refused", 30)]
            .map(|(name, count)| ErrorKind { name: name.to_owned(), count })
            .to_vec(),
        ..Failures::default()
    }));
    flaky
}

/// Makes the run.
pub(crate) fn run() -> RunDocument {
    let mut functions = Vec::new();
    for size in [10.0_f64, 30.0, 100.0, 300.0, 1_000.0] {
        let allocs = |it: &mut Harness| {
            (it.memory.allocs, it.memory.alloc_bytes) = (Some(size), Some(size * 24.0));
        };
        functions
            .push(with(benchmark(&format!("speed::pairs/{size}"), 20.0 + size * size), allocs));
    }
    for (threads, rate) in [(1, 5e6), (2, 9.8e6), (4, 1.1e7), (8, 4e6)] {
        let ns = f64::from(threads) * 1e9 / rate;
        functions.push(with(benchmark(&format!("speed::lock/threads={threads}"), ns), |it| {
            (it.threads, it.stress, it.calls_per_s) = (threads, true, Some(rate));
            it.argument = None;
        }));
    }
    functions.push(flaky());
    let mut parse = benchmark("speed::parse", 6_356.0);
    if let Some(benchmark) = &mut parse.benchmark {
        benchmark.throughput.insert("bytes".to_owned(), 1_048_576.0);
    }
    functions.push(parse);
    functions.push(with(benchmark("speed::leaks", 150.0), |it| {
        it.memory.leak = Some(Leak { bytes: 32.0, low: 31.5, high: 32.5 });
        it.doubts = vec![BenchDoubt::Unstable];
    }));
    functions.push(ended("speed::hangs", BenchOutcome::Timeout));
    functions.push(ended("speed::breaks", BenchOutcome::Panicked));
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: "20261130T000000-bench".to_owned(),
            time: "2026-11-30T00:00:00Z".to_owned(),
            command: ["cargo", "bench"].map(str::to_owned).to_vec(),
            exit_code: Some(101),
            machine: Machine { cores: 4, ..Machine::default() },
            toolchain: Toolchain::default(),
            ..Run::default()
        },
        process: ProcessSummary { count: 1, ..ProcessSummary::default() },
        functions,
        tree: Vec::new(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording::default(),
    }
}

/// Makes the report on a run that is judged by itself.
pub(crate) fn report(run: &RunDocument) -> Option<Report> {
    let (stored, settings) = (Stored::default(), Settings::default());
    let (runs, comparison) = (std::slice::from_ref(run), compare(run, run, &Limits::default()));
    report::report(&Material {
        runs,
        comparison: &comparison,
        past: &[],
        last: runs,
        stored: &stored,
        settings: &settings,
    })
}
