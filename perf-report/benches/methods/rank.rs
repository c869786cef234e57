//! The tendency of one set of values to be above another, by their order alone.
//!
//! Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than
//! the Other", Ann. Math. Stat. 18 (1947); the shift: Hodges and Lehmann, "Estimates of Location
//! Based on Rank Tests", Ann. Math. Stat. 34 (1963). Five runs against three have 56 orders, so that
//! no p-value is below 0.036: too coarse for many functions at once. The verdicts use
//! `perf_report::stats::moderated`, and this to be held against.

use perf_report::stats::number::float;
use perf_report::stats::robust;
use statrs::distribution::{ContinuousCDF, Normal};

/// The most values on both sides together of which every order is counted.
const EXACT: usize = 40;

/// The order of two sets of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranks {
    /// Pairs of a value of either side in which that of the first is the larger; half for equal ones.
    pub(crate) u: f64,
    /// Two-sided: exact up to forty values, ties included; beyond, by the normal distribution,
    /// corrected for ties and continuity.
    pub(crate) p_value: f64,
    /// The height of the second side above the first: median of the differences of all pairs.
    pub(crate) shift: f64,
}

/// Compares the order of `a` and `b`. `None` without values on a side or with values that are not
/// finite.
pub(crate) fn mann_whitney(a: &[f64], b: &[f64]) -> Option<Ranks> {
    if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|value| !value.is_finite()) {
        return None;
    }
    let mut differences: Vec<f64> = a.iter().flat_map(|a| b.iter().map(move |b| b - a)).collect();
    let larger = differences.iter().filter(|difference| **difference < 0.0).count() as u64;
    let equal = differences.iter().filter(|difference| **difference == 0.0).count() as u64;
    let ranks = doubled_ranks(a.iter().chain(b).copied().collect());
    let double_u = 2 * larger + equal;
    let p_value = if a.len() + b.len() <= EXACT {
        exact(&ranks, a.len(), double_u)
    } else {
        approximate(&ranks, a.len(), b.len(), double_u)
    };
    let shift = robust::median_in_place(&mut differences)?;
    Some(Ranks { u: float(double_u) / 2.0, p_value, shift })
}

/// Returns twice the rank of each value, so that the mean rank of equal values is whole; sorted.
fn doubled_ranks(mut values: Vec<f64>) -> Vec<usize> {
    values.sort_unstable_by(f64::total_cmp);
    let mut ranks = Vec::with_capacity(values.len());
    // Zeros of either sign are equal, though sorted apart.
    #[expect(clippy::float_cmp, reason = "ties are equal to the last digit")]
    for tied in values.chunk_by(|a, b| a == b) {
        let rank = 2 * ranks.len() + tied.len() + 1;
        ranks.extend(std::iter::repeat_n(rank, tied.len()));
    }
    ranks
}

/// Returns twice the smaller tail of the sums of all choices of `size` ranks.
fn exact(ranks: &[usize], size: usize, double_u: u64) -> f64 {
    let most: usize = ranks.iter().sum();
    // By number of ranks chosen, and by their sum: how many choices there are.
    let mut choices = vec![vec![0.0_f64; most + 1]; size + 1];
    choices[0][0] = 1.0;
    for (seen, &rank) in ranks.iter().enumerate() {
        for chosen in (0..size.min(seen + 1)).rev() {
            let (fewer, more) = choices.split_at_mut(chosen + 1);
            let with = more[0].iter_mut().skip(rank);
            with.zip(&fewer[chosen]).for_each(|(with, without)| *with += without);
        }
    }
    let sums = &choices[size];
    let observed = usize::try_from(double_u).unwrap_or(most) + size * (size + 1);
    let all: f64 = sums.iter().sum();
    let below: f64 = sums.iter().take(observed + 1).sum();
    let above: f64 = sums.iter().skip(observed).sum();
    (2.0 * below.min(above) / all).min(1.0)
}

fn approximate(ranks: &[usize], size_a: usize, size_b: usize, double_u: u64) -> f64 {
    let (size_a, size_b) = (float(size_a as u64), float(size_b as u64));
    let all = size_a + size_b;
    let ties: f64 = ranks.chunk_by(|a, b| a == b).map(|tied| cubed(tied.len())).sum();
    let variance = size_a * size_b / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    let off = (float(double_u) / 2.0 - size_a * size_b / 2.0).abs() - 0.5;
    if variance <= 0.0 {
        return 1.0;
    }
    2.0 * Normal::standard().sf(off.max(0.0) / variance.sqrt())
}

fn cubed(tied: usize) -> f64 {
    let tied = float(tied as u64);
    tied.powi(3) - tied
}
