//! What processes recorded, and what is known about the command, as one [`RunDocument`]. Pure.

use perf_runtime::buckets;
use perf_runtime::snapshot::{self, Measures, Snapshot};

use super::{
    Budget, Function, Process, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run,
    RunDocument, Toolchain, TreeNode,
};

/// The document of a run. `run` and `process` say what is known apart from the recording; their
/// fields that come from the recording (toolchain, count and list of processes) are filled in.
pub fn document(
    snapshot: &Snapshot,
    mut run: Run,
    mut process: ProcessSummary,
    problems: Vec<String>,
) -> RunDocument {
    run.toolchain = toolchain(&snapshot.processes);
    process.processes = snapshot.processes.iter().map(one_process).collect();
    process.count = process.processes.len() as u64;
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run,
        process,
        functions: functions(snapshot),
        tree: tree(snapshot),
        recording: recording(snapshot, problems),
    }
}

/// How the recorded programs were built; different values are joined with a comma.
pub fn toolchain(processes: &[snapshot::Process]) -> Toolchain {
    let joined = |field: fn(&snapshot::Build) -> &String| {
        let mut values: Vec<&str> =
            processes.iter().map(|process| field(&process.build).as_str()).collect();
        values.sort_unstable();
        values.dedup();
        values.join(", ")
    };
    Toolchain {
        rustc: joined(|build| &build.rustc),
        target: joined(|build| &build.target),
        profile: joined(|build| &build.profile),
        opt_level: joined(|build| &build.opt_level),
        runtime: joined(|build| &build.runtime),
    }
}

fn one_process(process: &snapshot::Process) -> Process {
    Process {
        pid: process.pid,
        parent_pid: process.parent_pid,
        program: process.program.clone(),
        started_unix_ns: process.started_unix_ns,
        threads: process.threads,
    }
}

fn functions(snapshot: &Snapshot) -> Vec<Function> {
    let measures = snapshot.by_function();
    snapshot
        .functions
        .iter()
        .zip(&measures)
        .map(|(function, measures)| row(function, measures))
        .collect()
}

fn row(function: &snapshot::Function, measures: &Measures) -> Function {
    let called = measures.calls > 0;
    Function {
        name: function.name.clone(),
        module: function.module.clone(),
        file: function.file.clone(),
        line: function.line,
        calls: measures.calls,
        errors: measures.errors,
        panics: measures.panics,
        cancelled: measures.cancelled,
        unfinished: measures.unfinished,
        total_ns: measures.total_ns,
        self_ns: measures.self_ns,
        mean_ns: measures.mean_ns(),
        stddev_ns: measures.stddev_ns(),
        min_ns: called.then_some(measures.min_ns),
        max_ns: called.then_some(measures.max_ns),
        p50_ns: measures.quantile_ns(0.50),
        p90_ns: measures.quantile_ns(0.90),
        p95_ns: measures.quantile_ns(0.95),
        p99_ns: measures.quantile_ns(0.99),
        sampled: false,
        classifies_errors: function.classifies_errors,
        allocs: None,
        alloc_bytes: None,
        tags: function.tags.clone(),
        budget: budget(&function.budget),
        histogram: measures
            .histogram
            .buckets()
            .iter()
            .map(|&(bucket, count)| (buckets::lower_bound(bucket), count))
            .collect(),
    }
}

fn budget(budget: &snapshot::Budget) -> Budget {
    Budget {
        p50_ns: budget.p50_ns,
        p95_ns: budget.p95_ns,
        p99_ns: budget.p99_ns,
        mean_ns: budget.mean_ns,
        max_ns: budget.max_ns,
        calls: budget.calls,
        allocs: budget.allocs,
        max_regression_pct: budget.max_regression_bp.map(|points| f64::from(points) / 100.0),
    }
}

fn tree(snapshot: &Snapshot) -> Vec<TreeNode> {
    // A tree of more than 2^32 nodes fits into no memory; the cut keeps parents before children.
    (0_u32..)
        .zip(&snapshot.contexts)
        .map(|(id, context)| TreeNode {
            id,
            parent: context.parent.and_then(|parent| u32::try_from(parent).ok()),
            function: snapshot
                .functions
                .get(context.function)
                .map_or_else(String::new, |function| function.name.clone()),
            calls: context.measures.calls,
            total_ns: context.measures.total_ns,
            self_ns: context.measures.self_ns,
            errors: context.measures.errors,
            panics: context.measures.panics,
        })
        .collect()
}

