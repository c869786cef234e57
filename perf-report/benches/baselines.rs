//! How large files of baselines are, and how long they take: `cargo bench -p perf-report --bench baselines`. Runs are
//! made up after real ones: durations of a lognormal kind, histograms of some hundred buckets, times that differ by
//! some per cent from run to run. Prints a table; asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "made-up numbers"
)]

use std::io::Write as _;
use std::time::Instant;

use perf_report::model::{
    Baseline, Benchmark, Function, FunctionKind, Git, Harness, Machine, ProcessSummary, RUN_SCHEMA,
    RUN_VERSION, Recording, Run, RunDocument, TreeNode, Usage,
};
use perf_report::stats::random::Stream;
use perf_runtime::buckets;

fn main() {
    println!(
        "| baseline | JSON, version 1 | this | part | after zlib: JSON | this | save | load |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (name, functions, benchmarks, runs) in [
        ("33 functions, 1 run", 33, 0, 1),
        ("33 functions, 5 runs", 33, 0, 5),
        ("33 functions, 10 runs", 33, 0, 10),
        ("500 functions, 10 runs", 500, 0, 10),
        ("1,000 functions, 200 benchmarks with rounds, 10 runs", 1_000, 200, 10),
    ] {
        let made = (0..runs).map(|round| run(functions, benchmarks, round)).collect();
        row(name, &Baseline::of(made));
    }
}

fn row(name: &str, baseline: &Baseline) {
    let json = match baseline.runs.as_slice() {
        [only] => serde_json::to_string_pretty(only),
        _ => serde_json::to_string(baseline),
    };
    let json = json.unwrap_or_default();
    let began = Instant::now();
    let text = baseline.to_text().unwrap_or_default();
    let saved = began.elapsed();
    let began = Instant::now();
    let read = Baseline::from_json(&text).is_ok_and(|read| read == *baseline);
    let loaded = began.elapsed();
    let [packed_json, packed] = [&json, &text].map(|text| zlib(text));
    println!(
        "| {name} | {} | {} | 1/{:.1} | {} | {} | {} ms | {} ms |{}",
        kb(json.len()),
        kb(text.len()),
        json.len() as f64 / text.len() as f64,
        kb(packed_json),
        kb(packed),
        saved.as_millis(),
        loaded.as_millis(),
        if read { "" } else { " NOT THE SAME" }
    );
}

fn kb(bytes: usize) -> String {
    format!("{:.1} kB", bytes as f64 / 1e3)
}

/// Returns the bytes that git stores.
fn zlib(text: &str) -> usize {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).map_or(0, |it| it.len())
}

fn run(functions: usize, benchmarks: usize, round: u64) -> RunDocument {
    let mut of_all = Stream::of(7);
    let mut of_run = Stream::of(1_000 + round);
    let mut all: Vec<Function> =
        (0..functions).map(|at| function(at, &mut of_all, &mut of_run)).collect();
    for function in all.iter_mut().take(benchmarks) {
        measure(function, &mut of_run);
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let tree = tree(&all, &mut of_all);
    let wall = 4_000_000_000 + (of_run.share() * 1e8) as u64;
    let usage = Usage {
        wall_ns: Some(wall - 9_731_512),
        user_ns: Some(wall / 2),
        system_ns: Some(wall / 90),
        peak_rss_bytes: Some(14_692_352 + (of_run.share() * 1e5) as u64),
    };
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: format!("20261130T0917{round:02}-{:016x}", of_run.number()),
            group: Some("20261130T091744-04f4c033b4e199a8".to_owned()),
            round: Some(round as u32 + 1),
            time: format!("2026-11-30T09:17:{round:02}.860Z"),
            command: ["target/release/app", "--jobs", "4"].map(String::from).to_vec(),
            exit_code: Some(0),
            git: Some(Git {
                commit: "3f2c1ab09d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a".to_owned(),
                branch: Some("main".to_owned()),
                ..Git::default()
            }),
            machine: Machine { key: "m3-0e6012fb".to_owned(), cores: 8, ..Machine::default() },
            ..Run::default()
        },
        process: ProcessSummary {
            count: 1,
            wall_ns: Some(wall),
            user_ns: usage.user_ns,
            system_ns: usage.system_ns,
            peak_rss_bytes: usage.peak_rss_bytes,
            recorded: Some(usage),
            ..ProcessSummary::default()
        },
        functions: all,
        tree,
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording {
            mode: "exact".to_owned(),
            overhead_ns: Some((of_run.share() * 1e8) as u64),
            ..Recording::default()
        },
    }
}

