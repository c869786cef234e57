//! The smallest change that so many rounds would have seen.
//!
//! That of a paired t test on logarithms, in which a change by a factor is a difference: it is seen
//! when it is as far from nothing as the error of the first kind asks for, and the test still misses
//! what lies that far away as often as the error of the second kind allows (Cohen, "Statistical Power
//! Analysis for the Behavioral Sciences", 1988, chapter 2).

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::units;

/// How seldom the test is to see what is not there, on both sides together.
const ALPHA: f64 = 0.01;
/// How often it is to see what is there.
const POWER: f64 = 0.8;

/// The smallest change, in per cent, that rounds with these values would have seen four times out of
/// five, as a test that raises a false alarm once in a hundred times sees it. `None` of fewer than
/// three rounds, and of values that have no logarithm.
///
/// ```
/// use perf_report::noise::detectable_pct;
/// let floor = detectable_pct(&[100.0, 103.0, 101.0, 99.0], &[101.0, 99.0, 102.0, 100.0]);
/// assert!(floor.is_some_and(|floor| (5.0..15.0).contains(&floor)), "{floor:?}");
/// assert_eq!(detectable_pct(&[5.0; 4], &[5.0; 4]), Some(0.0));
/// assert_eq!(detectable_pct(&[5.0], &[6.0]), None);
/// ```
pub fn detectable_pct(a: &[f64], b: &[f64]) -> Option<f64> {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| (b / a).ln()).collect();
    if differences.len() < 3 || differences.iter().any(|difference| !difference.is_finite()) {
        return None;
    }
    let count = units::float(differences.len() as u64);
    let mean = differences.iter().sum::<f64>() / count;
    let squares: f64 = differences.iter().map(|difference| (difference - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    let test = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let reach = test.inverse_cdf(1.0 - ALPHA / 2.0) + test.inverse_cdf(POWER);
    Some((reach * error).exp_m1() * 100.0)
}

/// About how many rounds see a change of `wanted` per cent, when `rounds` see one of `seen`: the error
/// falls with their square root.
///
/// ```
/// use perf_report::noise::rounds_for;
/// assert_eq!(rounds_for(5.0, 10.0, 10), 40);
/// assert_eq!(rounds_for(0.0, 10.0, 10), u32::MAX);
/// ```
pub fn rounds_for(wanted: f64, seen: f64, rounds: u32) -> u32 {
    let needed = f64::from(rounds) * (seen / wanted).powi(2);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to the range")]
    let needed = needed.ceil() as u32;
    needed.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Times in other units are as noisy, and the sides may be swapped.
        #[test]
        fn it_depends_neither_on_the_unit_nor_on_which_side_is_which(
            pairs in proptest::collection::vec((1.0..1e3_f64, 1.0..1e3_f64), 3..20),
            unit in 1e-3..1e3_f64,
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let scaled = |values: &[f64]| values.iter().map(|it| it * unit).collect::<Vec<_>>();
            let floor = detectable_pct(&a, &b).unwrap();
            for other in [detectable_pct(&scaled(&a), &scaled(&b)), detectable_pct(&b, &a)] {
                prop_assert!((other.unwrap() / floor - 1.0).abs() < 1e-6);
            }
        }
    }

    /// Quantiles of Student's t with 3 degrees of freedom, from a table: .995 is 5.841, .8 is 0.978.
    #[test]
    fn it_is_what_the_table_says() {
        let (a, b) = ([1.0_f64; 4], [0.01_f64, 0.03, 0.01, 0.03].map(f64::exp));
        let deviation = 0.01 * (4.0_f64 / 3.0).sqrt();
        let expected = ((5.841 + 0.978) * deviation / 2.0).exp_m1() * 100.0;
        let floor = detectable_pct(&a, &b).unwrap();
        assert!((floor - expected).abs() < 0.01, "{floor} {expected}");
    }

    #[test]
    fn values_without_a_logarithm_have_no_floor() {
        assert_eq!(detectable_pct(&[0.0, 1.0, 1.0], &[1.0, 1.0, 1.0]), None);
        assert_eq!(detectable_pct(&[f64::NAN, 1.0, 1.0], &[1.0, 1.0, 1.0]), None);
    }
}
