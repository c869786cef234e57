//! The measures of one function or one calling context, and how they add up. Pure data.

use super::Histogram;

/// What was measured of a function, in one context or over several.
///
/// `total_ns` and `self_ns` hold also the time of calls that had not finished when they were read;
/// everything else is about finished calls only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Measures {
    /// Finished calls, however they ended.
    pub calls: u64,
    /// Finished calls whose returned value was classified as an error.
    pub errors: u64,
    /// Finished calls that ended by unwinding.
    pub panics: u64,
    /// Futures dropped before they were ready.
    pub cancelled: u64,
    /// Outermost calls still running when the recording was read, or when its process ended.
    pub unfinished: u64,
    /// Time between entry and exit, children included. Recursive calls count once, by the
    /// outermost.
    pub total_ns: u64,
    /// Time spent in the function itself, outside every tracked child. Exact also in recursion.
    pub self_ns: u64,
    /// Sum of the durations of all finished calls, recursive ones each for itself: `calls` times
    /// the mean.
    pub sum_ns: u64,
    /// Sum of the squares of those durations.
    pub sum_of_squares_ns2: u128,
    /// Shortest finished call; 0 when there is none.
    pub min_ns: u64,
    /// Longest finished call; 0 when there is none.
    pub max_ns: u64,
    /// Durations of the finished calls.
    pub histogram: Histogram,
}

impl Measures {
    /// Adds what `other` measured.
    pub fn merge(&mut self, other: &Self) {
        self.merge_range(other);
        self.calls = self.calls.saturating_add(other.calls);
        self.errors = self.errors.saturating_add(other.errors);
        self.panics = self.panics.saturating_add(other.panics);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.unfinished = self.unfinished.saturating_add(other.unfinished);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        self.sum_of_squares_ns2 = self.sum_of_squares_ns2.saturating_add(other.sum_of_squares_ns2);
        self.histogram.merge(&other.histogram);
    }

    /// Mean duration of a finished call in nanoseconds; `None` without calls.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a mean")]
    pub fn mean_ns(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.sum_ns as f64 / self.calls as f64)
    }

    /// Standard deviation of the duration of a finished call (of the calls as a population), in
    /// nanoseconds; `None` without calls.
    #[expect(clippy::cast_precision_loss, reason = "17 digits are enough for a deviation")]
    pub fn stddev_ns(&self) -> Option<f64> {
        // n * sum(x^2) - sum(x)^2 in integers: nothing cancels before the division.
        let calls = u128::from(self.calls);
        let spread = calls
            .checked_mul(self.sum_of_squares_ns2)?
            .saturating_sub(u128::from(self.sum_ns).checked_mul(u128::from(self.sum_ns))?);
        (calls > 0).then(|| (spread as f64).sqrt() / calls as f64)
    }

    /// Quantile `q` (0 to 1) of the duration of a finished call in nanoseconds, within 1.6 %, and
    /// never outside the shortest and the longest; `None` without calls.
    pub fn quantile_ns(&self, q: f64) -> Option<u64> {
        let ns = self.histogram.quantile_ns(q)?;
        Some(ns.clamp(self.min_ns, self.max_ns.max(self.min_ns)))
    }

    fn merge_range(&mut self, other: &Self) {
        if other.calls == 0 {
            return;
        }
        self.min_ns = if self.calls == 0 { other.min_ns } else { self.min_ns.min(other.min_ns) };
        self.max_ns = if self.calls == 0 { other.max_ns } else { self.max_ns.max(other.max_ns) };
    }
}
