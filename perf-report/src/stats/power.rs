//! The growth of a cost with the size of the work: `a + c·n^b`, fitted to the logarithms of the costs.
//!
//! A fixed cost hides a power: of sizes 100 to 800 with twenty times the smallest size as fixed cost, the plain slope
//! of the logarithms is 0.2 for work that is linear. So `a ≥ 0` is part of the fit. The interval is that of
//! the likelihood: all powers that fit not much worse, by the F distribution's square of Student's t (Bates and
//! Watts, "Nonlinear Regression Analysis and Its Applications", Wiley (1988), chapter 6). Of five sizes, the residuals
//! know little of the noise; so they are moderated by a usual one (Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004)).

use super::number::float;
use super::student;

/// The fewest sizes of which a power is told.
pub const FEWEST: usize = 5;
/// The least ratio of the largest size to the smallest.
pub const LEAST_RANGE: f64 = 100.0;
/// The distance of the powers that are tried first, and their number: from 0 to 4.
const STEP: f64 = 0.05;
const STEPS: u32 = 80;

/// The noise that costs usually have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Standard deviation as a share of the cost.
    pub share: f64,
    /// Number of values that this knowledge weighs as much as.
    pub weight: f64,
}

impl Noise {
    /// The noise of times, from run to run.
    pub const OF_TIMES: Self = Self { share: 0.03, weight: 6.0 };
    /// The noise of what is counted: next to none, but counts come in whole numbers.
    pub const OF_COUNTS: Self = Self { share: 0.003, weight: 2.0 };

    /// Returns the variance of the logarithms with `squares` left over at `degrees` of freedom, and its degrees.
    pub(super) fn variance(self, squares: f64, degrees: f64) -> (f64, f64) {
        let all = self.weight + degrees;
        ((self.weight * self.share.powi(2) + squares) / all, all)
    }
}

/// The growth of a cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// The power `b`.
    pub power: f64,
    /// Its ends, 19 times out of 20.
    pub interval: (f64, f64),
    /// Its ends, 99 times out of 100.
    pub sure: (f64, f64),
    /// The fixed part `a`, in the unit of the costs.
    pub fixed: f64,
    /// Sum of the squares that the fit leaves of the logarithms.
    pub(super) squares: f64,
}

/// Fits the growth to sizes and costs, all above 0. `None` of fewer than [`FEWEST`] sizes, or over less than two
/// decades.
///
/// ```
/// use perf_report::stats::power::{self, Noise};
/// let square: Vec<(f64, f64)> = [1.0, 10.0, 30.0, 100.0, 300.0].map(|n| (n, 7.0 + 3.0 * n * n)).to_vec();
/// let growth = power::fit(&square, Noise::OF_COUNTS).unwrap();
/// assert!((growth.power - 2.0).abs() < 0.02, "{growth:?}");
/// ```
pub fn fit(points: &[(f64, f64)], noise: Noise) -> Option<Growth> {
    let smallest = usable(points)?;
    let of = |power: f64| best(points, |size| (size / smallest).powf(power));
    let coarse: Vec<(f64, Fit)> =
        (0..=STEPS).map(power_of).map(|power| (power, of(power))).collect();
    let (near, _) = coarse.iter().min_by(|a, b| a.1.squares.total_cmp(&b.1.squares))?;
    let power = least(near - STEP, near + STEP, |power| of(power.max(0.0)).squares).max(0.0);
    let fitted = of(power);
    let (variance, degrees) = noise.variance(fitted.squares, float(points.len() as u64) - 3.0);
    let ends = |level: f64| {
        let most = fitted.squares + student::quantile(level, degrees).powi(2) * variance;
        let fits = |power: f64| of(power).squares <= most;
        let fitting = || coarse.iter().filter(|it| it.1.squares <= most).map(|(power, _)| *power);
        let (low, high) = (fitting().fold(power, f64::min), fitting().fold(power, f64::max));
        (end(low, (low - STEP).max(0.0), fits), end(high, (high + STEP).min(power_of(STEPS)), fits))
    };
    Some(Growth {
        power,
        interval: ends(0.975),
        sure: ends(0.995),
        fixed: fitted.fixed,
        squares: fitted.squares,
    })
}

fn power_of(step: u32) -> f64 {
    STEP * f64::from(step)
}

/// Returns the end of an interval between what is `inside` and what may be `outside`.
fn end(mut inside: f64, mut outside: f64, is_inside: impl Fn(f64) -> bool) -> f64 {
    const HALVINGS: u32 = 5;
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if is_inside(middle) { inside = middle } else { outside = middle }
    }
    inside
}

