//! The durations of a node: the sums and the histogram of those that were folded, and the ring.

use std::mem::offset_of;

use super::super::bytes::{Bytes, offset_of};
use crate::buckets;
use crate::newer::arrays;
use crate::segment::SegmentError;
use crate::segment::batch;
use crate::segment::layout::{FIRST_LONG, FoldSlot, HistogramPage, LONG, NodeRecord, RING};

/// The fold that was begun last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fold {
    pub(super) is_under_way: bool,
    /// Timed and untimed calls up to which it goes.
    folded: u64,
    covered: u64,
}

impl Fold {
    pub(super) fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        let begun = bytes.u32(at + offset_of!(NodeRecord, folds_begun))?;
        let done = bytes.u32(at + offset_of!(NodeRecord, folds_done))?;
        let slot = slot(at, begun);
        Ok(Self {
            is_under_way: begun != done,
            folded: bytes.u64(slot + offset_of!(FoldSlot, folded))?,
            covered: bytes.u64(slot + offset_of!(FoldSlot, covered))?,
        })
    }
}

/// Returns the offset of the slot for this number of folds.
pub(super) fn slot(at: usize, folds: u32) -> usize {
    at + offset_of!(NodeRecord, slots) + (folds as usize & 1) * size_of::<FoldSlot>()
}

/// Sums over the durations that were folded, each as often as the calls it stands for.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::segment::reader) struct Sums {
    pub(super) folded: u64,
    pub(super) covered: u64,
    pub(in crate::segment::reader) sum: u64,
    pub(in crate::segment::reader) squares: u128,
    pub(in crate::segment::reader) min: u64,
    pub(in crate::segment::reader) max: u64,
}

impl Sums {
    /// Scales sums over `summed` calls to those over more, which took as long on average.
    pub(in crate::segment::reader) fn scale(&mut self, summed: u64, calls: u64) {
        if calls > summed && summed > 0 {
            let sum = u128::from(self.sum) * u128::from(calls) / u128::from(summed);
            self.sum = u64::try_from(sum).unwrap_or(u64::MAX);
            let calls_for_each = u128::from(calls / summed);
            let rest = (self.squares / u128::from(summed)).saturating_mul((calls % summed).into());
            self.squares = self.squares.saturating_mul(calls_for_each).saturating_add(rest);
        }
    }

    /// Returns the time of the `measured` calls, of which `timed` were timed, each with `inside`
    /// ticks of recording.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an estimate, and between two numbers that fit"
    )]
    pub(super) fn spent(&self, timed: u64, measured: u64, inside: f64) -> u64 {
        let untimed = measured.saturating_sub(timed);
        if untimed == 0 {
            return self.sum;
        }
        let sum = self.sum as f64;
        // Clocks vary: no call takes less than no time at all.
        let least = sum * timed as f64 / measured as f64;
        (sum - untimed as f64 * inside).max(least) as u64
    }

    pub(super) fn add(&mut self, durations: impl Iterator<Item = (u64, u64)>) {
        for (ticks, weight) in durations {
            let square = (u128::from(ticks) * u128::from(ticks)).saturating_mul(weight.into());
            self.sum = self.sum.saturating_add(ticks.saturating_mul(weight));
            self.squares = self.squares.saturating_add(square);
            self.min = self.min.min(ticks);
            self.max = self.max.max(ticks);
        }
    }
}

/// Sums and histogram, and the ring for the calls that they lack.
pub(super) struct Durations {
    pub(super) sums: Sums,
    pub(super) histogram: Vec<(u32, u64)>,
    /// Calls that are in the histogram, or will never be.
    pub(super) counted: u64,
    ring: [u32; RING],
    long: u64,
}

impl Durations {
    pub(super) fn read(
        bytes: Bytes<'_>,
        at: usize,
        elsewhere: u64,
        histogram: Option<Vec<(u32, u64)>>,
    ) -> Result<Self, SegmentError> {
        let mut pairs = Vec::new();
        if let Some(histogram) = histogram {
            pairs = histogram;
            read_histogram(bytes, at, &mut pairs)?;
        }
        let slot = slot(at, bytes.u32(at + offset_of!(NodeRecord, folds_done))?);
        let squares = slot + offset_of!(FoldSlot, squares);
        let sums = Sums {
            folded: bytes.u64(slot + offset_of!(FoldSlot, folded))?,
            covered: bytes.u64(slot + offset_of!(FoldSlot, covered))?,
            sum: bytes.u64(slot + offset_of!(FoldSlot, sum))?,
            squares: u128::from(bytes.u64(squares + 8)?) << 64 | u128::from(bytes.u64(squares)?),
            min: bytes.u64(at + offset_of!(NodeRecord, min))?,
            max: bytes.u64(at + offset_of!(NodeRecord, max))?,
        };
        let ring_bytes = bytes.slice(at + offset_of!(NodeRecord, ring), RING * 4)?;
        let mut ring = [0; RING];
        for (ticks, bytes) in ring.iter_mut().zip(arrays(ring_bytes)) {
            *ticks = u32::from_ne_bytes(*bytes);
        }
        Ok(Self {
            sums,
            counted: pairs.iter().fold(elsewhere, |sum, &(_, count)| sum.saturating_add(count)),
            histogram: pairs,
            ring,
            long: bytes.u64(at + offset_of!(NodeRecord, long))?,
        })
    }

