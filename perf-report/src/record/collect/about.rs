//! What a segment says of its process.

use std::fs;
use std::path::{Path, PathBuf};

use perf_runtime::segment;
use rayon::prelude::*;

use super::{check_readable, may_be_written, pid_of};

/// What is known of a segment without merging it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The segment.
    pub path: PathBuf,
    /// Process id, if the file's name has one.
    pub pid: Option<u32>,
    /// Path of the program; `None` when the segment cannot be read.
    pub program: Option<String>,
    /// When recording began, in nanoseconds since 1970; 0 when the segment cannot be read.
    pub started_unix_ns: u64,
    /// Size of the segment in bytes.
    pub bytes: u64,
    /// Whether its process may still write to it.
    pub living: bool,
}

/// What is known of each of the segments, in their order.
pub fn about(segments: &[PathBuf]) -> Vec<About> {
    segments.par_iter().map(|path| about_one(path)).collect()
}

fn about_one(path: &Path) -> About {
    let process = check_readable(path)
        .and_then(|()| segment::read(path))
        .ok()
        .and_then(|snapshot| snapshot.processes.into_iter().next());
    About {
        path: path.to_owned(),
        pid: pid_of(path),
        started_unix_ns: process.as_ref().map_or(0, |process| process.started_unix_ns),
        program: process.map(|process| process.program),
        bytes: fs::metadata(path).map_or(0, |metadata| metadata.len()),
        living: may_be_written(path),
    }
}
