//! Ratios to the baseline, of which only what is certain counts: the rest is noise, and moves no score.

use std::collections::HashMap;

use super::spread::Figure;
use crate::model::{
    COMMAND, Change, Comparison, Function, FunctionKind, Metric, RunDocument, Verdict,
};
use crate::stats::number::float;

/// Returns whether a row says for certain that something changed.
pub(crate) fn is_certain(row: &Change) -> bool {
    matches!(row.verdict, Verdict::Improved | Verdict::Degraded | Verdict::Regression)
}

/// Returns the functions and metrics with this verdict, the worst first and each once: by the row with the lowest
/// metric, which is a count before the time that it explains, and self time before times that hold it.
pub(crate) fn of_verdict(comparison: &Comparison, verdict: Verdict) -> Vec<&Change> {
    let mut found: Vec<&Change> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in comparison.functions.iter().filter(|row| row.verdict == verdict) {
        match places.get(row.name.as_str()) {
            Some(&at) if row.metric < found[at].metric => found[at] = row,
            Some(_) => {}
            None => {
                places.insert(&row.name, found.len());
                found.push(row);
            }
        }
    }
    // The command as a whole only sums up what the others say.
    found.sort_by_key(|row| row.name == COMMAND);
    found
}

/// Returns whether the comparison can tell times: against a baseline of this machine and build.
pub(super) fn has_baseline(comparison: &Comparison) -> bool {
    comparison.baseline.is_some() && !comparison.advisory && !comparison.counts_only
}

/// Returns the ratio of a row, 1 unless it is certain.
fn of_row(row: &Change) -> Figure {
    let ratio = |pct: f64| (1.0 + pct / 100.0).max(0.0);
    let value = row.judged_pct().filter(|pct| pct.is_finite() && is_certain(row)).map(ratio);
    value.map_or(Figure::exact(1.0), |value| {
        let (low, high) =
            row.judged_interval_pct().map_or((value, value), |(a, b)| (ratio(a), ratio(b)));
        Figure { value, low: low.min(value), high: high.max(value) }
    })
}

/// Returns the ratio of a metric of the command; `None` where there is no row for it.
pub(super) fn of_command(comparison: &Comparison, metric: Metric) -> Option<Figure> {
    let rows = &comparison.functions;
    rows.iter().find(|row| row.name == COMMAND && row.metric == metric).map(of_row)
}

/// The ratio of the time of all functions together, and the number of certain changes behind it.
pub(super) struct OfTime {
    pub(super) ratio: Figure,
    pub(super) changed: u64,
    pub(super) judged: u64,
    pub(super) noun: &'static str,
}

/// Returns the ratio of the time of the tracked functions, else of the suites, else of the benchmarks; `None`
/// where no time was judged.
pub(super) fn of_time(run: &RunDocument, comparison: &Comparison) -> Option<OfTime> {
    [FunctionKind::Function, FunctionKind::Suite, FunctionKind::Benchmark, FunctionKind::Test]
        .into_iter()
        .find_map(|kind| of_kind(kind, run, comparison))
}

fn of_kind(kind: FunctionKind, run: &RunDocument, comparison: &Comparison) -> Option<OfTime> {
    let metric = if kind.is_function() { Metric::SelfNs } else { Metric::MeanNs };
    let mut rows: HashMap<(&str, Metric), &Change> = HashMap::new();
    rows.extend(comparison.functions.iter().map(|row| ((row.name.as_str(), row.metric), row)));
    let mut judged = Vec::new();
    let mut changed = 0;
    // By name, so that the order of functions changes no digit of a sum.
    let mut functions: Vec<&Function> =
        run.functions.iter().filter(|it| it.kind == kind && it.calls > 0).collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    for function in functions {
        let row = |metric| rows.get(&(function.name.as_str(), metric)).copied();
        let Some(time) = row(metric) else { continue };
        // Harnesses choose how often they call a benchmark.
        let calls = row(Metric::Calls).filter(|_| kind.is_function());
        changed += u64::from(is_certain(time) || calls.is_some_and(is_certain));
        let [time, calls] = [Some(time), calls].map(|row| row.map_or(Figure::exact(1.0), of_row));
        judged.push((function, times(time, calls)));
    }
    let ratio = match kind {
        FunctionKind::Function => of_sum(&judged, |function| float(function.self_ns)),
        FunctionKind::Suite => of_sum(&judged, |function| float(function.total_ns)),
        _ => of_mean(&judged),
    }?;
    Some(OfTime { ratio, changed, judged: judged.len() as u64, noun: kind.noun() })
}

fn times(a: Figure, b: Figure) -> Figure {
    Figure { value: a.value * b.value, low: a.low * b.low, high: a.high * b.high }
}

/// Returns the ratio of a sum, of which each function is a part.
fn of_sum(judged: &[(&Function, Figure)], part: fn(&Function) -> f64) -> Option<Figure> {
    let now: f64 = judged.iter().map(|(function, _)| part(function)).sum();
    let before = |of: fn(&Figure) -> f64| -> f64 {
        judged
            .iter()
            .map(|(function, ratio)| part(function) / of(ratio).max(f64::MIN_POSITIVE))
            .sum()
    };
    let ratio = |before: f64| if before > 0.0 { now / before } else { 1.0 };
    (now > 0.0).then(|| Figure {
        value: ratio(before(|it| it.value)),
        low: ratio(before(|it| it.low)),
        high: ratio(before(|it| it.high)),
    })
}

/// Returns the geometric mean: benchmarks that last long weigh no more than others.
fn of_mean(judged: &[(&Function, Figure)]) -> Option<Figure> {
    let mean = |of: fn(&Figure) -> f64| {
        let logs = judged.iter().map(|(_, ratio)| of(ratio).max(f64::MIN_POSITIVE).ln());
        (logs.sum::<f64>() / float(judged.len() as u64)).exp()
    };
    (!judged.is_empty()).then(|| Figure {
        value: mean(|it| it.value),
        low: mean(|it| it.low),
        high: mean(|it| it.high),
    })
}
