//! Finds the callers that only wait for functions that became slower.
//!
//! The time of a call holds the time of its callees, so one slow function makes all of its callers
//! slower. Between two runs, the growth of a caller's mean has three parts, which the
//! calling-context tree shows apart: its self time, callees that it calls more often, and callees
//! that take longer. The first two are its own doing. When they stay within the limit, and a callee
//! is a regression itself, the caller is no regression but `degraded`, and says whom it waits for.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Because, Change, Metric, RunDocument, Verdict};
use crate::stats::number::float;
use crate::verdict::limits::Limits;
use crate::verdict::sides::Sides;

/// The times that hold the time of callees, per call.
const INCLUSIVE: [Metric; 5] =
    [Metric::MeanNs, Metric::P50Ns, Metric::P90Ns, Metric::P95Ns, Metric::P99Ns];

/// Lowers the regressions of callers that only wait for a regression further down.
///
/// The worst verdict of all rows stays what it was: nothing is lowered but for a regression that
/// remains.
pub(crate) fn lower_callers(rows: &mut [Change], sides: Sides<'_>, limits: &Limits) {
    let waiting = waiting(rows, sides, limits);
    let inherited = |row: &Change| {
        row.verdict == Verdict::Regression && is_inclusive(row) && waiting.contains_key(&row.name)
    };
    let others_remain =
        rows.iter().any(|row| row.verdict == Verdict::Regression && !inherited(row));
    if !others_remain {
        return;
    }
    for row in rows.iter_mut() {
        if inherited(row) {
            row.verdict = Verdict::Degraded;
            row.because.push(Because::WaitsFor { function: waiting[&row.name].clone() });
        }
    }
}

/// Returns the functions whose growth is not their own doing, each with the callee that it waits for most.
fn waiting(rows: &[Change], sides: Sides<'_>, limits: &Limits) -> BTreeMap<String, String> {
    let regressed: HashSet<&str> = rows
        .iter()
        .filter(|row| row.verdict == Verdict::Regression && !row.metric.is_count())
        .map(|row| row.name.as_str())
        .collect();
    if regressed.len() < 2 {
        return BTreeMap::new();
    }
    let limit = limits.metrics.get(&Metric::MeanNs).and_then(|limits| limits.degraded_pct);
    let allowed = limit.unwrap_or(0.0) / 100.0;
    let (old, new) = (Calls::of(sides.baseline), Calls::of(sides.current));
    regressed
        .iter()
        .filter_map(|&caller| {
            let (was, is) = (old.mean(caller)?, new.mean(caller)?);
            let inherited = inherited(caller, &old, &new);
            let own_doing = is - was - inherited.values().sum::<f64>();
            let (callee, _) = inherited
                .into_iter()
                .filter(|(callee, ns)| *ns > 0.0 && regressed.contains(callee))
                .max_by(|a, b| a.1.total_cmp(&b.1))?;
            (own_doing <= was * allowed).then(|| (caller.to_owned(), callee.to_owned()))
        })
        .collect()
}

