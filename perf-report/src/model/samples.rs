//! Runs for tests: a realistic one, the same after a change, and difficult ones. Nothing else.

use std::collections::BTreeMap;

use super::{
    Function, Git, Machine, Process, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run,
    RunDocument, Toolchain, TreeNode,
};
use crate::units::float;

/// A context: its caller's index, its function, its calls, and its own time for all of them.
pub(crate) type Node<'a> = (Option<u32>, &'a str, u64, u64);

const US: u64 = 1_000;
const MS: u64 = 1_000_000;

/// A program that parses source files on four threads.
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

/// A run with nothing in it.
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
                dirty: false,
            }),
            machine: Machine {
                key: "v1-9f3a6c".to_owned(),
                cpu: "AMD EPYC 7B13".to_owned(),
                cores: 8,
                os: "linux".to_owned(),
                arch: "x86_64".to_owned(),
            },
            toolchain: Toolchain {
                rustc: "rustc 1.95.0".to_owned(),
                target: "x86_64-unknown-linux-gnu".to_owned(),
                profile: "release".to_owned(),
                opt_level: "3".to_owned(),
                runtime: "0.1.0".to_owned(),
            },
            ..Run::default()
        },
        process: ProcessSummary { wall_ns: Some(12_400_000), ..ProcessSummary::default() },
        functions: Vec::new(),
        tree: Vec::new(),
        recording: Recording { mode: "none".to_owned(), ..Recording::default() },
    }
}

/// A run of a real kind of program: nine functions that were called, two that were not.
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
        }],
        ..ProcessSummary::default()
    };
    add_never_called(&mut run);
    let parse = named(&mut run, "code_stats::parse::parse_file");
    (parse.classifies_errors, parse.errors) = (true, 3);
    run
}

/// [`typical`] after a change: one function slower, one faster, one called more often, one failing
/// more often, one new, one gone.
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
        dirty: true,
    });
    add_never_called(&mut run);
    let parse = named(&mut run, "code_stats::parse::parse_file");
    (parse.classifies_errors, parse.errors) = (true, 5);
    run
}

fn add_never_called(run: &mut RunDocument) {
    for name in ["code_stats::cache::Store::evict", "code_stats::report::Html::render"] {
        run.functions.push(function(name, 0, 0, 0));
    }
    run.functions.sort_by(|a, b| a.name.cmp(&b.name));
}

/// A run whose names try to do harm in terminals, Markdown, spreadsheets and pages.
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

/// A run with these contexts, and the functions that they add up to.
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

/// The function of that name.
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

/// A function with a plausible distribution around its mean.
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
