//! The life of a segment's process: whether it may still write.
//!
//! A process id is no identity: it may have been given to another process since, and means another
//! one in each namespace of processes, as containers have. So a process holds a lock on its segment
//! as long as it lives, and everybody who sees the file sees the lock. A program that closes
//! descriptors of others loses it. For that case the segment names the namespace of the process and
//! its start, by which those who share the namespace know it.
//!
//! Recorder and reports share one rule; the caller finds out about the lock, and what differs by
//! system is in `system`. Nothing here allocates for a name of usual length, since the recorder asks where its
//! host may not.

use std::fs::{self, File};
use std::mem::offset_of;
use std::path::Path;

use super::layout::{COPIED_AT_END, COPIED_WHILE_RUNNING, HANDED_OUT, Header, Identity, MAGIC};
use super::system;

/// The answer to the question whether a process may still write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It lives.
    Alive,
    /// It has ended: nothing will be added.
    Ended,
    /// Nobody here can know.
    Unknown,
}

/// The kind of a file: a segment, or a copy of one that its process made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// It is the segment.
    Not,
    /// A copy from the time of the run: what came after is missing.
    WhileRunning,
    /// A copy from the end of the process.
    AtEnd,
    /// Bytes that the program asked for: what came after is missing.
    HandedOut,
}

/// The process that writes to a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Process id, in its own namespace.
    pub pid: u32,
    /// Namespace of processes to which the id belongs; 0 where the system has none, or does not
    /// show it.
    pub namespace: u64,
    /// Start of the process, as the system counts it; 0 where it does not show it.
    pub started: u64,
    /// Beginning of its recording, in nanoseconds since 1970.
    pub began_unix_ns: u64,
    /// True if it held its lock when it looked last.
    pub locks: bool,
    /// Kind of the file.
    pub copied: Copied,
}

impl Owner {
    /// Reads the owner out of the segment at `path`; `None` where it is not complete, or cannot be
    /// read.
    pub fn of(path: &Path) -> Option<Self> {
        Self::of_file(&open(path)?)
    }

    /// Reads the owner out of a segment that is open.
    pub fn of_file(file: &File) -> Option<Self> {
        let mut head = [0; offset_of!(Header, started_unix_ns) + size_of::<u64>()];
        let mut identity = [0; size_of::<Identity>()];
        system::read_exact_at(file, &mut head, 0).ok()?;
        system::read_exact_at(file, &mut identity, offset_of!(Header, identity) as u64).ok()?;
        Self::of_parts(&head, &identity)
    }

    /// Reads the owner out of the bytes of a segment.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Self::of_parts(bytes, bytes.get(offset_of!(Header, identity)..)?)
    }

    fn of_parts(head: &[u8], identity: &[u8]) -> Option<Self> {
        let is_complete =
            head.starts_with(&MAGIC) && u32_at(head, offset_of!(Header, version))? > 0;
        is_complete.then_some(())?;
        Some(Self {
            pid: u32_at(head, offset_of!(Header, pid))?,
            namespace: u64_at(identity, offset_of!(Identity, namespace))?,
            started: u64_at(identity, offset_of!(Identity, started))?,
            began_unix_ns: u64_at(head, offset_of!(Header, started_unix_ns))?,
            locks: u32_at(identity, offset_of!(Identity, is_locked))? == 1,
            copied: match u32_at(identity, offset_of!(Identity, copied))? {
                COPIED_WHILE_RUNNING => Copied::WhileRunning,
                COPIED_AT_END => Copied::AtEnd,
                HANDED_OUT => Copied::HandedOut,
                _ => Copied::Not,
            },
        })
    }

    /// Returns whether its process id is one of this process's namespace, as far as is known.
    pub fn is_of_here(&self) -> bool {
        self.namespace == 0 || self.namespace == namespace()
    }
}

/// Finds out whether the process that writes to the segment at `path` lives. `is_locked` is true if
/// somebody holds the lock on it; `None` where that cannot be found out.
pub fn life(path: &Path, is_locked: Option<bool>) -> Life {
    match open(path) {
        Some(file) => life_of(&file, pid_of(path), is_locked),
        None if is_locked == Some(true) => Life::Alive,
        None => of_unfinished(pid_of(path)),
    }
}

/// Finds out the same for a segment that is open, and has the process id `named` in its name.
pub fn life_of(file: &File, named: Option<u32>, is_locked: Option<bool>) -> Life {
    if is_locked == Some(true) {
        return Life::Alive;
    }
    let Some(owner) = Owner::of_file(file) else { return of_unfinished(named) };
    if owner.is_of_here() {
        let life = system::life_of(owner.pid, owner.started);
        // Systems that show no process have the lock alone.
        if life != Life::Unknown || cfg!(target_os = "linux") {
            return life;
        }
    }
    // It had its lock, and nobody has it now.
    if owner.locks && is_locked == Some(false) { Life::Ended } else { Life::Unknown }
}

/// Judges a segment that is not complete, in the making or damaged, by the process id in its name.
fn of_unfinished(named: Option<u32>) -> Life {
    named.map_or(Life::Ended, |pid| system::life_of(pid, 0))
}

/// Returns the process id in the name of a segment, `<pid>-<anything>.ptseg`.
///
/// ```
/// use perf_runtime::segment::life::pid_of;
/// assert_eq!(pid_of("4711-a.ptseg".as_ref()), Some(4711));
/// assert_eq!(pid_of("notes.txt".as_ref()), None);
/// ```
pub fn pid_of(path: &Path) -> Option<u32> {
    pid_in(path.file_name()?.to_str()?)
}

/// Returns the process id in the name itself.
pub(crate) fn pid_in(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
}

/// Returns the namespace of processes that this one is in; 0 where the system has none, or does not
/// show it.
pub fn namespace() -> u64 {
    system::namespace()
}

/// Returns the start of this process, as the system counts it; 0 where it does not show it.
pub fn started() -> u64 {
    system::started()
}

/// Returns whether somebody holds the lock on a segment; `None` where that cannot be found out. Not
/// on Linux, where asking takes a system call that the standard library does not know.
#[cfg(any(windows, all(unix, not(target_os = "linux"), not(target_os = "android"))))]
pub fn is_locked(file: &File) -> Option<bool> {
    super::locks::is_locked(file)
}

/// Opens a regular file, and waits for nothing.
fn open(path: &Path) -> Option<File> {
    let mut options = fs::OpenOptions::new();
    let options = system::follow_no_link(&mut options);
    let file = options.read(true).open(path).ok()?;
    file.metadata().is_ok_and(|metadata| metadata.is_file()).then_some(file)
}

/// Reads the number at `at`, if there is one.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Reads the number at `at`, if there is one.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_segment_has_no_owner() {
        let folder = std::env::temp_dir().join(format!("perf-track-life-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("4294967295-a.ptseg");
        fs::write(&path, vec![0; 5000]).unwrap();
        assert_eq!(Owner::of(&path), None);
        assert_eq!(life(&path, Some(false)), Life::Ended);
        assert_eq!(life(&path, Some(true)), Life::Alive);
        assert_eq!(Owner::of(&folder), None);
        assert_eq!(life(&folder.join("none"), None), Life::Ended);
        fs::remove_dir_all(&folder).unwrap();
    }
}
