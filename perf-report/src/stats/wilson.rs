//! The interval of a share that was counted.
//!
//! Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", J. Am. Stat. Assoc. 22
//! (1927). Unlike the usual interval, it says something where all or none succeeded.

use super::number::float;

/// The quantile of the normal distribution behind 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Returns the ends of the interval of 95 % for a share, 0 to 1; `None` of nothing.
///
/// ```
/// use perf_report::stats::wilson;
/// let (low, high) = wilson::interval(20, 20).unwrap();
/// assert_eq!(((low * 100.0).round(), (high * 100.0).round()), (84.0, 100.0));
/// assert_eq!(wilson::interval(0, 0), None);
/// ```
pub fn interval(successes: u64, of: u64) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    let (n, share) = (float(of), float(successes.min(of)) / float(of));
    let (middle, scale) = (share + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let [low, high] = [middle - half, middle + half].map(|end| (end / scale).clamp(0.0, 1.0));
    Some((low.min(share), high.max(share)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values_come_out() {
        // Newcombe, Stat. Med. 17 (1998), table I, method 3.
        let shown = |successes, of| {
            let (low, high) = interval(successes, of).unwrap();
            format!("{low:.4} {high:.4}")
        };
        assert_eq!(shown(81, 263), "0.2553 0.3662");
        assert_eq!(shown(15, 148), "0.0624 0.1605");
        assert_eq!(shown(0, 20), "0.0000 0.1611");
        assert_eq!(shown(1, 29), "0.0061 0.1718");
    }

    proptest! {
        #[test]
        fn the_share_lies_within_and_more_runs_say_more(of in 1_u64..500, part in 0.0..=1.0_f64) {
            let successes = crate::stats::number::whole(part * float(of));
            let (low, high) = interval(successes, of).unwrap();
            let share = float(successes) / float(of);
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            let (twice_low, twice_high) = interval(successes * 2, of * 2).unwrap();
            prop_assert!(twice_high - twice_low <= high - low + 1e-12);
        }
    }
}
