//! The mark from which on figures count: see `segment::reader::mark`.

use std::fs;
use std::io::Write as _;

use super::copies::new_file;
use super::{Segment, reading, system};
use crate::segment::{MARK_EXTENSION, SegmentError, UNNAMED_EXTENSION};

/// Keeps a copy of the segment beside it, in place of an earlier one. There is a whole
/// copy or none, whenever the process ends. Calls that end meanwhile are in it or not.
pub(crate) fn write(segment: &Segment) -> Result<(), SegmentError> {
    let path = segment.path();
    let copy = reading::copy(segment)?;
    if !system::may_write_files_of(copy.len() as u64) {
        // Not only an error, but a signal that ends the process.
        return Err(system::out_of_range().into());
    }
    let new = path.with_extension(UNNAMED_EXTENSION);
    // Only a call that failed leaves one; there is one at a time.
    let written = new_file(&new)
        .and_then(|mut file| file.write_all(&copy).map(|()| file))
        .and_then(|file| fs::rename(&new, path.with_extension(MARK_EXTENSION)).map(|()| file));
    written.map(|file| segment.keep_mark(&file)).map_err(|error| {
        // The error that matters is the first one.
        let _ = fs::remove_file(&new);
        error.into()
    })
}
