//! Location and scale that a few wild values do not move.
//!
//! Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993).

/// Makes the median absolute deviation of normal values their standard deviation.
const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;

/// Finds the median; of an even number of values, the mean of the two in the middle. `None` of no values.
/// Values that are not numbers are sorted to the ends.
///
/// ```
/// assert_eq!(perf_report::stats::robust::median(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
/// ```
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    median_in_place(&mut sorted)
}

/// Finds the median without a copy; the order of `values` is lost.
pub fn median_in_place(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (half, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| !is_odd);
    Some(lower.map_or(*upper, |lower| f64::midpoint(lower, *upper)))
}

/// Returns the standard deviation that normal values of this median absolute deviation have. `None` of no
/// values.
///
/// ```
/// let sigma = perf_report::stats::robust::mad_sigma(&[1.0, 2.0, 3.0, 4.0, 1e9]);
/// assert!(sigma.is_some_and(|sigma| (sigma - 1.4826).abs() < 1e-4));
/// ```
pub fn mad_sigma(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let mut deviations: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    median_in_place(&mut deviations).map(|mad| mad * MAD_TO_SIGMA)
}

/// Estimates the standard deviation from one value of a series to the next: the larger, over lags 1 and 3,
/// of the median absolute difference, on the scale of independent normal values. Steps and single spikes do
/// not move it; slow waves count little. `None` of fewer than two values.
///
/// ```
/// let step = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 51.0, 52.0, 51.0, 52.0, 51.0, 52.0];
/// let sigma = perf_report::stats::robust::lagged_sigma(&step);
/// assert!(sigma.is_some_and(|sigma| (sigma - 1.048).abs() < 1e-3));
/// ```
pub fn lagged_sigma(series: &[f64]) -> Option<f64> {
    let at_lag = |lag: usize| {
        let later = series.get(lag..)?;
        let mut steps: Vec<f64> = later.iter().zip(series).map(|(b, a)| (b - a).abs()).collect();
        median_in_place(&mut steps).map(|middle| middle * MAD_TO_SIGMA / std::f64::consts::SQRT_2)
    };
    let near = at_lag(1)?;
    Some(at_lag(3).map_or(near, |far| far.max(near)))
}

/// Finds a location between mean and median: the mean of values drawn in to within one and a half `sigma`
/// of it. Huber, "Robust Estimation of a Location Parameter", Ann. Math. Stat. 35 (1964), with a scale that
/// is known. `None` of no values; the median where `sigma` is not positive.
///
/// ```
/// let wild = [1.0, 2.0, 3.0, 1e9];
/// assert!(perf_report::stats::robust::huber(&wild, 1.0).is_some_and(|middle| middle < 3.5));
/// ```
pub fn huber(values: &[f64], sigma: f64) -> Option<f64> {
    const REACH: f64 = 1.5;
    let mut middle = median(values)?;
    if sigma.is_nan() || sigma <= 0.0 {
        return Some(middle);
    }
    for _ in 0..STEPS {
        let (low, high) = (middle - REACH * sigma, middle + REACH * sigma);
        let sum: f64 = values.iter().map(|value| value.max(low).min(high)).sum();
        middle = sum / crate::stats::number::float(values.len() as u64);
    }
    Some(middle)
}

/// Steps to a Huber location: each leaves at most the share of the values that is drawn in.
const STEPS: u32 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_odd_and_even_numbers_of_values() {
        for (values, expected) in [
            (&[][..], None),
            (&[7.0], Some(7.0)),
            (&[2.0, 1.0], Some(1.5)),
            (&[5.0, 1.0, 3.0], Some(3.0)),
            (&[f64::MAX, f64::MAX], Some(f64::MAX)),
        ] {
            assert_eq!(median(values), expected, "{values:?}");
        }
    }

    #[test]
    fn one_wild_value_moves_no_scale() {
        let calm = mad_sigma(&[9.0, 10.0, 11.0, 10.0, 9.0, 11.0, 10.0]);
        let wild = mad_sigma(&[9.0, 10.0, 11.0, 10.0, 9.0, 11.0, 1e12]);
        assert_eq!(calm, wild);
        assert_eq!(mad_sigma(&[4.0; 9]), Some(0.0));
    }

    #[test]
    fn a_step_and_a_spike_move_no_lagged_scale() {
        let calm: Vec<f64> = (0..40).map(|at| f64::from(at % 2)).collect();
        let mut stepped = calm.clone();
        stepped.iter_mut().skip(20).for_each(|value| *value += 50.0);
        stepped[7] = 1e6;
        assert_eq!(lagged_sigma(&calm), lagged_sigma(&stepped));
        assert_eq!((lagged_sigma(&[1.0]), lagged_sigma(&[2.0; 5])), (None, Some(0.0)));
    }

    #[test]
    fn hubers_location_is_the_mean_of_the_calm_and_keeps_the_wild_away() {
        assert_eq!(huber(&[1.0, 2.0, 6.0], 100.0), Some(3.0));
        assert_eq!(huber(&[], 1.0), None);
        assert_eq!(huber(&[1.0, 2.0, 9.0], 0.0), Some(2.0));
        // Two calm values, and one drawn in to 1.5 above: m = (0 + 0 + m + 1.5) / 3.
        assert!((huber(&[0.0, 0.0, 1e6], 1.0).unwrap() - 0.75).abs() < 1e-4);
    }
}
