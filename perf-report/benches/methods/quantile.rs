//! Quantiles of values of which only a histogram is left, with how well they are known.
//!
//! The interval is that of order statistics, which holds for every distribution: Conover, "Practical
//! Nonparametric Statistics" (1999), section 3.2. It is of the calls of one run, taken as independent of
//! each other; it does not show how runs differ.

use perf_report::stats::quantile::{spans, value_of_buckets};
use statrs::distribution::{Binomial, DiscreteCDF};

/// A quantile, and the values between which it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantile {
    /// The quantile: within its bucket, as far as its rank is.
    pub(crate) value: f64,
    /// The lower bound, with the confidence asked for; 0 where there are too few values.
    pub(crate) low: f64,
    /// The upper bound; infinite where there are too few values.
    pub(crate) high: f64,
}

/// Finds the value that a share `p` of the values is below, with an interval of this confidence. `None` of
/// no values, and where `p` or `confidence` is not between 0 and 1.
pub(crate) fn of_buckets(buckets: &[(f64, u64)], p: f64, confidence: f64) -> Option<Quantile> {
    let all = buckets.iter().try_fold(0_u64, |sum, (_, count)| sum.checked_add(*count))?;
    let is_share = |share: f64| share > 0.0 && share < 1.0;
    if all == 0 || !is_share(p) || !is_share(confidence) {
        return None;
    }
    let binomial = Binomial::new(p, all).ok()?;
    let outside = (1.0 - confidence) / 2.0;
    // Ranks from 1.
    let (low, high) =
        (quantile_of(&binomial, all, outside), quantile_of(&binomial, all, 1.0 - outside) + 1);
    let value = value_of_buckets(buckets, p)?;
    Some(Quantile {
        value,
        low: bucket(buckets, low).map_or(0.0, |(low, _)| low),
        high: bucket(buckets, high).map_or(f64::INFINITY, |(_, high)| high),
    })
}

/// Finds the least number of values that a share `p` of all samples, at least, do not exceed below the
/// quantile, by bisection.
fn quantile_of(binomial: &Binomial, all: u64, p: f64) -> u64 {
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low + (high - low) / 2;
        if binomial.cdf(middle) >= p { high = middle } else { low = middle + 1 }
    }
    low
}

/// Finds the bounds of the bucket that holds the value of this rank, from 1.
fn bucket(buckets: &[(f64, u64)], rank: u64) -> Option<(f64, f64)> {
    let found = spans(buckets).find(|span| span.upto >= rank);
    found.filter(|_| rank > 0).map(|span| (span.low, span.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widest bucket, as a share of its lower bound.
    const WIDEST: f64 = 0.032;

    /// Makes one value a bucket, from 1 on: the bounds are the ranks.
    fn ranks(count: u32) -> Vec<(f64, u64)> {
        (1..=count).map(|rank| (f64::from(rank), 1)).collect()
    }

    #[test]
    fn the_published_ranks() {
        // Intervals of the median with 95 %: the 2nd and 9th of 10, the 6th and 15th of 20, the 18th
        // and 33rd of 50 (e.g. Conover, table A3; coverage .979, .959, .967).
        for (count, low, high) in [(10, 2.0, 9.0), (20, 6.0, 15.0), (50, 18.0, 33.0)] {
            let median = of_buckets(&ranks(count), 0.5, 0.95).unwrap();
            assert!((median.low - low).abs() < 1e-9, "{median:?}");
            let end = f64::min(high + 1.0, high * (1.0 + WIDEST));
            assert!((median.high - end).abs() < 1e-9, "{median:?}");
        }
    }

    #[test]
    fn a_quantile_lies_within_its_interval() {
        let p95 = of_buckets(&[(100.0, 50), (103.0, 45), (200.0, 5)], 0.95, 0.95).unwrap();
        assert!(p95.value <= 206.4 && p95.low >= 103.0 && p95.high <= 206.4, "{p95:?}");
    }

    #[test]
    fn too_few_values_bound_no_outer_quantile() {
        let p99 = of_buckets(&ranks(50), 0.99, 0.95).unwrap();
        assert!(p99.high.is_infinite() && p99.low >= 47.0, "{p99:?}");
        let one = of_buckets(&[(7.0, 1)], 0.5, 0.95).unwrap();
        assert!(one.low.abs() < 1e-12 && one.high.is_infinite() && one.value >= 7.0, "{one:?}");
    }

    #[test]
    fn empty_buckets_and_wide_gaps_change_nothing() {
        let close = of_buckets(&[(10.0, 400), (10.3, 600)], 0.5, 0.9).unwrap();
        let gaps = of_buckets(&[(1.0, 0), (10.0, 400), (10.3, 600), (99.0, 0)], 0.5, 0.9).unwrap();
        assert_eq!(close, gaps);
        assert!(close.value > 10.3 && close.value < 10.63, "{close:?}");
        assert!(close.low <= close.value && close.value <= close.high);
    }

    #[test]
    fn what_is_no_question_has_no_answer() {
        for (buckets, p, confidence) in [
            (&[][..], 0.5, 0.9),
            (&[(1.0, 0)], 0.5, 0.9),
            (&[(1.0, 5)], 0.0, 0.9),
            (&[(1.0, 5)], f64::NAN, 0.9),
            (&[(1.0, 5)], 0.5, 1.0),
            (&[(1.0, u64::MAX), (2.0, 1)], 0.5, 0.9),
        ] {
            assert_eq!(of_buckets(buckets, p, confidence), None, "{buckets:?} {p} {confidence}");
        }
        assert!(of_buckets(&[(1.0, u64::MAX)], 0.5, 0.9).is_some());
    }
}
