//! Runs of many functions, made up, with the shape of real ones: names of some crates, calls and times over
//! many orders of magnitude, histograms of 5 to 90 buckets, a tree that is wide at the top.

mod hosts;

use hosts::{machine, toolchain};
use perf_report::analysis::history::history;
use perf_report::model::{
    Comparison, Function, Git, HISTORY_SCHEMA, HISTORY_VERSION, HistoryDocument, Metric, Process,
    ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument, Side, TreeNode,
    TrendLimits,
};
use perf_report::stats::random::Stream;
use perf_report::verdict::{Limits, compare};

const CRATES: [&str; 6] = ["shop", "parser", "store", "net", "render", "tools"];
const MODULES: [&str; 9] =
    ["index", "query", "cache", "codec", "io", "plan", "util::tree", "lexer", "http::client"];
const TYPES: [&str; 6] = ["Reader", "Writer", "Node<K, V>", "Plan", "<[u8; 4] as Sum>", "Session"];
const VERBS: [&str; 12] = [
    "read", "write", "parse", "merge", "lookup", "insert", "encode", "decode", "flush", "scan",
    "walk", "hash",
];

/// Everything that a page is made of.
#[derive(Debug)]
pub(crate) struct Large {
    pub(crate) run: RunDocument,
    pub(crate) baseline: RunDocument,
    pub(crate) comparison: Comparison,
    pub(crate) history: HistoryDocument,
}

impl Large {
    /// Makes a run of so many functions and contexts, one before it, and a past of so many runs.
    pub(crate) fn of(functions: usize, nodes: usize, runs: usize) -> Self {
        let baseline = run(functions, nodes, 1.0);
        let run = run(functions, nodes, 1.01);
        let comparison = compare(&baseline, &run, &Limits::default());
        let history = past(&run, runs);
        Self { run, baseline, comparison, history }
    }
}

fn pick<'a>(stream: &mut Stream, from: &[&'a str]) -> &'a str {
    from[stream.below(from.len())]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds")]
fn whole(value: f64) -> u64 {
    value as u64
}

/// Returns the lowest value of the bucket that holds `value`: 32 an octave.
fn bucket(value: u64) -> u64 {
    let value = value.max(32);
    let width = 1_u64 << (value.ilog2() - 5);
    value / width * width
}

/// Returns a run; `slower` is what its times are multiplied by.
fn run(functions: usize, nodes: usize, slower: f64) -> RunDocument {
    let mut stream = Stream::of(7);
    let mut functions: Vec<_> =
        (0..functions).map(|at| function(at, slower, &mut stream)).collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    let tree = tree(&functions, nodes, &mut stream);
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: facts(slower),
        process: ProcessSummary {
            count: 1,
            wall_ns: Some(12_000_000_000),
            user_ns: Some(11_000_000_000),
            system_ns: Some(300_000_000),
            peak_rss_bytes: Some(300 << 20),
            processes: vec![Process { pid: 4711, threads: 8, ..Process::default() }],
            ..ProcessSummary::default()
        },
        functions,
        tree,
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording {
            mode: "sampled".to_owned(),
            overhead_ns: Some(90_000_000),
            ..Recording::default()
        },
    }
}

fn facts(slower: f64) -> Run {
    Run {
        id: if slower > 1.0 { "20261129T120000-bbbb" } else { "20261128T120000-aaaa" }.to_owned(),
        time: "2026-11-29T12:00:00Z".to_owned(),
        command: ["target/release/shop", "--once"].map(str::to_owned).to_vec(),
        exit_code: Some(0),
        git: Some(Git {
            commit: "3f2c1ab09d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a".to_owned(),
            branch: Some("main".to_owned()),
            ..Git::default()
        }),
        machine: machine("v1-9f3a6c"),
        toolchain: toolchain(),
        ..Run::default()
    }
}

