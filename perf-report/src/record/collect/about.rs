//! The process of a segment, read without merging it.

use std::fs;
use std::path::{Path, PathBuf};

use perf_runtime::segment;
use rayon::prelude::*;

use super::listing::pid_of;
use super::process::{check_readable, may_be_written};
use crate::text::path;

/// The facts of a segment that are known without merging it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// The segment.
    pub path: PathBuf,
    /// The process id, if the file's name has one.
    pub pid: Option<u32>,
    /// The path of the program; `None` when the segment cannot be read.
    pub program: Option<String>,
    /// The start of the recording, in nanoseconds since 1970; 0 when the segment cannot be read.
    pub started_unix_ns: u64,
    /// The size of the segment in bytes.
    pub bytes: u64,
    /// True where its process may still write to it.
    pub living: bool,
}

/// Reads the facts of each segment, in their order.
pub(crate) fn about(segments: &[PathBuf]) -> Vec<About> {
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
        program: process.map(|process| path::portable(&process.program)),
        bytes: fs::metadata(path).map_or(0, |metadata| metadata.len()),
        living: may_be_written(path),
    }
}
