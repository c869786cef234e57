//! The slope of a series that wild values do not move, with its interval.
//!
//! Theil, "A rank-invariant method of linear and polynomial regression analysis" (1950); Sen, "Estimates of
//! the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968), whose interval this is.

use super::number::float;
use super::{robust, student};

/// The fewest values from which a slope is told.
pub const FEWEST: usize = 5;
/// The most values; a series that is longer has its last ones looked at.
const MOST: usize = 1_000;

/// A slope: the change from one value to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The median of the slopes between all pairs of values.
    pub value: f64,
    /// The end of its interval of 95 % at the bottom.
    pub low: f64,
    /// The end at the top.
    pub high: f64,
}

/// Returns the slope of `values`, which are one step apart; `None` of fewer than [`FEWEST`], or where one is
/// no number.
///
/// ```
/// let slope = perf_report::stats::theil_sen::slope(&[1.0, 3.0, 5.0, 7.0, 900.0, 11.0, 13.0]).unwrap();
/// assert_eq!(slope.value, 2.0);
/// ```
pub fn slope(values: &[f64]) -> Option<Slope> {
    let values = &values[values.len().saturating_sub(MOST)..];
    if values.len() < FEWEST || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut slopes = slopes(values);
    slopes.sort_by(f64::total_cmp);
    let reach = reach(values);
    let (below, above) = (float(slopes.len() as u64) - reach, float(slopes.len() as u64) + reach);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let place = |at: f64| at.max(0.0) as usize;
    let low = slopes.get(place((below / 2.0).floor() - 1.0)).copied();
    let high = slopes.get(place((above / 2.0).ceil())).or(slopes.last()).copied();
    Some(Slope { value: robust::median(&slopes)?, low: low?, high: high? })
}

/// Returns the slopes between all pairs of values, which are one step apart.
pub(super) fn slopes(values: &[f64]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(values.len() * values.len() / 2);
    for (at, later) in values.iter().enumerate() {
        let earlier = values.iter().take(at).enumerate();
        slopes.extend(earlier.map(|(from, value)| (later - value) / float((at - from) as u64)));
    }
    slopes
}

/// Returns how far Kendall's sum of signs reaches by chance, 19 times out of 20, where values may be tied.
fn reach(values: &[f64]) -> f64 {
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq());
    let taken_off: f64 = ties.map(|tie| spread(float(tie.len() as u64))).sum();
    let variance = (spread(float(values.len() as u64)) - taken_off) / 18.0;
    student::quantile(0.975, f64::INFINITY) * variance.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_its_slope_and_no_doubt() {
        let line: Vec<f64> = (0..20).map(|at| 3.0 + 0.5 * f64::from(at)).collect();
        let Slope { value, low, high } = slope(&line).unwrap();
        assert!((value - 0.5).abs() < 1e-12 && (low - 0.5).abs() < 1e-12, "{low} {high}");
        assert!((high - 0.5).abs() < 1e-12);
    }

    #[test]
    fn what_stays_has_none() {
        assert_eq!(slope(&[4.0; 10]), Some(Slope { value: 0.0, low: 0.0, high: 0.0 }));
        assert_eq!(slope(&[1.0, 2.0, 3.0, 4.0]), None, "too few");
        assert_eq!(slope(&[1.0, f64::NAN, 3.0, 4.0, 5.0]), None);
    }

    #[test]
    fn noise_alone_is_within_the_interval() {
        let noise = [5.0, 5.2, 4.9, 5.1, 5.0, 4.8, 5.3, 5.0, 4.9, 5.1];
        let found = slope(&noise).unwrap();
        assert!(found.low < 0.0 && found.high > 0.0, "{found:?}");
    }

    proptest! {
        #[test]
        fn it_lies_in_its_interval_and_turns_with_the_series(
            values in prop::collection::vec(-1e6..1e6, FEWEST..40),
        ) {
            let found = slope(&values).unwrap();
            prop_assert!(found.low <= found.value && found.value <= found.high, "{:?}", found);
            let turned: Vec<f64> = values.iter().map(|value| -value).collect();
            let turned = slope(&turned).unwrap();
            prop_assert!((turned.value + found.value).abs() <= 1e-9 * found.value.abs().max(1.0));
        }
    }
}
