//! Student's t distribution, as the tests in this room ask for it: total functions, no panics.
//!
//! The distribution is that of `statrs`; "Student", "The Probable Error of a Mean", Biometrika 6
//! (1908). Degrees of freedom need not be whole.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use super::number::{deviation, float};

/// The degrees from which the normal distribution is the same to all digits that matter.
const NEARLY_NORMAL: f64 = 1e6;

/// Returns the probability of `t`, or of one farther from zero on either side, by chance. It is 1 where
/// there is no evidence at all: `t` is no number or `degrees` is not positive.
///
/// ```
/// // Two-sided 5 % point of 10 degrees of freedom.
/// let p = perf_report::stats::student::two_sided_p(2.228_138_85, 10.0);
/// assert!((p - 0.05).abs() < 1e-9);
/// ```
pub fn two_sided_p(t: f64, degrees: f64) -> f64 {
    if t.is_nan() {
        return 1.0;
    }
    let p = if degrees >= NEARLY_NORMAL {
        2.0 * Normal::standard().sf(t.abs())
    } else {
        StudentsT::new(0.0, 1.0, degrees).map_or(1.0, |student| 2.0 * student.sf(t.abs()))
    };
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

/// Finds the value that a share `p` of the distribution lies below. Infinite at and beyond 0 and 1, and
/// where `degrees` is not positive (nothing is known, so that everything is possible).
///
/// ```
/// let t = perf_report::stats::student::quantile(0.975, 10.0);
/// assert!((t - 2.228_138_85).abs() < 1e-6);
/// ```
pub fn quantile(p: f64, degrees: f64) -> f64 {
    if p.is_nan() || p >= 1.0 {
        return f64::INFINITY;
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if degrees >= NEARLY_NORMAL {
        return Normal::standard().inverse_cdf(p);
    }
    match StudentsT::new(0.0, 1.0, degrees) {
        Ok(student) => refined(&student, p),
        Err(_) if p < 0.5 => f64::NEG_INFINITY,
        Err(_) => f64::INFINITY,
    }
}

/// Returns half the width of the interval of 95 % of the mean of `values`; `None` of fewer than two.
///
/// ```
/// let half = perf_report::stats::student::half_of_mean(&[1.0, 2.0, 3.0]).unwrap();
/// assert!((half - 2.484).abs() < 1e-3);
/// ```
pub fn half_of_mean(values: &[f64]) -> Option<f64> {
    let count = float(values.len() as u64);
    Some(quantile(0.975, count - 1.0) * deviation(values)? / count.sqrt())
}

/// Finds it by Newton's method, held between bounds that are halved where a step would leave them: the
/// inverse that `statrs` has is exact to fewer digits than its distribution.
fn refined(student: &StudentsT, p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    let (mut low, mut high) = (0.0, 1.0);
    while student.sf(high) > tail && high < f64::MAX / 4.0 {
        (low, high) = (high, high * 2.0);
    }
    let mut t = f64::midpoint(low, high);
    for _ in 0..70 {
        let beyond = student.sf(t) - tail;
        if beyond > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let step = t + beyond / student.pdf(t);
        let next = if step > low && step < high { step } else { f64::midpoint(low, high) };
        let is_near = (next - t).abs() <= f64::EPSILON * t;
        t = next;
        if is_near {
            break;
        }
    }
    if p < 0.5 { -t } else { t }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

    #[test]
    fn the_published_table() {
        // Upper points, e.g. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
        for (degrees, p, t) in [
            (1.0, 0.975, 12.706),
            (2.0, 0.975, 4.303),
            (5.0, 0.995, 4.032),
            (10.0, 0.9, 1.372),
            (30.0, 0.999, 3.385),
            (1e9, 0.975, 1.960),
        ] {
            assert!((quantile(p, degrees) - t).abs() < 6e-4, "{degrees} {p}");
            assert!((quantile(1.0 - p, degrees) + t).abs() < 6e-4, "{degrees} {p}");
            assert!((two_sided_p(-t, degrees) - 2.0 * (1.0 - p)).abs() < 3e-4, "{degrees} {p}");
        }
    }

    #[test]
    fn what_cannot_be_known_is_no_evidence() {
        for degrees in [0.0, -1.0, f64::NAN] {
            assert!(two_sided_p(1e9, degrees) > 0.999);
            assert_eq!((quantile(0.1, degrees), quantile(0.9, degrees)), ENDLESS);
        }
        assert!(two_sided_p(f64::NAN, 5.0) > 0.999 && two_sided_p(f64::INFINITY, 5.0) < 1e-99);
        assert_eq!((quantile(0.0, 5.0), quantile(1.0, 5.0)), ENDLESS);
        assert!(quantile(0.5, 3.0).abs() < 1e-9);
        assert!(quantile(1e-12, 0.3).is_finite());
    }
}
