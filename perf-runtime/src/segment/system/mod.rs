//! The system's part in what both halves of the segment do with files and processes: one file a
//! system, behind the same names. On Unix nothing but the standard library and a declaration of
//! `flock`, since a program that only reads brings nothing else along.
//!
//! | name | |
//! |---|---|
//! | `follow_no_link` | has a file opened behind no link, and without waiting for anything |
//! | `closed_to_others` | has a file made that only its user may open |
//! | `read_exact_at`, `write_all_at` | read and write at a place |
//! | `make_folder`, `fault_of` | make a folder of one's own, and say why one is not |
//! | `bases` | where a user's folder for segments may be, the best first |
//! | `life_of`, `is_there`, `started`, `namespace` | what is known of a process |
//! | `try_lock`, `unlock` | the lock on an open file |
//! | `PERMISSION_DENIED` | an error number |

#[cfg(not(any(unix, windows)))]
mod other;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(not(any(unix, windows)))]
pub(crate) use other::*;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// A reason why a folder is not its user's alone.
#[cfg(any(unix, windows))]
#[derive(Debug)]
pub(crate) enum FolderFault {
    Link,
    NotAFolder,
    /// The owner, and the user whose it should be, as the system writes them.
    Owner(String, String),
    /// Those who can write there, as the system writes it.
    OpenToOthers(String),
}
