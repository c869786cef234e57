//! The polls of async functions' calls, and the lifetimes of these. Pure data.

use super::Histogram;

/// The polls of an async function. All zero for others.
///
/// ```
/// use perf_runtime::snapshot::Polls;
///
/// let mut all = Polls { count: 3, max_ns: 200, in_flight: 1, ..Polls::default() };
/// all.merge(&Polls { count: 2, max_ns: 500, in_flight: -1, ..Polls::default() });
/// assert_eq!((all.count, all.max_ns, all.in_flight), (5, 500, 0));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Polls {
    /// Number of times that its futures were polled.
    pub count: u64,
    /// Timed polls among them. Where that is not all, total and self time are estimates.
    #[cfg_attr(feature = "serde", serde(default))]
    pub timed: u64,
    /// Polls that were counted while none was timed: they are in no time over all calls.
    #[cfg_attr(feature = "serde", serde(default))]
    pub unmeasured: u64,
    /// Longest poll, in nanoseconds, for which the thread could do nothing else.
    pub max_ns: u64,
    /// Calls that were suspended here and have not ended, less those that were suspended elsewhere
    /// first and ended here: below zero where calls arrive from other contexts. Over all contexts,
    /// the number of calls that had begun and not ended.
    pub in_flight: i64,
}

impl Polls {
    /// Adds the polls of `other`; of two longest ones the longer stays.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.timed = self.timed.saturating_add(other.timed);
        self.unmeasured = self.unmeasured.saturating_add(other.unmeasured);
        self.max_ns = self.max_ns.max(other.max_ns);
        // Wrapping, since what overflows in between is right in the end.
        self.in_flight = self.in_flight.wrapping_add(other.in_flight);
    }
}

/// The lifetimes of an async function's calls: from the beginning of the first poll to the end of
/// the last, waiting included. Empty for other functions.
///
/// ```
/// use perf_runtime::snapshot::Lifetimes;
///
/// assert_eq!(Lifetimes { count: 2, sum_ns: 30, ..Lifetimes::default() }.mean_ns(), Some(15.0));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lifetimes {
    /// Finished calls that were timed; where calls are sampled, chosen at random.
    pub count: u64,
    /// Sum of their lifetimes, in nanoseconds.
    pub sum_ns: u64,
    /// Longest lifetime, in nanoseconds; 0 without calls.
    pub max_ns: u64,
    /// Distribution of the lifetimes.
    pub histogram: Histogram,
}

impl Lifetimes {
    /// Adds those of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.histogram.merge(&other.histogram);
    }

    /// Returns the mean lifetime in nanoseconds; `None` without calls.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a mean")]
    pub fn mean_ns(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_ns as f64 / self.count as f64)
    }

    /// Returns quantile `q` (0 to 1) of the lifetimes in nanoseconds, within 1.6 %, and never above
    /// the longest; `None` without calls.
    pub fn quantile_ns(&self, q: f64) -> Option<u64> {
        Some(self.histogram.quantile_ns(q)?.min(self.max_ns))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::measures::tests::amount;
    use super::*;
    use proptest::prelude::*;

    pub(in crate::snapshot) fn polls() -> impl Strategy<Value = Polls> {
        let amounts = proptest::array::uniform3(amount());
        (amounts, any::<u64>(), any::<i64>()).prop_map(
            |([count, timed, unmeasured], max_ns, in_flight)| Polls {
                count,
                timed,
                unmeasured,
                max_ns,
                in_flight,
            },
        )
    }

    pub(in crate::snapshot) fn lifetimes() -> impl Strategy<Value = Lifetimes> {
        let histogram = proptest::collection::vec((0..crate::buckets::COUNT, amount()), 0..4);
        (amount(), amount(), any::<u64>(), histogram).prop_map(
            |(count, sum_ns, max_ns, histogram)| Lifetimes {
                count,
                sum_ns,
                max_ns,
                histogram: Histogram::from_buckets(histogram),
            },
        )
    }
}
