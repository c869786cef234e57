//! Puts verdicts into words. Every sentence here must read well aloud.

use super::limits::MetricLimits;
use crate::model::{Metric, Verdict};
use crate::stats::number::change_pct;
use crate::text::units;

/// What a row says first: `mean 20.1 ms → 24.9 ms (+23.9 %)`.
pub(crate) fn values(metric: Metric, baseline: f64, current: f64) -> String {
    let change = change(change_pct(baseline, current).map(Seen::only));
    let [old, new] = [baseline, current].map(|value| metric.number(value));
    // Of a rate in per cent, a change in per cent would be mistaken for the rate's.
    let change = if metric == Metric::Success { String::new() } else { change };
    format!("{} {old} → {new}{change}", metric.title())
}

/// A change as it was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// The change that is judged, in per cent.
    pub(crate) pct: f64,
    /// The change of the suite as a whole that was taken off before.
    pub(crate) suite_pct: f64,
    /// What the change that is judged lies between.
    pub(crate) interval: Option<(f64, f64)>,
    /// What the values are of, if that is not said by the metric: ` by unit of work`.
    pub(crate) per: &'static str,
}

impl Seen {
    /// A change of which no more is known.
    pub(crate) fn only(pct: f64) -> Self {
        Self { pct, suite_pct: 0.0, interval: None, per: "" }
    }
}

/// The change of a value in per cent, of one that is `pct` beside a suite that changed by `suite_pct`.
pub(crate) fn with_suite(pct: f64, suite_pct: f64) -> f64 {
    ((1.0 + pct / 100.0) * (1.0 + suite_pct / 100.0) - 1.0) * 100.0
}

/// The change in per cent beside a suite that changed by `suite_pct`, of a value that changed by `pct`.
pub(crate) fn without_suite(pct: f64, suite_pct: f64) -> f64 {
    ((1.0 + pct / 100.0) / (1.0 + suite_pct / 100.0) - 1.0) * 100.0
}

/// The same of a value that is not exact: its change is given, with the interval that it lies in; a
/// value that is an estimate is marked as one.
pub(crate) fn measured(
    metric: Metric,
    values: [f64; 2],
    are_estimates: [bool; 2],
    seen: Option<Seen>,
) -> String {
    let unit = match metric {
        Metric::SelfNs => " a call",
        Metric::TotalNs => " in the run",
        _ => seen.map_or("", |seen| seen.per),
    };
    let [old, new] = [0, 1].map(|side| {
        let mark = if are_estimates[side] { "~" } else { "" };
        format!("{mark}{}", metric.number(values[side]))
    });
    format!("{} {old} → {new}{unit}{}", metric.title(), change(seen))
}

/// ` (+23.9 %, likely +20.0 to +28.1 %)`; where everything changed, ` (+30.1 %, beside the rest +2.0 %)`.
fn change(seen: Option<Seen>) -> String {
    let Some(Seen { pct, suite_pct, interval, .. }) = seen else { return String::new() };
    let likely = interval.map_or_else(String::new, |it| format!(", likely {}", units::range(it)));
    let own = units::change(pct);
    if suite_pct == 0.0 {
        return format!(" ({own}{likely})");
    }
    let all = units::change(with_suite(pct, suite_pct));
    format!(" ({all}, beside the rest {own}{likely})")
}

/// What is said of values that differ from run to run, of which those are compared that come nearest.
pub(crate) fn nearest(old: &str, new: &str) -> String {
    format!(", between the nearest runs ({old} before, {new} now)")
}

/// Why a value that has changed, as far as can be seen, has its verdict.
pub(crate) fn against_limits(verdict: Verdict, limits: MetricLimits) -> String {
    let pct = |limit: Option<f64>| units::percent(limit.unwrap_or_default());
    match (verdict, limits.regression_pct) {
        (Verdict::Regression, _) => format!("over the limit of {}", pct(limits.regression_pct)),
        (Verdict::Degraded, Some(limit)) => {
            format!(
                "over {} but within the limit of {}",
                pct(limits.degraded_pct),
                pct(Some(limit))
            )
        }
        (Verdict::Degraded, None) => format!("over {}", pct(limits.degraded_pct)),
        (Verdict::Improved, _) => format!("better by more than {}", pct(limits.improved_pct)),
        _ => match [limits.degraded_pct, limits.regression_pct]
            .into_iter()
            .flatten()
            .reduce(f64::min)
        {
            Some(limit) => format!("within {}", units::percent(limit)),
            None => "not limited".to_owned(),
        },
    }
}
