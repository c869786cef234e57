//! The settings of `check`, in layers, and the limits made of them. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::model::Metric;
use crate::text::{suggest, values};
use crate::verdict::{
    Allowances, Blessed, CustomLimits, FailOn, Limits, Load, MetricLimits, Severity, Thresholds,
};

/// The settings of one place: the command line, a profile. A setting that is not given there is
/// `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CheckSettings {
    /// Name of the baseline.
    pub baseline: Option<String>,
    /// Reasons to fail besides regressions and budgets.
    pub fail_on: Option<BTreeSet<FailOn>>,
    /// Permission to compare runs of different machines, as advice.
    pub allow_cross_machine: Option<bool>,
    /// The metrics that are judged.
    pub metrics: Option<BTreeSet<Metric>>,
    /// The limit of an improvement: faster by more is one.
    pub improved: Option<Limit>,
    /// The limit of a degradation: slower by more is one.
    pub degraded: Option<Limit>,
    /// The limit of a regression: slower by more is one.
    pub regression: Option<Limit>,
    /// The smallest change of a call that can be a finding.
    pub floor: Option<Duration>,
    /// The smallest change over the run that can be a finding.
    pub run_floor: Option<Duration>,
    /// The fewest calls for a time to be judged.
    pub min_calls: Option<u64>,
    /// The source of the work.
    pub load: Option<Load>,
    /// The unit of work, where the load is open.
    pub unit_of_work: Option<String>,
    /// Limits of single metrics.
    pub metric: BTreeMap<Metric, MetricSettings>,
    /// Limits of the metrics of the program's own, by their names.
    pub custom: BTreeMap<String, CustomLimits>,
    /// Limits of functions and of the command as a whole.
    pub budgets: Allowances,
    /// Regressions that somebody accepted.
    pub blessed: Blessed,
}

/// Limits of one metric.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct MetricSettings {
    /// The limit of an improvement: better by more is one.
    pub improved: Option<Limit>,
    /// The limit of a degradation: worse by more is one.
    pub degraded: Option<Limit>,
    /// The limit of a regression: worse by more is one.
    pub regression: Option<Limit>,
    /// The weight of a finding.
    pub severity: Option<Severity>,
}

/// A limit as given: per cent, or `None` for never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit(pub Option<f64>);

/// A duration as given, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duration(pub f64);

impl Duration {
    /// Returns it as the clock counts: some thirty years at most.
    pub(crate) fn of_clock(self) -> std::time::Duration {
        std::time::Duration::from_secs_f64((self.0 / 1e9).clamp(0.0, 1e9))
    }
}

/// The regression limit of one metric as given on the command line: `p99=50%`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MetricLimit {
    /// The metric.
    pub metric: Metric,
    /// Its limit.
    pub regression: Limit,
}

impl CheckSettings {
    /// Returns these settings, completed by those of `lower`.
    #[must_use]
    pub(crate) fn or(self, lower: Self) -> Self {
        let mut metric = lower.metric;
        for (name, settings) in self.metric {
            let below = metric.remove(&name).unwrap_or_default();
            metric.insert(name, settings.or(below));
        }
        Self {
            baseline: self.baseline.or(lower.baseline),
            fail_on: self.fail_on.or(lower.fail_on),
            allow_cross_machine: self.allow_cross_machine.or(lower.allow_cross_machine),
            metrics: self.metrics.or(lower.metrics),
            improved: self.improved.or(lower.improved),
            degraded: self.degraded.or(lower.degraded),
            regression: self.regression.or(lower.regression),
            floor: self.floor.or(lower.floor),
            run_floor: self.run_floor.or(lower.run_floor),
            min_calls: self.min_calls.or(lower.min_calls),
            load: self.load.or(lower.load),
            unit_of_work: self.unit_of_work.or(lower.unit_of_work),
            metric,
            custom: lower.custom.into_iter().chain(self.custom).collect(),
            budgets: if self.budgets == Allowances::default() {
                lower.budgets
            } else {
                self.budgets
            },
            blessed: if self.blessed.list.is_empty() { lower.blessed } else { self.blessed },
        }
    }

