//! Counts, gauges and ratios of a program's own, and their sum. Pure data.

use std::cmp::Ordering;

/// A number of the program's own, over all threads and processes.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Metric {
    /// Name given by the program: with the kind, the identity.
    pub name: String,
    /// Source file that updates it, as the compiler was given it; the first by name where there are
    /// several.
    pub file: String,
    /// Line in that file, from 1.
    pub line: u32,
    /// Value, by its kind.
    pub reading: Reading,
}

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MetricKind {
    /// A number that goes up only: `perf_count!`.
    Count,
    /// A number that goes up and down: `perf_gauge!`.
    Gauge,
    /// A part of a whole: `perf_gauge!` with `of`.
    Ratio,
}

/// The value of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reading {
    /// The sum of all that was counted.
    Count(u64),
    /// The values of a gauge.
    Gauge(Gauge),
    /// The sums of a ratio.
    Ratio(Ratio),
}

/// The values that a gauge had; all zero while there is none.
///
/// ```
/// use perf_runtime::perf_gauge;
/// use perf_runtime::snapshot::Reading;
///
/// perf_gauge!("queue", 3);
/// perf_gauge!("queue", 5);
/// let metrics = perf_runtime::snapshot()?.metrics;
/// let queue = metrics.iter().find(|metric| metric.name == "queue").map(|it| it.reading);
/// let Some(Reading::Gauge(queue)) = queue else { panic!() };
/// assert_eq!((queue.mean(), queue.max, queue.samples), (Some(4.0), 5.0, 2));
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gauge {
    /// Number of values.
    pub samples: u64,
    /// Sum of the values in units of 2^-48 ([`Gauge::UNITS`]), since whole numbers add up the same
    /// in any order. It stays at the end of its range, some 6 × 10^23.
    pub sum: i128,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Last value.
    pub last: f64,
    /// Time of the last value, in nanoseconds since 1970; between processes, within some
    /// milliseconds.
    pub last_unix_ns: u64,
}

/// The sums of a ratio.
///
/// ```
/// use perf_runtime::snapshot::Ratio;
///
/// assert_eq!(Ratio { samples: 2, part: 3, whole: 4 }.value(), Some(0.75));
/// assert_eq!(Ratio::default().value(), None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ratio {
    /// Number of updates.
    pub samples: u64,
    /// Sum of the parts.
    pub part: u64,
    /// Sum of the wholes.
    pub whole: u64,
}

impl Metric {
    /// Returns the key of the order in a [`Snapshot`](super::Snapshot): by name, then by kind.
    pub fn key(&self) -> (&str, MetricKind) {
        (&self.name, self.reading.kind())
    }

    /// Adds the value of `other`, which has the same name and kind.
    pub(super) fn merge(&mut self, other: &Self) {
        self.reading.merge(&other.reading);
        if (&other.file, other.line) < (&self.file, self.line) {
            (self.file, self.line) = (other.file.clone(), other.line);
        }
    }
}

impl Reading {
    /// Returns the kind of the metric.
    pub fn kind(&self) -> MetricKind {
        match self {
            Self::Count(_) => MetricKind::Count,
            Self::Gauge(_) => MetricKind::Gauge,
            Self::Ratio(_) => MetricKind::Ratio,
        }
    }

    /// Adds the value of `other`. Kinds do not mix: one of another kind changes nothing.
    ///
    /// ```
    /// use perf_runtime::snapshot::Reading;
    ///
    /// let mut hits = Reading::Count(2);
    /// hits.merge(&Reading::Count(3));
    /// assert_eq!(hits, Reading::Count(5));
    /// ```
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Count(sum), Self::Count(other)) => *sum = sum.saturating_add(*other),
            (Self::Gauge(sum), Self::Gauge(other)) => sum.merge(other),
            (Self::Ratio(sum), Self::Ratio(other)) => sum.merge(other),
            _ => {}
        }
    }
}

impl Gauge {
    /// Units of [`Gauge::sum`] in 1: 2^48.
    pub const UNITS: f64 = 281_474_976_710_656.0;

    /// Returns the mean of all values; `None` without any.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a mean")]
    pub fn mean(&self) -> Option<f64> {
        (self.samples > 0).then(|| self.sum as f64 / Self::UNITS / self.samples as f64)
    }

    /// Adds the values of `other`; of two last ones at the same time, the larger is the last.
    pub fn merge(&mut self, other: &Self) {
        if other.samples == 0 || self.samples == 0 {
            if self.samples == 0 {
                *self = *other;
            }
            return;
        }
        self.samples = self.samples.saturating_add(other.samples);
        self.sum = self.sum.saturating_add(other.sum);
        self.min = if other.min.total_cmp(&self.min).is_lt() { other.min } else { self.min };
        self.max = if other.max.total_cmp(&self.max).is_gt() { other.max } else { self.max };
        let by_value = || other.last.total_cmp(&self.last);
        if other.last_unix_ns.cmp(&self.last_unix_ns).then_with(by_value) == Ordering::Greater {
            (self.last, self.last_unix_ns) = (other.last, other.last_unix_ns);
        }
    }
}

impl Ratio {
    /// Returns the part of the whole; `None` where the whole is 0.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a ratio")]
    pub fn value(&self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// Adds the sums of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.samples = self.samples.saturating_add(other.samples);
        self.part = self.part.saturating_add(other.part);
        self.whole = self.whole.saturating_add(other.whole);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Makes a gauge after `values`, one after the other.
    fn gauge(values: &[(f64, u64)]) -> Gauge {
        values.iter().fold(Gauge::default(), |mut sum, &(value, last_unix_ns)| {
            let one = Gauge {
                samples: 1,
                #[expect(clippy::cast_possible_truncation, reason = "as the recorder does")]
                sum: (value * Gauge::UNITS) as i128,
                min: value,
                max: value,
                last: value,
                last_unix_ns,
            };
            sum.merge(&one);
            sum
        })
    }

    pub(in crate::snapshot) fn reading() -> impl Strategy<Value = Reading> {
        let values = proptest::collection::vec((-1e9..1e9, 0_u64..4), 0..4);
        prop_oneof![
            (0..u64::MAX).prop_map(Reading::Count),
            values.prop_map(|values| Reading::Gauge(gauge(&values))),
            (0_u64..9, 0..u64::MAX, 0..u64::MAX)
                .prop_map(|(samples, part, whole)| Reading::Ratio(Ratio { samples, part, whole })),
        ]
    }

    #[test]
    fn a_gauge_knows_its_last_value_and_its_range() {
        let gauge = gauge(&[(2.0, 5), (-1.5, 9), (4.0, 7)]);
        assert_eq!((gauge.last, gauge.min, gauge.max, gauge.samples), (-1.5, -1.5, 4.0, 3));
        assert_eq!(gauge.mean(), Some(1.5));
        assert_eq!(Gauge::default().mean(), None);
    }

    #[test]
    fn a_ratio_is_that_of_the_sums() {
        let mut ratio = Ratio { samples: 1, part: 1, whole: 2 };
        ratio.merge(&Ratio { samples: 1, part: 0, whole: 8 });
        assert_eq!(ratio.value(), Some(0.1));
        assert_eq!(Ratio::default().value(), None);
    }

    #[test]
    fn what_is_beyond_the_range_stays_at_its_end() {
        let huge = gauge(&[(1e300, 1), (1e300, 2)]);
        assert_eq!((huge.sum, huge.max), (i128::MAX, 1e300));
    }
}
