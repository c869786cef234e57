//! The times of a function: what is compared of them, and whether that can be judged at all.
//!
//! What is left is a [`Draft`], which [`super::decide`] judges together with all others.
//!
//! Two floors keep small things from being findings: one for the change of a single call, below
//! which the layout of the machine code decides, and one for the change over all calls of the run,
//! below which nobody could notice.

use super::decide::{Draft, Test};
use crate::model::{Because, Change, Function, Metric, Origin, Verdict, time_of};
use crate::stats::history::LOOKED_AT;
use crate::stats::number::{change_pct, float};
use crate::verdict::evidence::estimates::Doubt;
use crate::verdict::evidence::noise::{self, Source, Values};
use crate::verdict::evidence::suite::Suite;
use crate::verdict::evidence::{busy, estimates, outliers};
use crate::verdict::limits::MetricLimits;
use crate::verdict::sides::Pair;

/// Returns the row of a time, where there is anything to say.
///
/// Self time has a row wherever both sides called the function, if only to say that the calls are
/// too few. The inclusive times do not repeat that: they have a row where there are enough.
pub(crate) fn draft(
    pair: &Pair<'_>,
    metric: Metric,
    limits: MetricLimits,
    (suite, paired): (&Suite, bool),
) -> Option<Draft> {
    let (old, new) = (pair.old, pair.new);
    if old.calls == 0 || new.calls == 0 {
        return None;
    }
    if metric == Metric::SelfNs && old.measured_calls().min(new.measured_calls()) == 0 {
        return Some(pair.not_timed());
    }
    let values = pair.values(metric, known);
    let [baseline, current] = pair.values(metric, time_of).middles();
    let row = Change::exact(&new.name, metric, [Some(baseline?), Some(current?)]);
    if metric != Metric::SelfNs && pair.few(metric) || pair.has_no_percentiles(metric) {
        return None;
    }
    let (baseline, current) = (baseline?, current?);
    let own = limits_of_its_own(pair, limits);
    let doubt = Doubt::of(old, new, metric, baseline).on_a_busy_machine(pair, metric);
    let change_pct = change_pct(baseline, current);
    let row =
        Change { change_pct, interval_pct: change_pct.and_then(|pct| doubt.interval(pct)), ..row };
    if let Some((verdict, because)) = pair.cannot_judge(metric) {
        return Some(Draft { row: Change { verdict, because, ..row }, test: None });
    }
    let floor = pair.below_floor(metric, current - baseline);
    let Some(measured) = noise::difference(&values, suite, paired) else {
        return Some(from_or_to_nothing(row, floor));
    };
    let is_mean = matches!(metric, Metric::SelfNs | Metric::MeanNs);
    let limit = own.limits.degraded_pct.unwrap_or_default();
    let change = current - baseline;
    let denied = match metric {
        _ if is_mean && measured.source == Source::Assumed => {
            let is_confirmed = outliers::more_than_a_few_calls(pair, metric, change, limit);
            (!is_confirmed).then_some(Because::MedianUnmoved)
        }
        _ => outliers::made_by_few(pair, metric, change).or_else(|| {
            let is_few = measured.source == Source::Assumed;
            is_few.then(|| busy::tail_of_few_runs(pair, metric, [baseline, current])).flatten()
        }),
    };
    let denied = denied.or_else(|| busy::denied(pair, metric, [baseline, current]));
    let because = Vec::from_iter(estimates::ground([old, new], metric));
    let test = Test {
        measured,
        is_of_values: values.middles() == [Some(baseline), Some(current)],
        limits: own.limits,
        origin: own.origin,
        floor,
        doubt,
        small: pair.small(metric),
        denied,
    };
    Some(Draft { row: Change { because, ..row }, test: Some(test) })
}

/// Returns whether runs before the history may change what is said of a time: it has fewer values than are looked at.
pub(super) fn needs_more(pair: &Pair<'_>, metric: Metric) -> bool {
    let are_called = pair.old.calls > 0 && pair.new.calls > 0;
    let is_judged = are_called && !pair.has_no_percentiles(metric);
    is_judged && pair.values(metric, known).past[0].len() < LOOKED_AT
}

/// Settles a time that is zero on one side or on both, of which there is no ratio, and so no test.
pub(super) fn from_or_to_nothing(row: Change, floor: Option<Because>) -> Draft {
    let [baseline, current] = [row.baseline, row.current].map(Option::unwrap_or_default);
    let (verdict, ground) = match floor {
        Some(floor) => (Verdict::Stable, floor),
        None if baseline.total_cmp(&current).is_eq() => (Verdict::Stable, Because::Same),
        None => (Verdict::Inconclusive, Because::OfNothing),
    };
    Draft { row: Change { verdict, because: vec![ground], ..row }, test: None }
}

impl Pair<'_> {
    /// Returns the values of a metric in each run, as it is shown or as it is known.
    fn values(&self, metric: Metric, value: fn(&Function, Metric) -> Option<f64>) -> Values {
        let side = |runs: &[Option<&Function>]| {
            runs.iter().map(|function| function.and_then(|it| value(it, metric))).collect()
        };
        Values {
            olds: side(&self.olds),
            news: side(&self.news),
            past: self
                .past
                .each_ref()
                .map(|runs| runs.iter().filter_map(|function| value(function, metric)).collect()),
            within: [self.old, self.new].map(within_a_run).into_iter().fold(0.0, f64::max),
        }
    }
}

/// The limits of a time, and the place where they were given, if not in the settings.
pub(super) struct Own {
    pub(super) limits: MetricLimits,
    pub(super) origin: Option<Origin>,
}

/// Returns the limits of a time, with the one that the function has of its own.
pub(super) fn limits_of_its_own(pair: &Pair<'_>, limits: MetricLimits) -> Own {
    let Some(own) = pair.limits.allowances.max_regression(pair.new) else {
        return Own { limits, origin: None };
    };
    let degraded_pct = limits.degraded_pct.map(|limit| limit.min(own.value.unwrap_or(limit)));
    let origin = own.value.map(|_| own.origin);
    Own { limits: MetricLimits { regression_pct: own.value, degraded_pct, ..limits }, origin }
}

/// Returns how far the mean of the calls of a run may be off for being of so few, on the log scale: a bound
/// from below for what runs differ by.
fn within_a_run(function: &Function) -> f64 {
    let known = function.stddev_ns.zip(function.mean_ns).filter(|(_, mean)| *mean > 0.0);
    let part = known.map_or(0.0, |(deviation, mean)| deviation / mean);
    (part / float(function.timed_calls().max(1)).sqrt()).clamp(0.0, 1.0)
}

/// Returns the value that is held against noise: one that is shorter than it can be known is as long as that.
fn known(function: &Function, metric: Metric) -> Option<f64> {
    let least = match metric {
        Metric::SelfNs => float(function.self_error_ns) / float(function.measured_calls()),
        _ => 0.0,
    };
    time_of(function, metric).map(|value| value.max(least))
}

#[cfg(test)]
mod tests;
