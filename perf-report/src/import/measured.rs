//! A measured thing on its way to a function of a run.

use std::collections::BTreeMap;

use super::notes::Notes;
use super::numbers::finite;
use crate::model::{
    Benchmark, Better, CustomMetric, Function, FunctionKind, MetricKind, Statistic,
};
use crate::stats::number::{deviation, ends, float, whole};
use crate::stats::robust;

/// A benchmark, as its file tells of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    /// Its name.
    pub(super) name: String,
    /// Time of an iteration, in nanoseconds.
    pub(super) value_ns: Option<f64>,
    /// The statistic that this is.
    pub(super) statistic: Statistic,
    /// Standard deviation of the samples, in nanoseconds.
    pub(super) stddev_ns: Option<f64>,
    /// Time of an iteration in each sample, in nanoseconds.
    pub(super) samples_ns: Vec<f64>,
    /// Processor time of an iteration in each sample, in nanoseconds.
    pub(super) cpu_samples_ns: Vec<f64>,
    /// Number of iterations of all samples.
    pub(super) iterations: Option<u64>,
    /// True if each sample is one iteration, so that it is the duration of a call.
    pub(super) are_calls: bool,
    /// Number of iterations that failed, where that is known.
    pub(super) errors: Option<u64>,
    /// Lower and upper end of the value, in nanoseconds.
    pub(super) interval_ns: Option<(f64, f64)>,
    /// Distance of the samples, in nanoseconds.
    pub(super) spread_ns: Option<f64>,
    /// Work of an iteration, by its unit.
    pub(super) throughput: BTreeMap<String, f64>,
    /// Parameters beside the name.
    pub(super) parameters: BTreeMap<String, String>,
    /// Percentiles of calls in nanoseconds: 50, 90, 95, 99.
    pub(super) percentiles_ns: [Option<f64>; 4],
    /// Shortest and longest call, in nanoseconds.
    pub(super) ends_ns: [Option<f64>; 2],
    /// True of what is written rounded, so that no time at all may be a short one.
    pub(super) may_be_zero: bool,
    /// True if it had samples, and none that can be.
    pub(super) has_lost_all: bool,
}

impl Measured {
    /// Takes out samples and figures that cannot be, and notes them; `None`, noted, where the value itself is
    /// none that can be.
    pub(super) fn checked(mut self, notes: &mut Notes) -> Option<Self> {
        self.without_odd_samples(notes);
        if self.has_lost_all && self.value_ns.is_none() {
            return None;
        }
        if let Some(odd) = self.value_ns.and_then(|value| impossible(value, self.may_be_zero)) {
            notes.problem(
                "benchmark",
                "whose time cannot be, left out",
                &format!("{} ({odd})", self.name),
            );
            return None;
        }
        let figures = self.percentiles_ns.iter_mut().chain(&mut self.ends_ns);
        let figures = figures.chain([&mut self.stddev_ns, &mut self.spread_ns]);
        for figure in figures {
            if let Some(odd) = figure.and_then(|it| impossible(it, true)) {
                notes.problem(
                    "figure",
                    "that cannot be, left out",
                    &format!("{} ({odd})", self.name),
                );
                *figure = None;
            }
        }
        let is_odd = |(low, high): (f64, f64)| !low.is_finite() || !high.is_finite() || low > high;
        if self.interval_ns.is_some_and(is_odd) {
            notes.problem("interval", "that cannot be, left out", &self.name);
            self.interval_ns = None;
        }
        Some(self)
    }

    fn without_odd_samples(&mut self, notes: &mut Notes) {
        let (name, may_be_zero) = (&self.name, self.may_be_zero);
        let mut is_possible = |ns: f64, may_be_zero: bool| {
            let odd = impossible(ns, may_be_zero);
            if let Some(odd) = &odd {
                notes.problem("sample", "that cannot be, left out", &format!("{name} ({odd})"));
            }
            odd.is_none()
        };
        let had_any = !self.samples_ns.is_empty();
        self.samples_ns.retain(|ns| is_possible(*ns, may_be_zero));
        self.has_lost_all |= had_any && self.samples_ns.is_empty();
        self.cpu_samples_ns.retain(|ns| is_possible(*ns, true));
    }