/// Returns where a function of one valley is least: a third of what is left goes at a time.
fn least(mut low: f64, mut high: f64, of: impl Fn(f64) -> f64) -> f64 {
    const STEPS: u32 = 14;
    for _ in 0..STEPS {
        let third = (high - low) / 3.0;
        if of(low + third) < of(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    f64::midpoint(low, high)
}

/// Returns the slope of the logarithms with its ends, 99 times out of 100: the power where nothing is fixed. `None`
/// where [`fit`] has none.
pub fn plain(points: &[(f64, f64)], noise: Noise) -> Option<(f64, (f64, f64))> {
    usable(points)?;
    let count = float(points.len() as u64);
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0.ln()), mean(|it| it.1.ln()));
    let of = |it: &(f64, f64)| (it.0.ln() - x, it.1.ln() - y);
    let spread: f64 = points.iter().map(|it| of(it).0.powi(2)).sum();
    let slope = points.iter().map(|it| of(it).0 * of(it).1).sum::<f64>() / spread;
    let squares = points.iter().map(|it| (of(it).1 - slope * of(it).0).powi(2)).sum();
    let (variance, degrees) = noise.variance(squares, count - 2.0);
    let reach = student::quantile(0.995, degrees) * (variance / spread).sqrt();
    Some((slope, (slope - reach, slope + reach)))
}

/// Returns the smallest size, where the points are enough and all above 0.
pub(super) fn usable(points: &[(f64, f64)]) -> Option<f64> {
    let is_usable = |value: f64| value.is_finite() && value > 0.0;
    let are_usable = points.iter().all(|(size, cost)| is_usable(*size) && is_usable(*cost));
    let mut sizes: Vec<f64> = points.iter().map(|it| it.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let (smallest, largest) = (sizes.first()?, sizes.last()?);
    (sizes.len() >= FEWEST && are_usable && *largest >= LEAST_RANGE * smallest).then_some(*smallest)
}

/// A fit of `a + c·form`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// Sum of the squares of what is left of the logarithms.
    pub(super) squares: f64,
    /// The fixed part, in the unit of the costs.
    pub(super) fixed: f64,
    /// The cost of one of the form, in the unit of the costs.
    pub(super) factor: f64,
}

/// Returns the best fit of a form, over fixed parts as ratios to what the form is of the first point.
pub(super) fn best(points: &[(f64, f64)], form: impl Fn(f64) -> f64) -> Fit {
    const STEPS: i32 = 27;
    let unit = points.first().map_or(1.0, |(size, _)| form(*size));
    let shapes: Vec<(f64, f64)> =
        points.iter().map(|(size, cost)| (form(*size) / unit, cost.ln())).collect();
    let count = float(shapes.len() as u64);
    let of = |part: f64| {
        // The sum of squares by one pass, from the first value on so that nothing is lost.
        let (mut first, mut sum, mut squares) = (None, 0.0, 0.0);
        for (shape, log) in &shapes {
            let log = log - (part + shape).ln();
            let off = log - *first.get_or_insert(log);
            sum += off;
            squares += off * off;
        }
        let mean = first.unwrap_or(0.0) + sum / count;
        Fit {
            squares: (squares - sum * sum / count).max(0.0),
            fixed: part * mean.exp(),
            factor: mean.exp() / unit,
        }
    };
    // From a thousandth of the form's own cost to a million of them.
    let part = |place: f64| 10f64.powf(place / f64::from(STEPS) * 9.0 - 3.0);
    let coarse = (0..=STEPS).map(|step| (step, of(part(f64::from(step)))));
    let found = coarse.min_by(|a, b| a.1.squares.total_cmp(&b.1.squares));
    let none = of(0.0);
    let Some((step, found)) = found.filter(|it| it.1.squares < none.squares) else { return none };
    let place = f64::from(step);
    let refined = of(part(least(place - 1.0, place + 1.0, |place| of(part(place)).squares)));
    if refined.squares < found.squares { refined } else { found }
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
            let growth =
                fit(&points(&SIZES, 0.03, seed, |n| n.powf(power)), Noise::OF_TIMES).unwrap();
            assert!((growth.power - power).abs() < 0.06, "{power}: {growth:?}");
            assert!(
                growth.interval.0 <= power + 0.03 && power - 0.03 <= growth.interval.1,
                "{growth:?}"
            );
            assert!(growth.sure.0 <= growth.interval.0 && growth.interval.1 <= growth.sure.1);
        }
    }

    #[test]
    fn intervals_hold_the_power_nearly_always() {
        let holds = (0..200).filter(|&seed| {
            let cost = |n: f64| 500.0 + n.powf(1.3);
            let growth = fit(&points(&SIZES, 0.03, seed, cost), Noise::OF_TIMES).unwrap();
            growth.interval.0 <= 1.3 && 1.3 <= growth.interval.1
        });
        let holds = holds.count();
        assert!(holds >= 186, "{holds} of 200");
    }

    #[test]
    fn a_fixed_cost_hides_no_power() {
        let sizes = [10.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
        let growth = fit(&points(&sizes, 0.0, 1, |n| 2_000.0 + n * n), Noise::OF_COUNTS).unwrap();
        assert!((growth.power - 2.0).abs() < 0.05, "{growth:?}");
        assert!((growth.fixed / 2_000.0 - 1.0).abs() < 0.2, "{growth:?}");
    }

    #[test]
    fn too_little_is_not_told() {
        let noise = Noise::OF_TIMES;
        assert_eq!(fit(&points(&SIZES[..4], 0.0, 1, |n| n), noise), None);
        assert_eq!(fit(&points(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0, 1, |n| n), noise), None);
        assert_eq!(fit(&points(&[1.0, 1.0, 1.0, 1.0, 100.0], 0.0, 1, |n| n), noise), None);
        assert_eq!(fit(&points(&SIZES, 0.0, 1, |_| 0.0), noise), None);
    }
}
