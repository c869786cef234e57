//! Judges the numbers that programs tell of themselves: counts, gauges, ratios.
//!
//! Nothing in such a number says whether more of it is better. So a change is `changed` and fails
//! nothing, unless `perf.toml` says which way is better; then it is judged, a count exactly as calls
//! are. Limits of the value itself are budgets, and need no baseline.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    BudgetKind, BudgetResult, Change, CustomMetric, Metric, MetricKind, RunDocument, Verdict,
};
use crate::text::{suggest, units};
use crate::verdict::evidence::chance;
use crate::verdict::limits::{Better, CustomLimits, Limits};
use crate::verdict::reason;

/// Metrics by name and kind. Of a document that holds one twice, the first counts.
type ByKey<'a> = BTreeMap<(&'a str, MetricKind), &'a CustomMetric>;

/// A row for each metric that at least one of the sides has a value of. Where runs of a side differ,
/// sides whose values overlap are the same, and others are judged by those that come nearest.
pub(crate) fn rows(
    baseline: &[RunDocument],
    current: &[RunDocument],
    limits: &Limits,
) -> Vec<Change> {
    let (olds, news) = (by_run(baseline), by_run(current));
    let keys: BTreeSet<_> = olds.keys().chain(news.keys()).copied().collect();
    let row = |key: (&str, MetricKind)| {
        let (name, kind) = key;
        let (values, verdict, reason) = match (olds.get(&key), news.get(&key)) {
            (Some(old), Some(new)) => of_both(key, [old, new], limits),
            (None, Some(new)) => {
                let most = range(new).1;
                ([None, Some(most)], Verdict::Added, format!("new: {}", said(kind, most)))
            }
            (Some(old), None) => {
                let most = range(old).1;
                let said = format!("gone: {} before", said(kind, most));
                ([Some(most), None], Verdict::Removed, said)
            }
            (None, None) => return None,
        };
        Some(Change {
            change_pct: values[0].zip(values[1]).and_then(|(old, new)| change_pct(old, new)),
            verdict,
            reason,
            ..Change::exact(name, kind.into(), values)
        })
    };
    keys.into_iter().filter_map(row).collect()
}

/// The values of each metric in some runs.
fn by_run(runs: &[RunDocument]) -> BTreeMap<(&str, MetricKind), Vec<f64>> {
    let mut values = BTreeMap::<_, Vec<f64>>::new();
    for run in runs {
        for (key, metric) in by_key(run) {
            values.entry(key).or_default().extend(value(metric));
        }
    }
    values.retain(|_, values| !values.is_empty());
    values
}

/// Least and most of some values, at least one.
fn range(values: &[f64]) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(ends, |(least, most), value| (value.min(least), value.max(most)))
}

fn of_both(
    (name, kind): (&str, MetricKind),
    [olds, news]: [&[f64]; 2],
    limits: &Limits,
) -> ([Option<f64>; 2], Verdict, String) {
    let own = limits.custom.get(name).copied().unwrap_or_default();
    let (old, new) = (range(olds), range(news));
    let (before, now) = if new.0 > old.1 {
        (old.1, new.0)
    } else if new.1 < old.0 {
        (old.0, new.1)
    } else {
        let common = new.0.max(old.0);
        (common, common)
    };
    let values = [Some(before), Some(now)];
    let varies = old.0 < old.1 || new.0 < new.1;
    let between = |(least, most): (f64, f64)| {
        let [least, most] = [least, most].map(|value| number(kind, value));
        if least == most { most } else { format!("{least} to {most}") }
    };
    if varies && before.total_cmp(&now).is_eq() {
        let said = format!(
            "{kind} differs from run to run: {} before, {} now",
            between(old),
            between(new)
        );
        return (values, Verdict::Stable, said);
    }
    let (verdict, reason) = judge(kind, before, now, own);
    if !varies {
        return (values, verdict, reason);
    }
    let reason = reason + &reason::nearest(&between(old), &between(new));
    let may_be_chance = || chance::may_differ(olds, news, limits.false_discoveries);
    let (verdict, reason) = chance::unless((verdict, reason), may_be_chance);
    (values, verdict, reason)
}

fn by_key(run: &RunDocument) -> ByKey<'_> {
    // The last insertion stays.
    run.metrics.iter().rev().map(|metric| ((metric.name.as_str(), metric.kind), metric)).collect()
}

fn value(metric: &CustomMetric) -> Option<f64> {
    metric.value.filter(|value| value.is_finite())
}

