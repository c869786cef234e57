//! The order of values that are equal: as good as by chance, and the same each time. An order by place
//! would be a trend; and so would, now and then, be one by chance that is the same for all series.

use std::cmp::Ordering;

use crate::stats::random::Stream;

/// An order of the places of some values, which only the values decide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ties {
    seed: u64,
}

impl Ties {
    /// Makes the order of ties of these values: by their order, so that it is the same in another unit.
    pub(super) fn of(values: &[f64]) -> Self {
        let order = values.windows(2).map(|two| match two[0].total_cmp(&two[1]) {
            Ordering::Less => 1,
            Ordering::Equal => 2,
            Ordering::Greater => 3,
        });
        let seed = order.fold(0, |seed: u64, next| (seed.rotate_left(5) ^ next).wrapping_mul(MIX));
        Self { seed }
    }

    /// Returns the place of a value among those that are equal to it.
    pub(super) fn rank(self, place: usize) -> u64 {
        Stream::of(self.seed.wrapping_add(place as u64)).number()
    }
}

/// An odd number without a pattern in its digits: the golden ratio, as in [`Stream`].
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
