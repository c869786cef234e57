//! The document of a run, made of what its processes recorded and of facts about the command. Pure.

mod bench;
mod failures;
mod futures;
mod memory;
mod recording;

use std::collections::BTreeSet;

use perf_runtime::buckets;
use perf_runtime::snapshot::{self, Measures, Reading, Snapshot};

use super::{
    Budget, CrateBuild, CustomMetric, Function, Histogram, MetricKind, Process, ProcessSummary,
    RUN_SCHEMA, RUN_VERSION, Run, RunDocument, Toolchain, TreeNode, Usage,
};
use crate::text::path;

/// Returns the document of a run. `run` and `process` come with the facts from outside the
/// recording. Their other fields (toolchain, number and list of processes) are filled in here.
pub fn document(
    snapshot: &Snapshot,
    mut run: Run,
    mut process: ProcessSummary,
    problems: Vec<String>,
) -> RunDocument {
    run.toolchain = toolchain(&snapshot.processes);
    run.left_out = bench::left_out(snapshot);
    process.processes = snapshot.processes.iter().map(one_process).collect();
    process.count = process.processes.len() as u64;
    process.recorded = Usage::of(&snapshot.processes);
    // Which calls the harness made is known only with it in the tree.
    let profiled = bench::profiled(snapshot);
    let snapshot = &bench::without_harness(snapshot);
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run,
        process,
        functions: functions(snapshot, &profiled),
        tree: tree(snapshot),
        metrics: metrics(snapshot),
        suites: Vec::new(),
        recording: recording::recording(snapshot, problems),
    }
}

/// Returns the build of the recorded programs; different values are joined with a comma. The optimisation
/// level is that of the crates with tracked functions, where their recorders know it.
pub fn toolchain(processes: &[snapshot::Process]) -> Toolchain {
    let joined = |field: fn(&snapshot::Build) -> &String| {
        let mut values: Vec<&str> =
            processes.iter().map(|process| field(&process.build).as_str()).collect();
        values.sort_unstable();
        values.dedup();
        values.join(", ")
    };
    let recorder_opt_level = joined(|build| &build.opt_level);
    let toolchain = Toolchain {
        rustc: joined(|build| &build.rustc),
        target: joined(|build| &build.target),
        profile: joined(|build| &build.profile),
        opt_level: recorder_opt_level.clone(),
        runtime: joined(|build| &build.runtime),
        ..Toolchain::default()
    };
    let crates = crates(processes);
    if crates.is_empty() {
        return toolchain;
    }
    let levels: BTreeSet<&str> = crates.iter().map(|it| it.opt_level.as_str()).collect();
    let opt_level = Vec::from_iter(levels).join(", ");
    let assertions: BTreeSet<&str> =
        crates.iter().map(|it| if it.debug_assertions { "on" } else { "off" }).collect();
    Toolchain {
        recorder_opt_level: Some(recorder_opt_level)
            .filter(|level| *level != opt_level)
            .unwrap_or_default(),
        opt_level,
        debug_assertions: Vec::from_iter(assertions).join(", "),
        crates,
        ..toolchain
    }
}

/// Returns the builds of the crates that hold tracked functions, over all processes.
fn crates(processes: &[snapshot::Process]) -> Vec<CrateBuild> {
    let crates = processes.iter().flat_map(|process| &process.build.crates);
    let crates: BTreeSet<CrateBuild> = crates
        .map(|it| CrateBuild {
            name: it.name.clone(),
            opt_level: it.opt_level.clone(),
            debug_assertions: it.debug_assertions,
        })
        .collect();
    crates.into_iter().collect()
}

/// Returns the metrics of the programs' own.
pub fn metrics(snapshot: &Snapshot) -> Vec<CustomMetric> {
    snapshot.metrics.iter().map(metric).collect()
}

/// Returns the names of the functions that were called.
pub fn called(snapshot: &Snapshot) -> Vec<String> {
    let measures = snapshot.by_function();
    let functions = snapshot.functions.iter().zip(&measures);
    let called = functions.filter(|(_, measures)| measures.calls > 0 || measures.unfinished > 0);
    called.map(|(function, _)| function.name.clone()).collect()
}

fn one_process(process: &snapshot::Process) -> Process {
    Process {
        pid: process.pid,
        parent_pid: process.parent_pid,
        program: path::portable(&process.program),
        started_unix_ns: process.started_unix_ns,
        threads: process.threads,
        recorded_ns: process.recorded_ns,
        overhead_ns: process.overhead_ns,
        overhead_budget_pct: Some(f64::from(process.overhead_budget_ppm) / 1e4),
        breaker: process.breaker.name().to_owned(),
    }
}

fn functions(snapshot: &Snapshot, profiled: &BTreeSet<String>) -> Vec<Function> {
    let measures = snapshot.by_function();
    let counted = memory::is_counted(snapshot);
    let mut functions: Vec<Function> = snapshot
        .functions
        .iter()
        .zip(&measures)
        .map(|(function, all)| {
            let row = row(function, all);
            let row = if counted { memory::of_function(row, all) } else { row };
            if futures::has_any(function, all) { futures::of_function(row, all) } else { row }
        })
        .collect();
    for (context, is_estimated) in snapshot.contexts.iter().zip(self_estimated(snapshot)) {
        if let Some(function) = functions.get_mut(context.function) {
            function.self_estimated |= is_estimated;
        }
    }
    failures::into_functions(snapshot, &mut functions);
    bench::into_functions(snapshot, &mut functions, profiled);
    functions
}

