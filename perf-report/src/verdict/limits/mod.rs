//! The limits that a comparison judges by: how much change is too much.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::{Because, Metric, Names, Verdict};

mod allowance;
mod blessing;
mod custom;
mod load;

pub use crate::model::Origin;
pub use allowance::{Allowances, Allowed, Given, Rule, Severity};
pub use blessing::{Blessed, Blessing, BlessingState, per_cent_of};
pub use custom::{Better, CustomLimits};
pub use load::Load;

/// The limits of a comparison. Metrics without limits are not judged and make no rows.
///
/// A time is a finding when two things hold: more of it cannot be noise, by what runs of the same
/// code differ by; and it is beyond the limit. The limits are small, since the first of the two keeps
/// noise out. Counts have no noise, and limits only. The defaults:
///
/// | metrics | degraded | regression | why |
/// |---|---|---|---|
/// | times, peak memory | 1 % | 3 % | below it, where the linker puts a function decides |
/// | percentiles | 5 % | 7 % | the same, and a bucket of the histogram |
/// | errors, panics | any | any | counts have no noise |
/// | calls, allocations | any | 3 % | any more are a finding; a retry adds a few, a loop many |
/// | allocated bytes | 1 % | 3 % | the length of a path or a date is in them |
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The metrics that are judged, with their limits.
    pub metrics: BTreeMap<Metric, MetricLimits>,
    /// Calls that both sides need before a time is judged.
    pub min_calls: u64,
    /// Smallest change of the time of a call, in nanoseconds, that can be a finding.
    pub floor_ns: f64,
    /// Smallest change over all calls of the run, in nanoseconds, that can be a finding.
    pub run_floor_ns: f64,
    /// Own time over a run, in nanoseconds, from which a function says something of the suite as a
    /// whole. No floor changes it: a wider floor must not hide that everything moved at once.
    pub suite_ns: f64,
    /// The time that interruptions can add to a function over a run, in nanoseconds: where nothing is known
    /// of how much runs differ, a change of the mean below this needs the median to confirm it.
    pub interruptions_ns: f64,
    /// The share that may be noise of all changes of a comparison that are called found: from 0 to
    /// 1, the level of the one false-discovery control.
    pub false_discoveries: f64,
    /// A comparison that could only have seen a change of more per cent cannot call a time stable.
    pub resolution_pct: f64,
    /// The source of the work: whether a count is judged as it is, or by unit of work.
    pub load: Load,
    /// The unit of work, where the load is open: the calls of this function, or a count that
    /// the program records by this name; the calls that no tracked function makes, if none is named.
    pub unit_of_work: Option<String>,
    /// Limits of the metrics that programs record of themselves, by their names.
    pub custom: BTreeMap<String, CustomLimits>,
    /// The allowances of functions, and the weight of what is found of them.
    pub allowances: Allowances,
    /// Regressions that somebody accepted.
    pub blessed: Blessed,
}

/// The change in per cent that a percentile can make for falling into the next bucket; buckets are
/// at most 3.2 % wide.
pub const BUCKET_PCT: f64 = 4.0;

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

    /// Returns the verdict on a change of `pct` per cent for the worse that is no noise.
    pub(crate) fn verdict(self, pct: f64) -> Verdict {
        let over = |limit: Option<f64>, pct: f64| limit.is_some_and(|limit| pct > limit);
        if over(self.regression_pct, pct) {
            Verdict::Regression
        } else if over(self.degraded_pct, pct) {
            Verdict::Degraded
        } else if over(self.improved_pct, -pct) {
            Verdict::Improved
        } else {
            Verdict::Stable
        }
    }

    /// Returns how a change with this verdict lies to the limits; `origin` is the place where one of its own
    /// was given.
    pub(crate) fn ground(self, verdict: Verdict, origin: Option<Origin>) -> Because {
        let smallest = [self.degraded_pct, self.regression_pct].into_iter().flatten();
        match verdict {
            Verdict::Regression => {
                Because::OverLimit { limit_pct: self.regression_pct.unwrap_or_default(), origin }
            }
            Verdict::Degraded => Because::OverLowerLimit {
                lower_pct: self.degraded_pct.unwrap_or_default(),
                limit_pct: self.regression_pct,
                origin,
            },
            Verdict::Improved => {
                Because::BetterThanLimit { limit_pct: self.improved_pct.unwrap_or_default() }
            }
            _ => Because::WithinLimit { limit_pct: smallest.reduce(f64::min) },
        }
    }

    /// Returns limits for a time, by the three numbers of [`Thresholds`].
    ///
    /// Percentiles are allowed [`BUCKET_PCT`] more, since a value that hardly moved can fall into the
    /// next bucket of the histogram.
    pub fn for_time(metric: Metric, thresholds: Thresholds) -> Self {
        let more = if metric.is_percentile() { BUCKET_PCT } else { 0.0 };
        Self {
            improved_pct: thresholds.improved_pct.map(|pct| pct + more),
            degraded_pct: thresholds.degraded_pct.map(|pct| pct + more),
            regression_pct: thresholds.regression_pct.map(|pct| pct + more),
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
        Self { improved_pct: Some(1.0), degraded_pct: Some(1.0), regression_pct: Some(3.0) }
    }
}

