//! The error that a statistic would have in other samples, found by draws from the one that there is.
//!
//! The bias-corrected and accelerated interval: Efron, "Better Bootstrap Confidence Intervals",
//! J. Am. Stat. Assoc. 82 (1987); Efron and Tibshirani, "An Introduction to the Bootstrap" (1993),
//! chapter 14. The draws are the same for the same seed. It is of use from ten values or so; of
//! fewer, the ends are those of the sample.

use perf_report::stats::number::float;
use perf_report::stats::random::Stream;
use statrs::distribution::{ContinuousCDF, Normal};

/// Draws: enough that the ends of a 95 % interval are steady to a hundredth of its width or two.
const DRAWS: usize = 2_000;

/// Finds the interval of `statistic` of `values` with this confidence (such as 0.95). `None` of fewer than
/// two values, of a statistic that is not a number, and of a confidence not within 0 and 1.
pub(crate) fn interval(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    confidence: f64,
    seed: u64,
) -> Option<(f64, f64)> {
    if values.len() < 2 || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let observed = statistic(values);
    let draws = draw(values, &statistic, seed);
    if observed.is_nan() || draws.iter().any(|draw| draw.is_nan()) {
        return None;
    }
    let normal = Normal::standard();
    let bias = normal.inverse_cdf(share_below(&draws, observed));
    let acceleration = acceleration(values, &statistic);
    let end = |share: f64| {
        let off = bias + normal.inverse_cdf(share);
        let corrected = normal.cdf(bias + off / (1.0 - acceleration * off));
        at_share(&draws, if corrected.is_nan() { share } else { corrected })
    };
    let outside = (1.0 - confidence) / 2.0;
    Some((end(outside)?, end(1.0 - outside)?))
}

/// Returns the statistic of each draw, sorted.
fn draw(values: &[f64], statistic: &impl Fn(&[f64]) -> f64, seed: u64) -> Vec<f64> {
    let mut stream = Stream::of(seed);
    let mut sample = values.to_vec();
    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|_| {
            sample
                .fill_with(|| values.get(stream.below(values.len())).copied().unwrap_or(f64::NAN));
            statistic(&sample)
        })
        .collect();
    draws.sort_unstable_by(f64::total_cmp);
    draws
}

/// Returns the share of the draws below `observed`, half of those equal to it; neither 0 nor 1.
fn share_below(draws: &[f64], observed: f64) -> f64 {
    let below = draws.partition_point(|draw| *draw < observed);
    let upto = draws.partition_point(|draw| *draw <= observed);
    let one = 1.0 / float(DRAWS as u64);
    (f64::midpoint(float(below as u64), float(upto as u64)) * one).clamp(one, 1.0 - one)
}

/// Returns a sixth of the skewness of the statistic, from leaving out one value at a time.
fn acceleration(values: &[f64], statistic: &impl Fn(&[f64]) -> f64) -> f64 {
    let mut rest = values.get(1..).unwrap_or_default().to_vec();
    let mut without = Vec::with_capacity(values.len());
    for (left_out, value) in values.iter().enumerate() {
        without.push(statistic(&rest));
        if let Some(next) = rest.get_mut(left_out) {
            *next = *value;
        }
    }
    let mean = without.iter().sum::<f64>() / float(without.len() as u64);
    let moment = |power| without.iter().map(|value| (mean - value).powi(power)).sum::<f64>();
    let (squares, cubes) = (moment(2), moment(3));
    if squares > 0.0 { cubes / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

fn at_share(sorted: &[f64], share: f64) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 2,000")]
    let at = (share * float(sorted.len() as u64)) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied()
}

#[cfg(test)]
mod tests {
    use perf_report::stats::robust;

    use super::*;

    /// The spatial test data, A, of Efron and Tibshirani (1993), table 14.1.
    const SPATIAL: [f64; 26] = [
        48., 36., 20., 29., 42., 42., 20., 42., 22., 41., 45., 14., 6., 0., 33., 28., 34., 4., 32.,
        24., 47., 41., 24., 26., 30., 41.,
    ];

    fn variance(values: &[f64]) -> f64 {
        let count = float(values.len() as u64);
        let mean = values.iter().sum::<f64>() / count;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count
    }

    #[test]
    fn a_median_lies_within_its_interval() {
        let values: Vec<f64> = (0..40).map(|step| f64::from(step % 10)).collect();
        let median = |values: &[f64]| robust::median(values).unwrap_or(f64::NAN);
        let (low, high) = interval(&values, median, 0.95, 1).unwrap();
        assert!((2.0..4.5).contains(&low) && high > 4.5 && high <= 7.0);
    }

    #[test]
    fn the_variance_of_the_spatial_test() {
        assert!((variance(&SPATIAL) - 171.5).abs() < 0.05);
        // Table 14.2: (115.8, 259.6) with 90 %, of 2,000 draws, where percentiles give (100.8, 233.9).
        let (low, high) = interval(&SPATIAL, variance, 0.9, 1).unwrap();
        assert!((low - 115.8).abs() < 5.0 && (high - 259.6).abs() < 8.0, "{low} {high}");
        assert_eq!(interval(&SPATIAL, variance, 0.9, 1), Some((low, high)));
    }

    #[test]
    fn what_cannot_be_drawn_has_no_interval() {
        assert_eq!(interval(&[1.0], variance, 0.9, 1), None);
        assert_eq!(interval(&[1.0, 2.0], variance, 1.0, 1), None);
        assert_eq!(interval(&[1.0, f64::NAN], variance, 0.9, 1), None);
        assert_eq!(interval(&[2.0; 9], variance, 0.9, 1), Some((0.0, 0.0)));
    }
}
