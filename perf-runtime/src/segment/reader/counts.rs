//! Counts of durations while they are put in order: one place for each bucket, with a note of those in use. Pure.

use crate::buckets;

/// Buckets noted in a word.
const WORD: u32 = u64::BITS;

/// Counts by bucket, in any order. They are used again and again, and empty in between.
#[derive(Debug)]
pub(super) struct Counts {
    counts: Box<[u64]>,
    /// A bit for each bucket that is in use.
    used: [u64; buckets::COUNT.div_ceil(WORD) as usize],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            counts: vec![0; buckets::COUNT as usize].into_boxed_slice(),
            used: [0; buckets::COUNT.div_ceil(WORD) as usize],
        }
    }
}

impl Counts {
    /// Adds `count` durations in `bucket`; one beyond the scale is the last.
    pub(super) fn add(&mut self, bucket: u32, count: u64) {
        let bucket = bucket.min(buckets::COUNT - 1);
        let sum = &mut self.counts[bucket as usize];
        *sum = sum.saturating_add(count);
        self.used[(bucket / WORD) as usize] |= u64::from(count > 0) << (bucket % WORD);
    }

    /// Hands each bucket with its count to `take`, from the first bucket to the last, and is empty then.
    pub(super) fn drain(&mut self, mut take: impl FnMut(u32, u64)) {
        for (word, used) in (0..).zip(&mut self.used) {
            while *used != 0 {
                let bucket = word * WORD + used.trailing_zeros();
                *used &= *used - 1;
                take(bucket, std::mem::take(&mut self.counts[bucket as usize]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Histogram;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_come_out_in_order_and_once(
            pairs in proptest::collection::vec((0..buckets::COUNT + 9, 0_u64..9), 0..40),
        ) {
            let mut counts = Counts::default();
            for _ in 0..2 {
                for &(bucket, count) in &pairs {
                    counts.add(bucket, count);
                }
                let mut drained = Vec::new();
                counts.drain(|bucket, count| drained.push((bucket, count)));
                let expected = Histogram::from_buckets(pairs.iter().copied());
                prop_assert_eq!(&drained, expected.buckets());
            }
        }
    }
}
