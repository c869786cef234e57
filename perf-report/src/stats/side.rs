//! One side of a comparison: the moments of its values.

use super::number::float;

/// A set of values, as far as a comparison of means needs it.
pub(super) struct Side {
    /// The number of values.
    pub(super) count: f64,
    /// The mean of the values.
    pub(super) mean: f64,
    /// The sum of the squares about the mean.
    pub(super) squares: f64,
    /// The degrees of freedom of the squares.
    pub(super) degrees: f64,
}

impl Side {
    /// Returns the moments of the values; `None` without any.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        // Sorted, so that the order of the runs changes not even the last digit.
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let count = float(sorted.len() as u64);
        let mean = sorted.iter().sum::<f64>() / count;
        let squares = sorted.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self { count, mean, squares, degrees: count - 1.0 })
    }
}
