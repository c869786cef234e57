//! One node: its counters, its histogram, and what its ring still holds.
//!
//! The writer may have been killed in the middle of a fold. Then the sums are those before the
//! fold, since the new ones go to the other slot; and the histogram holds some of the ring already,
//! the earliest durations first, since each count is stored before the next. So the sums take the
//! durations from `folded` on, and the histogram takes as many of the latest as it lacks.
//!
//! The writer may also be running, and fold while the node is copied, `head` first. The histogram
//! never lacks more than a ring, so what it lacks is in the ring, or was a moment ago: at worst, up
//! to 32 durations are those of neighbouring calls. The number of calls is exact in any case.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of};
use super::header::Facts;
use crate::buckets;
use crate::segment::SegmentError;
use crate::segment::layout::{FoldSlot, HistogramPage, NodeRecord, RING};
use crate::snapshot::{Histogram, Measures};

/// Whether anyone may have written to the segment while it was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Ended,
    Running,
}

/// What the node at byte `at` measured, and how many durations found no room in its histogram.
/// `last` is when its thread last entered or left a call, in ticks.
pub(super) fn read(
    bytes: Bytes<'_>,
    at: usize,
    last: u64,
    facts: &Facts,
) -> Result<(Measures, u64), SegmentError> {
    let rate = facts.rate;
    let field = |offset: usize| bytes.u64(at + offset);
    let uncounted = field(offset_of!(NodeRecord, uncounted))?;
    let sums = Sums::read(bytes, at)?;
    let mut histogram = histogram(bytes, at)?;
    let counted = histogram.iter().fold(uncounted, |sum, &(_, count)| sum.saturating_add(count));
    let head = field(offset_of!(NodeRecord, head))?;
    let calls = head.max(sums.folded).max(counted);
    let in_ring = calls - sums.folded.min(counted);
    if facts.writer == Writer::Ended && (calls != head || in_ring > RING as u64) {
        return Err(damaged(at, "number of calls"));
    }
    let rest = latest(bytes, at, calls, calls - counted)?;
    histogram.extend(rest.map(|ticks| (buckets::of(rate.ns(ticks)), 1)));
    let all = latest(bytes, at, calls, calls - sums.folded)?.fold(sums, Sums::with);

    let start = field(offset_of!(NodeRecord, start))?;
    let running = if start == 0 { 0 } else { last.saturating_sub(start) };
    let nested = field(offset_of!(NodeRecord, nested_ticks))?;
    let total = all.sum.saturating_sub(nested).saturating_add(running);
    let measures = Measures {
        calls,
        errors: field(offset_of!(NodeRecord, errors))?,
        panics: field(offset_of!(NodeRecord, panics))?,
        cancelled: field(offset_of!(NodeRecord, cancelled))?,
        unfinished: u64::from(start != 0),
        total_ns: rate.ns(total),
        self_ns: rate.ns(field(offset_of!(NodeRecord, self_ticks))?),
        sum_ns: rate.ns(all.sum),
        sum_of_squares_ns2: rate.ns_squared(all.squares),
        min_ns: if calls == 0 { 0 } else { rate.ns(all.min) },
        max_ns: if calls == 0 { 0 } else { rate.ns(all.max) },
        histogram: Histogram::from_buckets(histogram),
    };
    Ok((measures, uncounted))
}

/// Sums over the durations that were folded.
#[derive(Debug, Clone, Copy)]
struct Sums {
    folded: u64,
    sum: u64,
    squares: u128,
    min: u64,
    max: u64,
}

