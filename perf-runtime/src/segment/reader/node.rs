//! One node: its counters, its histogram, and what its ring still holds.
//!
//! The writer may have been killed in the middle of a fold. Then `folds_begun` is ahead of
//! `folds_done`, the sums are those before the fold (the new ones go to the other slot), and the
//! histogram holds the first durations of the ring already: as many as it has counts beyond
//! `folded`, since each count is stored before the next. So the sums take the whole ring, and the
//! histogram takes the rest of it.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of};
use crate::buckets;
use crate::segment::SegmentError;
use crate::segment::layout::{FoldSlot, NodeRecord, RING};
use crate::segment::rate::Rate;
use crate::snapshot::{Histogram, Measures};

/// What the node at byte `at` measured, and how many durations found no room in its histogram.
/// `last` is when its thread last entered or left a call, in ticks.
pub(super) fn read(
    bytes: Bytes<'_>,
    at: usize,
    last: u64,
    rate: Rate,
) -> Result<(Measures, u64), SegmentError> {
    let field = |offset: usize| bytes.u64(at + offset);
    let calls = field(offset_of!(NodeRecord, head))?;
    let uncounted = field(offset_of!(NodeRecord, uncounted))?;
    let sums = Sums::read(bytes, at)?;
    let ring = ring(bytes, at, sums.folded, calls)?;
    let mut histogram = histogram(bytes, at)?;
    let counted = Histogram::from_buckets(histogram.iter().copied()).count();
    let folded_early = counted.saturating_add(uncounted).saturating_sub(sums.folded);
    let rest = ring.iter().skip(usize::try_from(folded_early).unwrap_or(RING));
    histogram.extend(rest.map(|&ticks| (buckets::of(rate.ns(ticks)), 1)));
    let all = ring.iter().fold(sums, |sums, &ticks| sums.with(ticks));

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

/// Durations `folded .. calls`, in ticks. The writer never leaves more than the ring holds.
fn ring(bytes: Bytes<'_>, at: usize, folded: u64, calls: u64) -> Result<Vec<u64>, SegmentError> {
    if calls < folded || calls - folded > RING as u64 {
        return Err(damaged(at, "number of calls"));
    }
    let ring = at + offset_of!(NodeRecord, ring);
    let place = |call: u64| usize::try_from(call % RING as u64).unwrap_or(0);
    // A duration below zero comes from a clock that ran backwards.
    let ticks = |call| Ok(bytes.u64(ring + 8 * place(call))?.cast_signed().max(0).cast_unsigned());
    (folded..calls).map(ticks).collect()
}

/// The counts of all pages of the histogram.
fn histogram(bytes: Bytes<'_>, at: usize) -> Result<Vec<(u32, u64)>, SegmentError> {
    let mut pairs = Vec::new();
    for octave in 0..buckets::OCTAVES {
        let page = bytes.u32(at + offset_of!(NodeRecord, pages) + 4 * octave as usize)?;
        if page == 0 {
            continue;
        }
        for within in 0..buckets::PER_OCTAVE {
            let count = bytes.u64(offset_of(page) + 8 * within as usize)?;
            if count > 0 {
                pairs.push((octave * buckets::PER_OCTAVE + within, count));
            }
        }
    }
    Ok(pairs)
}
