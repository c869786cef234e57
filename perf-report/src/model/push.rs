//! The report of a `push`: the runs that were sent to a store, and those that were not.

use serde::{Deserialize, Serialize};

use super::{PUSH_SCHEMA, PUSH_VERSION};

/// Document `perf-track/push`: the result of `perf-report push`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushDocument {
    /// [`PUSH_SCHEMA`].
    pub schema: String,
    /// [`PUSH_VERSION`] of the writer.
    pub version: u32,
    /// Place that the runs were in: a store, or the outbox of a workspace.
    pub from: String,
    /// Store that they were sent to.
    pub to: String,
    /// The runs, oldest first.
    pub runs: Vec<PushedRun>,
    /// Number of runs in the outbox that are for another store, and stay.
    pub for_others: u64,
}

/// A run that was to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedRun {
    /// Its id; of a file that cannot be read, its name.
    pub id: String,
    /// The state that it is in now.
    pub outcome: PushOutcome,
    /// The reason for which it was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The state of a run that was to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushOutcome {
    /// The store has it now.
    Sent,
    /// The store had it.
    Before,
    /// The store holds another run of its id: both are as they were.
    Conflict,
    /// It could not be sent, and is where it was.
    Failed,
    /// It could not be read, and is where it was.
    Damaged,
    /// Nobody asked to send it.
    #[default]
    No,
}

impl PushDocument {
    /// Makes the report on these runs.
    pub fn of((from, to): (String, String), runs: Vec<PushedRun>, for_others: u64) -> Self {
        let schema = PUSH_SCHEMA.to_owned();
        Self { schema, version: PUSH_VERSION, from, to, runs, for_others }
    }

    /// Returns the runs of this outcome.
    pub fn runs_of(&self, outcome: PushOutcome) -> impl Iterator<Item = &PushedRun> {
        self.runs.iter().filter(move |run| run.outcome == outcome)
    }

    /// Returns the runs that the store does not have, though it should.
    pub fn unsent(&self) -> impl Iterator<Item = &PushedRun> {
        use PushOutcome::{Conflict, Damaged, Failed};
        self.runs.iter().filter(|run| matches!(run.outcome, Conflict | Failed | Damaged))
    }
}
