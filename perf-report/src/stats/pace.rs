//! The pace at which a series grows: the slope of its logarithms, with an interval that holds where values depend
//! on those before them.
//!
//! Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", J. Am. Stat. Assoc. 63 (1968): the
//! median of the slopes of all pairs. Künsch, "The Jackknife and the Bootstrap for General Stationary
//! Observations", Ann. Stat. 17 (1989): residuals are drawn again in blocks.

use super::number::{float, whole};
use super::random::Stream;
use super::robust;
use super::theil_sen::slopes;

/// Series that are drawn again.
const DRAWS: usize = 400;

/// The pace of a series of logarithms, a step a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The growth of the logarithm a step.
    pub slope: f64,
    /// Its ends, 19 times out of 20.
    pub interval: (f64, f64),
    /// Its ends, 99 times out of 100.
    pub sure: (f64, f64),
    /// The logarithm at the last value, as the slope has it.
    pub end: f64,
}

/// Returns the pace of `values`, oldest first and all above 0. `None` of fewer than three.
///
/// ```
/// let values: Vec<f64> = (0..20_i32).map(|at| 100.0 * 1.02_f64.powi(at)).collect();
/// let pace = perf_report::stats::pace::of(&values).unwrap();
/// assert!((pace.slope.exp() - 1.02).abs() < 1e-9);
/// ```
pub fn of(values: &[f64]) -> Option<Pace> {
    let is_usable = values.len() >= 3 && values.iter().all(|it| it.is_finite() && *it > 0.0);
    let logs: Vec<f64> = values.iter().filter(|_| is_usable).map(|it| it.ln()).collect();
    let (slope, begin) = line(&logs)?;
    let at = |place: usize| begin + slope * float(place as u64);
    let residuals: Vec<f64> = logs.iter().enumerate().map(|(place, log)| log - at(place)).collect();
    let mut stream = Stream::of(logs.len() as u64);
    let mut slopes: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let drawn = in_blocks(&residuals, &mut stream);
            let again: Vec<f64> =
                drawn.iter().enumerate().map(|(place, off)| at(place) + off).collect();
            line(&again).map(|(slope, _)| slope)
        })
        .collect();
    slopes.sort_by(f64::total_cmp);
    let ends = |outer: usize, z: f64| {
        let low = slopes.get(outer).copied().unwrap_or(slope).min(slope);
        let high = slopes.get(DRAWS - 1 - outer).copied().unwrap_or(slope).max(slope);
        // Of few values, blocks drawn again differ less than series do.
        let (least, most) = by_ranks(&logs, z);
        (low.min(least), high.max(most))
    };
    let (interval, sure) = (ends(DRAWS / 40, 1.96), ends(DRAWS / 200, 2.576));
    Some(Pace { slope, interval, sure, end: at(logs.len() - 1) })
}

/// Returns the interval of Sen, which holds for values that do not depend on each other: the slopes at the ranks
/// that Kendall's tau leaves open, `z` standard deviations to either side.
fn by_ranks(logs: &[f64], z: f64) -> (f64, f64) {
    let mut slopes = slopes(logs);
    slopes.sort_by(f64::total_cmp);
    let (n, pairs) = (float(logs.len() as u64), float(slopes.len() as u64));
    let open = z * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let rank = |at: f64| usize::try_from(whole(at.round())).unwrap_or(usize::MAX);
    let low = slopes.get(rank((pairs - open) / 2.0 - 1.0)).filter(|_| pairs > open);
    let high = slopes.get(rank(f64::midpoint(pairs, open)));
    (low.copied().unwrap_or(f64::NEG_INFINITY), high.copied().unwrap_or(f64::INFINITY))
}

/// Returns the slope and the beginning of the line through `values`.
fn line(values: &[f64]) -> Option<(f64, f64)> {
    let slope = robust::median_in_place(&mut slopes(values))?;
    let begins: Vec<f64> = (0_u64..).map(float).zip(values).map(|(x, y)| y - slope * x).collect();
    Some((slope, robust::median(&begins)?))
}

/// Draws blocks of `values` until there are as many again.
fn in_blocks(values: &[f64], stream: &mut Stream) -> Vec<f64> {
    let length = (1..=values.len()).find(|length| length.pow(3) >= values.len()).unwrap_or(1);
    let mut drawn = Vec::with_capacity(values.len() + length);
    while drawn.len() < values.len() {
        let from = stream.below(values.len() - length + 1);
        drawn.extend_from_slice(values.get(from..from + length).unwrap_or(values));
    }
    drawn.truncate(values.len());
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(seed: u64, count: i32, growth: f64, noise: f64) -> Vec<f64> {
        let mut stream = Stream::of(seed);
        (0..count).map(|at| 1e6 * growth.powi(at) * (noise * stream.normal()).exp()).collect()
    }

    #[test]
    fn a_pace_is_found_through_noise_and_wild_values() {
        let mut values = series(1, 30, 1.02, 0.02);
        values[7] *= 10.0;
        let pace = of(&values).unwrap();
        assert!((pace.slope.exp() - 1.02).abs() < 0.003, "{pace:?}");
        assert!(pace.interval.0 > 0.0 && pace.interval.1 < 0.04, "{pace:?}");
    }

    #[test]
    fn noise_alone_seldom_has_a_pace() {
        let found = (0..200).filter(|&seed| {
            let pace = of(&series(seed, 20, 1.0, 0.03)).unwrap();
            pace.interval.0 > 0.0 || pace.interval.1 < 0.0
        });
        let found = found.count();
        assert!(found <= 14, "{found} of 200");
    }

    #[test]
    fn odd_values_have_none() {
        for values in [&[][..], &[1.0, 2.0], &[1.0, 0.0, 2.0], &[1.0, f64::NAN, 2.0]] {
            assert_eq!(of(values), None, "{values:?}");
        }
    }
}
