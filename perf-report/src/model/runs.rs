//! The list of stored runs.

use serde::{Deserialize, Serialize};

use super::{Parts, RUNS_SCHEMA, RUNS_VERSION};

/// Document `perf-track/runs`: stored runs in a line each, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunsDocument {
    /// [`RUNS_SCHEMA`].
    pub schema: String,
    /// [`RUNS_VERSION`] of the writer.
    pub version: u32,
    /// The moment at which the list was made, in RFC 3339, UTC.
    pub time: String,
    /// Number of stored runs that are meant; the list may have fewer.
    pub found: u64,
    /// The runs, newest first.
    pub runs: Vec<RunRow>,
}

/// A stored run in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Id of the run.
    pub id: String,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// Label that it has now.
    pub label: Option<String>,
    /// Tags that it has now, sorted.
    pub tags: Vec<String>,
    /// The command, its words joined by spaces; empty when segments were collected without one.
    pub command: String,
    /// Format of the files that it was imported from; `null` of a run that perf-report made by itself.
    pub source: Option<String>,
    /// Full hash of the checked-out commit.
    pub commit: Option<String>,
    /// Branch; `null` when the head is detached and nobody named a branch.
    pub branch: Option<String>,
    /// True if tracked files differ from the commit.
    pub dirty: bool,
    /// Id of the first run of its group; `null` of a run that was made by itself.
    pub group: Option<String>,
    /// Exit code of the command; `null` when a signal ended it or there was no command.
    pub exit_code: Option<i32>,
    /// Signal that ended the command.
    pub signal: Option<i32>,
    /// Wall time of the command, in nanoseconds.
    pub wall_ns: Option<u64>,
    /// Number of functions and benchmarks in it, called or not.
    pub functions: u64,
    /// Key of the machine.
    pub machine_key: String,
    /// The parts of a distributed run; left out of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Box<Parts>>,
}

impl RunsDocument {
    /// Makes the list of these runs, of `found` that are meant, at the moment `time`.
    pub fn of(runs: Vec<RunRow>, found: u64, time: String) -> Self {
        Self { schema: RUNS_SCHEMA.to_owned(), version: RUNS_VERSION, time, found, runs }
    }
}
