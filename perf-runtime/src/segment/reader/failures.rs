//! The times and the kinds of the failed calls of each shard.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of, text};
use super::links::{Links, Unclaimed};
use crate::segment::SegmentError;
use crate::segment::layout::{
    FailureRecord, FailureTimes, KIND_BYTES, KINDS, KindPage, KindSlot, ShardRecord,
};
use crate::snapshot::Failures;

/// The failed calls of one function on a shard.
#[derive(Debug, Default)]
pub(super) struct Failed {
    pub(super) site: u32,
    /// Failed calls that were timed, and their time together, in ticks.
    pub(super) timed: u64,
    pub(super) ticks: u64,
    /// Their kinds; the times are left out.
    pub(super) kinds: Failures,
}

/// Reads the failed calls of a shard.
pub(super) fn read(
    bytes: Bytes<'_>,
    unclaimed: &mut Unclaimed,
    shard: u32,
) -> Result<Vec<Failed>, SegmentError> {
    let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, failures))?;
    let links = Links {
        previous: offset_of!(FailureRecord, previous),
        record_bytes: size_of::<FailureRecord>(),
        what: "record of failed calls",
    };
    let places = links.follow(bytes, unclaimed, last)?;
    places.into_iter().map(|place| failed(bytes, unclaimed, offset_of(place))).collect()
}

fn failed(bytes: Bytes<'_>, unclaimed: &mut Unclaimed, at: usize) -> Result<Failed, SegmentError> {
    let turn = bytes.u32(at + offset_of!(FailureRecord, turn))? as usize & 1;
    let times = at + offset_of!(FailureRecord, times) + turn * size_of::<FailureTimes>();
    let mut kinds = Failures {
        other_kinds: bytes.u64(at + offset_of!(FailureRecord, other))?,
        ..Failures::default()
    };
    let page = bytes.u32(at + offset_of!(FailureRecord, kinds))?;
    if page != 0 {
        unclaimed.claim(size_of::<KindPage>(), offset_of(page), "kinds of failure")?;
        for slot in 0..KINDS {
            add_kind(bytes, offset_of(page) + slot * size_of::<KindSlot>(), &mut kinds)?;
        }
    }
    Ok(Failed {
        site: bytes.u32(at + offset_of!(FailureRecord, site))?,
        timed: bytes.u64(times + offset_of!(FailureTimes, calls))?,
        ticks: bytes.u64(times + offset_of!(FailureTimes, ticks))?,
        kinds,
    })
}

/// Adds the kind in the slot at byte `at`, if there is one.
fn add_kind(bytes: Bytes<'_>, at: usize, kinds: &mut Failures) -> Result<(), SegmentError> {
    let length = bytes.u32(at + offset_of!(KindSlot, text_bytes))? as usize;
    let count = bytes.u64(at + offset_of!(KindSlot, calls))?;
    if length > KIND_BYTES {
        return Err(damaged(at, "name of a kind of failure"));
    }
    if length > 0 && count > 0 {
        kinds.add_kind(&text(bytes.slice(at + offset_of!(KindSlot, text), length)?), count);
    }
    Ok(())
}
