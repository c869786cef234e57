//! Locks on open files, tried and never waited for: `File::try_lock` and its like, of Rust 1.89.
//! It is the same lock, so that this keeps out, and is kept out by, whoever takes it by those.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

const SHARED: i32 = 1;
const EXCLUSIVE: i32 = 2;
const AT_ONCE: i32 = 4;
const NONE: i32 = 8;

unsafe extern "C" {
    /// Declared here, since the reading half does without the crate of such declarations.
    fn flock(descriptor: i32, operation: i32) -> i32;
}

/// Takes the lock on `file`, if nobody else has it.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] when somebody has it; others when the file cannot be locked.
pub(crate) fn try_exclusive(file: &File) -> io::Result<()> {
    set(file, EXCLUSIVE | AT_ONCE)
}

/// Returns whether somebody has the lock on `file` to himself, or it cannot be locked.
pub(crate) fn is_taken(file: &File) -> bool {
    let is_free = set(file, SHARED | AT_ONCE).is_ok();
    release(file);
    !is_free
}

/// Lets the lock go, also where a forked process has the file open still.
pub(crate) fn release(file: &File) {
    let _ = set(file, NONE);
}

fn set(file: &File, operation: i32) -> io::Result<()> {
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
    fn one_has_it_and_the_others_are_told_at_once() {
        let path = std::env::temp_dir().join(format!("perf-runtime-{}.lock", std::process::id()));
        let open = || File::options().create(true).append(true).open(&path).unwrap();
        let (one, other) = (open(), open());
        try_exclusive(&one).unwrap();
        assert_eq!(try_exclusive(&other).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(is_taken(&other) && try_exclusive(&one).is_ok(), "one may take it again");
        release(&one);
        assert!(!is_taken(&other), "and looking does not take it");
        try_exclusive(&one).unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}
