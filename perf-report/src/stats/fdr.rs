//! Many tests at once, and the findings among them that may be believed.
//!
//! Benjamini and Hochberg, "Controlling the False Discovery Rate", J. R. Stat. Soc. B 57 (1995), for
//! tests that are independent or depend on each other the same way, as functions on one machine do;
//! Benjamini and Yekutieli, "The Control of the False Discovery Rate in Multiple Testing under
//! Dependency", Ann. Stat. 29 (2001), for any.

/// Adjusts p-values, in their order: rejecting those up to q keeps the share of false ones among the
/// rejected at q at most. A value that is not a number counts as 1.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let p_values: Vec<f64> =
        p_values.iter().map(|p| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }).collect();
    let of = crate::stats::number::float(p_values.len() as u64);
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (larger, at) in order.into_iter().enumerate() {
        let rank = of - crate::stats::number::float(larger as u64);
        least = least.min(p_values[at] * of / rank);
        adjusted[at] = least;
    }
    adjusted
}

/// Adjusts p-values of tests that depend on each other in any way; they are larger by the sum of 1, 1/2,
/// 1/3 and so on.
pub fn adjusted_under_dependence(p_values: &[f64]) -> Vec<f64> {
    let harmonic: f64 =
        (1..=p_values.len() as u64).map(|rank| 1.0 / crate::stats::number::float(rank)).sum();
    adjusted(p_values).into_iter().map(|p| (p * harmonic).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fifteen tests of the example of Benjamini and Hochberg (1995), section 4.
    const FIFTEEN: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ];

    fn rejected(adjusted: &[f64]) -> usize {
        adjusted.iter().filter(|p| **p <= 0.05).count()
    }

    #[test]
    fn the_published_example() {
        assert_eq!(rejected(&adjusted(&FIFTEEN)), 4);
        assert!((adjusted(&FIFTEEN)[3] - 0.0095 * 15.0 / 4.0).abs() < 1e-12);
        assert_eq!(rejected(&adjusted_under_dependence(&FIFTEEN)), 3);
    }

    #[test]
    fn the_order_of_the_tests_changes_nothing() {
        let mut back = FIFTEEN;
        back.reverse();
        let mut adjusted_back = adjusted(&back);
        adjusted_back.reverse();
        assert_eq!(adjusted_back, adjusted(&FIFTEEN));
        assert!(adjusted(&FIFTEEN).is_sorted(), "larger p-values stay larger");
    }

    #[test]
    fn no_test_and_no_number() {
        assert!(adjusted(&[]).is_empty() && adjusted_under_dependence(&[]).is_empty());
        assert_eq!(adjusted(&[f64::NAN, -1.0]), [1.0, 0.0]);
    }
}
