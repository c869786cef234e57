//! The order of values that are equal: as good as by chance, and the same each time. An order by place
//! would be a trend.

use crate::stats::random::Stream;

/// A number that only `place` decides.
pub(super) fn hash(place: usize) -> u64 {
    Stream::of(place as u64).number()
}
