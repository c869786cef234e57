//! The additions to a histogram that folding durations makes, and their order. Pure.
//!
//! The writer does it, and the reader does it again for a writer that was killed in the middle: the
//! number of calls in the histogram shows how many of these additions took place.

use super::layout::{FIRST_LONG, RING};
use crate::buckets;
use crate::newer::Unsigned as _;

/// Buckets that are counted together: from that of the shortest duration on. The durations of a
/// short function rarely leave them.
const TOGETHER: u32 = 4;

/// Highest rate in nanoseconds a tick: with it, every duration that fits into the ring is on the
/// scale. A counter of a thousandth of this rate would be of no use.
pub(crate) const HIGHEST_RATE: f64 = 1024.0;

/// Hands the additions of a full ring to `add`, as bucket and count: durations in ticks, none of
/// them [`super::layout::LONG`].
///
/// Incrementing one counter again and again takes 5 cycles each time, since every load waits for
/// the store before it. So equal buckets are counted in registers first.
#[inline]
pub(crate) fn full(ring: &[u32; RING], shortest: u32, rate: f64, mut add: impl FnMut(u32, u64)) {
    let mut buckets = [0; RING];
    find_buckets(ring, rate, &mut buckets);
    let first = bucket(shortest, rate);
    let counts = count_together(&buckets, first);
    for (at, count) in (0..).zip(counts) {
        if count > 0 {
            add(first + at, u64::from(count));
        }
    }
    if counts.iter().sum::<u32>() as usize != RING {
        let others = buckets.iter().filter(|&&bucket| bucket >= first + TOGETHER);
        others.for_each(|&bucket| add(bucket, 1));
    }
}

// These two are not inlined, and take slices, so that their loops are made to treat several numbers
// at once and not unrolled.

#[inline(never)]
fn find_buckets(ring: &[u32], rate: f64, buckets: &mut [u32]) {
    for (place, &ticks) in buckets.iter_mut().zip(ring) {
        *place = bucket(ticks, rate);
    }
}

#[inline(never)]
fn count_together(buckets: &[u32], first: u32) -> [u32; TOGETHER as usize] {
    let mut counts = [0; TOGETHER as usize];
    if cfg!(debug_assertions) {
        // Unoptimised, every turn of a loop counts.
        for &bucket in buckets {
            if let Some(count) = counts.get_mut(bucket.wrapping_sub(first) as usize) {
                *count += 1;
            }
        }
        return counts;
    }
    for &bucket in buckets {
        for (at, count) in (0..).zip(&mut counts) {
            *count += u32::from(bucket == first + at);
        }
    }
    counts
}

/// Hands the additions of any durations to `add`, in their order; each stands for its share of
/// `covered` untimed calls too.
pub(crate) fn weighted(
    durations: impl ExactSizeIterator<Item = u64>,
    covered: u64,
    rate: f64,
    mut add: impl FnMut(u32, u64),
) {
    for (ticks, weight) in weights(durations, covered) {
        #[expect(clippy::cast_precision_loss, reason = "buckets are 3 % wide")]
        add(buckets::of_fractional(ticks as f64 * rate), weight);
    }
}

/// Pairs each of `durations` with the calls that it stands for: itself, and an even share of
/// `covered` untimed ones.
pub(crate) fn weights(
    durations: impl ExactSizeIterator<Item = u64>,
    covered: u64,
) -> impl Iterator<Item = (u64, u64)> {
    let count = durations.len() as u64;
    let before = move |at: u64| scaled(covered, at, count);
    (0..).zip(durations).map(move |(at, ticks)| (ticks, 1 + before(at + 1) - before(at)))
}

/// Returns `number` times `numerator / denominator`, rounded down and at most what fits; 0 where the denominator is.
pub(crate) fn scaled(number: u64, numerator: u64, denominator: u64) -> u64 {
    if number == 0 {
        return 0;
    }
    // It nearly always fits, and a division of half the width takes a third of the time.
    if let Some(product) = number.checked_mul(numerator) {
        return product.checked_div(denominator).unwrap_or(0);
    }
    let product = u128::from(number) * u128::from(numerator);
    u64::try_from(product.checked_div(denominator.into()).unwrap_or(0)).unwrap_or(u64::MAX)
}

/// Returns the bucket of a duration that fits into the ring. It has no branches, so that the
/// processor does several at once: adding the larger of 32 and itself to a number moves those below
/// 32, whose buckets are one nanosecond wide, into the octave above.
#[inline(always)]
#[allow(
    clippy::allow_attributes,
    clippy::inline_always,
    clippy::cast_possible_truncation,
    reason = "a call each would keep them from being done together; these bits fit"
)]
fn bucket(ticks: u32, rate: f64) -> u32 {
    const OCTAVE: f64 = buckets::PER_OCTAVE as f64;
    const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - buckets::PER_OCTAVE.trailing_zeros();
    const FIRST: u32 = ((2.0 * OCTAVE).to_bits() >> SHIFT) as u32 - buckets::PER_OCTAVE;
    debug_assert!(u64::from(ticks) < FIRST_LONG);
    let ns = f64::from(ticks.with_sign()) * rate;
    let moved = ns + if ns > OCTAVE { ns } else { OCTAVE };
    ((moved.to_bits() >> SHIFT) as u32).wrapping_sub(FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_quick_bucket_is_the_bucket(ticks in 0_u32..1 << 31, rate in 0.01_f64..4.0) {
            prop_assert_eq!(bucket(ticks, rate), buckets::of_fractional(f64::from(ticks) * rate));
        }

        #[test]
        fn a_full_ring_adds_each_duration_once(spread in 1_u32..1 << 20, seed: [u32; RING]) {
            let ring = seed.map(|it| 50 + it % spread);
            let shortest = ring.iter().copied().min().unwrap_or(0);
            let (mut by_ring, mut one_by_one) = (vec![0; 2000], vec![0; 2000]);
            full(&ring, shortest, 0.5, |bucket, count| by_ring[bucket as usize] += count);
            let durations = ring.iter().map(|&ticks| u64::from(ticks));
            weighted(durations, 0, 0.5, |bucket, count| one_by_one[bucket as usize] += count);
            prop_assert_eq!(by_ring, one_by_one);
        }

        #[test]
        fn weights_add_up_to_the_calls(durations in proptest::collection::vec(0_u64..9, 1..40), covered in 0_u64..1 << 40) {
            let sum: u64 = weights(durations.iter().copied(), covered).map(|(_, weight)| weight).sum();
            prop_assert_eq!(sum, durations.len() as u64 + covered);
        }
    }
}
