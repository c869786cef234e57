//! Histograms whose buckets grow by a constant factor, as OpenTelemetry and Prometheus keep them, made of
//! those of the recorder, which are linear within an octave.
//!
//! At scale `s` the base is `2^(1/2^s)`, and bucket `i` holds the values in `(base^i, base^(i+1)]`, here in
//! seconds. That is the index of OpenTelemetry; Prometheus counts one higher.
//!
//! No bound of the recorder's scale is one of theirs, so each bucket goes whole to where its middle lies. At
//! scale 6 no two of the recorder's meet there, so nothing is merged, and counts only grow where the recorder's
//! do: a count that fell from one scrape to the next would be taken for a restart. A value is moved by 2.1 % at
//! most, where the recorder's own percentiles are within 1.6 %. The other way, to split a bucket in
//! proportion at scale 4, is better on smooth distributions and worse on narrow ones, which functions have:
//! see the tests, which measure both.

use std::sync::LazyLock;

use perf_runtime::buckets;

use super::number::float;

/// The scale at which no two buckets of the recorder meet.
pub const FINEST: i32 = 6;

/// The logarithm to base two of the largest duration that counts as zero, in seconds: 0.93 ns, the nearest
/// bound below the end of the recorder's first bucket. It is a bound at every scale from 0 up.
const ZERO_LOG2: i32 = -30;

/// The bucket at [`FINEST`] of each of the recorder's, but for the first.
static PLACES: LazyLock<Vec<i32>> =
    LazyLock::new(|| (1..buckets::COUNT).map(|bucket| index_of(middle(bucket), FINEST)).collect());

/// A histogram of durations in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exponential {
    /// The number of times by which the base was the root of 2.
    pub scale: i32,
    /// The number of durations too short to measure.
    pub zero_count: u64,
    /// Index and count of each bucket that is not empty, ascending.
    pub buckets: Vec<(i32, u64)>,
}

impl Exponential {
    /// Makes one of the recorder's buckets, ascending: their numbers on the scale of
    /// [`perf_runtime::buckets`], and their counts.
    ///
    /// ```
    /// use perf_report::stats::exponential::Exponential;
    /// use perf_runtime::buckets;
    ///
    /// let histogram = Exponential::of([(0, 7), (buckets::of(1_000_000), 3)]);
    /// assert_eq!((histogram.zero_count, histogram.count()), (7, 10));
    /// let (low, high) = histogram.bounds(histogram.buckets[0].0);
    /// assert!(low < 0.00102 && high > 0.00099);
    /// ```
    pub fn of(recorded: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let mut made = Self { scale: FINEST, ..Self::default() };
        for (bucket, count) in recorded.into_iter().filter(|(_, count)| *count > 0) {
            match bucket.min(buckets::COUNT - 1).checked_sub(1) {
                None => made.zero_count = made.zero_count.saturating_add(count),
                Some(at) => made.add(PLACES[at as usize], count),
            }
        }
        made
    }

    /// Adds to a bucket that is the last one or comes after it.
    fn add(&mut self, index: i32, count: u64) {
        match self.buckets.last_mut() {
            Some((last, sum)) if *last == index => *sum = sum.saturating_add(count),
            _ => self.buckets.push((index, count)),
        }
    }

    /// Returns the largest duration that counts as zero, in seconds.
    pub fn zero_threshold() -> f64 {
        f64::from(ZERO_LOG2).exp2()
    }

    /// Returns the number of durations.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(self.zero_count, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Returns the bounds of the bucket of that index, in seconds.
    pub fn bounds(&self, index: i32) -> (f64, f64) {
        let bound = |index: i32| (f64::from(index) * f64::from(-self.scale).exp2()).exp2();
        (bound(index), bound(index + 1))
    }

    /// Makes two buckets one, everywhere. That loses no count, and is the same as if they had been counted
    /// at the next coarser scale from the start.
    #[must_use]
    pub fn halved(&self) -> Self {
        let mut made =
            Self { scale: self.scale - 1, zero_count: self.zero_count, buckets: Vec::new() };
        for (index, count) in &self.buckets {
            made.add(index >> 1, *count);
        }
        made
    }

    /// Halves it until at most that many buckets hold anything.
    #[must_use]
    pub fn filling_at_most(mut self, most: usize) -> Self {
        while self.buckets.len() > most.max(1) {
            self = self.halved();
        }
        self
    }

    /// Halves it until at most that many buckets lie from the first to the last, empty ones included.
    #[must_use]
    pub fn spanning_at_most(mut self, most: usize) -> Self {
        while self.span() > most.max(2) {
            self = self.halved();
        }
        self
    }

    /// Returns the number of buckets from the first to the last that holds anything.
    fn span(&self) -> usize {
        let ends = self.buckets.first().zip(self.buckets.last());
        ends.map_or(0, |((first, _), (last, _))| last.abs_diff(*first) as usize + 1)
    }

    /// Returns the index of the first bucket, and the counts from there on without gaps.
    pub fn dense(&self) -> (i32, Vec<u64>) {
        let Some(&(first, _)) = self.buckets.first() else { return (0, Vec::new()) };
        let mut counts = vec![0; self.span()];
        for (index, count) in &self.buckets {
            counts[index.abs_diff(first) as usize] = *count;
        }
        (first, counts)
    }
}

/// Returns the middle of a bucket of the recorder in seconds; of one that is a nanosecond wide, that
/// nanosecond, as the recorder reports it.
fn middle(bucket: u32) -> f64 {
    let (low, high) = (buckets::lower_bound(bucket), buckets::upper_bound(bucket));
    f64::midpoint(float(low), float(high - 1)) / 1e9
}

/// Returns the index of the bucket that holds a duration above zero.
#[expect(clippy::cast_possible_truncation, reason = "some thousands at the finest scale")]
fn index_of(seconds: f64, scale: i32) -> i32 {
    (seconds.log2() * f64::from(scale).exp2()).ceil() as i32 - 1
}

#[cfg(test)]
mod tests;
