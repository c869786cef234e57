//! Unix, by the standard library alone: see the table in the module above.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::FolderFault;
use crate::segment::life::Life;

/// `EACCES` of all systems.
pub(crate) const PERMISSION_DENIED: i32 = 13;

/// Memory-backed file system of Linux. Pages of a disk file can stall a writer during writeback.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SHARED_MEMORY: &str = "/dev/shm";

/// Folder in which temporary files may always be put.
const TEMPORARY: &str = "/tmp";

/// Has a file opened behind no link, and without waiting for anything.
pub(crate) fn follow_no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    /// `O_NONBLOCK` of Linux.
    const AT_ONCE: i32 = 0o4000;
    /// `O_NOFOLLOW` of Linux, which is another bit on Arm.
    const NO_LINK: i32 =
        if cfg!(any(target_arch = "aarch64", target_arch = "arm")) { 0o100_000 } else { 0o400_000 };
    // Elsewhere whoever opens the file turns down anything but a regular one.
    options.custom_flags(if cfg!(target_os = "linux") { AT_ONCE | NO_LINK } else { 0 })
}

/// Has a file made that only its user may open.
pub(crate) fn closed_to_others(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Fills `bytes` from `file`, beginning at `offset`.
pub(crate) fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(bytes, offset)
}

/// Writes `bytes` into `file`, beginning at `offset`.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Makes a folder that only its user may open.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Returns the reason why what is at `path` is not a folder of user `uid` alone, if there is one.
pub(crate) fn fault_of(path: &Path, uid: u32) -> io::Result<Option<FolderFault>> {
    let metadata = fs::symlink_metadata(path)?;
    Ok(if metadata.is_symlink() {
        Some(FolderFault::Link)
    } else if !metadata.is_dir() {
        Some(FolderFault::NotAFolder)
    } else if metadata.uid() != uid {
        Some(FolderFault::Owner(metadata.uid().to_string(), uid.to_string()))
    } else if metadata.mode() & 0o022 != 0 {
        Some(FolderFault::OpenToOthers(format!("mode {:04o}", metadata.mode() & 0o7777)))
    } else {
        None
    })
}

/// Lists the folders in which a user's folder for segments may be, the best first: shared memory,
/// where the system has that; the temporary folder (`TMPDIR`, or what macOS has for each user); and
/// that of the system.
pub(crate) fn bases() -> Vec<PathBuf> {
    let bases = [std::env::temp_dir(), PathBuf::from(TEMPORARY)].into_iter();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let bases = std::iter::once(PathBuf::from(SHARED_MEMORY)).chain(bases);
    bases.collect()
}

/// Judges a process of this namespace, which began at `started` unless that is 0. One that has
/// ended and was not waited for does not live.
pub(crate) fn life_of(pid: u32, started: u64) -> Life {
    if !Path::new("/proc/self/stat").exists() {
        return Life::Unknown;
    }
    let mut name = [0; 32];
    let mut rest = &mut name[..];
    let written = write!(rest, "/proc/{pid}/stat").map(|()| rest.len());
    let length = written.map_or(0, |left| 32 - left);
    let Ok(name) = std::str::from_utf8(&name[..length]) else { return Life::Unknown };
    match state_of(Path::new(name)) {
        Ok(Some((state, began))) => {
            let is_it = started == 0 || started == began;
            if is_it && !matches!(state, b'Z' | b'X') { Life::Alive } else { Life::Ended }
        }
        // It may have ended while it was asked about; else it is one that may not be looked into.
        Err(error) if is_no_process(&error) => Life::Ended,
        Ok(None) | Err(_) => Life::Unknown,
    }
}

/// Returns whether there is no such process: no such file, or, while it is read, no such process.
fn is_no_process(error: &io::Error) -> bool {
    /// `ESRCH` of all systems that have it.
    const NO_PROCESS: i32 = 3;
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(NO_PROCESS)
}

/// Returns whether there is a process of this id, ended or not: yes, where that cannot be known.
pub(crate) fn is_there(pid: u32) -> bool {
    !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{pid}")).exists()
}

/// Returns the start of this process, as the system counts it; 0 where it does not show it.
pub(crate) fn started() -> u64 {
    let stat = state_of(Path::new("/proc/self/stat")).ok().flatten();
    stat.map_or(0, |(_, started)| started)
}

/// Returns the namespace of processes that this one is in; 0 where the system has none, or does not
/// show it.
pub(crate) fn namespace() -> u64 {
    fs::metadata("/proc/self/ns/pid").map_or(0, |metadata| metadata.ino())
}

/// Reads state and start of the process whose `/proc/<pid>/stat` this is.
fn state_of(stat: &Path) -> io::Result<Option<(u8, u64)>> {
    // The name in it has 64 bytes at most, and the numbers before the start are some twenty.
    let mut text = [0; 1024];
    let length = File::open(stat)?.read(&mut text)?;
    Ok(state_and_start(&text[..length]))
}

/// Finds state and start in the text of `/proc/<pid>/stat`. The name before them may hold any
/// bytes, so the fields are counted from the last parenthesis: the state is the third, the start
/// the 22nd.
fn state_and_start(stat: &[u8]) -> Option<(u8, u64)> {
    let name_ends = stat.iter().rposition(|&byte| byte == b')')?;
    let rest = std::str::from_utf8(&stat[name_ends + 1..]).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// Locks an open file, `to_oneself` or together with others, if that can be done at once.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when somebody has it; others when the file cannot be locked.
pub(crate) fn try_lock(file: &File, to_oneself: bool) -> io::Result<()> {
    const SHARED: i32 = 1;
    const EXCLUSIVE: i32 = 2;
    const AT_ONCE: i32 = 4;
    set_lock(file, AT_ONCE | if to_oneself { EXCLUSIVE } else { SHARED })
}

/// Lets the lock go, also where a forked process has the file open still.
pub(crate) fn unlock(file: &File) {
    const NONE: i32 = 8;
    let _ = set_lock(file, NONE);
}

fn set_lock(file: &File, operation: i32) -> io::Result<()> {
    unsafe extern "C" {
        /// Declared here, since the reading half does without the crate of such declarations.
        fn flock(descriptor: i32, operation: i32) -> i32;
    }
    // SAFETY: takes two numbers and looks at no memory; the file stays open meanwhile.
    match unsafe { flock(file.as_raw_fd(), operation) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_and_start_stand_behind_whatever_the_name_is() {
        let rest = "1 1 1 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 4711 1000";
        let of = |begin: &[u8]| state_and_start(&[begin, rest.as_bytes()].concat());
        assert_eq!(of(b"12 (a) Z (b)) S "), Some((b'S', 4711)));
        assert_eq!(of(b"12 (x) Z "), Some((b'Z', 4711)));
        assert_eq!(of(b"12 (\xff\n) S "), Some((b'S', 4711)), "a name that is no text");
        assert_eq!(state_and_start(b"nonsense"), None);
        assert_eq!(state_and_start(b"1 (x) S 1"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_told_by_its_id_and_its_start() {
        let (pid, start) = (std::process::id(), started());
        assert!(start > 0 && namespace() > 0);
        assert_eq!(life_of(pid, start), Life::Alive);
        assert_eq!(life_of(pid, start + 1), Life::Ended, "the id was given to another");
        assert_eq!(life_of(u32::MAX, 0), Life::Ended);
        assert_eq!(life_of(pid, 0), Life::Alive, "of a segment of before");
    }
}