impl Sums {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        let turn = bytes.u32(at + offset_of!(NodeRecord, folds_done))? as usize & 1;
        let slot = at + offset_of!(NodeRecord, slots) + turn * size_of::<FoldSlot>();
        let squares = slot + offset_of!(FoldSlot, squares);
        Ok(Self {
            folded: bytes.u64(slot + offset_of!(FoldSlot, folded))?,
            sum: bytes.u64(slot + offset_of!(FoldSlot, sum))?,
            squares: u128::from(bytes.u64(squares + 8)?) << 64 | u128::from(bytes.u64(squares)?),
            min: bytes.u64(at + offset_of!(NodeRecord, min))?,
            max: bytes.u64(at + offset_of!(NodeRecord, max))?,
        })
    }

    fn with(self, ticks: u64) -> Self {
        Self {
            folded: self.folded.saturating_add(1),
            sum: self.sum.saturating_add(ticks),
            squares: self.squares.saturating_add(u128::from(ticks) * u128::from(ticks)),
            min: self.min.min(ticks),
            max: self.max.max(ticks),
        }
    }
}

/// The durations of the latest `count` of `calls` calls, in ticks, as far as the ring has them.
fn latest(
    bytes: Bytes<'_>,
    at: usize,
    calls: u64,
    count: u64,
) -> Result<impl Iterator<Item = u64>, SegmentError> {
    let ring = bytes.slice(at + offset_of!(NodeRecord, ring), RING * 8)?.as_chunks().0;
    let count = count.min(RING as u64);
    Ok((calls - count..calls).map(move |call| {
        let place = usize::try_from(call % RING as u64).unwrap_or(0);
        // A duration below zero comes from a clock that ran backwards.
        u64::from_ne_bytes(ring[place]).cast_signed().max(0).cast_unsigned()
    }))
}

