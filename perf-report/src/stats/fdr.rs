//! Many tests at once: which findings may be believed.
//!
//! Benjamini and Hochberg, "Controlling the False Discovery Rate", J. R. Stat. Soc. B 57 (1995).

/// Adjusted p-values, in the order of `p_values`: rejecting those up to q keeps the share of false
/// ones among the rejected at q at most. A value that is not a number counts as 1.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let p_values: Vec<f64> =
        p_values.iter().map(|p| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }).collect();
    let of = crate::units::float(p_values.len() as u64);
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (larger, at) in order.into_iter().enumerate() {
        let rank = of - crate::units::float(larger as u64);
        least = least.min(p_values[at] * of / rank);
        adjusted[at] = least;
    }
    adjusted
}
