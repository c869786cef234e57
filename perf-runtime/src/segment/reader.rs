//! Untrusted bytes to a [`Snapshot`]. Never panics, never trusts a length or a link.

use std::path::Path;

use super::SegmentError;
use crate::snapshot::Snapshot;

/// Reads the segment at `path`.
///
/// # Errors
/// Every [`SegmentError`].
pub fn read(path: &Path) -> Result<Snapshot, SegmentError> {
    parse(&std::fs::read(path)?)
}

/// Reads a segment from its bytes.
///
/// # Errors
/// Every [`SegmentError`] but `Io`.
pub fn parse(bytes: &[u8]) -> Result<Snapshot, SegmentError> {
    if bytes.is_empty() { Err(SegmentError::Empty) } else { Err(SegmentError::NotASegment) }
}
