//! Whether two means differ, where the spreads may differ too.
//!
//! Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances are
//! Involved", Biometrika 34 (1947). Of few runs it believes a spread that is small by chance; the
//! verdicts use [`super::moderated`], and this to be held against.

use super::number::float;
use super::student;

/// A difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// Mean of the second less that of the first.
    pub difference: f64,
    /// In standard errors.
    pub t: f64,
    /// Degrees of freedom, not whole (Satterthwaite's).
    pub degrees: f64,
    /// Two-sided.
    pub p_value: f64,
}

/// Compares the means of `a` and `b`. `None` with fewer than two values on a side, with values that
/// are not finite, or where neither side has any spread.
///
/// ```
/// let welch = perf_report::stats::welch::welch(&[1.0, 2.0, 3.0], &[11.0, 12.0, 13.0]).unwrap();
/// assert!((welch.difference - 10.0).abs() < 1e-12 && welch.p_value < 0.001);
/// ```
pub fn welch(a: &[f64], b: &[f64]) -> Option<Welch> {
    let ((mean_a, part_a, own_a), (mean_b, part_b, own_b)) = (moments(a)?, moments(b)?);
    let variance = part_a + part_b;
    let difference = mean_b - mean_a;
    let degrees = variance.powi(2) / (part_a.powi(2) / own_a + part_b.powi(2) / own_b);
    let t = difference / variance.sqrt();
    let is_known = variance > 0.0 && t.is_finite() && degrees.is_finite();
    is_known.then(|| Welch { difference, t, degrees, p_value: student::two_sided_p(t, degrees) })
}

/// The mean, its variance, and the degrees of freedom of that.
fn moments(values: &[f64]) -> Option<(f64, f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let count = float(values.len() as u64);
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    squares.is_finite().then(|| (mean, squares / (count - 1.0) / count, count - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_sleep() {
        // Student (1908), hours of sleep gained with two drugs; Welch's test as in R's ?sleep.
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let welch = welch(&first, &second).unwrap();
        assert!((welch.t - 1.8608).abs() < 5e-5, "{welch:?}");
        assert!((welch.degrees - 17.776).abs() < 5e-4, "{welch:?}");
        assert!((welch.p_value - 0.079_39).abs() < 5e-6, "{welch:?}");
    }

    #[test]
    fn what_has_no_spread_has_no_answer() {
        assert_eq!(welch(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(welch(&[1.0; 4], &[2.0; 4]), None);
        assert_eq!(welch(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(welch(&[f64::MAX, f64::MIN], &[1.0, 2.0]), None);
    }
}