fn judge(kind: MetricKind, old: f64, new: f64, limits: CustomLimits) -> (Verdict, String) {
    let change = new - old;
    if change == 0.0 {
        return (Verdict::Stable, format!("{} in both runs", said(kind, new)));
    }
    let said = reason::values(kind.into(), old, new);
    let Some(better) = limits.better else { return (Verdict::Changed, said) };
    let is_better = (change > 0.0) == (better == Better::Higher);
    let size = change_pct(old, new).map_or(f64::INFINITY, f64::abs);
    // A count has no noise, so that any change of it is a finding; see `counts`.
    let within = limits.max_regression_pct.filter(|limit| size <= *limit);
    match (is_better, within, limits.max_regression_pct) {
        (_, Some(limit), _) if kind != MetricKind::Count => {
            (Verdict::Stable, format!("{said}, within {}", units::percent(limit)))
        }
        (true, ..) => (Verdict::Improved, format!("{said}, better")),
        (false, None, Some(limit)) => {
            (Verdict::Regression, format!("{said}, worse by more than {}", units::percent(limit)))
        }
        (false, Some(limit), _) => {
            let limit = units::percent(limit);
            (Verdict::Degraded, format!("{said}, worse but within the limit of {limit}"))
        }
        (false, None, None) => (Verdict::Degraded, format!("{said}, worse")),
    }
}

/// Change in per cent of the size of the baseline, which may be below zero here.
fn change_pct(old: f64, new: f64) -> Option<f64> {
    let pct = (new - old) / old.abs() * 100.0;
    pct.is_finite().then_some(pct)
}

/// A value with what it is: `ratio 91.7 %`.
fn said(kind: MetricKind, value: f64) -> String {
    format!("{kind} {}", number(kind, value))
}

fn number(kind: MetricKind, value: f64) -> String {
    Metric::from(kind).number(value)
}

/// A row for each limit of a value that `limits` sets, for the metrics that the run has: a program
/// that tells none of a name is judged by none of its limits.
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

/// Names in `limits` that none of the runs has, where they have one that is nearly the same.
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
                "perf.toml speaks of a metric {name:?} that was never told; is it {near:?}?"
            ))
        })
        .collect()
}