    /// Returns the limits by these settings, over the built-in ones.
    pub(crate) fn limits(&self) -> Limits {
        let built_in = Thresholds::default();
        let given = |limit: Option<Limit>, default| limit.map_or(default, |limit| limit.0);
        let thresholds = Thresholds {
            improved_pct: given(self.improved, built_in.improved_pct),
            degraded_pct: given(self.degraded, built_in.degraded_pct),
            regression_pct: given(self.regression, built_in.regression_pct),
        };
        let default = || Limits::DEFAULT_METRICS.into_iter().collect();
        let metrics: BTreeSet<Metric> = self.metrics.clone().unwrap_or_else(default);
        let mut limits = Limits::new(metrics, thresholds);
        for (metric, own) in &self.metric {
            if let Some(limits) = limits.metrics.get_mut(metric) {
                *limits = own.over(*limits);
            }
        }
        limits.floor_ns = self.floor.map_or(limits.floor_ns, |floor| floor.0);
        limits.run_floor_ns = self.run_floor.map_or(limits.run_floor_ns, |floor| floor.0);
        limits.custom.clone_from(&self.custom);
        limits.allowances.clone_from(&self.budgets);
        let weights = self.metric.iter();
        limits.allowances.metrics =
            weights.filter_map(|(metric, own)| Some((*metric, own.severity?))).collect();
        limits.blessed.clone_from(&self.blessed);
        limits.load = self.load.unwrap_or_default();
        limits.unit_of_work.clone_from(&self.unit_of_work);
        if self.unit_of_work.is_some() && self.load.is_none() {
            limits.load = Load::Open;
        }
        limits.min_calls = self.min_calls.unwrap_or(limits.min_calls).max(1);
        limits
    }
}

impl MetricSettings {
    fn or(self, lower: Self) -> Self {
        Self {
            improved: self.improved.or(lower.improved),
            degraded: self.degraded.or(lower.degraded),
            regression: self.regression.or(lower.regression),
            severity: self.severity.or(lower.severity),
        }
    }

    fn over(self, limits: MetricLimits) -> MetricLimits {
        let given = |limit: Option<Limit>, default| limit.map_or(default, |limit| limit.0);
        MetricLimits {
            improved_pct: given(self.improved, limits.improved_pct),
            degraded_pct: given(self.degraded, limits.degraded_pct),
            regression_pct: given(self.regression, limits.regression_pct),
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        values::limit(text).map(Self)
    }
}

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        values::duration_ns(text).map(Self)
    }
}

impl FromStr for MetricLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, limit) =
            text.split_once('=').ok_or("write a metric and its limit, such as `p99=50%`")?;
        Ok(Self { metric: metric(name.trim())?, regression: limit.parse()? })
    }
}

/// Returns the metric of that name.
///
/// # Errors
/// When there is none, with the names that there are.
pub(crate) fn metric(name: &str) -> Result<Metric, String> {
    Metric::from_word(name).ok_or_else(|| {
        let words = Metric::ALL.into_iter().chain(Metric::OF_COMMAND).map(Metric::word);
        format!("there is no metric {name:?}; {}", suggest::one_of(name, words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_layer_wins_where_it_says_something() {
        let limit = |pct| Some(Limit(Some(pct)));
        let p99 = |regression, degraded| {
            BTreeMap::from([(
                Metric::P99Ns,
                MetricSettings { degraded, regression, ..MetricSettings::default() },
            )])
        };
        let high = CheckSettings {
            regression: limit(5.0),
            metric: p99(limit(60.0), None),
            ..CheckSettings::default()
        };
        let low = CheckSettings {
            regression: limit(50.0),
            degraded: Some(Limit(None)),
            min_calls: Some(0),
            metric: p99(limit(90.0), limit(40.0)),
            ..CheckSettings::default()
        };
        let limits = high.or(low).limits();
        let of = |metric: Metric| limits.metrics[&metric];
        assert_eq!(
            (of(Metric::MeanNs).regression_pct, of(Metric::MeanNs).degraded_pct),
            (Some(5.0), None)
        );
        assert_eq!(of(Metric::P95Ns).regression_pct, Some(9.0), "percentiles get a bucket more");
        assert_eq!(
            (of(Metric::P99Ns).regression_pct, of(Metric::P99Ns).degraded_pct),
            (Some(60.0), Some(40.0))
        );
        assert_eq!(limits.min_calls, 1, "nothing can be judged without a call");
    }

    #[test]
    fn no_settings_are_the_built_in_limits() {
        assert_eq!(CheckSettings::default().limits(), Limits::default());
    }

    #[test]
    fn metrics_have_limits_by_name() {
        let given = MetricLimit { metric: Metric::P99Ns, regression: Limit(Some(50.0)) };
        assert_eq!("p99=50%".parse(), Ok(given));
        assert_eq!("p99_ns=50".parse(), Ok(given));
        let error = "p98=50%".parse::<MetricLimit>().unwrap_err();
        assert_eq!(error, "there is no metric \"p98\"; did you mean `p99`?");
        assert!("p99".parse::<MetricLimit>().is_err());
    }
}
