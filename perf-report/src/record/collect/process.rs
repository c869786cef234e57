//! Processes: whether one still runs, and could still write.

use std::fs;
use std::io;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use perf_runtime::segment::life::{self, Life};
use perf_runtime::segment::{MARK_EXTENSION, SegmentError};

use crate::files;

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
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_locked(path: &Path) -> Option<bool> {
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;
    let file = files::open(path, u64::MAX).ok()?;
    let mut lock = libc::flock {
        l_type: libc::c_short::try_from(libc::F_WRLCK).ok()?,
        l_whence: libc::c_short::try_from(libc::SEEK_SET).ok()?,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_OFD_GETLK(&mut lock)).ok()?;
    Some(i32::from(lock.l_type) != libc::F_UNLCK)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_locked(_path: &Path) -> Option<bool> {
    None
}

/// Returns whether a process of this id runs. One that has ended and was not waited for does not.
///
/// An id may have been given to another process since, so that this shows nothing of a segment: see
/// [`may_be_written`].
pub(crate) fn is_running(pid: u32) -> bool {
    let Ok(id) = i32::try_from(pid) else { return false };
    if id <= 0 || kill(Pid::from_raw(id), None) == Err(Errno::ESRCH) {
        return false;
    }
    // Where there is no /proc, a process that was not waited for counts as running.
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| state(&stat))
        .is_none_or(|state| !matches!(state, 'Z' | 'X'))
}

/// Finds the state in the text of `/proc/<pid>/stat`: behind the last parenthesis, since the name before it
/// may hold anything.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_runs_until_it_has_ended() {
        assert!(is_running(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(!is_running(pid));
        assert!(!is_running(0) && !is_running(u32::MAX));
    }

    #[test]
    fn the_state_stands_behind_whatever_the_name_is() {
        assert_eq!(state("12 (a) Z (b)) S 1 2"), Some('S'));
        assert_eq!(state("12 (x) Z 1"), Some('Z'));
        assert_eq!(state("nonsense"), None);
    }
}
