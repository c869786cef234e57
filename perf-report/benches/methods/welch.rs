//! The difference of two means, where the spreads may differ too.
//!
//! Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances are
//! Involved", Biometrika 34 (1947). Of few runs it believes a spread that is small by chance; the
//! verdicts use `perf_report::stats::moderated`, and this to be held against.

use perf_report::stats::number::float;
use perf_report::stats::student;

/// A difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Welch {
    /// Mean of the second less that of the first.
    pub(crate) difference: f64,
    /// The difference in standard errors.
    pub(crate) t: f64,
    /// Degrees of freedom, not whole (Satterthwaite's).
    pub(crate) degrees: f64,
    /// Two-sided.
    pub(crate) p_value: f64,
}

/// Compares the means of `a` and `b`. `None` with fewer than two values on a side, with values that
/// are not finite, or where neither side has any spread.
pub(crate) fn welch(a: &[f64], b: &[f64]) -> Option<Welch> {
    let ((mean_a, part_a, own_a), (mean_b, part_b, own_b)) = (moments(a)?, moments(b)?);
    let variance = part_a + part_b;
    let difference = mean_b - mean_a;
    let degrees = variance.powi(2) / (part_a.powi(2) / own_a + part_b.powi(2) / own_b);
    let t = difference / variance.sqrt();
    let is_known = variance > 0.0 && t.is_finite() && degrees.is_finite();
    is_known.then(|| Welch { difference, t, degrees, p_value: student::two_sided_p(t, degrees) })
}

/// Returns the mean, its variance, and the degrees of freedom of that.
fn moments(values: &[f64]) -> Option<(f64, f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let count = float(values.len() as u64);
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    squares.is_finite().then(|| (mean, squares / (count - 1.0) / count, count - 1.0))
}
