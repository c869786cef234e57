//! Runs for tests: a realistic one, the same after a change, and difficult ones. Nothing else.

mod futures;
mod past;

pub(crate) use futures::{serving, serving_sampled};
pub(crate) use past::{noisy, past};

use std::collections::BTreeMap;

use super::{
    AlertEntry, AlertKey, AlertPhase, AlertText, Benchmark, Breaker, CustomMetric, Function,
    FunctionKind, Git, Harness, Machine, MetricKind, Process, ProcessSummary, RUN_SCHEMA,
    RUN_VERSION, Recording, Run, RunDocument, Toolchain, TreeNode,
};
use super::{ErrorKind, Failures};
use crate::stats::number::float;

/// A context: the index of its caller, its function, its calls, and their self time together.
pub(crate) type Node<'a> = (Option<u32>, &'a str, u64, u64);

const US: u64 = 1_000;
const MS: u64 = 1_000_000;

/// The contexts of a program that parses source files on four threads.
const NODES: [Node<'static>; 9] = [
    (None, "code_stats::main", 1, 1_240 * US),
    (Some(0), "code_stats::walk::collect_files", 1, 41 * MS),
    (Some(0), "code_stats::report::Table::render", 1, 3_870 * US),
    (None, "code_stats::pool::Worker::run", 4, 6_120 * US),
    (Some(3), "code_stats::cache::Store::lookup", 412, 9_480 * US),
    (Some(3), "code_stats::parse::parse_file", 412, 288 * MS),
    (Some(5), "code_stats::parse::tokenize", 412, 2_110 * MS),
    (Some(5), "code_stats::metrics::Complexity::visit", 18_240, 874 * MS),
    (Some(7), "code_stats::metrics::weigh", 912_000, 31 * MS),
];

/// Returns a benchmark of our own harness, without figures.
pub(crate) fn benchmark(name: &str, harness: Harness) -> Function {
    Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        benchmark: Some(Box::new(Benchmark { harness: Some(harness), ..Benchmark::default() })),
        ..Function::default()
    }
}

/// Returns an alert that was told when time began.
pub(crate) fn firing(key: AlertKey) -> AlertEntry {
    AlertEntry {
        key,
        phase: AlertPhase::Firing,
        since_unix_ns: 0,
        told_unix_ns: Some(0),
        first_run: None,
        run: None,
        runs: 1,
        clear_run: None,
        clear: 0,
        exact: true,
        what: AlertText::default(),
    }
}

/// Returns a run with nothing in it.
pub(crate) fn empty() -> RunDocument {
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: "20261120T234552-1a2b".to_owned(),
            time: "2026-11-20T23:45:52Z".to_owned(),
            command: ["target/release/code_stats", "--jobs", "4", "."].map(String::from).to_vec(),
            exit_code: Some(0),
            git: Some(Git {
                commit: "3f2c1ab09d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a".to_owned(),
                branch: Some("main".to_owned()),
                branch_from: None,
                dirty: false,
            }),
            machine: Machine {
                key: "v1-9f3a6c".to_owned(),
                cpu: "AMD EPYC 7B13".to_owned(),
                cores: 8,
                os: "linux".to_owned(),
                arch: "x86_64".to_owned(),
                probe: None,
            },
            toolchain: Toolchain {
                rustc: "rustc 1.95.0".to_owned(),
                target: "x86_64-unknown-linux-gnu".to_owned(),
                profile: "release".to_owned(),
                opt_level: "3".to_owned(),
                runtime: "0.1.0".to_owned(),
                ..Toolchain::default()
            },
            ..Run::default()
        },
        process: ProcessSummary { wall_ns: Some(12_400_000), ..ProcessSummary::default() },
        functions: Vec::new(),
        tree: Vec::new(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording { mode: "none".to_owned(), ..Recording::default() },
    }
}

