//! The noise of a series: what neighbours differ by. Steps are too few to move a median.

use crate::stats::robust;

/// The least noise on the log scale: a hundredth of a per cent.
const LEAST: f64 = 1e-4;
/// Values from which there is any.
const LEAST_VALUES: usize = 6;

/// Standard deviation of the noise; `None` of a series that is too short or all equal.
pub(super) fn sigma(series: &[f64], is_ratio: bool) -> Option<f64> {
    let first = *series.first()?;
    let varies = series.iter().any(|value| value.total_cmp(&first).is_ne());
    if series.len() < LEAST_VALUES || !varies {
        return None;
    }
    let least = if is_ratio { LEAST } else { f64::MIN_POSITIVE };
    // Values that are rounded are often equal to their neighbours; then the median of differences is
    // nothing, and what all of them differ by is asked.
    let neighbours = robust::lagged_sigma(series)?;
    let sigma = if neighbours > 0.0 { neighbours } else { rounded(series) };
    Some(sigma.max(least))
}

/// Root of half the mean square of the differences of neighbours, the largest tenth left out.
fn rounded(series: &[f64]) -> f64 {
    let mut squares: Vec<f64> = series.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).collect();
    squares.sort_unstable_by(f64::total_cmp);
    squares.truncate(squares.len() - squares.len() / 10);
    let count = crate::units::float(squares.len().max(1) as u64);
    (squares.iter().sum::<f64>() / count / 2.0).sqrt()
}