fn recording(snapshot: &Snapshot, mut problems: Vec<String>) -> Recording {
    let losses = &snapshot.losses;
    if losses.uncounted_durations > 0 {
        problems.push(format!(
            "{} calls are counted but missing from the percentiles, for want of space",
            losses.uncounted_durations
        ));
    }
    if losses.clock_anomalies > 0 {
        problems.push(format!(
            "the clock ran backwards {} times; those calls count as 0 ns",
            losses.clock_anomalies
        ));
    }
    Recording {
        mode: if snapshot.processes.is_empty() { "none" } else { "exact" }.to_owned(),
        lost_calls: losses.lost_calls,
        overhead_ns: None,
        breaker: Vec::new(),
        problems,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perf_runtime::snapshot::{Build, Context, Histogram, Losses};

    fn measures(durations: &[u64]) -> Measures {
        let mut histogram = Histogram::default();
        for &ns in durations {
            histogram.record(ns, 1);
        }
        Measures {
            calls: durations.len() as u64,
            total_ns: durations.iter().sum(),
            self_ns: durations.iter().sum(),
            sum_ns: durations.iter().sum(),
            sum_of_squares_ns2: durations.iter().map(|&ns| u128::from(ns).pow(2)).sum(),
            min_ns: durations.iter().copied().min().unwrap_or(0),
            max_ns: durations.iter().copied().max().unwrap_or(0),
            histogram,
            ..Measures::default()
        }
    }

    fn snapshot() -> Snapshot {
        let function = |name: &str| snapshot::Function {
            name: name.to_owned(),
            budget: snapshot::Budget { max_regression_bp: Some(1050), ..snapshot::Budget::NONE },
            ..snapshot::Function::default()
        };
        let context = |function, parent, durations: &[u64]| Context {
            function,
            parent,
            measures: measures(durations),
        };
        Snapshot {
            functions: vec![function("a"), function("b"), function("never")],
            contexts: vec![
                context(0, None, &[100, 200]),
                context(1, None, &[10]),
                context(1, Some(0), &[20, 30]),
            ],
            ..Snapshot::default()
        }
    }

    fn convert(snapshot: &Snapshot) -> RunDocument {
        document(snapshot, Run::default(), ProcessSummary::default(), Vec::new())
    }

    #[test]
    fn a_function_is_the_sum_of_its_contexts() {
        let functions = convert(&snapshot()).functions;
        let b = &functions[1];
        assert_eq!((b.calls, b.total_ns, b.min_ns, b.max_ns), (3, 60, Some(10), Some(30)));
        assert_eq!(b.mean_ns, Some(20.0));
        assert_eq!(b.p50_ns, Some(20));
        assert_eq!(b.histogram, [(10, 1), (20, 1), (30, 1)]);
        assert_eq!(b.budget.max_regression_pct, Some(10.5));
    }

    #[test]
    fn a_function_that_was_never_called_has_no_times() {
        let never = &convert(&snapshot()).functions[2];
        assert_eq!(never.calls, 0);
        assert_eq!((never.min_ns, never.max_ns, never.p99_ns), (None, None, None));
        assert_eq!((never.mean_ns, never.stddev_ns), (None, None));
    }

    #[test]
    fn the_tree_names_callers_before_callees() {
        let tree = convert(&snapshot()).tree;
        let seen: Vec<_> =
            tree.iter().map(|node| (node.id, node.parent, node.function.as_str())).collect();
        assert_eq!(seen, [(0, None, "a"), (1, None, "b"), (2, Some(0), "b")]);
    }

    #[test]
    fn builds_that_differ_are_joined() {
        let process = |profile: &str| snapshot::Process {
            build: Build { profile: profile.to_owned(), ..Build::default() },
            ..snapshot::Process::default()
        };
        let processes = [process("release"), process("debug"), process("release")];
        assert_eq!(toolchain(&processes).profile, "debug, release");
    }

    #[test]
    fn losses_are_told_in_words() {
        let losses = Losses { lost_calls: 3, uncounted_durations: 2, clock_anomalies: 1 };
        let recording = convert(&Snapshot { losses, ..Snapshot::default() }).recording;
        assert_eq!((recording.mode.as_str(), recording.lost_calls), ("none", 3));
        assert_eq!(recording.problems.len(), 2);
    }
}
