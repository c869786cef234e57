//! A mean that the outer values do not move, with its standard error.
//!
//! Yuen, "The Two-Sample Trimmed t for Unequal Population Variances", Biometrika 61 (1974); of one
//! sample, Tukey and McLaughlin, Sankhya A 25 (1963).

use super::moderated::Side;

/// From so many values on the outer ones are trimmed.
const LEAST_TRIMMED: usize = 8;

/// Values without their outer fifths.
pub(super) struct Trimmed {
    /// What the variance of the mean is to be divided by.
    pub(super) count: f64,
    /// Mean of those in the middle.
    pub(super) mean: f64,
    /// Sum of the squares of all about their mean, the outer ones drawn in to those in the middle.
    pub(super) squares: f64,
    pub(super) degrees: f64,
}

impl Trimmed {
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let all = values.len();
        let outer = if all < LEAST_TRIMMED { 0 } else { all / 5 };
        let middle = Side::of(values.get(outer..all - outer)?)?;
        let (low, high) = (values.get(outer)?, values.get(all - outer - 1)?);
        let drawn_in: Vec<f64> = values.iter().map(|value| value.clamp(*low, *high)).collect();
        let drawn_in = Side::of(&drawn_in)?;
        // Yuen's standard error is s / ((1 - 2g) sqrt n), with s from all n values drawn in and n - 1
        // degrees; here squares are divided by the degrees of those in the middle.
        let kept = middle.count / drawn_in.count;
        let squares = drawn_in.squares * middle.degrees / drawn_in.degrees.max(1.0);
        let count = kept * kept * drawn_in.count;
        Some(Self { count, mean: middle.mean, squares, degrees: middle.degrees })
    }
}
