//! The mark from which on figures count: see `segment::reader::mark`.

use std::fs;
use std::io::{self, Write as _};

use super::{Segment, reading, system};
use crate::segment::{MARK_EXTENSION, SegmentError, UNNAMED_EXTENSION};

/// Keeps a copy of the segment beside it, in place of an earlier one. There is a whole
/// copy or none, whenever the process ends. Calls that end meanwhile are in it or not.
pub(crate) fn write(segment: &Segment) -> Result<(), SegmentError> {
    let path = segment.path();
    let copy = reading::copy(segment)?;
    if !system::may_write_files_of(copy.len() as u64) {
        // Not only an error, but a signal that ends the process.
        return Err(io::Error::from_raw_os_error(system::fault::TOO_LARGE).into());
    }
    let new = path.with_extension(UNNAMED_EXTENSION);
    // Left by a call that failed; there is one at a time.
    let _ = fs::remove_file(&new);
    let written = system::new_file(&new)
        .and_then(|mut file| file.write_all(&copy).map(|()| file))
        .and_then(|file| fs::rename(&new, path.with_extension(MARK_EXTENSION)).map(|()| file));
    written.map(|file| segment.keep_mark(&file)).map_err(|error| {
        // The error that matters is the first one.
        let _ = fs::remove_file(&new);
        error.into()
    })
}
