//! The contents of all segments that are followed, at one moment. Plain data.

use std::collections::BTreeSet;
use std::time::Duration;

use perf_runtime::snapshot::{Process, Snapshot};

use crate::model::{ProcessStacks, TopCommand};

/// The contents of all segments that are followed, at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reading {
    /// The moment, in nanoseconds since 1970.
    pub unix_ns: u64,
    /// The same moment on a clock that nobody sets.
    pub at: Duration,
    /// Everything that was recorded until then.
    pub snapshot: Snapshot,
    /// The processes that still run, by [`identity`].
    pub running: BTreeSet<(u32, u64)>,
    /// The running calls of these.
    pub threads: Vec<ProcessStacks>,
    /// Problems, in words.
    pub problems: Vec<String>,
    /// The command that was started, if one was.
    pub command: Option<TopCommand>,
}

impl Reading {
    /// Returns whether a process still runs.
    pub(crate) fn is_running(&self, process: &Process) -> bool {
        self.running.contains(&identity(process))
    }

    /// Returns the last moment that the reading knows of: its own while something runs, and else the
    /// latest end of a process.
    pub(super) fn end_unix_ns(&self) -> u64 {
        let of = |process: &Process| {
            if self.is_running(process) {
                self.unix_ns
            } else {
                process.started_unix_ns.saturating_add(process.recorded_ns)
            }
        };
        self.snapshot.processes.iter().map(of).max().unwrap_or(self.unix_ns)
    }

    /// Returns the moment when the first process began to record.
    pub(super) fn start_unix_ns(&self) -> u64 {
        let started = self.snapshot.processes.iter().map(|process| process.started_unix_ns);
        started.min().unwrap_or(self.unix_ns)
    }
}

/// Returns the pair by which a process is known again: its id and the start of its recording.
pub(crate) fn identity(process: &Process) -> (u32, u64) {
    (process.pid, process.started_unix_ns)
}
