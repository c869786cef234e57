//! The stand-in for `place` where segments are in memory alone: on WebAssembly. A system with files
//! has the segment written there when the program ends, if `PERF_TRACK_DIR` names a folder.

use std::path::PathBuf;

use super::session::{is_reserved, memory_limit, variable};
use super::system::{self, fault};
use super::{Made, Segment};
use crate::segment::EXTENSION;

/// Makes the segment of this process. The error number when there is no memory for it.
pub(crate) fn create_segment() -> Result<Made, i32> {
    let name = format!("{}-{:x}.{EXTENSION}", system::pid(), system::unix_ns());
    let folder = variable("PERF_TRACK_DIR").filter(|folder| !folder.is_empty());
    let path = folder.map_or_else(PathBuf::new, PathBuf::from).join(name);
    let segment = Segment::create(&path, memory_limit(), is_reserved(), None);
    let segment = segment.map_err(|error| error.raw_os_error().unwrap_or(fault::OUT_OF_MEMORY))?;
    Ok(Made { segment, fallback: None })
}
