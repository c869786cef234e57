//! Quantiles of values of which only a histogram is left.

use super::number::float;

/// The widest bucket, as a share of its lower bound: the last one has no neighbour to end at.
const WIDEST: f64 = 0.032;

/// A bucket that is not empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// The number of values in it.
    pub count: u64,
    /// The number of values in it and below it.
    pub upto: u64,
}

/// Finds the bounds of each bucket that is not empty. Buckets are pairs of a lower bound, rising, and the
/// number of values from it on up to the next bound, or 3.2 % above where the next is farther away.
pub fn spans(buckets: &[(f64, u64)]) -> impl Iterator<Item = Span> {
    let next = buckets.iter().skip(1).map(|(low, _)| *low).chain([f64::INFINITY]);
    let spans = buckets.iter().zip(next).scan(0, |below, ((low, count), next)| {
        let widest = low + (low * WIDEST).max(f64::MIN_POSITIVE);
        *below += count;
        Some(Span { low: *low, high: next.min(widest), count: *count, upto: *below })
    });
    spans.filter(|span| span.count > 0)
}

/// Finds the value that a share `p` of the values is below, in the buckets of [`spans`]. `None` of no
/// values.
///
/// ```
/// let buckets = [(100.0, 50), (103.0, 45), (200.0, 5)];
/// let p95 = perf_report::stats::quantile::value_of_buckets(&buckets, 0.95).unwrap();
/// assert!(p95 > 103.0 && p95 <= 206.4);
/// ```
pub fn value_of_buckets(buckets: &[(f64, u64)], p: f64) -> Option<f64> {
    let all = buckets.iter().try_fold(0_u64, |sum, (_, count)| sum.checked_add(*count))?;
    if all == 0 { None } else { at(buckets, p * float(all)) }
}

/// Finds the value that is above this many values, spread evenly over their buckets.
fn at(buckets: &[(f64, u64)], below: f64) -> Option<f64> {
    let span = spans(buckets).find(|span| float(span.upto) >= below)?;
    let share = 1.0 - (float(span.upto) - below) / float(span.count);
    Some(span.low + (span.high - span.low) * share.clamp(0.0, 1.0))
}
