//! Quantiles of values of which only a histogram is left, and how well they are known.
//!
//! The interval is that of order statistics, which holds for every distribution: Conover, "Practical
//! Nonparametric Statistics" (1999), section 3.2. It is of the calls of one run, taken as
//! independent of each other; how runs differ it does not say.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::number::float;

/// The widest bucket, as a share of its lower bound: the last one has no neighbour to end at.
const WIDEST: f64 = 0.032;

/// A quantile, and between which values it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The quantile: within its bucket, as far as its rank is.
    pub value: f64,
    /// Not below this, with the confidence asked for; 0 where there are too few values to say.
    pub low: f64,
    /// Not above this; infinite where there are too few values to say.
    pub high: f64,
}

/// The value that a share `p` of the values is below, with an interval of this confidence. Buckets
/// are pairs of a lower bound, rising, and how many values there are from it on up to the next bound,
/// or 3.2 % above where the next is farther away. `None` of no values, and where `p` or `confidence`
/// is not between 0 and 1.
///
/// ```
/// let buckets = [(100.0, 50), (103.0, 45), (200.0, 5)];
/// let p95 = perf_report::stats::quantile::of_buckets(&buckets, 0.95, 0.95).unwrap();
/// assert!(p95.value <= 206.4 && p95.low >= 103.0 && p95.high <= 206.4);
/// ```
pub fn of_buckets(buckets: &[(f64, u64)], p: f64, confidence: f64) -> Option<Quantile> {
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
    let value = at(buckets, p * float(all))?;
    Some(Quantile {
        value,
        low: bucket(buckets, low).map_or(0.0, |(low, _)| low),
        high: bucket(buckets, high).map_or(f64::INFINITY, |(_, high)| high),
    })
}

/// The least number of values that at least a share `p` of samples have no more of below the
/// quantile, by bisection.
fn quantile_of(binomial: &Binomial, all: u64, p: f64) -> u64 {
    let (mut low, mut high) = (0, all);
    while low < high {
        let middle = low + (high - low) / 2;
        if binomial.cdf(middle) >= p { high = middle } else { low = middle + 1 }
    }
    low
}

/// Lower and upper bound of each bucket that is not empty, and how many are in and below it.
fn spans(buckets: &[(f64, u64)]) -> impl Iterator<Item = (f64, f64, u64, u64)> {
    let next = buckets.iter().skip(1).map(|(low, _)| *low).chain([f64::INFINITY]);
    let spans = buckets.iter().zip(next).scan(0, |below, ((low, count), next)| {
        let widest = low + (low * WIDEST).max(f64::MIN_POSITIVE);
        *below += count;
        Some((*low, next.min(widest), *count, *below))
    });
    spans.filter(|(_, _, count, _)| *count > 0)
}

/// The bounds of the bucket that holds the value of this rank, from 1.
fn bucket(buckets: &[(f64, u64)], rank: u64) -> Option<(f64, f64)> {
    let found = spans(buckets).find(|(_, _, _, upto)| *upto >= rank);
    found.filter(|_| rank > 0).map(|(low, high, ..)| (low, high))
}

/// The value that a share `p` of the values is below, in the buckets of [`of_buckets`], without saying how
/// well it is known. `None` of no values.
pub fn value_of_buckets(buckets: &[(f64, u64)], p: f64) -> Option<f64> {
    let all = buckets.iter().try_fold(0_u64, |sum, (_, count)| sum.checked_add(*count))?;
    if all == 0 { None } else { at(buckets, p * float(all)) }
}

/// The value that so many values are below, spread evenly over their buckets.
fn at(buckets: &[(f64, u64)], below: f64) -> Option<f64> {
    let (low, high, count, upto) = spans(buckets).find(|(_, _, _, upto)| float(*upto) >= below)?;
    let share = 1.0 - (float(upto) - below) / float(count);
    Some(low + (high - low) * share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One value a bucket, from 1 on: the bounds are the ranks.
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
