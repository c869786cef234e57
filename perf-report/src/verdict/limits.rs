//! How much change is too much: the limits that a comparison judges by.

use std::collections::BTreeMap;

use super::allowance::Allowances;
use super::bless::Blessed;
use super::custom::CustomLimits;
use crate::model::Metric;

/// The limits of a comparison. Metrics without limits are not judged and make no rows.
///
/// The defaults, and why they are what they are:
///
/// | metrics | degraded | regression | why |
/// |---|---|---|---|
/// | self time, mean, median | 10 % | 15 % | wide enough for the noise of a quiet machine |
/// | 95th percentile | 20 % | 30 % | a twentieth of the calls decides it |
/// | 99th percentile | 30 % | 45 % | a hundredth of the calls decides it |
/// | errors, panics | any | any | counts have no noise |
/// | calls, allocations | any | 15 % | any more are a finding; a new test or a retry adds a few, a loop many |
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The metrics that are judged, with their limits.
    pub metrics: BTreeMap<Metric, MetricLimits>,
    /// Calls that both runs need before a time is judged.
    pub min_calls: u64,
    /// Smallest change of the time of a call, in nanoseconds, that can be a finding.
    pub floor_ns: f64,
    /// Smallest change over all calls of the run, in nanoseconds, that can be a finding.
    pub run_floor_ns: f64,
    /// What interruptions can add to a function over a run, in nanoseconds: a change of the mean
    /// below this needs the median to confirm it.
    pub interruptions_ns: f64,
    /// What is said of the metrics that programs tell of themselves, by their names.
    pub custom: BTreeMap<String, CustomLimits>,
    /// What functions are allowed, and how much what is found of them weighs.
    pub allowances: Allowances,
    /// Regressions that somebody accepted.
    pub blessed: Blessed,
}

/// The limits of one metric, in per cent of the baseline. `None` is never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricLimits {
    /// Better by more than this is improved.
    pub improved_pct: Option<f64>,
    /// Worse by more than this is degraded.
    pub degraded_pct: Option<f64>,
    /// Worse by more than this is a regression.
    pub regression_pct: Option<f64>,
}

impl MetricLimits {
    /// Any change is a finding, any change for the worse a regression.
    pub const EXACT: Self =
        Self { improved_pct: Some(0.0), degraded_pct: Some(0.0), regression_pct: Some(0.0) };

    /// Limits for a time, by the three numbers of [`Thresholds`].
    ///
    /// The outer percentiles are allowed a multiple, since ever fewer calls decide them: twice as
    /// much for the 95th, three times for the 99th.
    pub fn for_time(metric: Metric, thresholds: Thresholds) -> Self {
        let factor = match metric {
            Metric::P95Ns => 2.0,
            Metric::P99Ns => 3.0,
            _ => 1.0,
        };
        Self {
            improved_pct: thresholds.improved_pct.map(|pct| pct * factor),
            degraded_pct: thresholds.degraded_pct.map(|pct| pct * factor),
            regression_pct: thresholds.regression_pct.map(|pct| pct * factor),
        }
    }
}

/// The three limits of times, from which [`MetricLimits::for_time`] makes those of each metric.
/// `None` is never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Faster by more per cent is improved.
    pub improved_pct: Option<f64>,
    /// Slower by more per cent is degraded.
    pub degraded_pct: Option<f64>,
    /// Slower by more per cent is a regression.
    pub regression_pct: Option<f64>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { improved_pct: Some(10.0), degraded_pct: Some(10.0), regression_pct: Some(15.0) }
    }
}

impl Limits {
    /// The metrics that are judged unless told otherwise: all but the time of the whole run.
    pub const DEFAULT_METRICS: [Metric; 9] = [
        Metric::Calls,
        Metric::Errors,
        Metric::Panics,
        Metric::SelfAllocs,
        Metric::SelfNs,
        Metric::MeanNs,
        Metric::P50Ns,
        Metric::P95Ns,
        Metric::P99Ns,
    ];

    /// The built-in limits for `metrics`, with times by `thresholds`.
    pub fn new(metrics: impl IntoIterator<Item = Metric>, thresholds: Thresholds) -> Self {
        let limits = |metric| match metric {
            Metric::Calls | Metric::SelfAllocs => {
                MetricLimits { regression_pct: thresholds.regression_pct, ..MetricLimits::EXACT }
            }
            Metric::Errors | Metric::Panics => MetricLimits::EXACT,
            time => MetricLimits::for_time(time, thresholds),
        };
        Self {
            metrics: metrics.into_iter().map(|metric| (metric, limits(metric))).collect(),
            min_calls: 5,
            floor_ns: 10.0,
            run_floor_ns: 10_000.0,
            // A few time slices of a busy machine.
            interruptions_ns: 50e6,
            custom: BTreeMap::new(),
            allowances: Allowances::default(),
            blessed: Blessed::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Self::DEFAULT_METRICS, Thresholds::default())
    }
}
