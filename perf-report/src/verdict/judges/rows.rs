//! The rows of a comparison of two sides: of what is counted, of times, of the command, and of functions that
//! only one side knows.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::decide::{self, Draft};
use super::{counts, measured, times, whole};
use crate::model::{Because, Change, Function, Metric, Verdict};
use crate::stats::number::float;
use crate::verdict::evidence::suite::Suites;
use crate::verdict::limits::{Limits, MetricLimits, Severity};
use crate::verdict::sides::{Functions, Pair, Sides};

/// Returns the rows, and a note on those that are left out.
pub(crate) fn rows(
    functions: &Functions<'_>,
    sides: Sides<'_>,
    suites: &Suites,
    limits: &Limits,
) -> (Vec<Change>, Option<String>) {
    let mut rows = exact(functions, limits);
    let mut drafts = drafts(functions, sides, suites, limits);
    // What is switched off takes no part of the error that all others share. It is judged apart,
    // since the command, or a caller, may be slower for it.
    let is_off = |draft: &Draft| {
        limits.allowances.severity_of(&draft.row.name, draft.row.metric) == Severity::Off
    };
    let off: Vec<Draft> = drafts.extract_if(.., |draft| is_off(draft)).collect();
    let (judged, left_out) = decide::decide(drafts, limits);
    rows.extend(judged);
    rows.extend(decide::decide(off, limits).0);
    rows.extend(functions.renamed.iter().map(renamed));
    rows.extend(functions.added.iter().map(|new| added(new)));
    rows.extend(functions.removed.iter().map(|old| removed(old)));
    rows.extend(measured::one_sided(&functions.measured));
    (rows, left_out)
}

/// Returns the functions of which runs before the history would tell more: of all others it has as many values as are
/// looked at. Benchmarks, suites and tests are none of them.
pub(crate) fn scarce(sides: Sides<'_>, limits: &Limits) -> BTreeSet<String> {
    let functions = Functions::of(sides, limits);
    let needs_more = |pair: &&Pair<'_>| {
        let mut times = metrics(limits, false).filter(|(metric, _)| metric.is_of_function());
        times.any(|(metric, _)| times::needs_more(pair, metric))
            // A kind of errors is new if none of all runs has it.
            || limits.metrics.contains_key(&Metric::Errors) && pair.new.failures.is_some()
    };
    functions.pairs().filter(needs_more).map(|pair| pair.old.name.clone()).collect()
}

/// Returns the metrics that are judged, those that count something or the others.
fn metrics(limits: &Limits, are_counts: bool) -> impl Iterator<Item = (Metric, MetricLimits)> {
    let metrics = limits.metrics.iter().map(|(&metric, &own)| (metric, own));
    metrics.filter(move |(metric, _)| metric.is_count() == are_counts)
}

/// Returns the rows of what is counted.
fn exact(functions: &Functions<'_>, limits: &Limits) -> Vec<Change> {
    let pairs: Vec<&Pair<'_>> = functions.pairs().collect();
    let rows = pairs.par_iter().flat_map_iter(|pair| {
        metrics(limits, true).filter_map(|(metric, own)| counts::judge(pair, metric, own))
    });
    let failures = metrics(limits, true).find(|(metric, _)| *metric == Metric::Errors);
    let failed = |pair| failures.and_then(|(metric, own)| counts::judge(pair, metric, own));
    rows.chain(functions.measured.both.par_iter().filter_map(failed)).collect()
}

/// Returns the drafts of what has noise.
fn drafts(
    functions: &Functions<'_>,
    sides: Sides<'_>,
    suites: &Suites,
    limits: &Limits,
) -> Vec<Draft> {
    let pairs: Vec<&Pair<'_>> = functions.pairs().collect();
    let of_pairs = pairs.par_iter().flat_map_iter(|pair| {
        let draft =
            |(metric, own)| times::draft(pair, metric, own, (&suites.functions, sides.paired));
        metrics(limits, false).filter_map(draft)
    });
    let mut drafts: Vec<Draft> = of_pairs.collect();
    if let Some(own) = limits.metrics.get(&Metric::MeanNs) {
        let draft = |pair: &Pair<'_>| {
            measured::draft(pair, *own, (suites.of_kind(pair.new.kind), sides.paired))
        };
        drafts.extend(functions.measured.both.iter().filter_map(draft));
    }
    drafts.extend(whole::drafts(sides, limits));
    drafts
}

/// Returns the row that says which name a function had before.
fn renamed(pair: &Pair<'_>) -> Change {
    let calls = [pair.old.calls, pair.new.calls].map(|calls| Some(float(calls)));
    let because = vec![Because::Renamed { from: pair.old.name.clone() }];
    let row = Change::exact(&pair.new.name, Metric::Calls, calls);
    Change { verdict: Verdict::Renamed, because, ..row }
}

/// Returns the row of a function that only the runs know that are judged.
fn added(function: &Function) -> Change {
    let because = vec![Because::New { self_ns: Some(function.self_ns) }];
    let row = Change::exact(&function.name, Metric::Calls, [None, Some(float(function.calls))]);
    Change { verdict: Verdict::Added, because, ..row }
}

/// Returns the row of a function that only the baseline knows.
fn removed(function: &Function) -> Change {
    let because = vec![Because::Gone { self_ns: Some(function.self_ns) }];
    let row = Change::exact(&function.name, Metric::Calls, [Some(float(function.calls)), None]);
    Change { verdict: Verdict::Removed, because, ..row }
}
