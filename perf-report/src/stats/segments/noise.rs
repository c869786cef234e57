//! How far values depend on those before them.

use super::scale;
use crate::stats::robust;
use crate::units::float;

/// Lags over which dependence is summed up.
const LAGS: u8 = 4;
/// Standard deviations at which wild values are held.
const WILD: f64 = 3.0;

/// What a series' dependence on itself leaves of its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// How many values say as much as one independent one, at least 1.
    inflation: f64,
}

impl Noise {
    /// Values that do not depend on each other.
    pub(super) const INDEPENDENT: Self = Self { inflation: 1.0 };

    /// The dependence that is left in `values` between `splits`: the variance of a mean over that
    /// of a mean of independent values, from the first autocorrelations, as an autoregressive
    /// process of order one and as Newey and West (Econometrica 55, 1987) would have it, the larger.
    pub(super) fn of(values: &[f64], splits: &[usize]) -> Self {
        let residuals = held(residuals(values, splits));
        let square: f64 = residuals.iter().map(|x| x * x).sum();
        if square <= 0.0 {
            return Self::INDEPENDENT;
        }
        let correlation = |lag: u8| {
            let later = residuals.iter().skip(lag.into());
            residuals.iter().zip(later).map(|(x, y)| x * y).sum::<f64>() / square
        };
        // Half a standard error less, since what only looks like dependence costs evidence as well.
        let doubt = 0.5 / float(residuals.len() as u64).sqrt();
        let first = (correlation(1) - doubt).clamp(0.0, 0.9);
        let regressive = (1.0 + first) / (1.0 - first);
        let weight = |lag: u8| 1.0 - f64::from(lag) / f64::from(LAGS + 1);
        let summed = 1.0 + 2.0 * (1..=LAGS).map(|lag| weight(lag) * correlation(lag)).sum::<f64>()
            - 2.0 * doubt;
        Self { inflation: regressive.max(summed).max(1.0) }
    }

    /// A probability as it is for values that depend on each other so. The exponent of a tail falls
    /// with the number of values that count.
    pub(super) fn discount(self, p_value: f64) -> f64 {
        p_value.powf(1.0 / self.inflation)
    }
}

/// What is left of the values without the levels between `splits`.
pub(super) fn residuals(values: &[f64], splits: &[usize]) -> Vec<f64> {
    let mut residuals = Vec::with_capacity(values.len());
    let mut from = 0;
    for to in splits.iter().copied().chain([values.len()]) {
        let segment = values.get(from..to).unwrap_or_default();
        let level = scale::level(segment);
        residuals.extend(segment.iter().map(|value| value - level));
        from = to;
    }
    residuals
}

/// Residuals with wild ones held.
fn held(mut residuals: Vec<f64>) -> Vec<f64> {
    let sigma = robust::mad_sigma(&residuals).unwrap_or(0.0);
    if sigma > 0.0 {
        for residual in &mut residuals {
            *residual = hold(*residual, sigma);
        }
    }
    residuals
}

/// A residual, held where it is wild.
pub(super) fn hold(residual: f64, sigma: f64) -> f64 {
    residual.clamp(-WILD * sigma, WILD * sigma)
}
