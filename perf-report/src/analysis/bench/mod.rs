//! The benchmarks of some runs of one command as a document: those of all processes as one ([`merge`]), the members
//! of groups beside each other ([`compare`]), threads against throughput ([`ramp`]); and the growth of their costs with
//! the size ([`complexity`]), and of their throughput with the threads ([`scaling`]). Pure.

pub(crate) mod compare;
mod complexity;
mod costs;
#[cfg(test)]
mod document_tests;
mod merge;
mod ramp;
mod scaling;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

pub use complexity::complexity;
pub use scaling::scaling;

use crate::model::{
    Advice, BENCH_SCHEMA, BENCH_VERSION, BenchChange, BenchDocument, BenchFinding, BenchGrowth,
    BenchRow, Change, Comparison, Function, FunctionKind, Metric, Report, RuleId, RunDocument,
    Shift, Side, Verdict,
};
use crate::text::order::natural;

/// Makes the document of `runs`, oldest first, judged as in `comparison`. `None` of no runs.
pub fn document(runs: &[RunDocument], comparison: Option<&Comparison>) -> Option<BenchDocument> {
    let newest = runs.last()?;
    let benchmarks = benchmarks(runs);
    let row = |(name, functions): (&&str, &Vec<&Function>)| BenchRow {
        benchmark: merge::merged(functions),
        change: comparison.and_then(|it| change(it, name)),
    };
    let profiled = newest.functions.iter().filter(|it| it.kind == FunctionKind::Profiled);
    let mut rows: Vec<BenchRow> = benchmarks.iter().map(row).collect();
    rows.sort_by(|a, b| natural(&a.benchmark.name, &b.benchmark.name));
    let ramps = ramp::ramps(rows.iter().map(|row| &row.benchmark), &scaling(runs));
    Some(BenchDocument {
        schema: BENCH_SCHEMA.to_owned(),
        version: BENCH_VERSION,
        command: newest.run.command.clone(),
        runs: runs.iter().map(Side::from).collect(),
        baseline: comparison.and_then(|it| it.baseline.clone()),
        shift: comparison.and_then(shift),
        benchmarks: rows,
        groups: compare::groups(runs),
        ramps,
        complexity: complexity(runs),
        profiled: profiled.cloned().collect(),
        tree: newest.tree.clone(),
        score: None,
        grade: None,
        advice: Vec::new(),
        silenced: 0,
        notes: notes(runs, comparison),
        findings: comparison.map_or_else(Vec::new, |it| findings(it, &benchmarks)),
    })
}

/// Returns the growth of the benchmarks of `runs`, which were made together.
pub fn growth(runs: &[RunDocument]) -> BenchGrowth {
    BenchGrowth { complexity: complexity(runs), scaling: scaling(runs) }
}

/// Adds what a report on the same runs says of benchmarks: the score, the grade, and the advice that is about one of
/// them or about how they were built.
pub fn scored(document: BenchDocument, report: Report) -> BenchDocument {
    let names: HashSet<&str> =
        document.benchmarks.iter().map(|row| row.benchmark.name.as_str()).collect();
    let is_of_benchmarks = |it: &Advice| match &it.function {
        Some(name) => names.contains(name.as_str()),
        None => it.rule == RuleId::Unoptimised,
    };
    let advice = report.advice.into_iter().filter(is_of_benchmarks).collect();
    let Report { score, grade, silenced, .. } = report;
    BenchDocument { score, grade, advice, silenced, ..document }
}

/// Returns one benchmark over several processes, each of which counts as one value.
pub(crate) fn pooled(functions: &[&Function]) -> Function {
    merge::merged(functions)
}

/// Returns the benchmarks of `runs`, which were made together, each as one: see [`BenchRow`]. Sorted by name.
pub(crate) fn merged(runs: &[RunDocument]) -> Vec<Function> {
    benchmarks(runs).values().map(|functions| merge::merged(functions)).collect()
}

/// Gathers the benchmarks of all runs by name.
fn benchmarks(runs: &[RunDocument]) -> BTreeMap<&str, Vec<&Function>> {
    let mut all: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    let functions = runs.iter().flat_map(|run| &run.functions);
    for function in functions.filter(|it| it.kind == FunctionKind::Benchmark) {
        all.entry(function.name.as_str()).or_default().push(function);
    }
    all
}

/// Returns what is worse and is no time of a benchmark that has a row, so that whatever fails is seen.
fn findings(
    comparison: &Comparison,
    benchmarks: &BTreeMap<&str, Vec<&Function>>,
) -> Vec<BenchFinding> {
    // Without a baseline the only rows are those of benchmarks that did not end well, and their outcome is shown.
    let is_row =
        |row: &&Change| row.metric == Metric::MeanNs && benchmarks.contains_key(row.name.as_str());
    let changes = comparison.functions.iter().filter(|row| !is_row(row)).map(|row| BenchFinding {
        name: row.name.clone(),
        what: row.metric.title().to_owned(),
        verdict: row.verdict,
        reason: row.reason.clone(),
    });
    let budgets = comparison.budgets.iter().map(|row| BenchFinding {
        name: row.name.clone(),
        what: format!("the budget for {}", row.limit.title()),
        verdict: row.verdict,
        reason: row.reason.clone(),
    });
    changes.chain(budgets).filter(|it| it.verdict >= Verdict::Degraded).collect()
}

/// Returns what the comparison says of the time of a benchmark.
fn change(comparison: &Comparison, name: &str) -> Option<BenchChange> {
    comparison.baseline.as_ref()?;
    let is_it = |row: &&Change| row.name == name && row.metric == Metric::MeanNs;
    let row = comparison.functions.iter().find(is_it)?;
    Some(BenchChange {
        baseline_ns: row.baseline,
        change_pct: row.change_pct,
        interval_pct: row.interval_pct,
        beside: row.beside,
        verdict: row.verdict,
        reason: row.reason.clone(),
    })
}

/// Returns the change of all benchmarks at once.
fn shift(comparison: &Comparison) -> Option<Shift> {
    comparison.shifts().find(|it| it.kind == FunctionKind::Benchmark).cloned()
}

fn notes(runs: &[RunDocument], comparison: Option<&Comparison>) -> Vec<String> {
    let mut notes = Vec::new();
    if runs.len() == 1 {
        notes.push(
            "one process: how much processes differ, often more than these intervals, is not known"
                .to_owned(),
        );
    }
    notes.extend(comparison.into_iter().flat_map(|it| {
        let moved = shift(it).map(|shift| shift.reason);
        it.notes.iter().filter(move |note| Some(*note) != moved.as_ref()).cloned()
    }));
    notes
}
