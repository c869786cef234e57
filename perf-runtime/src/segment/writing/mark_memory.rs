//! The stand-in for `mark` where segments are in memory alone, as the mark is then.

use std::io;
use std::sync::Mutex;

use super::{Segment, reading};
use crate::segment::SegmentError;
use crate::segment::reader::mark::since;
use crate::snapshot::Snapshot;
use crate::sync::lock_briefly;

/// The segment when figures began anew.
static MARK: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// Has figures count from now on.
pub(crate) fn write(segment: &Segment) -> Result<(), SegmentError> {
    let bytes = reading::whole(segment);
    let mut mark = lock_briefly(&MARK).ok_or_else(busy)?;
    *mark = Some(bytes);
    Ok(())
}

/// Takes what was recorded before off a snapshot.
pub(super) fn apply(snapshot: Snapshot) -> Result<Snapshot, SegmentError> {
    let mark = lock_briefly(&MARK).ok_or_else(busy)?;
    match mark.as_deref() {
        Some(mark) => since(&snapshot, mark),
        None => Ok(snapshot),
    }
}

fn busy() -> SegmentError {
    SegmentError::Io(io::ErrorKind::WouldBlock.into())
}
