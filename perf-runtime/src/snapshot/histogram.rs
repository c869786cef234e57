//! Counts of durations on the scale of [`crate::buckets`]. Pure data.

use crate::buckets;

/// The number of times that each duration occurred, as sorted pairs of bucket and count.
///
/// ```
/// use perf_runtime::snapshot::Histogram;
/// let mut histogram = Histogram::default();
/// histogram.record(1_000, 99);
/// histogram.record(50_000, 1);
/// assert_eq!(histogram.count(), 100);
/// assert!(histogram.quantile_ns(0.5).is_some_and(|p50| (984..=1016).contains(&p50)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Histogram {
    /// `(bucket, count)`, sorted by bucket, each bucket once, no count zero.
    buckets: Vec<(u32, u64)>,
}

impl Histogram {
    /// Makes a histogram of `(bucket, count)` pairs in any order. Pairs of one bucket are added up,
    /// buckets beyond the scale count as its last, and empty ones are dropped.
    pub fn from_buckets(pairs: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let mut made = Self::default();
        made.refill(pairs);
        made
    }

    /// Replaces all counts by those of such pairs, in the memory that it has. As a rule they are nearly sorted.
    pub(crate) fn refill(&mut self, pairs: impl IntoIterator<Item = (u32, u64)>) {
        self.buckets.clear();
        for (bucket, count) in pairs.into_iter().filter(|&(_, count)| count > 0) {
            let bucket = bucket.min(buckets::COUNT - 1);
            match self.buckets.last() {
                Some(&(last, _)) if last >= bucket => self.add(bucket, count),
                _ => self.buckets.push((bucket, count)),
            }
        }
    }

    /// Adds the count of a bucket beyond all that are there, which is not 0.
    pub(crate) fn push(&mut self, bucket: u32, count: u64) {
        self.buckets.push((bucket, count));
    }

    /// Drops all counts, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.buckets.clear();
    }

    /// Returns the `(bucket, count)` pairs, sorted by bucket.
    pub fn buckets(&self) -> &[(u32, u64)] {
        &self.buckets
    }

    /// Adds `count` durations of `ns` nanoseconds.
    pub fn record(&mut self, ns: u64, count: u64) {
        if count == 0 {
            return;
        }
        self.add(buckets::of(ns), count);
    }

    fn add(&mut self, bucket: u32, count: u64) {
        match self.buckets.binary_search_by_key(&bucket, |&(b, _)| b) {
            Ok(at) => self.buckets[at].1 = self.buckets[at].1.saturating_add(count),
            Err(at) => self.buckets.insert(at, (bucket, count)),
        }
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
            return;
        }
        let mut from = 0;
        for &(bucket, count) in &other.buckets {
            // Both are sorted, so each search goes on where the last one ended. Most have many buckets in common.
            while self.buckets.get(from).is_some_and(|&(own, _)| own < bucket) {
                from += 1;
            }
            match self.buckets.get_mut(from) {
                Some((own, sum)) if *own == bucket => *sum = sum.saturating_add(count),
                _ => self.buckets.insert(from, (bucket, count)),
            }
        }
    }

    /// Returns the number of durations counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, &(_, count)| sum.saturating_add(count))
    }

    /// Returns the duration in nanoseconds below or at which a share `q` (0 to 1) of the calls lie,
    /// within 1.6 %; `None` when nothing was counted. A `q` outside its range, or not a number,
    /// counts as the nearer end.
    pub fn quantile_ns(&self, q: f64) -> Option<u64> {
        let rank = rank_of(q, self.count())?;
        let mut seen = 0_u64;
        for &(bucket, count) in &self.buckets {
            seen = seen.saturating_add(count);
            if seen >= rank {
                return Some(buckets::middle(bucket));
            }
        }
        self.buckets.last().map(|&(bucket, _)| buckets::middle(bucket))
    }
}

/// Returns the nearest rank (from 1) of quantile `q` among `count` values.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank above 2^53 may be off by a few calls of 10^16"
)]
fn rank_of(q: f64, count: u64) -> Option<u64> {
    if count == 0 {
        return None;
    }
    let q = if q.is_nan() { 0.0 } else { q.clamp(0.0, 1.0) };
    Some(((q * count as f64).ceil() as u64).clamp(1, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram() -> impl Strategy<Value = Histogram> {
        proptest::collection::vec((0..buckets::COUNT + 8, 0_u64..1000), 0..40)
            .prop_map(Histogram::from_buckets)
    }

    fn merged(a: &Histogram, b: &Histogram) -> Histogram {
        let mut sum = a.clone();
        sum.merge(b);
        sum
    }

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(Histogram::default().quantile_ns(0.5), None);
    }

    #[test]
    fn quantiles_outside_the_range_are_the_ends() {
        let histogram = Histogram::from_buckets([(10, 1), (20, 1)]);
        assert_eq!(histogram.quantile_ns(-1.0), Some(10));
        assert_eq!(histogram.quantile_ns(f64::NAN), Some(10));
        assert_eq!(histogram.quantile_ns(7.0), Some(20));
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in histogram(), b in histogram(), c in histogram()) {
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &b).count(), a.count() + b.count());
        }

        #[test]
        fn quantiles_are_within_a_bucket_of_the_exact_ones(
            mut values in proptest::collection::vec(0_u64..10_000_000_000, 1..300), q in 0.0_f64..=1.0,
        ) {
            let mut histogram = Histogram::default();
            for &ns in &values {
                histogram.record(ns, 1);
            }
            values.sort_unstable();
            let rank = rank_of(q, values.len() as u64).unwrap_or(1);
            let exact = values[usize::try_from(rank - 1).unwrap_or(0)];
            let found = histogram.quantile_ns(q).unwrap_or(0);
            prop_assert!(found.abs_diff(exact) * 62 <= exact.max(62), "{found} for {exact}");
        }
    }
}
