//! Lists of records, each of which links to the one before it.
//!
//! A link must lead further back, so no list is a circle; and records do not overlap, so all
//! records of one kind are no longer than the segment. Where many lists lead to the same records,
//! or many texts are the same bytes, that keeps the work in proportion to the file.

use super::bytes::{Bytes, damaged, earlier, offset_of};
use crate::segment::SegmentError;

/// The form of the links between records of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links {
    /// Place of the link to the previous record, within a record.
    pub(super) previous: usize,
    /// Length of a record, without text.
    pub(super) record_bytes: usize,
    pub(super) what: &'static str,
}

impl Links {
    /// Lists the records of the list that ends with `last`, in the order they were made.
    pub(super) fn follow(
        self,
        bytes: Bytes<'_>,
        unclaimed: &mut Unclaimed,
        last: u32,
    ) -> Result<Vec<u32>, SegmentError> {
        let mut places = Vec::new();
        let mut place = last;
        while place != 0 {
            unclaimed.claim(self.record_bytes, offset_of(place), self.what)?;
            places.push(place);
            let previous = bytes.u32(offset_of(place) + self.previous)?;
            place = earlier(place, previous, self.what)?;
        }
        places.reverse();
        Ok(places)
    }
}

/// The bytes of a segment that no record of a kind has claimed yet.
#[derive(Debug)]
pub(super) struct Unclaimed(usize);

impl Unclaimed {
    pub(super) fn of(bytes: Bytes<'_>) -> Self {
        Self(bytes.0.len())
    }

    /// Claims `length` bytes for the record at `offset`.
    pub(super) fn claim(
        &mut self,
        length: usize,
        offset: usize,
        what: &'static str,
    ) -> Result<(), SegmentError> {
        self.0 = self.0.checked_sub(length).ok_or_else(|| damaged(offset, what))?;
        Ok(())
    }
}