/// The counts of all pages of the histogram.
fn histogram(bytes: Bytes<'_>, at: usize) -> Result<Vec<(u32, u64)>, SegmentError> {
    let mut pairs = Vec::new();
    for octave in 0..buckets::OCTAVES {
        let page = bytes.u32(at + offset_of!(NodeRecord, pages) + 4 * octave as usize)?;
        if page == 0 {
            continue;
        }
        let counts = bytes.slice(offset_of(page), size_of::<HistogramPage>())?;
        let counts = counts.as_chunks().0.iter().map(|count| u64::from_ne_bytes(*count));
        let first = octave * buckets::PER_OCTAVE;
        pairs.extend((first..).zip(counts).filter(|&(_, count)| count > 0));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::segment::layout::UNIT;
    use crate::segment::rate::Rate;
    use proptest::prelude::*;

    /// Place of the only page; durations in these tests stay in the first octave.
    const PAGE: usize = 16 * UNIT;

    /// A node as its writer leaves it: each method does one store of `hot::span` or `hot::fold`.
    struct Writer {
        bytes: Vec<u8>,
        calls: u64,
    }

    impl Writer {
        fn new() -> Self {
            let mut writer = Self { bytes: vec![0; PAGE + size_of::<HistogramPage>()], calls: 0 };
            writer.put(offset_of!(NodeRecord, min), u64::MAX);
            writer.put(offset_of!(NodeRecord, pages), (PAGE / UNIT) as u64);
            writer
        }

        fn put(&mut self, offset: usize, value: u64) {
            self.bytes[offset..offset + 8].copy_from_slice(&value.to_ne_bytes());
        }

        fn get(&self, offset: usize) -> u64 {
            Bytes(&self.bytes).u64(offset).unwrap()
        }

        fn record(&mut self, durations: &[u64]) {
            for &ticks in durations {
                let place = usize::try_from(self.calls).unwrap() % RING;
                self.put(offset_of!(NodeRecord, ring) + 8 * place, ticks);
                self.calls += 1;
                self.put(offset_of!(NodeRecord, head), self.calls);
            }
        }

        /// Folds `ring`, and is killed after `steps` stores.
        fn fold(&mut self, ring: &[u64], steps: usize) {
            let folds = offset_of!(NodeRecord, folds_begun);
            let turn = u32::try_from(self.get(folds) >> 32).unwrap();
            let slot = |turn: u32| {
                offset_of!(NodeRecord, slots) + (turn as usize & 1) * size_of::<FoldSlot>()
            };
            let (old, new) = (slot(turn), slot(turn + 1));
            let begun = u64::from(turn) << 32 | u64::from(turn + 1);
            let mut stores: Vec<(usize, u64)> = vec![(folds, begun)];
            let mut counts: HashMap<usize, u64> = HashMap::new();
            for &ticks in ring {
                let counter = PAGE + 8 * usize::try_from(ticks).unwrap();
                let count = counts.entry(counter).or_insert_with(|| self.get(counter));
                *count += 1;
                stores.push((counter, *count));
            }
            let min = ring.iter().fold(self.get(offset_of!(NodeRecord, min)), |a, &b| a.min(b));
            let max = ring.iter().fold(self.get(offset_of!(NodeRecord, max)), |a, &b| a.max(b));
            let squares: u64 = ring.iter().map(|ticks| ticks * ticks).sum();
            stores.extend([
                (offset_of!(NodeRecord, min), min),
                (offset_of!(NodeRecord, max), max),
                (new + offset_of!(FoldSlot, folded), self.calls),
                (new + offset_of!(FoldSlot, sum), self.get(old + 8) + ring.iter().sum::<u64>()),
                (new + offset_of!(FoldSlot, squares), self.get(old + 16) + squares),
                (folds, u64::from(turn + 1) << 32 | u64::from(turn + 1)),
            ]);
            for &(offset, value) in stores.iter().take(steps) {
                self.put(offset, value);
            }
        }

        fn read(&self, writer: super::Writer) -> Result<Measures, SegmentError> {
            let facts = Facts::for_test(Rate::ONE, writer);
            read(Bytes(&self.bytes), 0, 0, &facts).map(|(measures, _)| measures)
        }
    }

    fn expected(durations: &[u64]) -> Measures {
        let sum = durations.iter().sum();
        Measures {
            calls: durations.len() as u64,
            total_ns: sum,
            sum_ns: sum,
            sum_of_squares_ns2: durations.iter().map(|&ns| u128::from(ns * ns)).sum(),
            min_ns: durations.iter().copied().min().unwrap_or(0),
            max_ns: durations.iter().copied().max().unwrap_or(0),
            histogram: Histogram::from_buckets(durations.iter().map(|&ns| (buckets::of(ns), 1))),
            ..Measures::default()
        }
    }

    proptest! {
        #[test]
        fn no_duration_is_lost_or_counted_twice_wherever_the_writer_is_killed(
            durations in proptest::collection::vec(0_u64..32, 2 * RING),
            steps in 0..RING + 8,
        ) {
            let mut writer = Writer::new();
            for (ring, steps) in durations.chunks(RING).zip([usize::MAX, steps]) {
                writer.record(ring);
                writer.fold(ring, steps);
            }
            prop_assert_eq!(writer.read(super::Writer::Ended).unwrap(), expected(&durations));
        }

        #[test]
        fn what_is_not_folded_yet_counts(durations in proptest::collection::vec(0_u64..32, 0..RING)) {
            let mut writer = Writer::new();
            writer.record(&durations);
            prop_assert_eq!(writer.read(super::Writer::Ended).unwrap(), expected(&durations));
        }
    }

    #[test]
    fn a_count_that_the_ring_cannot_hold_is_damage() {
        let mut writer = Writer::new();
        writer.put(offset_of!(NodeRecord, head), RING as u64 + 1);
        assert!(writer.read(super::Writer::Ended).is_err());
    }

    #[test]
    fn a_fold_during_the_copy_costs_no_call() {
        let mut writer = Writer::new();
        writer.record(&[7; RING]);
        writer.fold(&[7; RING], usize::MAX);
        // The copy of `head` is from before the last calls, everything else from after the fold.
        writer.put(offset_of!(NodeRecord, head), RING as u64 - 3);
        assert_eq!(writer.read(super::Writer::Running).unwrap(), expected(&[7; RING]));
    }
}
