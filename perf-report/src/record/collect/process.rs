//! Processes: whether one still runs, and could still write.

use std::io;
use std::path::Path;

use perf_runtime::segment::life::{self, Life};
use perf_runtime::segment::{MARK_EXTENSION, SegmentError};

use crate::files;
use crate::system;

/// Returns whether somebody may still write to the segment at `path`: true where that cannot be found out.
pub(crate) fn may_be_written(path: &Path) -> bool {
    life::life(path, is_locked(path)) != Life::Ended
}

/// The largest segment that is read, in bytes: what the recorder takes at most.
const LARGEST: u64 = 4 << 30;

/// Checks that what lies at `path`, and the copy of before a reset beside it, can be read without waiting,
/// and has an end.
///
/// # Errors [`SegmentError::Io`], which names what it is instead.
pub(crate) fn check_readable(path: &Path) -> Result<(), SegmentError> {
    files::open(path, LARGEST)?;
    match files::open(&path.with_extension(MARK_EXTENSION), LARGEST) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Returns whether somebody holds the lock on the file; `None` where that cannot be found out.
fn is_locked(path: &Path) -> Option<bool> {
    system::is_locked_by_recorder(&files::open(path, u64::MAX).ok()?)
}

/// Returns whether a process of this id runs. One that has ended and was not waited for does not.
///
/// An id may have been given to another process since, so that this shows nothing of a segment: see
/// [`may_be_written`].
pub(crate) fn is_running(pid: u32) -> bool {
    system::is_running(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_runs_until_it_has_ended() {
        assert!(is_running(std::process::id()));
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .arg("--help")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(!is_running(pid));
        assert!(!is_running(0) && !is_running(u32::MAX));
    }
}
