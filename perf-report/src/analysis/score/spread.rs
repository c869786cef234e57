//! The middle of a figure over runs, and its ends.

use crate::stats::{robust, student};

/// A figure with its ends, 19 times out of 20; the ends are the figure itself where one run says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Figure {
    /// Returns a figure of which no spread is known.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// Returns the median of `values` with the ends of their middle, in ratios; `None` without a value.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let value = robust::median(values)?;
        let half = half_of(values).filter(|_| value > 0.0);
        Some(half.map_or(Self::exact(value), |half| Self {
            value,
            low: value * (-half).exp(),
            high: value * half.exp(),
        }))
    }

    /// Returns it under a function that rises or falls all along.
    pub(crate) fn map(self, of: impl Fn(f64) -> f64) -> Self {
        let [a, b] = [of(self.low), of(self.high)];
        let value = of(self.value);
        Self { value, low: a.min(b).min(value), high: a.max(b).max(value) }
    }
}

/// Returns half of the interval of the mean logarithm, by Student.
fn half_of(values: &[f64]) -> Option<f64> {
    let logs: Vec<f64> = values.iter().filter(|it| **it > 0.0).map(|it| it.ln()).collect();
    let half = student::half_of_mean(&logs).filter(|half| half.is_finite());
    half.filter(|_| logs.len() == values.len())
}