/// Returns the callers whose growth is owed to nothing but functions that may be slower, `accepted` to begin with:
/// each with the callee that it waits for most. Callers of such callers are among them.
pub(crate) fn excused(
    rows: &[Change],
    sides: Sides<'_>,
    limits: &Limits,
    accepted: &BTreeSet<String>,
) -> BTreeMap<String, String> {
    let limit = limits.metrics.get(&Metric::MeanNs).and_then(|limits| limits.degraded_pct);
    let allowed = limit.unwrap_or(0.0) / 100.0;
    let (old, new) = (Calls::of(sides.baseline), Calls::of(sides.current));
    let slower = rows.iter().filter(|row| row.verdict == Verdict::Degraded && is_inclusive(row));
    let mut open: BTreeSet<&str> = slower.map(|row| row.name.as_str()).collect();
    open.retain(|name| !accepted.contains(*name));
    let mut excused = BTreeMap::new();
    loop {
        let may = |callee: &str| accepted.contains(callee) || excused.contains_key(callee);
        let owed = |caller: &&str| {
            let grown = new.mean(caller)? - old.mean(caller)?;
            let mut owed = inherited(caller, &old, &new);
            owed.retain(|callee, ns| *ns > 0.0 && may(callee));
            let own_doing = grown - owed.values().sum::<f64>();
            let (callee, _) = owed.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            let is_all = own_doing <= old.mean(caller)? * allowed;
            is_all.then(|| ((*caller).to_owned(), callee.to_owned()))
        };
        let found: Vec<_> = open.iter().filter_map(owed).collect();
        if found.is_empty() {
            return excused;
        }
        open.retain(|name| found.iter().all(|(caller, _)| caller != name));
        excused.extend(found);
    }
}

/// Returns whether the row is of a time that holds that of callees.
pub(crate) fn is_inclusive(row: &Change) -> bool {
    INCLUSIVE.contains(&row.metric) || row.metric == Metric::TotalNs
}

/// Returns for each callee how much longer a call of `caller` takes because the callee takes longer, were it
/// called as often as before.
fn inherited<'a>(caller: &str, old: &Calls<'a>, new: &Calls<'a>) -> BTreeMap<&'a str, f64> {
    let calls = |edge: &Edge| float(edge.calls);
    let mean = |edge: &Edge| float(edge.total_ns) / float(edge.calls);
    let caller_calls = old.calls(caller);
    old.callees(caller)
        .filter_map(|(callee, before)| {
            let after = new.edges.get(caller)?.get(callee)?;
            (before.calls > 0 && after.calls > 0 && caller_calls > 0.0)
                .then(|| (callee, calls(before) / caller_calls * (mean(after) - mean(before))))
        })
        .collect()
}

/// Who called whom, over all contexts of all runs of a side whose trees are known.
#[derive(Debug, Default)]
struct Calls<'a> {
    /// Calls, and the sum of their durations.
    functions: HashMap<&'a str, (f64, f64)>,
    edges: HashMap<&'a str, BTreeMap<&'a str, Edge>>,
}

#[derive(Debug, Default)]
struct Edge {
    calls: u64,
    total_ns: u64,
}

impl<'a> Calls<'a> {
    fn of(runs: &'a [RunDocument]) -> Self {
        let mut calls = Self::default();
        for run in runs.iter().filter(|run| !run.tree.is_empty()) {
            calls.add(run);
        }
        calls
    }

    fn add(&mut self, run: &'a RunDocument) {
        let names: HashMap<u32, &str> =
            run.tree.iter().map(|node| (node.id, node.function.as_str())).collect();
        for node in &run.tree {
            let Some(caller) = node.parent.and_then(|parent| names.get(&parent)) else { continue };
            let callees = self.edges.entry(caller).or_default();
            let edge = callees.entry(node.function.as_str()).or_default();
            edge.calls = edge.calls.saturating_add(node.calls);
            edge.total_ns = edge.total_ns.saturating_add(node.total_ns);
        }
        for function in &run.functions {
            let Some(mean) = function.mean_ns else { continue };
            let (calls, total) = self.functions.entry(&function.name).or_default();
            *calls += float(function.calls);
            *total += float(function.calls) * mean;
        }
    }

    fn mean(&self, function: &str) -> Option<f64> {
        let (calls, total) = self.functions.get(function)?;
        (*calls > 0.0).then(|| total / calls)
    }

    fn calls(&self, function: &str) -> f64 {
        self.functions.get(function).map_or(0.0, |(calls, _)| *calls)
    }

    fn callees(&self, caller: &str) -> impl Iterator<Item = (&'a str, &Edge)> {
        self.edges.get(caller).into_iter().flatten().map(|(callee, edge)| (*callee, edge))
    }
}
