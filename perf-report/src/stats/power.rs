//! How the cost of work grows with its size: `a + c·n^b`, fitted to the logarithms of the costs.
//!
//! A fixed cost hides a power: of sizes 100 to 800 with twenty times the smallest size as fixed cost, the plain slope
//! of the logarithms is 0.2 for work that is linear. So `a ≥ 0` is part of the fit. The interval is that of
//! the likelihood: all powers that fit not much worse, by the F distribution's square of Student's t.

use super::number::float;
use super::student;

/// The fewest sizes of which a power is told.
pub const FEWEST: usize = 5;
/// The least ratio of the largest size to the smallest.
const LEAST_RANGE: f64 = 100.0;
/// The powers that are tried.
const POWERS: (f64, f64, f64) = (0.0, 4.0, 0.01);

/// The growth of a cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// The power `b`.
    pub power: f64,
    /// Its ends, 19 times out of 20.
    pub interval: (f64, f64),
    /// The fixed part `a`, in the unit of the costs.
    pub fixed: f64,
}

/// Fits the growth to sizes and costs, all above 0. `None` of fewer than [`FEWEST`] sizes, or over less than two
/// decades.
///
/// ```
/// use perf_report::stats::power;
/// let square: Vec<(f64, f64)> = [1.0, 10.0, 30.0, 100.0, 300.0].map(|n| (n, 7.0 + 3.0 * n * n)).to_vec();
/// let growth = power::fit(&square).unwrap();
/// assert!((growth.power - 2.0).abs() < 0.02, "{growth:?}");
/// ```
pub fn fit(points: &[(f64, f64)]) -> Option<Growth> {
    let are_usable = points
        .iter()
        .all(|(size, cost)| size.is_finite() && cost.is_finite() && *size > 0.0 && *cost > 0.0);
    let smallest = points.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
    let largest = points.iter().map(|it| it.0).fold(0.0, f64::max);
    if points.len() < FEWEST || !are_usable || largest < LEAST_RANGE * smallest {
        return None;
    }
    let (from, to, step) = POWERS;
    let tried = std::iter::successors(Some(from), |power| Some(power + step))
        .take_while(|power| *power <= to + step / 2.0);
    let fits: Vec<(f64, Fit)> = tried.map(|power| (power, best(points, power, smallest))).collect();
    let (power, fitted) = fits.iter().min_by(|a, b| a.1.squares.total_cmp(&b.1.squares))?;
    let degrees = float(points.len() as u64) - 3.0;
    let t = student::quantile(0.975, degrees);
    // Of costs without any noise, the grid itself is the error.
    let most = fitted.squares * (1.0 + t * t / degrees) + 1e-12;
    let fitting = || fits.iter().filter(|(_, fit)| fit.squares <= most).map(|(power, _)| *power);
    let interval = (fitting().fold(*power, f64::min), fitting().fold(*power, f64::max));
    Some(Growth { power: *power, interval, fixed: fitted.fixed })
}

/// A fit of one power.
#[derive(Debug, Clone, Copy)]
struct Fit {
    squares: f64,
    fixed: f64,
}

/// Returns the best fit of a power: over fixed parts, as ratios to the cost of the smallest size.
fn best(points: &[(f64, f64)], power: f64, smallest: f64) -> Fit {
    const STEPS: i32 = 60;
    // From a thousandth of the smallest size's own cost to a million of them.
    let part = |step: i32| {
        if step < 0 { 0.0 } else { 10f64.powf(f64::from(step) / f64::from(STEPS) * 9.0 - 3.0) }
    };
    let of = |step: i32| {
        let form = |size: f64| part(step) + (size / smallest).powf(power);
        let logs: Vec<f64> = points.iter().map(|(size, cost)| (cost / form(*size)).ln()).collect();
        let mean = logs.iter().sum::<f64>() / float(logs.len() as u64);
        let squares = logs.iter().map(|it| (it - mean).powi(2)).sum();
        Fit { squares, fixed: part(step) * mean.exp() }
    };
    let fits = (-1..=STEPS).map(of);
    fits.min_by(|a, b| a.squares.total_cmp(&b.squares))
        .unwrap_or(Fit { squares: f64::INFINITY, fixed: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Stream;

    fn points(sizes: &[f64], noise: f64, seed: u64, cost: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let mut stream = Stream::of(seed);
        sizes.iter().map(|&size| (size, cost(size) * (noise * stream.normal()).exp())).collect()
    }

    const SIZES: [f64; 5] = [64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];

    #[test]
    fn powers_come_out_through_noise() {
        for (power, seed) in [(0.5, 1), (1.0, 2), (1.5, 3), (2.0, 4), (3.0, 5)] {
            let growth = fit(&points(&SIZES, 0.03, seed, |n| n.powf(power))).unwrap();
            assert!((growth.power - power).abs() < 0.06, "{power}: {growth:?}");
            assert!(
                growth.interval.0 <= power + 0.03 && power - 0.03 <= growth.interval.1,
                "{growth:?}"
            );
        }
    }

    #[test]
    fn a_fixed_cost_hides_no_power() {
        let sizes = [10.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
        let growth = fit(&points(&sizes, 0.0, 1, |n| 2_000.0 + n * n)).unwrap();
        assert!((growth.power - 2.0).abs() < 0.05, "{growth:?}");
        assert!((growth.fixed / 2_000.0 - 1.0).abs() < 0.2, "{growth:?}");
    }

    #[test]
    fn too_little_is_not_told() {
        assert_eq!(fit(&points(&SIZES[..4], 0.0, 1, |n| n)), None);
        assert_eq!(fit(&points(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0, 1, |n| n)), None);
        assert_eq!(fit(&points(&SIZES, 0.0, 1, |_| 0.0)), None);
    }
}
