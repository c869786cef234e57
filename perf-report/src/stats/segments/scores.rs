//! The test of normal scores of van der Waerden (Proc. Kon. Ned. Akad. Wet. A 55, 1952): ranks, so that no
//! wild value moves it, weighted so that it loses nothing to a t test where noise is normal. For a handful
//! of values after many that is much: plain ranks hardly hold far and farthest apart.

use statrs::distribution::{ContinuousCDF as _, Normal};
use statrs::function::erf::erfc;
use statrs::function::factorial::ln_binomial;

use super::ties::Ties;
use crate::stats::number::float;

/// Returns the probability that, without a change, the ranks of the values before `split` and of the others
/// differ this much, in either direction. Ties are ordered as by chance.
pub(super) fn p_value(values: &[f64], split: usize) -> f64 {
    let count = values.len();
    let few = split.min(count - split);
    if few == 0 {
        return 1.0;
    }
    let ties = Ties::of(values);
    let mut order: Vec<(f64, u64, bool)> = values
        .iter()
        .enumerate()
        .map(|(at, &value)| (value, ties.rank(at), (at < split) == (split == few)))
        .collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let is_apart = |side: &[(f64, u64, bool)]| side.iter().all(|(.., is_few)| *is_few);
    if is_apart(&order[..few]) || is_apart(&order[count - few..]) {
        // Nothing is more extreme, and the sum of few scores is not normal that far out.
        return (2.0 * (-ln_binomial(count as u64, few as u64)).exp()).max(f64::MIN_POSITIVE);
    }
    let (mut sum, mut squares) = (0.0, 0.0);
    for (rank, (.., is_few)) in (0..).zip(&order) {
        let score = score(rank, count as u64);
        squares += score * score;
        sum += if *is_few { score } else { 0.0 };
    }
    let [few, count] = [few, count].map(|count| float(count as u64));
    let variance = squares * few * (count - few) / (count * (count - 1.0));
    erfc(sum.abs() / (2.0 * variance).sqrt()).max(f64::MIN_POSITIVE)
}

/// Returns the expected normal value of this rank.
fn score(rank: u64, count: u64) -> f64 {
    Normal::standard().inverse_cdf((float(rank) + 0.5) / float(count))
}
