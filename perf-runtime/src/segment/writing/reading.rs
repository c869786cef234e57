//! A segment as its own process reads it: from the file, as others do. The kernel copies it, and no
//! reference to memory that other threads write to is needed. The stand-in, where segments are in
//! memory alone, is `reading_memory`.

use super::{Segment, hand_out};
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
