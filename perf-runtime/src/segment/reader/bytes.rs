//! Numbers out of bytes that may end anywhere.

use crate::segment::SegmentError;
use crate::segment::layout::UNIT;

/// The bytes of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Reads the number at `offset`.
    pub(super) fn u32(self, offset: usize) -> Result<u32, SegmentError> {
        self.array(offset).map(u32::from_ne_bytes)
    }

    /// Reads the number at `offset`.
    pub(super) fn u64(self, offset: usize) -> Result<u64, SegmentError> {
        self.array(offset).map(u64::from_ne_bytes)
    }

    /// Returns the next `length` bytes from `offset` on.
    pub(super) fn slice(self, offset: usize, length: usize) -> Result<&'a [u8], SegmentError> {
        let end = offset.checked_add(length);
        end.and_then(|end| self.0.get(offset..end)).ok_or(SegmentError::Truncated {
            length: self.0.len() as u64,
            needed: (offset as u64).saturating_add(length as u64),
        })
    }

    fn array<const N: usize>(self, offset: usize) -> Result<[u8; N], SegmentError> {
        let slice = self.slice(offset, N)?;
        slice.try_into().map_err(|_| damaged(offset, "number"))
    }
}

/// Returns the offset of the record `place`.
pub(super) fn offset_of(place: u32) -> usize {
    place as usize * UNIT
}

/// Checks a link to the record before `place`: it must lead further back.
pub(super) fn earlier(place: u32, previous: u32, what: &'static str) -> Result<u32, SegmentError> {
    if previous < place { Ok(previous) } else { Err(damaged(offset_of(place), what)) }
}

pub(super) fn damaged(offset: usize, what: &'static str) -> SegmentError {
    SegmentError::Damaged { offset: offset as u64, what }
}

/// Reads text that someone wrote, with a replacement for each byte that is not text.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Replaces `text` by what someone wrote, like [`text`].
pub(super) fn text_into(text: &mut String, bytes: &[u8]) {
    text.clear();
    text.push_str(&String::from_utf8_lossy(bytes));
}