/// Returns a run of a real kind of program: nine functions that were called, two that were not.
pub(crate) fn typical() -> RunDocument {
    let mut run = of(&NODES);
    run.run.label = Some("nightly".to_owned());
    run.process = ProcessSummary {
        count: 1,
        wall_ns: Some(912_400_000),
        user_ns: Some(3_301_000_000),
        system_ns: Some(88_000_000),
        peak_rss_bytes: Some(67_318_579),
        processes: vec![Process {
            pid: 4711,
            parent_pid: 4700,
            program: "/home/me/code_stats/target/release/code_stats".to_owned(),
            started_unix_ns: 1_795_000_000_000_000_000,
            threads: 5,
            ..Process::default()
        }],
        ..ProcessSummary::default()
    };
    add_never_called(&mut run);
    let parse = named(&mut run, "code_stats::parse::parse_file");
    (parse.classifies_errors, parse.errors) = (true, 3);
    run
}

/// Returns [`typical`] after a change: one function slower, one faster, one called more often, one
/// failing more often, one new, one gone.
pub(crate) fn changed() -> RunDocument {
    let mut nodes = NODES;
    nodes[2].1 = "code_stats::report::Page::render";
    nodes[4].2 = 824;
    nodes[4].3 *= 2;
    nodes[6].3 = 2_954 * MS;
    nodes[8].3 = 18 * MS;
    let mut run = of(&nodes);
    run.run.id = "20261121T081530-77fe".to_owned();
    run.run.time = "2026-11-21T08:15:30Z".to_owned();
    run.run.git = Some(Git {
        commit: "9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e".to_owned(),
        branch: Some("faster-tokens".to_owned()),
        branch_from: None,
        dirty: true,
    });
    add_never_called(&mut run);
    let parse = named(&mut run, "code_stats::parse::parse_file");
    (parse.classifies_errors, parse.errors) = (true, 5);
    run
}

/// Returns [`typical`] with failed calls told apart: of one function by kind, of another by time.
pub(crate) fn failing() -> RunDocument {
    let mut run = typical();
    let parse = named(&mut run, "code_stats::parse::parse_file");
    parse.errors = 4;
    let kinds = [("Timeout", 2), ("\u{1b}[31m|Refused", 1)];
    let kinds = kinds.map(|(name, count)| ErrorKind { name: name.to_owned(), count }).to_vec();
    parse.failures = Some(Box::new(Failures {
        timed_calls: 4,
        mean_ns: Some(31_000_000.0),
        total_ns: Some(124_000_000),
        others_mean_ns: Some(7_800_000.0),
        estimated: false,
        counts_kinds: true,
        kinds,
    }));
    let lookup = named(&mut run, "code_stats::cache::Store::lookup");
    (lookup.classifies_errors, lookup.errors) = (true, 6);
    lookup.failures = Some(Box::new(Failures {
        timed_calls: 2,
        mean_ns: Some(900.0),
        total_ns: Some(5_400),
        others_mean_ns: Some(1_200.0),
        estimated: true,
        ..Failures::default()
    }));
    run
}

/// Returns [`typical`] with allocations counted: parsing hands memory on, looking up frees it.
pub(crate) fn allocating() -> RunDocument {
    let mut run = typical();
    for function in &mut run.functions {
        (function.allocs, function.alloc_bytes, function.grown_bytes) = (Some(0), Some(0), Some(0));
        (function.self_allocs, function.self_alloc_bytes) = (Some(0), Some(0));
        (function.peak_bytes, function.self_peak_bytes) = (Some(0), Some(0));
        function.self_grown_bytes = Some(0);
    }
    let parse = named(&mut run, "code_stats::parse::parse_file");
    (parse.allocs, parse.alloc_bytes) = (Some(36_480), Some(4_669_440));
    (parse.grown_bytes, parse.peak_bytes) = (Some(1_048_576), Some(131_072));
    (parse.self_allocs, parse.self_alloc_bytes) = (Some(412), Some(52_736));
    let tokenize = named(&mut run, "code_stats::parse::tokenize");
    (tokenize.allocs, tokenize.alloc_bytes) = (Some(36_068), Some(4_616_704));
    (tokenize.grown_bytes, tokenize.peak_bytes) = (Some(1_048_576), Some(98_304));
    (tokenize.self_allocs, tokenize.self_alloc_bytes) = (Some(36_068), Some(4_616_704));
    let worker = named(&mut run, "code_stats::pool::Worker::run");
    (worker.allocs, worker.alloc_bytes) = (Some(36_480), Some(4_669_440));
    (worker.grown_bytes, worker.peak_bytes) = (Some(524_288), Some(1_179_648));
    let lookup = named(&mut run, "code_stats::cache::Store::lookup");
    (lookup.grown_bytes, lookup.self_grown_bytes) = (Some(-524_288), Some(-524_288));
    run
}

