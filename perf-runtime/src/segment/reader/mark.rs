//! The beginning of figures after `reset()`: a copy of the segment at the time of the call, kept
//! beside it. The figures in the copy are taken off.

use std::fs;
use std::io;
use std::path::Path;

use super::contents;
use super::node::Writer;
use crate::segment::reader::bytes::damaged;
use crate::segment::{MARK_EXTENSION, SegmentError};
use crate::snapshot::{Merger, Snapshot};

/// Takes the mark beside the segment at `path` off its snapshot, if there is one.
pub(super) fn apply(path: &Path, snapshot: Snapshot) -> Result<Snapshot, SegmentError> {
    let bytes = match fs::read(path.with_extension(MARK_EXTENSION)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(snapshot),
        Err(error) => return Err(error.into()),
    };
    since(&snapshot, &bytes)
}

/// Takes what is in a segment's earlier bytes off its snapshot.
pub(crate) fn since(snapshot: &Snapshot, mark: &[u8]) -> Result<Snapshot, SegmentError> {
    // Its process was running when it was taken.
    let before = contents(mark, Writer::Running)?;
    let who =
        |snapshot: &Snapshot| snapshot.processes.first().map(|it| (it.pid, it.started_unix_ns));
    if who(&before) != who(snapshot) {
        return Err(damaged(0, "process of the mark that its figures begin at"));
    }
    Ok(in_order(snapshot).since(&in_order(&before)))
}

/// Puts the shards into one tree.
fn in_order(snapshot: &Snapshot) -> Snapshot {
    let mut merger = Merger::default();
    merger.add(snapshot);
    merger.finish()
}
