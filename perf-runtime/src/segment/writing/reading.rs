//! A segment as its own process reads it: from the file, as others do. The kernel copies it, and no
//! reference to memory that other threads write to is needed. The stand-in, where segments are in
//! memory alone, is `reading_memory`.

use std::mem::offset_of;

use super::Segment;
use crate::segment::layout::{HANDED_OUT, Header, Identity};
use crate::segment::reader::{copy_file, settle};
use crate::segment::{self, SegmentError};
use crate::snapshot::Snapshot;

/// Reads everything that was recorded since figures began.
pub(crate) fn read(segment: &Segment) -> Result<Snapshot, SegmentError> {
    segment.look_after(false);
    segment::read(segment.path())
}

/// Returns the bytes as of one moment, marked as what was handed out.
pub(crate) fn bytes(segment: &Segment) -> Result<Vec<u8>, SegmentError> {
    segment.look_after(false);
    let mut bytes = copy(segment)?;
    hand_out(&mut bytes);
    Ok(bytes)
}

/// Copies the segment as of one moment, although threads write to it.
pub(super) fn copy(segment: &Segment) -> Result<Vec<u8>, SegmentError> {
    let path = segment.path();
    let mut copy = Vec::new();
    copy_file(path, &mut copy)?;
    settle((&mut copy, &mut Vec::new()), path)?;
    Ok(copy)
}

/// Marks the bytes of a segment as what was handed out.
fn hand_out(bytes: &mut [u8]) {
    let at = offset_of!(Header, identity) + offset_of!(Identity, copied);
    if let Some(place) = bytes.get_mut(at..at + size_of_val(&HANDED_OUT)) {
        place.copy_from_slice(&HANDED_OUT.to_ne_bytes());
    }
}
