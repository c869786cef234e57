//! Locks on open files, tried and never waited for: `File::try_lock` and its like, of Rust 1.89.
//! It is the same lock, so that this keeps out, and is kept out by, whoever takes it by those.

use std::fs::File;
use std::io;

use super::system::{try_lock, unlock};

/// Takes the lock on `file`, if nobody else has it.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when somebody has it; others when the file cannot be locked.
pub(crate) fn try_exclusive(file: &File) -> io::Result<()> {
    try_lock(file, true)
}

/// Returns whether somebody holds the lock on a segment; `None` where that cannot be found out. For a
/// moment this takes one that others can share.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn is_locked(file: &File) -> Option<bool> {
    match try_lock(file, false) {
        Ok(()) => {
            unlock(file);
            Some(false)
        }
        Err(error) => (error.kind() == io::ErrorKind::WouldBlock).then_some(true),
    }
}

/// Lets the lock go, also where a forked process has the file open still.
pub(crate) fn release(file: &File) {
    unlock(file);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_and_the_others_are_told_at_once() {
        let path = std::env::temp_dir().join(format!("perf-runtime-{}.lock", std::process::id()));
        let open = || File::options().create(true).append(true).open(&path).unwrap();
        let (one, other) = (open(), open());
        try_exclusive(&one).unwrap();
        assert_eq!(try_exclusive(&other).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        // Windows refuses that.
        assert!(cfg!(windows) || try_exclusive(&one).is_ok(), "one may take it again");
        release(&one);
        try_exclusive(&other).unwrap();
        drop((one, other));
        std::fs::remove_file(&path).unwrap();
    }
}