    /// Makes the function of a run.
    pub(super) fn function(self) -> Function {
        let value = self.value_ns.and_then(usable);
        let samples: Vec<f64> = self.samples_ns.into_iter().filter_map(usable).collect();
        // Of a harness that does not say how often it called, one call is known.
        let calls = self.iterations.unwrap_or(1).max(1);
        let sum = if self.are_calls && samples.len() as u64 == calls {
            Some(samples.iter().sum())
        } else {
            value.map(|value| value * float(calls))
        };
        let total_ns = whole(sum.unwrap_or(0.0).round());
        let of_calls = ends(samples.iter().copied()).filter(|_| self.are_calls);
        let ends_ns = match of_calls {
            Some((least, most)) => [Some(least), Some(most)],
            None => self.ends_ns,
        };
        let rounded = |ns: Option<f64>| ns.and_then(usable).map(|ns| whole(ns.round()));
        let [p50_ns, p90_ns, p95_ns, p99_ns] = self.percentiles_ns.map(rounded);
        Function {
            name: self.name,
            kind: FunctionKind::Benchmark,
            calls,
            errors: self.errors.unwrap_or(0),
            classifies_errors: self.errors.is_some(),
            total_ns,
            self_ns: total_ns,
            mean_ns: value,
            stddev_ns: self.stddev_ns.and_then(usable),
            min_ns: rounded(ends_ns[0]),
            max_ns: rounded(ends_ns[1]),
            p50_ns,
            p90_ns,
            p95_ns,
            p99_ns,
            benchmark: Some(Box::new(Benchmark {
                statistic: self.statistic,
                samples_ns: samples,
                cpu_samples_ns: self.cpu_samples_ns.into_iter().filter_map(usable).collect(),
                interval_ns: self
                    .interval_ns
                    .filter(|ends| ends.0.is_finite() && ends.1.is_finite()),
                spread_ns: self.spread_ns.and_then(usable),
                iterations: self.iterations,
                throughput: self.throughput,
                parameters: self.parameters,
                harness: None,
            })),
            ..Function::default()
        }
    }

    /// Takes the standard deviation of the samples, where there is none yet.
    pub(super) fn with_deviation(mut self, notes: &mut Notes) -> Self {
        self.without_odd_samples(notes);
        self.stddev_ns = self.stddev_ns.or_else(|| deviation(&self.samples_ns));
        self
    }

    /// Takes the median of the samples as the value, and their standard deviation where there is none yet.
    pub(super) fn with_median(mut self, notes: &mut Notes) -> Self {
        self.without_odd_samples(notes);
        self.value_ns = self.value_ns.or_else(|| robust::median(&self.samples_ns));
        self.statistic =
            if self.samples_ns.len() > 1 { Statistic::Median } else { Statistic::Single };
        self.with_deviation(notes)
    }
}

/// The longest time that anybody measures, in nanoseconds: a year.
const LONGEST_NS: f64 = 366.0 * 86_400e9;

/// The largest number up to which each whole one has a place in an `f64`.
const LAST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Returns what is wrong with a time that cannot be one.
pub(super) fn impossible(ns: f64, may_be_zero: bool) -> Option<&'static str> {
    if !ns.is_finite() {
        Some("no number")
    } else if ns < 0.0 {
        Some("below zero")
    } else if ns > LONGEST_NS {
        Some("more than a year")
    } else if ns == 0.0 && !may_be_zero {
        Some("zero")
    } else {
        None
    }
}

/// Returns the nanoseconds of a number of seconds, of a test or of the whole; `None`, noted, where it cannot be.
pub(super) fn whole_ns(seconds: f64, of: &str, notes: &mut Notes) -> Option<u64> {
    let ns = seconds * 1e9;
    match impossible(ns, true) {
        None => Some(whole(ns.round())),
        Some(odd) => {
            notes.problem("time", "that cannot be, left out", &format!("{of} ({odd})"));
            None
        }
    }
}

/// Returns a count that can be one; `None`, noted, for any other.
pub(super) fn whole_count(value: f64, of: &str, notes: &mut Notes) -> Option<f64> {
    if (0.0..=LAST_WHOLE).contains(&value) {
        return Some(value);
    }
    notes.problem("count", "that cannot be, left out", of);
    None
}

/// Returns a time that can be one.
fn usable(ns: f64) -> Option<f64> {
    finite(ns).filter(|ns| *ns >= 0.0)
}

/// Returns the mean of some values.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / float(values.len() as u64))
}

/// Returns a count of a benchmark, which is judged exactly.
pub(super) fn count(
    (of, measure): (&str, &str),
    value: f64,
    better: Option<Better>,
    notes: &mut Notes,
) -> Option<CustomMetric> {
    let name = format!("{of}/{measure}");
    let value = Some(whole_count(value, &name, notes)?);
    Some(CustomMetric { name, kind: MetricKind::Count, value, better, ..CustomMetric::default() })
}

/// Returns another measure of a benchmark, which differs from run to run: of several values the median.
pub(super) fn gauge(
    of: &str,
    measure: &str,
    values: &[f64],
    better: Option<Better>,
) -> Option<CustomMetric> {
    let values: Vec<f64> = values.iter().copied().filter_map(finite).collect();
    let (least, most) = ends(values.iter().copied())?;
    Some(CustomMetric {
        name: format!("{of}/{measure}"),
        kind: MetricKind::Gauge,
        value: robust::median(&values),
        min: Some(least),
        max: Some(most),
        mean: mean(&values),
        samples: Some(values.len() as u64),
        better,
        ..CustomMetric::default()
    })
}