    /// Returns the durations of the latest `count` of `calls` timed calls, as far as the ring has
    /// them.
    fn latest(&self, calls: u64, count: u64) -> impl ExactSizeIterator<Item = u64> + Clone + use<> {
        let count = count.min(RING as u64).min(calls);
        let (ring, long) = (self.ring, self.long);
        let first = usize::try_from((calls - count) % RING as u64).unwrap_or(0);
        let count = usize::try_from(count).unwrap_or(0);
        (0..count).map(move |at| {
            let ticks = ring[(first + at) % RING];
            if ticks == LONG { long } else { u64::from(ticks) }
        })
    }

    /// Finishes the fold in which the writer was killed.
    pub(super) fn finish(&mut self, fold: &Fold, rate: f64) {
        let covered = fold.covered.saturating_sub(self.sums.covered);
        let count = fold.folded.saturating_sub(self.sums.folded);
        let durations = self.latest(fold.folded, count);
        let before = self.sums.folded.saturating_add(self.sums.covered);
        let mut done = self.counted.saturating_sub(before);
        let mut missing: Vec<(u32, u64)> = Vec::new();
        let add = |bucket: u32, count: u64| {
            let had = done.min(count);
            done -= had;
            missing.push((bucket, count - had));
        };
        let fits = |ticks: &u32| u64::from(*ticks) < FIRST_LONG;
        let is_full = covered == 0 && count == RING as u64 && self.ring.iter().all(fits);
        if is_full {
            let shortest = self.ring.iter().copied().min().unwrap_or(0);
            batch::full(&self.ring, shortest, rate, add);
        } else {
            batch::weighted(durations.clone(), covered, rate, add);
        }
        let made_up: u64 = missing.iter().map(|&(_, count)| count).sum();
        self.counted = self.counted.saturating_add(made_up);
        self.histogram.extend(missing);
        self.sums.add(batch::weights(durations, covered));
        self.sums.folded = fold.folded;
        self.sums.covered = fold.covered;
    }

    /// Adds the durations that were not folded, and lets them stand for calls that were not timed,
    /// until all `measured` calls are stood for.
    pub(super) fn add_rest(&mut self, timed: u64, measured: u64, rate: f64) {
        let missing = measured.saturating_sub(self.counted);
        let durations = self.latest(timed, missing);
        let extra = missing - durations.len() as u64;
        let histogram = &mut self.histogram;
        batch::weighted(durations, extra, rate, |bucket, count| histogram.push((bucket, count)));
        let in_sums = self.sums.folded.saturating_add(self.sums.covered);
        let missing = measured.saturating_sub(in_sums);
        let durations = self.latest(timed, missing.min(timed - self.sums.folded.min(timed)));
        let summed = in_sums.saturating_add(durations.len() as u64);
        self.sums.add(batch::weights(durations, 0));
        self.sums.scale(summed, measured);
    }
}

/// Replaces `pairs` by the counts of all pages of the histogram.
fn read_histogram(
    bytes: Bytes<'_>,
    at: usize,
    pairs: &mut Vec<(u32, u64)>,
) -> Result<(), SegmentError> {
    pairs.clear();
    for octave in 0..buckets::OCTAVES {
        let page = bytes.u32(at + offset_of!(NodeRecord, pages) + 4 * octave as usize)?;
        if page == 0 {
            continue;
        }
        let counts = bytes.slice(offset_of(page), size_of::<HistogramPage>())?;
        // Most are zero, and those beside each other are so together.
        let mut bucket = octave * buckets::PER_OCTAVE;
        for four in arrays::<_, 32>(counts) {
            if *four != [0; 32] {
                let counts = arrays(four).map(|count| u64::from_ne_bytes(*count));
                pairs.extend((bucket..).zip(counts).filter(|&(_, count)| count > 0));
            }
            bucket += 4;
        }
    }
    Ok(())
}