/// Returns [`typical`] after the breaker acted: one function sampled, one counted for a time, one
/// whose time is in good part the recorder's.
pub(crate) fn sampled() -> RunDocument {
    let mut run = typical();
    run.recording.mode = "counted".to_owned();
    run.recording.overhead_ns = Some(18_204_000);
    run.recording.breaker = vec![Breaker {
        state: "open".to_owned(),
        reason: "clock".to_owned(),
        from: "closed".to_owned(),
        duration_ns: 1_200 * MS,
        pid: 4711,
        ..Breaker::default()
    }];
    let weigh = named(&mut run, "code_stats::metrics::weigh");
    (weigh.sampled, weigh.self_estimated, weigh.untimed_calls) = (true, true, 897_750);
    (weigh.active_ns, weigh.sampled_ns, weigh.largest_interval) = (15_000 * MS, 12_300 * MS, 64);
    (weigh.p50_ns, weigh.resolution_ns) = (Some(8), 10);
    let visit = named(&mut run, "code_stats::metrics::Complexity::visit");
    (visit.self_estimated, visit.self_overhead_ns) = (true, 190 * MS);
    (visit.self_preempted_ns, visit.raw_self_ns) = (90 * MS, visit.self_ns + 280 * MS);
    let lookup = named(&mut run, "code_stats::cache::Store::lookup");
    (lookup.sampled, lookup.self_estimated) = (true, true);
    (lookup.untimed_calls, lookup.unmeasured_calls) = (400, 12);
    (lookup.active_ns, lookup.counted_ns) = (15_000 * MS, 2_100 * MS);
    for node in &mut run.tree {
        node.sampled = ["weigh", "lookup"].iter().any(|name| node.function.ends_with(name));
        node.self_estimated = node.sampled || node.function.ends_with("visit");
    }
    run
}

/// Returns [`sampled`], but with one function that was counted all the time.
pub(crate) fn counted() -> RunDocument {
    let mut run = sampled();
    let weigh = named(&mut run, "code_stats::metrics::weigh");
    (weigh.untimed_calls, weigh.unmeasured_calls) = (weigh.calls, weigh.calls);
    (weigh.total_ns, weigh.self_ns, weigh.counted_ns) = (0, 0, weigh.active_ns);
    (weigh.sampled_ns, weigh.largest_interval) = (0, 0);
    (weigh.mean_ns, weigh.stddev_ns, weigh.min_ns, weigh.max_ns) = (None, None, None, None);
    (weigh.p50_ns, weigh.p90_ns, weigh.p95_ns, weigh.p99_ns) = (None, None, None, None);
    run
}

fn add_never_called(run: &mut RunDocument) {
    for name in ["code_stats::cache::Store::evict", "code_stats::report::Html::render"] {
        run.functions.push(function(name, 0, 0, 0));
    }
    run.functions.sort_by(|a, b| a.name.cmp(&b.name));
}

/// Returns a run whose names try to do harm in terminals, Markdown, spreadsheets and pages.
pub(crate) fn hostile() -> RunDocument {
    let long = "long::".to_owned() + &"x".repeat(10_000);
    let names = [
        "=HYPERLINK(\"http://evil.example\",\"click\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\tstarts with a tab",
        "'already quoted",
        "line\nbreak\r\nand \x1b[31mred\x1b[0m \x07bell",
        "a|b `c` ``d`` <script>alert(1)</script> @user #1 ![x](y)",
        "right\u{202e}to\u{2066}left\u{200b}zero\u{feff}",
        "null\0byte \u{9b}31m c1",
        "back\\slash",
        "日本語::関数",
        "",
        &long,
    ];
    let nodes: Vec<Node<'_>> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (None, *name, 10, (100 - at as u64) * MS))
        .collect();
    let mut run = of(&nodes);
    run.run.label = Some("\x1b]0;title\x07 | `label`".to_owned());
    run.run.command = vec!["echo".to_owned(), "$(rm -rf /)\n\x1b[2J".to_owned()];
    run.recording.problems = vec!["segment \x1b[1mbold\u{202e}.seg | cannot be read".to_owned()];
    run
}

