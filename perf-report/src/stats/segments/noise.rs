//! The noise of a series: the dependence of values on those before them, and their spread.

use statrs::function::erf::erfc;

use super::stairs::{held, residuals};
use crate::stats::number::float;

/// Lags over which dependence is summed up.
const LAGS: usize = 4;

/// The noise of a series, which takes from its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// Autocorrelations at lags 1, 2, …
    correlations: [f64; LAGS],
    /// Half a standard error of them, by which they are believed less: an appearance of dependence costs
    /// evidence as well.
    doubt: f64,
    /// The standard deviation of a value, wild ones held; infinite where it is not asked for.
    sigma: f64,
}

impl Noise {
    /// Values that do not depend on each other, of any size.
    pub(super) const INDEPENDENT: Self =
        Self { correlations: [0.0; LAGS], doubt: 0.0, sigma: f64::INFINITY };

    /// Measures the noise that is left in `values` between `splits`, or about a slope.
    pub(super) fn of(values: &[f64], splits: &[usize]) -> Self {
        let residuals = held(residuals(values, splits));
        let square: f64 = residuals.iter().map(|x| x * x).sum();
        if square <= 0.0 {
            return Self::INDEPENDENT;
        }
        let correlation = |lag: usize| {
            let later = residuals.iter().skip(lag);
            residuals.iter().zip(later).map(|(x, y)| x * y).sum::<f64>() / square
        };
        let count = float(residuals.len() as u64);
        Self {
            correlations: std::array::from_fn(|before| correlation(before + 1)),
            doubt: 0.5 / count.sqrt(),
            sigma: (square / count).sqrt(),
        }
    }

    /// Corrects the probability of a difference between two sides of these sizes for values that depend on
    /// each other. The exponent of a tail falls with the number of values that count.
    pub(super) fn discount(&self, p_value: f64, sides: [usize; 2]) -> f64 {
        let independent: f64 = sides.map(|count| 1.0 / many(count)).iter().sum();
        p_value.powf(independent / self.variance(sides))
    }

    /// Corrects the probability of a difference of this size. Ranks of few values after a change bound
    /// their evidence; a change of many times the noise deserves more than a discount of that.
    pub(super) fn discount_of_size(&self, p_value: f64, size: f64, sides: [usize; 2]) -> f64 {
        let deviations = size.abs() / (self.sigma * self.variance(sides).sqrt());
        let by_size = erfc(deviations * std::f64::consts::FRAC_1_SQRT_2);
        self.discount(p_value, sides).min(p_value.max(by_size))
    }

    /// Returns the variance of the difference between the means of two sides of these sizes, that of one
    /// value being 1.
    fn variance(&self, sides: [usize; 2]) -> f64 {
        sides.map(|count| self.inflation(count) / many(count)).iter().sum()
    }

    /// Returns the number of values in a row that carry the evidence of one independent one, at least 1:
    /// the variance of their mean over that of independent ones, as an autoregressive process of order one
    /// and as Newey and West (Econometrica 55, 1987) would have it, the larger.
    fn inflation(&self, count: usize) -> f64 {
        let count = many(count);
        let first = (self.correlations[0] - self.doubt).clamp(0.0, 0.9);
        let regressive = (1.0 + first) / (1.0 - first)
            - 2.0 * first * (1.0 - first.powf(count)) / (count * (1.0 - first).powi(2));
        let window = count.min(many(LAGS + 1));
        let summed: f64 = (1..)
            .zip(self.correlations)
            .map(|(lag, correlation)| (1.0 - many(lag) / window).max(0.0) * correlation)
            .sum();
        regressive.max(1.0 + 2.0 * (summed - self.doubt)).max(1.0)
    }
}

/// Returns the number of values as a float, at least one.
fn many(count: usize) -> f64 {
    float(count.max(1) as u64)
}
