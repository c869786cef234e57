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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::UNIT;
    use proptest::prelude::*;

    /// A shard, a record of failed calls, and a page of kinds, as their writer leaves them.
    struct Written(Vec<u8>);

    const SHARD: u32 = 1;
    const RECORD: u32 = 4;
    const PAGE: u32 = 5;

    impl Written {
        fn new() -> Self {
            let mut new = Self(vec![0; (PAGE as usize + KINDS + 1) * UNIT]);
            new.put(offset_of(SHARD) + offset_of!(ShardRecord, failures), &RECORD.to_ne_bytes());
            new.put(offset_of(RECORD) + offset_of!(FailureRecord, site), &7_u32.to_ne_bytes());
            new.put(offset_of(RECORD) + offset_of!(FailureRecord, kinds), &PAGE.to_ne_bytes());
            new
        }

        fn put(&mut self, at: usize, bytes: &[u8]) {
            self.0[at..at + bytes.len()].copy_from_slice(bytes);
        }

        fn number(&self, at: usize) -> u64 {
            Bytes(&self.0).u64(at).unwrap()
        }

        /// Adds a call as `hot::failure` does, and is killed after `steps` stores.
        fn add(&mut self, ticks: u64, steps: usize) {
            let turn_at = offset_of(RECORD) + offset_of!(FailureRecord, turn);
            let turn = Bytes(&self.0).u32(turn_at).unwrap();
            let half = |turn: u32| {
                let times = offset_of(RECORD) + offset_of!(FailureRecord, times);
                times + (turn as usize & 1) * size_of::<FailureTimes>()
            };
            for (number, more) in [1, ticks].into_iter().enumerate().take(steps) {
                let sum = self.number(half(turn) + 8 * number) + more;
                self.put(half(turn + 1) + 8 * number, &sum.to_ne_bytes());
            }
            if steps > 2 {
                self.put(turn_at, &(turn + 1).to_ne_bytes());
            }
        }

        fn kind(&mut self, slot: usize, name: &str, count: u64) {
            let at = offset_of(PAGE) + slot * size_of::<KindSlot>();
            self.put(at, &count.to_ne_bytes());
            let length = u32::try_from(name.len()).unwrap();
            self.put(at + offset_of!(KindSlot, text_bytes), &length.to_ne_bytes());
            let text = name.as_bytes();
            self.put(at + offset_of!(KindSlot, text), &text[..text.len().min(KIND_BYTES)]);
        }

        fn read(&self) -> Result<Vec<Failed>, SegmentError> {
            let bytes = Bytes(&self.0);
            read(bytes, &mut Unclaimed::of(bytes), SHARD)
        }
    }

    proptest! {
        #[test]
        fn a_kill_between_any_two_stores_costs_no_finished_call(
            finished in proptest::collection::vec(0_u64..99, 0..5), steps in 0_usize..3,
        ) {
            let mut written = Written::new();
            for ticks in &finished {
                written.add(*ticks, usize::MAX);
            }
            written.add(1_000, steps);
            let failed = &written.read().unwrap()[0];
            prop_assert_eq!((failed.site, failed.timed), (7, finished.len() as u64));
            prop_assert_eq!(failed.ticks, finished.iter().sum::<u64>());
        }

        #[test]
        fn whatever_stands_there_is_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 64..128), at in 0_usize..900,
        ) {
            let mut written = Written::new();
            let from = offset_of(RECORD) + 8;
            let at = (from + at).min(written.0.len() - bytes.len());
            written.put(at, &bytes);
            let _ = written.read();
        }
    }

    #[test]
    fn kinds_are_those_with_a_name_and_a_call() {
        let mut written = Written::new();
        written.kind(0, "Timeout", 3);
        written.kind(1, "NotYetCounted", 0);
        written.kind(2, "", 5);
        let kinds = &written.read().unwrap()[0].kinds.kinds;
        assert_eq!((kinds.len(), kinds[0].name.as_str(), kinds[0].count), (1, "Timeout", 3));
        written.kind(3, &"x".repeat(KIND_BYTES + 1), 1);
        assert!(written.read().is_err(), "a name that is too long is damage");
    }
}
