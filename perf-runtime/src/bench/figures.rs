//! The figures of a case that the engine decides by and the screen shows.

use super::bencher::as_f64;
use crate::snapshot::Batch;

/// Returns the time of an iteration of a batch, in nanoseconds.
pub(super) fn mean(batch: &Batch) -> f64 {
    as_f64(batch.ns) / as_f64(batch.iterations.max(1))
}

/// Returns the median, and half the width of its interval of 95 %: by the median absolute deviation,
/// as if values were normal. `None` of nothing.
pub(super) fn middle(values: &[f64]) -> Option<(f64, f64)> {
    /// Makes the median absolute deviation of normal values their standard deviation.
    const TO_DEVIATION: f64 = 1.4826;
    /// Error of the median of normal values over that of their mean.
    const OF_MEDIAN: f64 = 1.2533;
    let middle = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let deviation = TO_DEVIATION * median(&deviations)?;
    Some((middle, 1.96 * OF_MEDIAN * deviation / as_f64(values.len() as u64).sqrt()))
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_has_an_interval() {
        assert_eq!(middle(&[2.0, 2.0, 2.0]), Some((2.0, 0.0)));
        assert_eq!(middle(&[]), None);
        let (middle, half) = middle(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((middle - 2.5).abs() < 1e-9 && half > 0.5 && half < 2.5);
    }
}