fn function(at: usize, of_all: &mut Stream, of_run: &mut Stream) -> Function {
    let module = format!("app::module_{}::part_{}", at / 12, at / 4);
    let calls = 10_f64.powf(of_all.share() * 5.0) as u64;
    let (level, spread) = (10_f64.powf(2.5 + of_all.share() * 4.0), 0.2 + of_all.share());
    let level = level * (1.0 + 0.03 * of_run.normal());
    // As many calls are drawn as matter for the shape; the rest adds to the counts.
    let drawn = calls.min(2_000);
    let mut counts = std::collections::BTreeMap::new();
    let (mut total, mut least, mut most, mut squares) = (0_u64, u64::MAX, 0, 0.0);
    for _ in 0..drawn {
        let ns = (level * (spread * of_run.normal()).exp()) as u64 + 20;
        *counts.entry(buckets::of(ns)).or_insert(0) += calls / drawn;
        (total, least, most) = (total + ns * (calls / drawn), least.min(ns), most.max(ns));
        squares += (ns as f64 - level).powi(2);
    }
    let calls = counts.values().sum::<u64>();
    let percentile = |share: f64| {
        let mut left = (calls as f64 * share).ceil() as u64;
        let found = counts.iter().find(|(_, count)| {
            left = left.saturating_sub(**count);
            left == 0
        });
        found.map(|(bucket, _)| buckets::middle(*bucket).clamp(least, most))
    };
    let self_ns = if at.is_multiple_of(3) { total } else { total / 3 + of_run.below(1_000) as u64 };
    let overhead = calls * 38 + of_run.below(1 + calls as usize) as u64;
    let leaf = self_ns == total;
    let self_overhead = if leaf { overhead } else { overhead / 3 };
    Function {
        name: format!("{module}::function_{at}"),
        module,
        file: format!("crates/app/src/module_{}/part_{}.rs", at / 12, at / 4),
        line: 10 + (at * 37 % 400) as u32,
        calls,
        total_ns: total,
        self_ns,
        mean_ns: (calls > 0).then(|| total as f64 / calls as f64),
        stddev_ns: (calls > 1).then(|| (squares / drawn as f64).sqrt()),
        min_ns: (calls > 0).then_some(least),
        max_ns: (calls > 0).then_some(most),
        p50_ns: percentile(0.5),
        p90_ns: percentile(0.9),
        p95_ns: percentile(0.95),
        p99_ns: percentile(0.99),
        overhead_ns: overhead,
        self_overhead_ns: self_overhead,
        raw_total_ns: total + overhead,
        raw_self_ns: self_ns + self_overhead,
        self_error_ns: self_overhead / 10,
        resolution_ns: 10,
        active_ns: total * 3 + of_run.below(1_000_000) as u64,
        histogram: counts.iter().map(|(it, count)| (buckets::lower_bound(*it), *count)).collect(),
        ..Function::default()
    }
}

/// Makes a benchmark of a function: 100 samples in 50 rounds.
fn measure(function: &mut Function, of_run: &mut Stream) {
    let level = function.mean_ns.unwrap_or(1e4);
    let mut sample = || level * (1.0 + 0.02 * of_run.normal());
    let samples: Vec<f64> = (0..100).map(|_| sample()).collect();
    function.kind = FunctionKind::Benchmark;
    function.benchmark = Some(Box::new(Benchmark {
        interval_ns: Some((sample(), sample())),
        iterations: Some(100_000),
        harness: Some(Harness {
            benchmark: function.name.clone(),
            threads: 1,
            group: "all".to_owned(),
            rounds: (0..100).map(|at| at / 2).collect(),
            loop_ns: 0.31,
            clock_ns: sample() / level,
            user_ns: sample(),
            system_ns: sample() / 90.0,
            utilisation: sample() / level,
            latencies: function.histogram.clone(),
            ..Harness::default()
        }),
        samples_ns: samples,
        ..Benchmark::default()
    }));
}

/// Returns contexts: one of each function, and a second of every other.
fn tree(functions: &[Function], of_all: &mut Stream) -> Vec<TreeNode> {
    let mut tree: Vec<TreeNode> = Vec::new();
    for (at, function) in functions.iter().chain(functions.iter().step_by(2)).enumerate() {
        let is_only = !(at.is_multiple_of(2) || at >= functions.len());
        let part = if is_only { 1 } else { 2 };
        tree.push(TreeNode {
            id: at as u32,
            parent: (at > 0).then(|| of_all.below(at) as u32),
            function: function.name.clone(),
            calls: function.calls / part,
            total_ns: function.total_ns / part,
            self_ns: function.self_ns / part,
            ..TreeNode::default()
        });
    }
    tree
}