fn budget(
    name: &str,
    (limit, allowed): (BudgetKind, f64),
    (kind, actual): (MetricKind, Option<f64>),
) -> BudgetResult {
    let (bound, beyond) = match limit {
        BudgetKind::Min => ("minimum", "below"),
        _ => ("maximum", "above"),
    };
    let broken = |value: f64| match limit {
        BudgetKind::Min => value < allowed,
        _ => value > allowed,
    };
    let allowed_text = number(kind, allowed);
    let (verdict, reason) = match actual {
        None => (
            Verdict::Inconclusive,
            format!("never told, so the {bound} of {allowed_text} says nothing"),
        ),
        Some(value) if broken(value) => (
            Verdict::Regression,
            format!(
                "{}, {beyond} the {bound} of {allowed_text} that perf.toml sets",
                said(kind, value)
            ),
        ),
        Some(value) => (
            Verdict::Stable,
            format!("{}, within the {bound} of {allowed_text}", said(kind, value)),
        ),
    };
    BudgetResult { name: name.to_owned(), limit, allowed, actual, verdict, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    const COUNT: MetricKind = MetricKind::Count;
    const RATIO: MetricKind = MetricKind::Ratio;

    fn run(metrics: &[(&str, MetricKind, Option<f64>)]) -> RunDocument {
        let metrics = metrics.iter().map(|&(name, kind, value)| samples::metric(name, kind, value));
        RunDocument { metrics: metrics.collect(), ..samples::empty() }
    }

    fn better(better: Better, max_regression_pct: Option<f64>) -> CustomLimits {
        CustomLimits { better: Some(better), max_regression_pct, ..CustomLimits::default() }
    }

    #[track_caller]
    fn check(
        kind: MetricKind,
        (old, new): (f64, f64),
        limits: CustomLimits,
        verdict: Verdict,
        why: &str,
    ) {
        let runs = [old, new].map(|value| run(&[("m", kind, Some(value))]));
        let custom = BTreeMap::from([("m".to_owned(), limits)]);
        let limits = Limits { custom, ..Limits::default() };
        let rows = rows(&runs[..1], &runs[1..], &limits);
        assert_eq!((rows[0].verdict, rows[0].reason.as_str()), (verdict, why));
    }

    #[test]
    fn a_change_is_told_and_not_judged() {
        let nothing = CustomLimits::default();
        check(COUNT, (412.0, 824.0), nothing, Verdict::Changed, "count 412 → 824 (+100.0 %)");
        check(COUNT, (3.0, 3.0), nothing, Verdict::Stable, "count 3 in both runs");
        check(RATIO, (0.9, 0.45), nothing, Verdict::Changed, "ratio 90 % → 45 % (-50.0 %)");
    }

    #[test]
    fn which_way_is_better_makes_it_a_verdict() {
        let higher = better(Better::Higher, Some(5.0));
        check(
            RATIO,
            (0.8, 0.79),
            higher,
            Verdict::Stable,
            "ratio 80 % → 79 % (-1.3 %), within 5 %",
        );
        let why = "ratio 80 % → 72 % (-10.0 %), worse by more than 5 %";
        check(RATIO, (0.8, 0.72), higher, Verdict::Regression, why);
        check(RATIO, (0.8, 0.9), higher, Verdict::Improved, "ratio 80 % → 90 % (+12.5 %), better");
        let lower = better(Better::Lower, None);
        check(COUNT, (8.0, 9.0), lower, Verdict::Degraded, "count 8 → 9 (+12.5 %), worse");
        check(COUNT, (8.0, 6.0), lower, Verdict::Improved, "count 8 → 6 (-25.0 %), better");
    }

    #[test]
    fn counts_are_judged_exactly() {
        let lower = better(Better::Lower, Some(50.0));
        let why = "count 8 → 9 (+12.5 %), worse but within the limit of 50 %";
        check(COUNT, (8.0, 9.0), lower, Verdict::Degraded, why);
        check(
            COUNT,
            (0.0, 1.0),
            lower,
            Verdict::Regression,
            "count 0 → 1, worse by more than 50 %",
        );
    }

    #[test]
    fn what_differs_from_run_to_run_is_no_worse_by_as_much() {
        let runs = |values: &[f64]| -> Vec<_> {
            values.iter().map(|value| run(&[("m", RATIO, Some(*value))])).collect()
        };
        let custom = BTreeMap::from([("m".to_owned(), better(Better::Higher, Some(5.0)))]);
        let limits = Limits { custom, ..Limits::default() };
        let said = |olds: &[f64], news: &[f64]| {
            let row = &rows(&runs(olds), &runs(news), &limits)[0];
            format!("{}: {}", row.verdict, row.reason)
        };
        insta::assert_snapshot!([
            said(&[0.8, 0.7, 0.9, 0.85, 0.75], &[0.6]),
            said(&[0.8, 0.7, 0.9, 0.85, 0.75], &[0.95]),
            said(&[0.8, 0.81, 0.8, 0.79, 0.8], &[0.6]),
        ].join("\n"), @r"
        inconclusive: ratio 70 % → 60 % (-14.3 %), worse by more than 5 %, between the nearest runs (70 % to 90 % before, 60 % now), which may be chance, since they differ from run to run
        stable: ratio 90 % → 95 % (+5.6 %), better, between the nearest runs (70 % to 90 % before, 95 % now), which may be chance, since they differ from run to run
        regression: ratio 79 % → 60 % (-24.1 %), worse by more than 5 %, between the nearest runs (79 % to 81 % before, 60 % now)
        ");
    }

    #[test]
    fn a_value_in_one_run_only_is_added_or_removed() {
        let old = run(&[("a", COUNT, Some(1.0)), ("b", MetricKind::Gauge, None)]);
        let new = run(&[("a", RATIO, Some(0.5)), ("b", MetricKind::Gauge, None)]);
        let said: Vec<_> = rows(&[old], &[new], &Limits::default())
            .into_iter()
            .map(|row| format!("{} {}: {}", row.verdict, row.name, row.reason))
            .collect();
        assert_eq!(said, ["removed a: gone: count 1 before", "added a: new: ratio 50 %"]);
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
        let said: Vec<_> = budgets(&run, &limits)
            .into_iter()
            .map(|row| format!("{} {}: {}", row.verdict, row.name, row.reason))
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        regression rate: ratio 83 %, below the minimum of 90 % that perf.toml sets
        stable retries: count 2, within the maximum of 2
        inconclusive wait: never told, so the maximum of 10 % says nothing
        ");
        insta::assert_snapshot!(misspelt(&[&run], &limits).join("\n"), @r#"perf.toml speaks of a metric "retrys" that was never told; is it "retries"?"#);
    }
}
