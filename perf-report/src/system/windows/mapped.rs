//! Segments that a process has mapped: Windows has no list of them.

use std::io;
use std::path::{Path, PathBuf};

/// A segment that a process has mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    /// Its path, as the process sees it.
    pub(crate) path: PathBuf,
}

impl Mapped {
    /// Returns the path at which it can be read.
    pub(crate) fn place(&self, _pid: u32) -> Option<PathBuf> {
        Some(self.path.clone())
    }

    /// Returns whether it is what lies at `path`.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        self.path == path
    }
}

/// Returns none: the system does not show them.
pub(crate) fn written_by(_pid: u32) -> Vec<PathBuf> {
    Vec::new()
}

/// Returns the segments that a running process has mapped.
///
/// # Errors
/// Always, since the system does not show them.
pub(crate) fn mapped_segments(_pid: u32) -> io::Result<Vec<Mapped>> {
    Err(io::ErrorKind::Unsupported.into())
}
