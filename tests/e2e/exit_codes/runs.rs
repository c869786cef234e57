//! Runs made by hand, each different from the first by what its name says.

use perf_report::model::{
    Function, Git, Machine, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument,
    Toolchain, TreeNode,
};

/// Nanoseconds that a call takes.
const NS: u64 = 1_000_000;

/// A run of the command `work` that called one function.
pub(super) fn run(id: &str) -> RunDocument {
    let functions = vec![function("app::parse", 1_000, NS)];
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: id.to_owned(),
            time: "2026-11-20T23:45:52.000Z".to_owned(),
            command: vec!["work".to_owned()],
            exit_code: Some(0),
            git: Some(Git {
                commit: "3fa9c1d".to_owned(),
                branch: Some("main".to_owned()),
                ..Git::default()
            }),
            machine: Machine { key: "m2-0000000a".to_owned(), ..Machine::default() },
            toolchain: Toolchain { profile: "release".to_owned(), ..Toolchain::default() },
            ..Run::default()
        },
        process: ProcessSummary { count: 1, ..ProcessSummary::default() },
        tree: vec![TreeNode {
            id: 0,
            parent: None,
            function: functions[0].name.clone(),
            calls: functions[0].calls,
            total_ns: functions[0].total_ns,
            self_ns: functions[0].self_ns,
            ..TreeNode::default()
        }],
        functions,
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording { mode: "exact".to_owned(), ..Recording::default() },
    }
}

fn function(name: &str, calls: u64, ns: u64) -> Function {
    let mut function = Function { name: name.to_owned(), calls, ..Function::default() };
    takes(&mut function, ns);
    function
}

fn takes(function: &mut Function, ns: u64) {
    let calls = function.calls;
    (function.total_ns, function.self_ns) = (calls * ns, calls * ns);
    function.mean_ns = u32::try_from(ns).ok().map(f64::from);
    (function.p50_ns, function.p90_ns) = (Some(ns), Some(ns));
    (function.p95_ns, function.p99_ns, function.max_ns) = (Some(ns), Some(ns), Some(ns));
    function.histogram = vec![(ns, calls)];
}

/// The run `now`, changed.
fn now(change: impl FnOnce(&mut RunDocument)) -> RunDocument {
    let mut run = run("now");
    change(&mut run);
    run
}

pub(super) fn same() -> RunDocument {
    run("now")
}

/// Each call takes so many per cent of what it took.
pub(super) fn taking(pct: u64) -> RunDocument {
    now(|run| takes(&mut run.functions[0], NS * pct / 100))
}

/// With a function that took much of the time in a few calls.
pub(super) fn with_few_calls(id: &str) -> RunDocument {
    let mut run = run(id);
    run.functions.push(function("app::rare", 2, 200 * NS));
    run
}

pub(super) fn called(times: u64) -> RunDocument {
    now(|run| run.functions[0] = function("app::parse", times, NS))
}

pub(super) fn of_command(word: &str) -> RunDocument {
    now(|run| {
        word.clone_into(&mut run.run.id);
        run.run.command = vec![word.to_owned()];
        for function in &mut run.functions {
            function.name = function.name.replace("app::", &format!("{word}::"));
        }
    })
}

pub(super) fn empty() -> RunDocument {
    now(|run| {
        run.functions.clear();
        run.tree.clear();
        run.process.count = 0;
    })
}

pub(super) fn on_another_machine(mut run: RunDocument) -> RunDocument {
    "m2-0000000b".clone_into(&mut run.run.machine.key);
    run
}

pub(super) fn unoptimised() -> RunDocument {
    now(|run| "debug".clone_into(&mut run.run.toolchain.profile))
}

pub(super) fn failed(id: &str) -> RunDocument {
    let mut run = run(id);
    run.run.exit_code = Some(101);
    run
}

pub(super) fn failed_and_slower() -> RunDocument {
    let mut run = taking(300);
    run.run.exit_code = Some(101);
    run
}

pub(super) fn killed() -> RunDocument {
    now(|run| (run.run.exit_code, run.run.signal) = (None, Some(9)))
}

pub(super) fn with_lost_calls() -> RunDocument {
    now(|run| run.recording.lost_calls = 12)
}

pub(super) fn with_an_unrecorded_process() -> RunDocument {
    now(|run| run.process.unrecorded = 1)
}

/// Runs that become slower one by one, behind some that do not.
pub(super) fn declining() -> Vec<RunDocument> {
    let time = |at: u64| if at < 12 { 1_000 + at % 3 } else { 1_020 + (at - 11) * 60 };
    let one = |at: u64| {
        let mut run = run(&format!("run-{at:02}"));
        run.run.time = format!("2026-11-{:02}T10:15:00.000Z", at + 1);
        takes(&mut run.functions[0], NS * time(at) / 1_000);
        run
    };
    (0..17).map(one).collect()
}
