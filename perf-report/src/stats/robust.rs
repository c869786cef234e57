//! Location and scale that a few wild values do not move.
//!
//! Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993).

/// Makes the median absolute deviation of normal values their standard deviation.
const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;

/// The median; of an even number of values, the mean of the two in the middle. `None` of no values.
/// Values that are not numbers are sorted to the ends.
///
/// ```
/// assert_eq!(perf_report::stats::robust::median(&[3.0, 1.0, 2.0, 10.0]), Some(2.5));
/// ```
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    median_in_place(&mut sorted)
}

/// The same, without a copy; the order of `values` is lost.
pub fn median_in_place(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (half, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| !is_odd);
    Some(lower.map_or(*upper, |lower| f64::midpoint(lower, *upper)))
}

/// The standard deviation that normal values of this median absolute deviation have. `None` of no
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

/// The standard deviation of what a series does from one value to the next: the larger, over lags 1
/// and 3, of the median absolute difference, scaled so that it is that of independent normal
/// values. Steps and single spikes do not move it; slow waves count little. `None` of fewer than
/// two values.
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
}
