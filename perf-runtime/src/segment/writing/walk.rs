//! The lists of a segment as its own process walks them, while threads write to the records.
//!
//! It reads atomics, and bytes that were written before a record was linked and never change after.
//! Links lead further back, or the walk ends: the file can be written to from outside.

use std::iter;
use std::mem::size_of;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::atomic::fence;

use super::Segment;
use super::granules::GRANULE;
use crate::segment::layout::{
    self, HistogramPage, NodeRecord, ShardRecord, TallyRecord, TransitionRecord, UNIT,
};

/// A step of the breaker, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoggedStep {
    pub(crate) at_ticks: u64,
    pub(crate) site: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) reason: u32,
    pub(crate) interval: u32,
}

impl Segment {
    /// Returns the histogram page at `place`, if there can be one.
    #[inline]
    pub(crate) fn histogram_page<'a>(&self, place: u32) -> Option<&'a HistogramPage> {
        // SAFETY: mapped for the life of the process and aligned to a unit, as `place` is. Its
        // fields are atomic integers, for which every value is valid.
        Some(unsafe { self.find::<HistogramPage>(place)?.as_ref() })
    }

    /// Walks all shards, the newest first.
    pub(crate) fn shards(&self) -> impl Iterator<Item = &ShardRecord> {
        let shard = |place| {
            // SAFETY: mapped for the life of the process and aligned to a unit. `place` is a link,
            // read with `Acquire`, to a record that was complete; after that its atomics alone
            // change, and of integers every value is valid.
            Some((place, unsafe { self.find::<ShardRecord>(place)?.as_ref() }))
        };
        let newest = self.header().shards.load(Acquire);
        let all = iter::successors(shard(newest), move |&(place, record)| {
            shard(record.previous).filter(|&(previous, _)| previous < place)
        });
        all.map(|(_, record)| record)
    }

    /// Walks all nodes of a shard, the newest first.
    pub(crate) fn nodes(&self, shard: &ShardRecord) -> impl Iterator<Item = &NodeRecord> {
        let node = |place| {
            // SAFETY: as for shards.
            Some((place, unsafe { self.find::<NodeRecord>(place)?.as_ref() }))
        };
        let newest = shard.nodes.load(Acquire);
        let all = iter::successors(node(newest), move |&(place, record)| {
            node(record.previous).filter(|&(previous, _)| previous < place)
        });
        all.map(|(_, record)| record)
    }

    /// Walks all tallies of a shard, the newest first.
    pub(crate) fn tallies(&self, shard: &ShardRecord) -> impl Iterator<Item = &TallyRecord> {
        let tally = |place| {
            // SAFETY: as for shards.
            Some((place, unsafe { self.find::<TallyRecord>(place)?.as_ref() }))
        };
        let newest = shard.tallies.load(Acquire);
        let all = iter::successors(tally(newest), move |&(place, record)| {
            tally(record.previous).filter(|&(previous, _)| previous < place)
        });
        all.map(|(_, record)| record)
    }

    /// Lists the steps of the breaker that are still known, the oldest first.
    pub(crate) fn logged_steps(&self) -> impl Iterator<Item = LoggedStep> {
        let header = self.header();
        let count = header.transition_count.load(Acquire);
        let known = count.saturating_sub(layout::TRANSITIONS as u64)..count;
        known.filter_map(|number| {
            let place = usize::try_from(number % layout::TRANSITIONS as u64).ok()?;
            header.transitions.get(place)?.read(number + 1)
        })
    }

    /// Returns the address of the record at `place`. None is where the header is.
    #[inline]
    fn find<R>(&self, place: u32) -> Option<NonNull<R>> {
        let offset = place as usize * UNIT;
        let first = self.granule(offset / GRANULE).filter(|_| offset >= layout::HEADER_BYTES)?;
        let last = self.granule((offset + size_of::<R>() - 1) / GRANULE)?;
        // A record may lie across two granules, but only of one piece, which is mapped as a whole.
        if last != first && last.addr().get() != first.addr().get() + GRANULE {
            return None;
        }
        // SAFETY: within the first granule.
        Some(unsafe { first.add(offset % GRANULE) }.cast())
    }
}

impl TransitionRecord {
    /// Reads the step, if the record is the complete one of that number: see `log_transition`.
    fn read(&self, number: u64) -> Option<LoggedStep> {
        if self.number.load(Acquire) != number {
            return None;
        }
        let what = self.what.load(Relaxed);
        let step = LoggedStep {
            at_ticks: self.at_ticks.load(Relaxed),
            site: self.site.load(Relaxed),
            from: what & 0xff,
            to: what >> 8 & 0xff,
            reason: what >> 16 & 0xff,
            interval: self.interval.load(Relaxed),
        };
        fence(Acquire);
        let is_whole = u64::from(self.end.load(Relaxed)) == number & u64::from(u32::MAX);
        is_whole.then_some(step)
    }
}
