//! The search for the segment of a process, and for the writer of a segment.
//!
//! A process id may have been given to another process since, and a segment may have been copied.
//! So the mapped segments of a process are looked at, where the system shows them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use perf_runtime::segment::life::{Copied, Owner};

use crate::record::collect::{self, Key, Listing, Unrecorded, is_running, pid_of};
use crate::record::folder;
use crate::system::mapped_segments;

/// The reason for which there is no segment of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No process with this id, and no segment left by one.
    NoProcess,
    /// A process that may not be looked into: it is another user's, or protected by the system.
    Hidden,
    /// A process whose segment was removed.
    Removed,
    /// A process that could not make a segment.
    Unrecorded(Unrecorded),
    /// A process that runs and has not recorded anything.
    NotRecording,
}

/// Finds the newest segment of the process `pid`: the one that it writes to, wherever that is, or
/// else one in `base` or in a session's folder in there.
///
/// # Errors
/// [`Missing`], when there is none.
pub(crate) fn of_process(pid: u32, base: &Path) -> Result<PathBuf, Missing> {
    let mapped = if is_running(pid) { mapped_segments(pid).map(Some) } else { Ok(None) };
    let own = mapped.as_ref().ok().and_then(Option::as_ref).into_iter().flatten();
    // In a namespace of its own it has another id, which is in the name.
    let ids = ids(pid);
    let mut own = own.filter(|mapped| pid_of(&mapped.path).is_some_and(|pid| ids.contains(&pid)));
    let is_removed = match own.next() {
        Some(found) => match found.place(pid) {
            Some(path) => return Ok(path),
            None => true,
        },
        None => false,
    };
    let listing = segments(base);
    // An id of another namespace of processes, as of a container, is another process's.
    let is_of_here = |path: &PathBuf| Owner::of(path).is_none_or(|owner| owner.is_of_here());
    let of_pid = |path: &PathBuf| pid_of(path) == Some(pid) && is_of_here(path);
    let left = listing.segments.into_iter().rfind(of_pid);
    // Of one that was removed, there may be a copy.
    if let Some(path) = left.filter(|path| !is_removed || is_copy(path)) {
        return Ok(path);
    }
    let unrecorded = listing.unrecorded.into_iter().find(|mark| mark.pid == Some(pid));
    Err(match (unrecorded, mapped) {
        (Some(mark), _) => Missing::Unrecorded(mark),
        (None, Err(error)) if error.kind() == ErrorKind::PermissionDenied => Missing::Hidden,
        (None, _) if is_removed => Missing::Removed,
        // Asked again, since it may have ended meanwhile.
        (None, _) if is_running(pid) => Missing::NotRecording,
        (None, _) => Missing::NoProcess,
    })
}

/// Lists the recordings in `base`, in its alternatives for processes that cannot record there, and
/// in the sessions' folders in these, the oldest first. Folders that are not ours, or open to
/// others, are passed over.
pub(crate) fn segments(base: &Path) -> Listing {
    let mut all = Listing::default();
    for base in std::iter::once(base.to_owned()).chain(folder::alternatives(base)) {
        let sessions = fs::read_dir(&base).into_iter().flatten();
        let sessions = sessions.filter_map(|entry| Some(entry.ok()?.path()));
        let sessions = sessions.filter(|path| folder::is_session(path));
        for folder in std::iter::once(base.clone()).chain(sessions) {
            if let (Ok(()), Ok(listing)) = (folder::check(&folder), collect::list(&folder)) {
                all.extend(listing);
            }
        }
    }
    all.segments.sort_by_cached_key(|path| (began(path), path.clone()));
    all
}

/// Returns the start of a process's recording, by the name of its segment: `<pid>-<hex>.ptseg`.
fn began(path: &Path) -> Option<u64> {
    let (_, hex) = path.file_stem()?.to_str()?.split_once('-')?;
    u64::from_str_radix(hex, 16).ok()
}

/// Returns whether a process writes to the segment at `path`, or makes it anew as a copy. Where the
/// system does not show it, a running process with that id counts.
pub(crate) fn is_written(path: &Path) -> bool {
    if !collect::may_be_written(path) {
        return false;
    }
    if is_copy(path) {
        return true;
    }
    let is_of_here = Owner::of(path).is_none_or(|owner| owner.is_of_here());
    let Some(pid) = pid_of(path).filter(|_| is_of_here) else { return true };
    if !is_running(pid) {
        return false;
    }
    if !path.exists() {
        return false;
    }
    mapped_segments(pid).map_or(true, |mapped| mapped.iter().any(|mapped| mapped.is_at(path)))
}

/// Reads the identity of the recording at `path`; `None` where the segment is not complete.
pub(crate) fn key_of(path: &Path) -> Option<Key> {
    Owner::of(path).as_ref().map(collect::key)
}

/// Returns whether it is a copy of a segment that was removed: nobody has it mapped.
pub(super) fn is_copy(path: &Path) -> bool {
    Owner::of(path).is_some_and(|owner| owner.copied != Copied::Not)
}

/// Returns the ids of a process: in this namespace, and in the nested ones that it is in.
fn ids(pid: u32) -> Vec<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let inner = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    let inner = inner.split_whitespace().filter_map(|id| id.parse().ok());
    std::iter::once(pid).chain(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that has ended, so that its id is free.
    fn ended() -> u32 {
        let own = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(own)
            .arg("--help")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        child.wait().unwrap();
        child.id()
    }

    #[test]
    fn the_newest_segment_of_a_process_is_found_also_in_sessions() {
        let base = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = base.path().join(name);
            crate::system::make_own_folder(&path).unwrap();
            path
        };
        let (session, other) = (folder("session-1"), folder("other"));
        let pid = ended();
        let place = |folder: &Path, name: &str| {
            let path = folder.join(format!("{pid}-{name}.ptseg"));
            fs::write(&path, "").unwrap();
            path
        };
        assert_eq!(of_process(pid, base.path()), Err(Missing::NoProcess));
        let older = place(base.path(), "9a");
        place(&other, "fff");
        assert_eq!(of_process(pid, base.path()), Ok(older.clone()));
        let newer = place(&session, "10a");
        assert_eq!(of_process(pid, base.path()), Ok(newer.clone()));
        assert_eq!(segments(base.path()).segments, [older.clone(), newer]);
        assert!(!is_written(&older));
    }

    #[test]
    fn a_process_that_does_not_record_is_distinguished_from_none() {
        let base = tempfile::tempdir().unwrap();
        let this = std::process::id();
        assert_eq!(of_process(this, base.path()), Err(Missing::NotRecording));
        let mark = base.path().join(format!("{this}-1.unrecorded-28"));
        fs::write(mark, "").unwrap();
        let missing = of_process(this, base.path());
        assert!(matches!(&missing, Err(Missing::Unrecorded(mark)) if mark.errno == 28));
        // Left by another process that had the same id.
        let left = base.path().join(format!("{this}-2.ptseg"));
        fs::write(&left, "").unwrap();
        assert_eq!(of_process(this, base.path()), Ok(left.clone()));
        if cfg!(target_os = "linux") {
            assert!(!is_written(&left));
        }
    }
}
