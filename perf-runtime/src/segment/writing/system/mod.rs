//! The operating system as the recorder sees it: one folder a system, all of which have the same
//! names, and what they have in common. Safe faces over its calls.
//!
//! | name | |
//! |---|---|
//! | `Lock`, `is_locked` | the lock by which others know that this process lives |
//! | `Folder` | a folder whose entries are looked at and removed |
//! | `memory` | pieces of a file in memory, and private pages |
//! | `Facts`, `facts`, `facts_at` | what is known of a file |
//! | `new_file`, `SystemPath`, `open_for_growth`, `may_write_files_of` | files |
//! | `fault` | numbers of errors |
//! | `monotonic_ns`, `thread_cpu_ns`, `switches` | clocks, and the thread's account |
//! | `account`, `peak_of_program` | the process's account |
//! | `user_id`, `acts_for_another`, `parent_pid`, `thread_id` | who this is |
//! | `after_fork`, `wipe_in_children` | forks; nothing where there are none |
//! | `at_thread_end`, `left_at_thread_end`, `THREAD_LOCALS_END_FIRST`, `call_at_load_and_end` | the ends of threads and of the process |
//! | `File`, `name`, `pid`, `program` | the standard library's, where it has them |
//! | `has_clock`, `set_clock` | the clock, where the program has to bring one |
//! | `stay_loaded`, `refusal`, `space` | the rest |

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(unix)]
mod unix;
#[cfg(not(any(unix, windows)))]
mod wasm;
#[cfg(windows)]
mod windows;

#[cfg(any(unix, windows))]
pub(crate) use std::fs::{File, rename as name};
#[cfg(any(unix, windows))]
pub(crate) use std::process::id as pid;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(not(any(unix, windows)))]
pub(crate) use wasm::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// Set once the system is asked for nothing any more that a program could do without.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Asks the system for nothing from here on that a program could do without: the program may be
/// about to confine itself to a few system calls, and be ended for any other.
pub(crate) fn be_quiet() {
    IS_QUIET.store(true, Relaxed);
}

/// Returns whether that is so.
pub(crate) fn is_quiet() -> bool {
    IS_QUIET.load(Relaxed)
}

/// Returns the path of the program; empty where the system does not show it.
#[cfg(any(unix, windows))]
pub(crate) fn program() -> std::ffi::OsString {
    std::env::current_exe().unwrap_or_default().into_os_string()
}

/// Returns `true`: segments are files, wherever they are.
#[cfg(any(unix, windows))]
pub(crate) fn takes_files(_folder: &std::path::Path) -> bool {
    true
}

/// Returns `true`: the system has a monotonic clock.
#[cfg(any(unix, windows))]
pub(crate) fn has_clock() -> bool {
    true
}

/// Has no effect, and returns `false`: the system has a clock.
#[cfg(any(unix, windows))]
pub(crate) fn set_clock(_clock: fn() -> u64) -> bool {
    false
}

/// Reads the clock in nanoseconds since 1970; 0 where there is none.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn unix_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) fn unix_ns() -> u64 {
    0
}

/// Returns the error of what is beyond the size that a file may have.
#[cfg(any(unix, windows))]
pub(crate) fn out_of_range() -> std::io::Error {
    std::io::Error::from_raw_os_error(fault::TOO_LARGE)
}

/// The file system and the number of a file in it, by which it is known whatever its name.
pub(crate) type Identity = (u64, u64);

/// The system's facts about a file.
#[cfg(any(unix, windows))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) identity: Identity,
    pub(crate) bytes: u64,
    /// Bytes that it takes of the file system.
    pub(crate) bytes_taken: u64,
    /// Names that it has.
    pub(crate) names: u64,
    /// Time of the last write, in seconds and nanoseconds since 1970.
    pub(crate) changed: (i64, i64),
}

/// The times that this thread gave up its processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    /// Times that it waited for something.
    pub(crate) voluntary: i64,
    /// Times that another thread was to run there.
    pub(crate) involuntary: i64,
}

/// The system's account of this process, whatever programs it has run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Account {
    pub(crate) user_ns: u64,
    pub(crate) system_ns: u64,
    /// Largest resident memory, bytes.
    pub(crate) peak_rss_bytes: u64,
}