/// Returns a run with these contexts, and with the functions that they add up to.
pub(crate) fn of(nodes: &[Node<'_>]) -> RunDocument {
    let mut run = empty();
    run.tree = tree(nodes);
    let mut sums: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for node in &run.tree {
        let sum = sums.entry(&node.function).or_default();
        *sum = (sum.0 + node.calls, sum.1 + node.total_ns, sum.2 + node.self_ns);
    }
    run.functions = sums
        .into_iter()
        .map(|(name, (calls, total, own))| function(name, calls, total, own))
        .collect();
    run.recording.mode = "exact".to_owned();
    run.process.count = 1;
    run
}

/// Returns [`typical`] with metrics of each kind, for use before and after a change.
pub(crate) fn with_metrics(hits: f64, length: f64, rate: f64) -> RunDocument {
    let mut run = typical();
    let ratio = metric("cache.hit_rate", MetricKind::Ratio, Some(rate));
    run.metrics = vec![
        metric("cache.hit", MetricKind::Count, Some(hits)),
        CustomMetric { part: Some(412), whole: Some(824), ..ratio },
        metric("cache.idle", MetricKind::Gauge, None),
        metric("queue.length", MetricKind::Gauge, Some(length)),
    ];
    run
}

/// Returns a metric of the program's own; a gauge has had one other value, one lower.
pub(crate) fn metric(name: &str, kind: MetricKind, value: Option<f64>) -> CustomMetric {
    let of_gauge = |value: Option<f64>| value.filter(|_| kind == MetricKind::Gauge);
    CustomMetric {
        name: name.to_owned(),
        kind,
        value,
        min: of_gauge(value.map(|value| value - 1.0)),
        max: of_gauge(value),
        mean: of_gauge(value.map(|value| value - 0.5)),
        samples: (kind != MetricKind::Count).then_some(value.map_or(0, |_| 2)),
        file: "src/cache.rs".to_owned(),
        line: 12,
        ..CustomMetric::default()
    }
}

/// Returns the function of that name.
pub(crate) fn named<'a>(run: &'a mut RunDocument, name: &str) -> &'a mut Function {
    run.functions.iter_mut().find(|function| function.name == name).unwrap()
}

fn tree(nodes: &[Node<'_>]) -> Vec<TreeNode> {
    let mut totals: Vec<u64> = nodes.iter().map(|node| node.3).collect();
    for (at, node) in nodes.iter().enumerate().rev() {
        if let Some(parent) = node.0 {
            totals[parent as usize] += totals[at];
        }
    }
    (0..)
        .zip(nodes)
        .map(|(id, &(parent, name, calls, self_ns))| TreeNode {
            id,
            parent,
            function: name.to_owned(),
            calls,
            total_ns: totals[id as usize],
            self_ns,
            ..TreeNode::default()
        })
        .collect()
}

/// Returns a function with a plausible distribution around its mean.
fn function(name: &str, calls: u64, total_ns: u64, self_ns: u64) -> Function {
    let mean = total_ns.checked_div(calls);
    let at =
        |per_mille: u64| mean.map(|mean| if calls == 1 { mean } else { mean * per_mille / 1000 });
    Function {
        name: name.to_owned(),
        module: name.rsplit_once("::").map_or("", |(module, _)| module).to_owned(),
        file: format!("src/{}.rs", name.split("::").nth(1).unwrap_or("main")),
        line: 10 + u32::try_from(name.len() % 90).unwrap(),
        calls,
        total_ns,
        self_ns,
        mean_ns: mean.map(|_| float(total_ns) / float(calls)),
        stddev_ns: at(420).map(float),
        min_ns: at(310),
        max_ns: at(5_700),
        p50_ns: at(920),
        p90_ns: at(1_600),
        p95_ns: at(2_100),
        p99_ns: at(3_900),
        histogram: at(920).map(|ns| vec![(ns, calls)]).unwrap_or_default(),
        ..Function::default()
    }
}