/// Returns for each context whether its self time is an estimate. It is one where the total of the
/// context is one, or the total of a call made from there: that was subtracted.
fn self_estimated(snapshot: &Snapshot) -> Vec<bool> {
    let contexts = &snapshot.contexts;
    let mut estimated = vec![false; contexts.len()];
    for (at, context) in contexts.iter().enumerate().filter(|(_, it)| it.measures.is_estimated()) {
        estimated[at] = true;
        if let Some(caller) = context.parent.and_then(|parent| estimated.get_mut(parent)) {
            *caller = true;
        }
    }
    estimated
}

fn row(function: &snapshot::Function, measures: &Measures) -> Function {
    let was_timed = measures.timed > 0;
    Function {
        name: function.name.clone(),
        module: function.module.clone(),
        file: path::portable(&function.file),
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
        min_ns: was_timed.then_some(measures.min_ns),
        max_ns: was_timed.then_some(measures.max_ns),
        p50_ns: measures.quantile_ns(0.50),
        p90_ns: measures.quantile_ns(0.90),
        p95_ns: measures.quantile_ns(0.95),
        p99_ns: measures.quantile_ns(0.99),
        classifies_errors: function.classifies_errors,
        tags: function.tags.clone(),
        budget: budget(&function.budget),
        histogram: histogram(&measures.histogram),
        ..exactness(measures)
    }
}

/// Returns the fields of a function about the exactness of its measures. All others are empty.
fn exactness(measures: &Measures) -> Function {
    Function {
        sampled: measures.is_estimated(),
        untimed_calls: measures.calls.saturating_sub(measures.timed),
        unmeasured_calls: measures.unmeasured,
        lost_durations: lost_durations(measures),
        overhead_ns: measures.overhead_ns,
        self_overhead_ns: measures.self_overhead_ns,
        preempted_ns: measures.preempted_ns,
        self_preempted_ns: measures.self_preempted_ns,
        raw_total_ns: measures
            .total_ns
            .saturating_add(measures.overhead_ns)
            .saturating_add(measures.preempted_ns),
        raw_self_ns: measures
            .self_ns
            .saturating_add(measures.self_overhead_ns)
            .saturating_add(measures.self_preempted_ns),
        self_error_ns: measures.self_error_ns,
        resolution_ns: measures.resolution_ns,
        active_ns: measures.active_ns,
        sampled_ns: measures.sampled_ns,
        counted_ns: measures.counted_ns,
        largest_interval: measures.largest_interval,
        ..Function::default()
    }
}

/// Returns the number of timed calls that are in no bucket. It is 0 where calls were sampled: then
/// each timed one is in the buckets as often as the calls that it stands for.
fn lost_durations(measures: &Measures) -> u64 {
    if measures.is_estimated() {
        return 0;
    }
    measures.timed.saturating_sub(measures.histogram.count())
}

/// Returns the buckets, each by the shortest time in it.
fn histogram(histogram: &snapshot::Histogram) -> Histogram {
    let buckets = histogram.buckets().iter();
    buckets.map(|&(bucket, count)| (buckets::lower_bound(bucket), count)).collect()
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
    let counted = memory::is_counted(snapshot);
    let nodes = nodes(snapshot).into_iter().zip(&snapshot.contexts);
    nodes
        .map(
            |(node, context)| {
                if counted { memory::of_context(node, &context.measures) } else { node }
            },
        )
        .collect()
}

fn nodes(snapshot: &Snapshot) -> Vec<TreeNode> {
    // A tree of more than 2^32 nodes fits into no memory; the cut keeps parents before children.
    (0_u32..)
        .zip(snapshot.contexts.iter().zip(self_estimated(snapshot)))
        .map(|(id, (context, self_estimated))| TreeNode {
            id,
            parent: context.parent.and_then(|parent| u32::try_from(parent).ok()),
            function: snapshot
                .functions
                .get(context.function)
                .map_or_else(String::new, |function| function.name.clone()),
            calls: context.measures.calls,
            placed_calls: context.measures.placed,
            total_ns: context.measures.total_ns,
            self_ns: context.measures.self_ns,
            errors: context.measures.errors,
            panics: context.measures.panics,
            sampled: context.measures.is_estimated(),
            self_estimated,
            ..TreeNode::default()
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a count below 2^53 is exact")]
fn metric(metric: &snapshot::Metric) -> CustomMetric {
    let unknown = CustomMetric {
        name: metric.name.clone(),
        file: path::portable(&metric.file),
        line: metric.line,
        ..CustomMetric::default()
    };
    match metric.reading {
        Reading::Count(count) => CustomMetric { value: Some(count as f64), ..unknown },
        Reading::Gauge(gauge) => {
            let if_set = |value| (gauge.samples > 0).then_some(value);
            CustomMetric {
                kind: MetricKind::Gauge,
                value: if_set(gauge.last),
                min: if_set(gauge.min),
                max: if_set(gauge.max),
                mean: gauge.mean(),
                samples: Some(gauge.samples),
                ..unknown
            }
        }
        Reading::Ratio(ratio) => CustomMetric {
            kind: MetricKind::Ratio,
            value: ratio.value(),
            samples: Some(ratio.samples),
            part: Some(ratio.part),
            whole: Some(ratio.whole),
            ..unknown
        },
    }
}

#[cfg(test)]
mod tests;
