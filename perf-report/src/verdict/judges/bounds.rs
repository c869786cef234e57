//! Judges the least and the most that `perf.toml` says a metric of the program's own may be.

use std::collections::{BTreeMap, BTreeSet};

use super::custom::{by_key, value};
use crate::model::{Because, BudgetKind, BudgetResult, MetricKind, RunDocument, Verdict};
use crate::text::suggest;
use crate::verdict::limits::CustomLimits;

/// Returns a row for each limit of a value that `limits` sets, for the metrics that the run has: a program that
/// records none of a name is judged by none of its limits.
pub(crate) fn budgets(
    run: &RunDocument,
    limits: &BTreeMap<String, CustomLimits>,
) -> Vec<BudgetResult> {
    let mut rows = Vec::new();
    for ((name, kind), metric) in by_key(run) {
        let Some(limits) = limits.get(name) else { continue };
        for (limit, allowed) in [(BudgetKind::Min, limits.min), (BudgetKind::Max, limits.max)] {
            rows.extend(
                allowed.map(|allowed| budget(name, (limit, allowed), (kind, value(metric)))),
            );
        }
    }
    rows
}

/// Returns notes on names in `limits` that none of the runs has, where one has nearly the same.
pub(crate) fn misspelt(
    runs: &[&RunDocument],
    limits: &BTreeMap<String, CustomLimits>,
) -> Vec<String> {
    let known: BTreeSet<_> =
        runs.iter().flat_map(|run| &run.metrics).map(|metric| metric.name.as_str()).collect();
    let unknown = limits.keys().filter(|name| !known.contains(name.as_str()));
    unknown
        .filter_map(|name| {
            let near = suggest::slip(name, known.iter().copied())?;
            Some(format!(
                "perf.toml speaks of a metric {name:?} that was never recorded; is it {near:?}?"
            ))
        })
        .collect()
}

fn budget(
    name: &str,
    (limit, allowed): (BudgetKind, f64),
    (metric, actual): (MetricKind, Option<f64>),
) -> BudgetResult {
    let is_broken = |value: f64| match limit {
        BudgetKind::Min => value < allowed,
        _ => value > allowed,
    };
    let (verdict, ground) = match actual {
        None => (Verdict::Inconclusive, Because::BoundOfUnrecorded { metric }),
        Some(value) if is_broken(value) => (Verdict::Regression, Because::OutOfBounds { metric }),
        Some(_) => (Verdict::Stable, Because::WithinBounds { metric }),
    };
    BudgetResult {
        name: name.to_owned(),
        limit,
        allowed,
        actual,
        verdict,
        reason: String::new(),
        because: vec![ground],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use crate::verdict::words;

    const COUNT: MetricKind = MetricKind::Count;
    const RATIO: MetricKind = MetricKind::Ratio;

    fn run(metrics: &[(&str, MetricKind, Option<f64>)]) -> RunDocument {
        let metrics = metrics.iter().map(|&(name, kind, value)| samples::metric(name, kind, value));
        RunDocument { metrics: metrics.collect(), ..samples::empty() }
    }

    #[test]
    fn limits_of_a_value_need_no_baseline() {
        let told = [Some(0.83), Some(2.0), None];
        let run =
            run(&[("rate", RATIO, told[0]), ("retries", COUNT, told[1]), ("wait", RATIO, told[2])]);
        let limits = BTreeMap::from([
            ("rate".to_owned(), CustomLimits { min: Some(0.9), ..CustomLimits::default() }),
            ("retries".to_owned(), CustomLimits { max: Some(2.0), ..CustomLimits::default() }),
            ("retrys".to_owned(), CustomLimits { max: Some(1.0), ..CustomLimits::default() }),
            ("wait".to_owned(), CustomLimits { max: Some(0.1), ..CustomLimits::default() }),
        ]);
        let shown: Vec<_> = budgets(&run, &limits)
            .into_iter()
            .map(|row| format!("{} {}: {}", row.verdict, row.name, words::of_budget(&row)))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        regression rate: ratio 83 %, below the minimum of 90 % that perf.toml sets
        stable retries: count 2, within the maximum of 2
        inconclusive wait: never recorded, so the maximum of 10 % says nothing
        ");
        insta::assert_snapshot!(misspelt(&[&run], &limits).join("\n"), @r#"perf.toml speaks of a metric "retrys" that was never recorded; is it "retries"?"#);
    }
}
