//! What differs by system, behind one face: a folder a system, and in it a file for each of these. Everything
//! else in this crate is written once.
//!
//! | file | holds |
//! |---|---|
//! | `files` | how files are opened, locked, replaced and linked; rights, sizes, free space, bytes of paths |
//! | `processes` | starting a command, waiting for it with its usage, ending it with all that it started |
//! | `interrupts` | the request to end, and what is passed on to a command meanwhile |
//! | `terminal` | pipes and terminals, the foreground, keys, and stopping for a while |
//! | `clocks` | clocks of the machine and of a thread |

use std::process::{Child, ExitStatus};
use std::time::Instant;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// A command that was started.
#[derive(Debug)]
pub(crate) struct Started {
    child: Child,
    began: Instant,
    /// The job that it runs in with all that it starts; none where the system refuses that.
    #[cfg(windows)]
    job: Option<std::os::windows::io::OwnedHandle>,
}

impl Started {
    /// Returns its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the process itself.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Returns the moment when it began.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }
}

/// A file system: its size and what is free of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Volume {
    /// All bytes; 0 for one without a limit.
    pub total: u64,
    /// Bytes that this user may still take.
    pub free: u64,
    /// True if it takes more files.
    pub takes_files: bool,
}

/// The processor time and memory of a command, and of those of its children that belong to it: on Unix
/// those that it waited for, on Windows all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time in user mode, in nanoseconds.
    pub user_ns: u64,
    /// Processor time in the kernel, in nanoseconds.
    pub system_ns: u64,
    /// Largest memory of one process, in bytes: resident, or on Windows committed.
    pub peak_rss_bytes: u64,
}

/// The bytes that a command read and wrote, those of its children included, and those that only reached the
/// page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Io {
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written.
    pub written_bytes: u64,
}

/// The end of a command, with its usage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waited {
    /// The status that it ended with.
    pub status: ExitStatus,
    /// Its usage.
    pub usage: Usage,
    /// Its input and output, where the system tells.
    pub io: Option<Io>,
}

#[cfg(test)]
mod tests;
