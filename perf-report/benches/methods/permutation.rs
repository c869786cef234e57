//! A difference against those that shuffling the same values makes.
//!
//! Fisher, "The Design of Experiments" (1935), section 21; Pitman, "Significance Tests which may be Applied
//! to Samples from any Populations", J. R. Stat. Soc. Suppl. 4 (1937). Every arrangement is tried where
//! they are few; else some random ones, counting the one that was observed: Phipson and Smyth, "Permutation
//! P-values Should Never Be Zero", Stat. Appl. Genet. Mol. Biol. 9 (2010).

use perf_report::stats::number::float;
use perf_report::stats::random::Stream;

/// The most arrangements of which all are tried.
const ALL: u64 = 40_000;
/// The random arrangements that are tried else.
const SOME: u64 = 9_999;
/// Sums of the same values in another order differ in their last digits.
const ROUNDING: f64 = 1e-12;

/// Returns the probability of means that differ this much, either way, if the values could be of either
/// side. `None` without values on a side or with values that are not finite.
pub(crate) fn two_samples(a: &[f64], b: &[f64], seed: u64) -> Option<f64> {
    let mut values: Vec<f64> = a.iter().chain(b).copied().collect();
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (total, scale) = sums(&values)?;
    // The mean difference depends on the sum of one side alone.
    let share = float(a.len() as u64) / float(values.len() as u64);
    let off = |sum: f64| (sum - total * share).abs();
    let least = off(a.iter().sum()) - ROUNDING * scale;
    if choices(values.len() as u64, a.len() as u64) <= ALL {
        let (mut tried, mut hits) = (0, 0);
        choose(&values, a.len(), 0.0, &mut |sum| {
            tried += 1;
            hits += u64::from(off(sum) >= least);
        });
        return Some(float(hits) / float(tried));
    }
    let mut stream = Stream::of(seed);
    let hits = (0..SOME).filter(|_| {
        for at in 0..a.len() {
            let other = at + stream.below(values.len() - at);
            values.swap(at, other);
        }
        off(values.iter().take(a.len()).sum()) >= least
    });
    Some(float(hits.count() as u64 + 1) / float(SOME + 1))
}

/// Returns the probability of a mean this far from zero, either way, if each difference could have either
/// sign, as those of pairs of equals do. `None` without values or with values that are not finite.
pub(crate) fn sign_flip(differences: &[f64], seed: u64) -> Option<f64> {
    if differences.is_empty() {
        return None;
    }
    let (total, scale) = sums(differences)?;
    let least = total.abs() - ROUNDING * scale;
    let flipped = |is_flipped: &mut dyn FnMut() -> bool| -> f64 {
        differences.iter().map(|value| if is_flipped() { -value } else { *value }).sum()
    };
    let all = u32::try_from(differences.len()).ok().and_then(|bits| 1_u64.checked_shl(bits));
    if let Some(all) = all.filter(|all| *all <= ALL) {
        let hits = (0..all).filter(|signs| {
            let mut rest = *signs;
            let mut next = || {
                let bit = rest & 1;
                rest >>= 1;
                bit == 1
            };
            flipped(&mut next).abs() >= least
        });
        return Some(float(hits.count() as u64) / float(all));
    }
    let mut stream = Stream::of(seed);
    let hits = (0..SOME).filter(|_| flipped(&mut || stream.number() >> 63 == 1).abs() >= least);
    Some(float(hits.count() as u64 + 1) / float(SOME + 1))
}

/// Returns the sum, and that of the absolute values. `None` where they are not finite.
fn sums(values: &[f64]) -> Option<(f64, f64)> {
    let (total, scale) = (values.iter().sum::<f64>(), values.iter().map(|value| value.abs()).sum());
    (total.is_finite() && f64::is_finite(scale)).then_some((total, scale))
}

/// Counts the ways to choose `size` of `all`; at most as many as there are numbers.
fn choices(all: u64, size: u64) -> u64 {
    let size = size.min(all - size);
    (0..size).fold(
        1_u64,
        |ways, step| {
            if ways > ALL { ways } else { ways * (all - step) / (step + 1) }
        },
    )
}

/// Calls `visit` with the sum of each choice of `size` of the values, added to `sum`.
fn choose(values: &[f64], size: usize, sum: f64, visit: &mut impl FnMut(f64)) {
    if size == 0 {
        return visit(sum);
    }
    if let Some((first, rest)) = values.split_first() {
        choose(rest, size - 1, sum + first, visit);
        if rest.len() >= size {
            choose(rest, size, sum, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Darwin's maize: how many eighths of an inch crossed plants were taller than self-fertilised.
    const MAIZE: [f64; 15] =
        [49., -67., 8., 16., 6., 23., 28., 41., 14., 29., 56., 24., 75., 60., -48.];

    #[test]
    fn few_arrangements_are_all_tried() {
        assert_eq!(two_samples(&[1.0, 2.0, 3.0], &[7.0, 8.0, 9.0], 1), Some(2.0 / 20.0));
        assert_eq!(sign_flip(&[1.0, 2.0, 1.5, 0.5], 1), Some(2.0 / 16.0));
    }

    #[test]
    fn darwins_maize() {
        // Fisher (1935): 863 of 32,768 arrangements of signs are at least so large, and as many so
        // small.
        let p = sign_flip(&MAIZE, 1).unwrap();
        assert!((p - 1_726.0 / 32_768.0).abs() < 1e-12, "{}", p * 32_768.0);
    }

    #[test]
    fn random_arrangements_come_near_to_all_of_them() {
        let mut more = MAIZE.to_vec();
        more.extend([0.0; 5]);
        let p = sign_flip(&more, 7).unwrap();
        assert!((p - 1_726.0 / 32_768.0).abs() < 0.008, "{p}");
        assert_eq!(sign_flip(&more, 7), Some(p), "the same seed, the same answer");
        let (a, b): (Vec<f64>, Vec<f64>) =
            (0..20).map(|step| (f64::from(step), f64::from(step) + 0.1)).unzip();
        assert!(two_samples(&a, &b, 3).unwrap() > 0.9);
        let far: Vec<f64> = b.iter().map(|value| value + 20.0).collect();
        assert!(two_samples(&a, &far, 3).unwrap() < 0.001);
    }

    #[test]
    fn arrangements_are_counted() {
        assert_eq!((choices(8, 3), choices(8, 5), choices(9, 0)), (56, 56, 1));
        assert!(choices(20, 10) > ALL && choices(4_000, 2_000) > ALL);
        assert_eq!(two_samples(&[1.0, 1.0], &[1.0], 1), Some(1.0));
        assert_eq!(two_samples(&[], &[1.0], 1), None);
        assert_eq!(two_samples(&[f64::NAN], &[1.0], 1), None);
        assert_eq!(sign_flip(&[], 1), None);
        assert_eq!(sign_flip(&[f64::INFINITY], 1), None);
    }
}