fn function(at: usize, slower: f64, stream: &mut Stream) -> Function {
    let (krate, module) = (pick(stream, &CRATES), pick(stream, &MODULES));
    let name =
        format!("{krate}::{module}::{}::{}_{at}", pick(stream, &TYPES), pick(stream, &VERBS));
    let calls = whole(10_f64.powf(stream.share() * 6.0)).max(1);
    // The same machine is never twice as fast.
    let noise = 1.0 + (stream.share() - 0.5) * 0.02 * if slower > 1.0 { 1.0 } else { -1.0 };
    let mean = 10_f64.powf(1.7 + stream.share() * 4.5) * slower * noise;
    let histogram = histogram(mean, calls, stream);
    let lowest = |share: f64| {
        let wanted = whole(share * calls as f64);
        let mut sum = 0;
        let found = histogram.iter().find(|(_, count)| {
            sum += count;
            sum > wanted
        });
        found.map(|(from, _)| *from)
    };
    let sampled = stream.share() < 0.2;
    let total = whole(mean * calls as f64);
    let own = whole(total as f64 * stream.share());
    let overhead = calls * 20;
    Function {
        module: format!("{krate}::{module}"),
        file: format!("crates/{krate}/src/{}.rs", module.replace("::", "/")),
        line: 1 + u32::try_from(at % 900).unwrap_or(0),
        calls,
        errors: if stream.share() < 0.1 { calls / 50 } else { 0 },
        total_ns: total,
        self_ns: own,
        mean_ns: Some(mean),
        stddev_ns: Some(mean * stream.share()),
        min_ns: histogram.first().map(|(from, _)| *from),
        max_ns: histogram.last().map(|(from, _)| from + 1),
        p50_ns: lowest(0.5),
        p90_ns: lowest(0.9),
        p95_ns: lowest(0.95),
        p99_ns: lowest(0.99),
        sampled,
        self_estimated: sampled,
        untimed_calls: if sampled { calls / 3 } else { 0 },
        overhead_ns: overhead,
        self_overhead_ns: overhead * 3 / 4,
        raw_total_ns: total + overhead,
        raw_self_ns: own + overhead * 3 / 4,
        self_error_ns: own / 400,
        resolution_ns: 10,
        active_ns: 11_900_000_000,
        sampled_ns: if sampled { 9_000_000_000 } else { 0 },
        largest_interval: if sampled { 16 } else { 0 },
        classifies_errors: at.is_multiple_of(3),
        allocs: Some(calls * 2),
        alloc_bytes: Some(calls * 130),
        self_allocs: Some(calls),
        self_alloc_bytes: Some(calls * 60),
        histogram,
        name,
        ..Function::default()
    }
}

/// Returns 5 to 90 buckets around `mean`, most calls in the middle.
fn histogram(mean: f64, calls: u64, stream: &mut Stream) -> Vec<(u64, u64)> {
    let buckets = 5 + whole(stream.share() * 86.0);
    let mut from = bucket(whole(mean * 0.6));
    let mut histogram: Vec<(u64, u64)> = Vec::new();
    let mut left = calls;
    for at in 0..buckets {
        let middle = (at as f64 / buckets as f64 - 0.3) * 6.0;
        let part = (-middle * middle / 2.0).exp() * 4.0 / buckets as f64 * (0.5 + stream.share());
        let count = whole(part * calls as f64).max(1).min(left);
        if count == 0 {
            break;
        }
        left -= count;
        histogram.push((from, count));
        from = bucket(from + (from >> 5) + 1);
    }
    if let Some(last) = histogram.last_mut() {
        last.1 += left;
    }
    histogram
}

fn tree(functions: &[Function], nodes: usize, stream: &mut Stream) -> Vec<TreeNode> {
    let mut tree: Vec<TreeNode> = Vec::with_capacity(nodes);
    // Level by level: the callees of one context stand together, and most contexts have none.
    let (mut caller, mut left) = (0, 0);
    for at in 0..nodes {
        if at >= 8 && left == 0 {
            caller = (caller + 1 + stream.below(6)).min(at - 1);
            left = 1 + stream.below(6);
        }
        let parent = (at >= 8).then_some(caller);
        left = left.saturating_sub(1);
        let function = &functions[stream.below(functions.len())];
        tree.push(TreeNode {
            id: u32::try_from(at).unwrap_or(0),
            parent: parent.map(|at| u32::try_from(at).unwrap_or(0)),
            function: function.name.clone(),
            calls: 1 + whole(stream.share() * 1_000.0),
            self_ns: whole(10_f64.powf(2.0 + stream.share() * 6.0)),
            sampled: function.sampled,
            self_estimated: function.sampled,
            allocs: Some(whole(stream.share() * 100.0)),
            ..TreeNode::default()
        });
    }
    for at in (0..nodes).rev() {
        tree[at].total_ns += tree[at].self_ns;
        let total = tree[at].total_ns;
        if let Some(parent) = tree[at].parent {
            tree[parent as usize].total_ns += total;
        }
    }
    tree
}

/// Returns the past of every function: its self time of a call, with some noise.
fn past(run: &RunDocument, runs: usize) -> HistoryDocument {
    let mut stream = Stream::of(11);
    let mut document = history(std::slice::from_ref(run), Metric::SelfNs, TrendLimits::default())
        .unwrap_or_else(|| unreachable!("there is a run"));
    for function in &mut document.functions {
        let values = (0..runs).map(|_| Some(function.latest * (0.97 + stream.share() * 0.06)));
        function.values = values.collect();
    }
    document.runs = (0..runs).map(|at| side(run, at)).collect();
    debug_assert_eq!(
        (document.schema.as_str(), document.version),
        (HISTORY_SCHEMA, HISTORY_VERSION)
    );
    document
}

fn side(run: &RunDocument, at: usize) -> Side {
    Side {
        id: format!("20261001T{:06}-{at:04x}", at * 7),
        commit: Some(format!("{:040x}", at * 7_919 + 1)),
        ..Side::from(run)
    }
}
