//! The calls of functions that a shard counts outside of their contexts.

use std::mem::offset_of;

use super::bytes::{Bytes, offset_of};
use super::links::{Links, Unclaimed};
use super::steps::Steps;
use super::tree::float;
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{ShardRecord, TallyRecord};
use crate::snapshot::{Memory, Step};

/// The contents of a tally.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) site: u32,
    /// Finished calls; of an async function, polls.
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) panics: u64,
    pub(super) memory: Memory,
    /// For an async function: calls that ended; those among them that were given up; and the first
    /// suspensions of calls, less the ends of suspended calls.
    pub(super) ended: u64,
    pub(super) cancelled: u64,
    pub(super) suspended: i64,
    pub(super) transitions: u32,
    /// Calls that were timed while the calls below them were tallied, and their time together.
    pub(super) timed: u64,
    pub(super) timed_ticks: u64,
    /// The same for calls that took many times as long, which are not in those.
    pub(super) long: u64,
    pub(super) long_ticks: u64,
    pub(super) steps: Steps,
}

/// Reads the tallies of a shard, in the order they were made.
pub(super) fn read(
    bytes: Bytes<'_>,
    unclaimed: &mut Unclaimed,
    shard: u32,
) -> Result<Vec<Tally>, SegmentError> {
    let places = places(bytes, unclaimed, shard)?;
    places.into_iter().map(|place| Tally::read(bytes, offset_of(place))).collect()
}

/// Lists the tallies of a shard, in the order they were made.
pub(super) fn places(
    bytes: Bytes<'_>,
    unclaimed: &mut Unclaimed,
    shard: u32,
) -> Result<Vec<u32>, SegmentError> {
    let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, tallies))?;
    let links = Links {
        previous: offset_of!(TallyRecord, previous),
        record_bytes: size_of::<TallyRecord>(),
        what: "tally",
    };
    links.follow(bytes, unclaimed, last)
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
            suspended: field(offset_of!(TallyRecord, suspended))?.with_sign(),
            transitions: bytes.u32(at + offset_of!(TallyRecord, transitions))?,
            timed: field(offset_of!(TallyRecord, timed))?,
            timed_ticks: field(offset_of!(TallyRecord, timed_ticks))?,
            long: field(offset_of!(TallyRecord, long))?,
            long_ticks: field(offset_of!(TallyRecord, long_ticks))?,
            steps: Steps {
                step: Step::from_number(bytes.u32(at + offset_of!(TallyRecord, step))?),
                since: field(offset_of!(TallyRecord, since))?,
                sampled: field(offset_of!(TallyRecord, sampled_ticks))?,
                counted: field(offset_of!(TallyRecord, counted_ticks))?,
            },
        })
    }

    /// Returns the time of a timed call, in ticks. Calls that took many times as long as the others
    /// weigh the more the more there are: one of them among hundreds is an interruption rather than
    /// a habit.
    pub(super) fn mean(&self) -> f64 {
        /// The number at which each of them weighs half.
        const HALF: f64 = 4.0;
        let (long, long_ticks) = (float(self.long), float(self.long_ticks));
        let weight = long / (long + HALF);
        let calls = float(self.timed) + long * weight;
        (float(self.timed_ticks) + long_ticks * weight) / calls.max(1.0)
    }

    /// Returns whether calls were timed in windows meanwhile.
    pub(super) fn is_measured(&self) -> bool {
        self.steps.sampled > 0 || self.steps.step == Step::Sampled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mean(long: u64, long_ticks: u64) -> f64 {
        Tally { timed: 300, timed_ticks: 3_000, long, long_ticks, ..Tally::default() }.mean()
    }

    #[test]
    fn one_long_call_among_hundreds_counts_little_and_many_count_whole() {
        assert!((mean(0, 0) - 10.0).abs() < 1e-9);
        let one = mean(1, 30_000);
        assert!(one < 31.0, "{one}: with all of it, 109");
        let many = mean(100, 3_000_000);
        let all = 3_003_000.0 / 400.0;
        assert!((many / all - 1.0).abs() < 0.05, "{many}, not {all}");
    }

    proptest! {
        #[test]
        fn longer_calls_never_make_the_mean_shorter(
            long in 1_u64..1000, each in 320_u64..1 << 30, more in 0_u64..1 << 30,
        ) {
            prop_assert!(mean(long, long * (each + more)) >= mean(long, long * each));
            prop_assert!(mean(long, long * each) >= mean(0, 0));
        }
    }
}
