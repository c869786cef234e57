//! The stand-in for `reading` where segments are in memory alone.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::granules::GRANULE;
use super::{Segment, hand_out, mark};
use crate::segment::{SegmentError, parse};
use crate::snapshot::Snapshot;

/// Reads everything that was recorded since figures began.
pub(crate) fn read(segment: &Segment) -> Result<Snapshot, SegmentError> {
    mark::apply(parse(&whole(segment))?)
}

/// Returns the bytes, marked as what was handed out.
#[expect(clippy::unnecessary_wraps, reason = "as where there is a file")]
pub(crate) fn bytes(segment: &Segment) -> Result<Vec<u8>, SegmentError> {
    let mut bytes = whole(segment);
    hand_out(&mut bytes);
    Ok(bytes)
}

/// Copies all bytes in use, from the beginning on.
pub(super) fn whole(segment: &Segment) -> Vec<u8> {
    /// Bytes of a word, by which the memory is read.
    const WORD: usize = size_of::<u64>();
    // Records that are linked while it is copied lie behind what is copied; as long as it may be.
    let used = usize::try_from(segment.used()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(used.next_multiple_of(GRANULE));
    for piece in segment.pieces() {
        for word in piece.split(WORD) {
            // SAFETY: within the piece, which is aligned and stays; whoever writes there does it by
            // atomics, whatever their width.
            let word = unsafe { word.cast::<AtomicU64>().as_ref() };
            bytes.extend(word.load(Relaxed).to_ne_bytes());
        }
        if bytes.len() >= used {
            break;
        }
    }
    bytes.truncate(used);
    bytes
}
