//! Puts verdicts into words. Every sentence here must read well aloud.

use super::custom;
use super::limits::MetricLimits;
use crate::model::{Metric, MetricKind, Verdict};
use crate::units;

/// What a row says first: `mean 20.1 ms → 24.9 ms (+23.9 %)`.
pub(super) fn values(metric: Metric, baseline: f64, current: f64) -> String {
    let change = match change_pct(baseline, current) {
        Some(pct) => format!(" ({})", units::change(pct)),
        None => String::new(),
    };
    if let Some(kind) = custom_kind(metric) {
        let [old, new] = [baseline, current].map(|value| custom::number(kind, value));
        return format!("{kind} {old} → {new}{change}");
    }
    if metric.is_count() {
        return format!("{} {} → {}{change}", title(metric), number(baseline), number(current));
    }
    times(metric, [baseline, current], [false; 2])
}

/// The same of a time; a value that is an estimate is marked as one.
pub(super) fn times(metric: Metric, values: [f64; 2], are_estimates: [bool; 2]) -> String {
    let change = match change_pct(values[0], values[1]) {
        Some(pct) => format!(" ({})", units::change(pct)),
        None => String::new(),
    };
    let unit = match metric {
        Metric::SelfNs => " a call",
        Metric::TotalNs => " in the run",
        _ => "",
    };
    let [old, new] = [0, 1].map(|run| {
        let mark = if are_estimates[run] { "~" } else { "" };
        format!("{mark}{}", units::duration(values[run]))
    });
    format!("{} {old} → {new}{unit}{change}", title(metric))
}

/// Why a time that changed by `pct` per cent has its verdict.
pub(super) fn against_limits(verdict: Verdict, limits: MetricLimits) -> String {
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

/// Change in per cent of the baseline; `None` where there is nothing to divide by.
pub(super) fn change_pct(baseline: f64, current: f64) -> Option<f64> {
    let pct = (current - baseline) / baseline * 100.0;
    (baseline > 0.0 && pct.is_finite()).then_some(pct)
}

/// The kind of a metric that programs tell of themselves.
fn custom_kind(metric: Metric) -> Option<MetricKind> {
    match metric {
        Metric::Count => Some(MetricKind::Count),
        Metric::Gauge => Some(MetricKind::Gauge),
        Metric::Ratio => Some(MetricKind::Ratio),
        _ => None,
    }
}

/// What a metric is called in a sentence.
pub fn title(metric: Metric) -> &'static str {
    match metric {
        Metric::SelfAllocs => "own allocations",
        Metric::SelfNs => "self time",
        Metric::TotalNs => "total time",
        metric => metric.word(),
    }
}

/// A count kept as a float, as it was.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts come from u64, and `as` saturates"
)]
fn number(count: f64) -> String {
    units::count(count as u64)
}
