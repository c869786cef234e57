//! Untrusted bytes to a [`Snapshot`]. Never panics, never trusts a length or a link.
//!
//! A link must lead to an earlier record than the one it stands in, so no list can be a circle,
//! and every walk ends. Damage costs the segment, not the program.

mod bytes;
mod header;
mod node;
mod shards;
mod sites;

use std::path::Path;

use self::bytes::Bytes;
use self::header::Facts;
use super::SegmentError;
use crate::snapshot::{Merger, Snapshot};

/// Copies taken of a segment that is being written to, until two agree.
const MOST_COPIES: usize = 8;

/// Reads the segment at `path`, whether its process is running, has ended, or was killed.
///
/// # Errors
/// Every [`SegmentError`].
pub fn read(path: &Path) -> Result<Snapshot, SegmentError> {
    let first = std::fs::read(path)?;
    if header::may_be_running(&first) {
        let mut first = Some(first);
        steady(|| Ok(first.take().map_or_else(|| std::fs::read(path), Ok)?))
    } else {
        parse(&first)
    }
}

/// Reads a segment from its bytes, when nobody writes to it any more.
///
/// # Errors
/// Every [`SegmentError`] but `Io`.
pub fn parse(bytes: &[u8]) -> Result<Snapshot, SegmentError> {
    let bytes = Bytes(bytes);
    let facts = Facts::read(bytes)?;
    let (functions, function_of_site) = sites::read(bytes, facts.sites)?;
    let shards = shards::read(bytes, &facts, &function_of_site)?;
    let snapshot = Snapshot {
        functions,
        contexts: shards.contexts,
        processes: vec![facts.process],
        losses: shards.losses,
    };
    let mut merger = Merger::default();
    merger.add(&snapshot);
    Ok(merger.finish())
}

/// Reads a segment that is being written to. `copy` copies it, from its beginning to its end.
///
/// A copy in which no ring was folded while it was taken is exact. That is so when the folds that
/// a later copy sees as begun are those that the earlier one saw as done.
pub(crate) fn steady(
    mut copy: impl FnMut() -> Result<Vec<u8>, SegmentError>,
) -> Result<Snapshot, SegmentError> {
    let mut earlier = copy()?;
    for _ in 0..MOST_COPIES {
        let later = copy()?;
        if folds(&earlier, shards::Fold::Done)? == folds(&later, shards::Fold::Begun)? {
            break;
        }
        earlier = later;
    }
    parse(&earlier)
}

/// How many folds the nodes had done, or begun, altogether.
fn folds(bytes: &[u8], which: shards::Fold) -> Result<u64, SegmentError> {
    let bytes = Bytes(bytes);
    shards::folds(bytes, &Facts::read(bytes)?, which)
}
