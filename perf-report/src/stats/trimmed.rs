//! A mean that the outer values do not move, with its standard error.
//!
//! Yuen, "The Two-Sample Trimmed t for Unequal Population Variances", Biometrika 61 (1974); of one sample,
//! Tukey and others, Sankhya A 25 (1963). Of few values the test they give is a little too ready to find
//! something; it is as rare as promised where each outer pair costs half a degree of freedom more than the
//! two values in it (by simulation, 8 to 40 normal values).

use super::number::float;
use super::side::Side;

/// The values from which on the outer ones are trimmed.
const LEAST_TRIMMED: usize = 8;

/// Values without the outer 15 % on each side, at least one.
pub(super) struct Trimmed {
    /// The divisor of the variance of the mean.
    pub(super) count: f64,
    /// The mean of those in the middle.
    pub(super) mean: f64,
    /// The sum of the squares of all about their mean, the outer ones drawn in to those in the middle.
    pub(super) squares: f64,
    pub(super) degrees: f64,
}

impl Trimmed {
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let all = values.len();
        let outer = if all < LEAST_TRIMMED { 0 } else { (all * 3 / 20).max(1) };
        let middle = Side::of(values.get(outer..all - outer)?)?;
        let (low, high) = (values.get(outer)?, values.get(all - outer - 1)?);
        let drawn_in: Vec<f64> = values.iter().map(|value| value.clamp(*low, *high)).collect();
        let drawn_in = Side::of(&drawn_in)?;
        // Yuen's standard error is s / ((1 - 2g) sqrt n), with s from all n values drawn in and n - 1
        // degrees; here squares are divided by the degrees that the test has.
        let kept = middle.count / drawn_in.count;
        let degrees = middle.degrees - float(outer as u64) / 2.0;
        let squares = drawn_in.squares * degrees / drawn_in.degrees.max(1.0);
        let count = kept * kept * drawn_in.count;
        Some(Self { count, mean: middle.mean, squares, degrees })
    }
}
