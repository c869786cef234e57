//! The probability by which chance makes the values on two sides of a place differ as they do.

use super::noise::Noise;
use super::scan::Ranked;
use super::{scale, scores, shift};

/// Values on each side of a place in the open, where scores are comparable and shifts can be tested.
pub(super) const OPEN: usize = 8;

/// Values on each side that the test of shifts looks at: beyond, ranks see as well.
const NEAR: usize = 64;

/// The score of sides that differ in shape: one in a hundred that do not have it.
const UNLIKE: f32 = 10.5;

/// A difference between the values before a place and those after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// The probability of such a difference at a given place without a change.
    pub(super) p_value: f64,
    /// The level before.
    pub(super) level: f64,
    /// The height of the values after above those before.
    pub(super) shift: f64,
}

/// Compares `values[from..at]` with `values[at..to]`. A difference that is rarer than `enough` is not
/// looked at more closely.
pub(super) fn evidence(
    values: &[f64],
    (from, at, to): (usize, usize, usize),
    noise: Noise,
    enough: f64,
) -> Evidence {
    let (before, after) = (&values[from..at], &values[at..to]);
    let sides = [before.len(), after.len()];
    let level = scale::level(before);
    let shift = scale::level(after) - level;
    let by_ranks = scores::p_value(&values[from..to], at - from);
    let by_ranks =
        Evidence { p_value: noise.discount_of_size(by_ranks, shift, sides), level, shift };
    if by_ranks.p_value < enough || at - from < OPEN || to - at < OPEN {
        return by_ranks;
    }
    let start = from.max(at.saturating_sub(NEAR));
    let near = &values[start..to.min(at + NEAR)];
    let shifted = shift::test(near, at - start);
    if !is_shift(near, at - start, shifted.shift) {
        return Evidence { p_value: (2.0 * by_ranks.p_value).min(1.0), ..by_ranks };
    }
    let p_value = noise.discount(shifted.p_value, sides);
    let by_shift = Evidence { p_value, level, shift: shifted.shift };
    let better = if by_shift.p_value < by_ranks.p_value { by_shift } else { by_ranks };
    // Either of two tests may have been the lucky one.
    Evidence { p_value: (2.0 * better.p_value).min(1.0), ..better }
}

/// Returns whether the values from `split` on are like those before once the shift is taken back. Where
/// they are not, the values changed in another way: a machine more or less, not a level.
fn is_shift(values: &[f64], split: usize, shift: f64) -> bool {
    let mut aligned = values.to_vec();
    for value in aligned.iter_mut().skip(split) {
        *value -= shift;
    }
    Ranked::new(&aligned).score(split) < UNLIKE
}
