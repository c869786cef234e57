//! The lock by which others know that this process lives: see [`crate::segment::life`].
//!
//! It is one of the open file, which a fork's child lets go of, and which no other descriptor of
//! the file takes away when it is closed. The descriptor is held for the life of the process;
//! should the program close it, or put another file in its place, nothing is done to that.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

use super::{Facts, Identity, facts, facts_at};

/// A number that few programs give a meaning to.
const LEAST_DESCRIPTOR: RawFd = 100;

/// The lock on a file.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Its descriptor; -1 where there is none.
    descriptor: AtomicI32,
    identity: Identity,
}

impl Lock {
    /// Locks `file`, which is known by `identity`, if that can be done at once.
    pub(crate) fn take(file: &File, identity: Identity) -> Self {
        let descriptor = if set(file.as_raw_fd()) { duplicate_high(file.as_raw_fd()) } else { -1 };
        Self { descriptor: AtomicI32::new(descriptor), identity }
    }

    /// Returns whether it is held.
    pub(crate) fn is_held(&self) -> bool {
        self.facts().is_some()
    }

    /// Returns the system's facts about the file, whatever became of its name; `None` where the
    /// descriptor is ours no more.
    pub(crate) fn facts(&self) -> Option<Facts> {
        let descriptor = self.descriptor.load(Relaxed);
        let found = if descriptor < 0 { None } else { facts_of(descriptor) };
        found.filter(|found| found.identity == self.identity)
    }

    /// Opens the file once more without its name, which may lead elsewhere by now.
    pub(crate) fn file(&self) -> Option<File> {
        let descriptor = self.descriptor.load(Relaxed);
        if descriptor < 0 {
            return None;
        }
        let copy = duplicate(descriptor, 3);
        // SAFETY: made above, and known to nobody else.
        let file = (copy >= 0).then(|| unsafe { File::from_raw_fd(copy) })?;
        // Looked at once it cannot be closed any more.
        let found = facts(&file).ok()?;
        (found.identity == self.identity).then_some(file)
    }

    /// Shows `look` the present name of the file, as far as the system knows it and it is true.
    /// Allocates nothing.
    pub(crate) fn with_name<R>(&self, look: impl FnOnce(&Path) -> R) -> Option<R> {
        let mut link = [0_u8; 32];
        write!(&mut link[..], "/proc/self/fd/{}\0", self.descriptor.load(Relaxed)).ok()?;
        let mut name = [0_u8; 4096];
        // SAFETY: reads a text that ends with zero, and writes at most as many bytes as `name` has.
        let length =
            unsafe { libc::readlink(link.as_ptr().cast(), name.as_mut_ptr().cast(), name.len()) };
        let name = Path::new(OsStr::from_bytes(name.get(..usize::try_from(length).ok()?)?));
        let found = facts_at(name).ok()?;
        (found.identity == self.identity).then(|| look(name))
    }

    /// Leaves the lock to the parent, in a fork's child. Does only what a signal handler may do.
    pub(crate) fn let_go(&self) {
        if self.is_held() {
            // SAFETY: the descriptor is of our file, and nobody but this module knows of it.
            unsafe { libc::close(self.descriptor.swap(-1, Relaxed)) };
        }
    }
}

/// Returns the system's facts about the file open at `descriptor`, if any is.
fn facts_of(descriptor: RawFd) -> Option<Facts> {
    // SAFETY: the file is looked at and never closed through this, so that it need not be ours; a
    // descriptor that is not open is an error of the call.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
    facts(&file).ok()
}

/// Duplicates the descriptor of an open file to one that started programs do not inherit; -1 where
/// there can be none.
fn duplicate_high(descriptor: RawFd) -> RawFd {
    // Where the limit on descriptors is low there is none so high.
    match duplicate(descriptor, LEAST_DESCRIPTOR) {
        high if high >= 0 => high,
        _ => duplicate(descriptor, 3),
    }
}

/// Duplicates it to another descriptor, `least` or above; below zero where there is none.
fn duplicate(descriptor: RawFd, least: RawFd) -> RawFd {
    // SAFETY: a system call on integers.
    unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, least) }
}

/// Locks the open file against all others, if that can be done at once.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn set(descriptor: RawFd) -> bool {
    let whole = whole_file();
    // SAFETY: a system call that reads a record on this stack.
    unsafe { libc::fcntl(descriptor, libc::F_OFD_SETLK, &raw const whole) == 0 }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn set(descriptor: RawFd) -> bool {
    // SAFETY: a system call on integers.
    unsafe { libc::flock(descriptor, libc::LOCK_EX | libc::LOCK_NB) == 0 }
}

/// Returns whether somebody holds the lock on `file`; `None` where that cannot be found out without
/// taking it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_locked(file: &File) -> Option<bool> {
    let mut found = whole_file();
    // SAFETY: a system call that writes to a record on this stack.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut found) };
    (answer == 0).then(|| i32::from(found.l_type) != libc::F_UNLCK)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn is_locked(file: &File) -> Option<bool> {
    crate::segment::locks::is_locked(file)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn whole_file() -> libc::flock {
    // SAFETY: integers, for which zero is a value.
    let mut whole: libc::flock = unsafe { std::mem::zeroed() };
    #[expect(clippy::cast_possible_truncation, reason = "constants that fit")]
    {
        whole.l_type = libc::F_WRLCK as libc::c_short;
        whole.l_whence = libc::SEEK_SET as libc::c_short;
    }
    whole
}
