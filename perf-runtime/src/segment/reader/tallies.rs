//! What a shard counts of functions outside of their contexts.

use std::mem::offset_of;

use super::bytes::{Bytes, offset_of};
use super::links::{Links, Unclaimed};
use super::steps::Steps;
use crate::segment::SegmentError;
use crate::segment::layout::{ShardRecord, TallyRecord};
use crate::snapshot::{Memory, Step};

/// What a tally says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) site: u32,
    /// Finished calls; of an async function, polls.
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) panics: u64,
    pub(super) memory: Memory,
    /// Of an async function: calls that ended, those among them that were given up, and how many more
    /// were suspended for the first time than ended having been.
    pub(super) ended: u64,
    pub(super) cancelled: u64,
    pub(super) suspended: i64,
    pub(super) transitions: u32,
    /// Calls that were timed while those that they made were tallied, and what they took together.
    pub(super) timed: u64,
    pub(super) timed_ticks: u64,
    pub(super) steps: Steps,
}

/// The tallies of a shard, in the order they were made.
pub(super) fn read(
    bytes: Bytes<'_>,
    unclaimed: &mut Unclaimed,
    shard: u32,
) -> Result<Vec<Tally>, SegmentError> {
    let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, tallies))?;
    let links = Links {
        previous: offset_of!(TallyRecord, previous),
        record_bytes: size_of::<TallyRecord>(),
        what: "tally",
    };
    let places = links.follow(bytes, unclaimed, last)?;
    places.into_iter().map(|place| Tally::read(bytes, offset_of(place))).collect()
}

impl Tally {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        let field = |offset: usize| bytes.u64(at + offset);
        Ok(Self {
            site: bytes.u32(at + offset_of!(TallyRecord, site))?,
            calls: field(offset_of!(TallyRecord, calls))?,
            errors: field(offset_of!(TallyRecord, errors))?,
            panics: field(offset_of!(TallyRecord, panics))?,
            memory: Memory {
                allocs: field(offset_of!(TallyRecord, allocs))?,
                alloc_bytes: field(offset_of!(TallyRecord, alloc_bytes))?,
                frees: field(offset_of!(TallyRecord, frees))?,
                freed_bytes: field(offset_of!(TallyRecord, freed_bytes))?,
                peak_bytes: 0,
            },
            ended: field(offset_of!(TallyRecord, ended))?,
            cancelled: field(offset_of!(TallyRecord, cancelled))?,
            suspended: field(offset_of!(TallyRecord, suspended))?.cast_signed(),
            transitions: bytes.u32(at + offset_of!(TallyRecord, transitions))?,
            timed: field(offset_of!(TallyRecord, timed))?,
            timed_ticks: field(offset_of!(TallyRecord, timed_ticks))?,
            steps: Steps {
                step: Step::from_number(bytes.u32(at + offset_of!(TallyRecord, step))?),
                since: field(offset_of!(TallyRecord, since))?,
                sampled: field(offset_of!(TallyRecord, sampled_ticks))?,
                counted: field(offset_of!(TallyRecord, counted_ticks))?,
            },
        })
    }

    /// Whether calls were timed in windows meanwhile.
    pub(super) fn is_measured(&self) -> bool {
        self.steps.sampled > 0 || self.steps.step == Step::Sampled
    }
}