impl Limits {
    /// The metrics that are judged unless others are named: all but total time, which mixes calls and
    /// the time of a call, and the 90th percentile.
    pub const DEFAULT_METRICS: [Metric; 18] = [
        Metric::Calls,
        Metric::Errors,
        Metric::Panics,
        Metric::Success,
        Metric::SelfAllocs,
        Metric::SelfAllocBytes,
        Metric::SelfNs,
        Metric::MeanNs,
        Metric::P50Ns,
        Metric::P95Ns,
        Metric::P99Ns,
        Metric::WallNs,
        Metric::CpuNs,
        Metric::PeakRssBytes,
        Metric::Throughput,
        Metric::TimeExponent,
        Metric::AllocsExponent,
        Metric::AllocBytesExponent,
    ];

    /// Returns the built-in limits for `metrics`, with times by `thresholds`.
    pub fn new(metrics: impl IntoIterator<Item = Metric>, thresholds: Thresholds) -> Self {
        let limits = |metric| match metric {
            Metric::Calls | Metric::SelfAllocs | Metric::Success => {
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
            suite_ns: 100_000.0,
            // A few time slices of a busy machine.
            interruptions_ns: 50e6,
            false_discoveries: 0.005,
            resolution_pct: 25.0,
            load: Load::Closed,
            unit_of_work: None,
            custom: BTreeMap::new(),
            allowances: Allowances::default(),
            blessed: Blessed::default(),
        }
    }

    /// Returns the limits by the names that `names` has: what is said of a name is said of all that share it,
    /// but a blessing, which is of one thing, is none of two.
    pub(crate) fn named(&self, names: &Names) -> Cow<'_, Self> {
        if names.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut limits = self.clone();
        let is_said = |name: &str| self.custom.contains_key(name);
        for (name, own) in &self.custom {
            let meant = names.meant(name);
            if !meant.contains(&name.as_str()) {
                limits.custom.remove(name);
            }
            // What is said of one by its full name goes before what is said of all of that name.
            let others = meant.into_iter().filter(|it| !is_said(it));
            limits.custom.extend(others.map(|it| (it.to_owned(), *own)));
        }
        let rules = self.allowances.rules.iter();
        let by_names =
            rules.flat_map(|rule| names.meant(&rule.pattern).into_iter().map(move |it| (rule, it)));
        let mut rules: Vec<_> = by_names.collect();
        // Of two for one name the last one counts.
        rules.sort_by_key(|(rule, name)| names.full(name) == rule.pattern);
        let of_one =
            |(rule, name): (&Rule, &str)| Rule { pattern: name.to_owned(), ..rule.clone() };
        limits.allowances.rules = rules.into_iter().map(of_one).collect();
        for blessing in &mut limits.blessed.list {
            if let [meant] = names.meant(&blessing.function).as_slice() {
                let meant = (*meant).to_owned();
                blessing.function = meant;
            }
        }
        Cow::Owned(limits)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Self::DEFAULT_METRICS, Thresholds::default())
    }
}
