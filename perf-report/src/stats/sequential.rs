//! Looks at the evidence before all of it is there, without more error than one look makes.
//!
//! Early looks get little of the error and the last one most of it, as O'Brien and Fleming's bounds
//! do ("A Multiple Testing Procedure for Clinical Trials", Biometrics 35, 1979), by the spending
//! function of Lan and De Mets, "Discrete Sequential Boundaries for Clinical Trials", Biometrika 70
//! (1983). Looks share evidence, so that their errors overlap: what each may use follows from the
//! joint distribution, integrated from look to look as in Armitage and others, "Repeated
//! Significance Tests on Accumulating Data", J. R. Stat. Soc. A 132 (1969).

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::number::float;

/// Points of the grid between the two bounds, odd for Simpson's rule.
const POINTS: u32 = 401;
/// No bound is farther out, in standard deviations: beyond, p-values are below 1e-15.
const FARTHEST: f64 = 8.0;

/// Returns the part of the error `alpha` that may be spent once a share `fraction` of the planned evidence
/// is there: 0 without any, `alpha` with all.
///
/// ```
/// use perf_report::stats::sequential::spent;
/// assert!(spent(0.05, 0.25) < 1e-3 && (spent(0.05, 1.0) - 0.05).abs() < 1e-9);
/// ```
pub fn spent(alpha: f64, fraction: f64) -> f64 {
    if !(alpha > 0.0 && alpha < 1.0) || fraction.is_nan() || fraction <= 0.0 {
        return 0.0;
    }
    let normal = Normal::standard();
    // Half of it on each side, where the function of Lan and De Mets is that of a one-sided test.
    let last = normal.inverse_cdf(1.0 - alpha / 4.0);
    4.0 * normal.sf(last / fraction.min(1.0).sqrt())
}

/// Finds the two-sided p-value up to which each look may stop with a finding: all of them together err with
/// probability `alpha`. The looks are given as shares of the planned evidence, such as rounds done of those
/// planned, rising; one that adds nothing gets 0.
///
/// ```
/// let levels = perf_report::stats::sequential::levels(0.05, &[0.5, 1.0]);
/// assert!((levels[0] - 0.0031).abs() < 1e-4 && (levels[1] - 0.049).abs() < 1e-3);
/// ```
pub fn levels(alpha: f64, fractions: &[f64]) -> Vec<f64> {
    let mut walk = Walk::default();
    let mut before = 0.0;
    let level = |fraction: &f64| {
        let fraction = fraction.min(1.0);
        if fraction.is_nan() || fraction <= walk.fraction {
            return 0.0;
        }
        let now = spent(alpha, fraction);
        let bound = walk.step(fraction, now - before);
        before = now;
        2.0 * Normal::standard().sf(bound)
    };
    fractions.iter().map(level).collect()
}

/// The places of evidence that has crossed no bound so far, without a difference: a random walk, whose
/// variance is the share of the evidence.
#[derive(Debug, Default)]
struct Walk {
    fraction: f64,
    /// Place and, times the step of the grid, probability; none before the first look.
    places: Vec<(f64, f64)>,
}

impl Walk {
    /// Goes on to `fraction`, and returns the bound, in standard deviations of the walk there, that
    /// it crosses on either side with probability `error`.
    fn step(&mut self, fraction: f64, error: f64) -> f64 {
        let (normal, far) = (Normal::standard(), fraction.sqrt());
        let stride = (fraction - self.fraction).sqrt();
        let start = [(0.0, 1.0)];
        let from = if self.places.is_empty() { &start[..] } else { &self.places };
        let crossing = |bound: f64| -> f64 {
            let beyond = |place: f64| normal.sf((bound * far - place) / stride);
            from.iter().map(|(place, share)| share * (beyond(*place) + beyond(-*place))).sum()
        };
        let (mut low, mut high) = (0.0, FARTHEST);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if crossing(middle) > error { low = middle } else { high = middle }
        }
        let edge = high * far;
        let density = |place: f64| -> f64 {
            let reached = |(from, share): &(f64, f64)| share * normal.pdf((place - from) / stride);
            from.iter().map(reached).sum::<f64>() / stride
        };
        self.places = simpson(edge).map(|(place, width)| (place, width * density(place))).collect();
        self.fraction = fraction;
        high
    }
}

/// Places from `-edge` to `edge`, with their weights.
fn simpson(edge: f64) -> impl Iterator<Item = (f64, f64)> {
    let step = 2.0 * edge / float(u64::from(POINTS - 1));
    (0..POINTS).map(move |at| {
        let weight = match at {
            0 => 1.0,
            _ if at == POINTS - 1 => 1.0,
            _ if at % 2 == 1 => 4.0,
            _ => 2.0,
        };
        (f64::from(at).mul_add(step, -edge), weight * step / 3.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_bounds() {
        // Of five equal looks at .05: Jennison and Turnbull, "Group Sequential Methods" (2000), and the
        // same from R's `ldbounds`.
        let levels = levels(0.05, &[0.2, 0.4, 0.6, 0.8, 1.0]);
        let bounds = levels.iter().map(|p| Normal::standard().inverse_cdf(1.0 - p / 2.0));
        for (bound, published) in bounds.zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
            assert!((bound - published).abs() < 5e-4, "{bound} {published}");
        }
    }

    #[test]
    fn one_look_has_it_all_and_looks_that_add_nothing_have_none() {
        let levels = levels(0.01, &[1.0, 1.0, 0.5, f64::NAN]);
        assert!((levels[0] - 0.01).abs() < 1e-9, "{levels:?}");
        assert!(levels[1..].iter().all(|level| *level <= 0.0), "{levels:?}");
        assert!(super::levels(0.05, &[]).is_empty());
        assert!(spent(f64::NAN, 0.5) <= 0.0 && spent(0.05, -1.0) <= 0.0);
    }

    #[test]
    fn a_walk_without_a_difference_crosses_as_often_as_it_may() {
        let fractions = [1.0 / 6.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
        let levels = levels(0.1, &fractions);
        let mut stream = crate::stats::random::Stream::of(1);
        let normal = Normal::standard();
        let crossed = (0..20_000).filter(|_| {
            let (mut place, mut before) = (0.0, 0.0);
            fractions.iter().zip(&levels).any(|(&fraction, level)| {
                let step = normal.inverse_cdf(stream.share().max(1e-12));
                place += step * f64::sqrt(fraction - before);
                before = fraction;
                2.0 * normal.sf(f64::abs(place) / fraction.sqrt()) <= *level
            })
        });
        let share = float(crossed.count() as u64) / 20_000.0;
        assert!((share - 0.1).abs() < 0.006, "{share}");
    }
}
