//! How the runs of a comparison were made, when `ab` made them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Two commands that were run in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interleaved {
    /// What is compared with.
    pub a: Contender,
    /// What is judged.
    pub b: Contender,
    /// Rounds that were judged, in each of which both ran once.
    pub rounds: u32,
    /// Rounds before these that were not judged.
    pub warm_up: u32,
    /// What the order within the rounds came from; the same seed gives the same order.
    pub seed: u64,
    /// Time that the judged rounds took, nanoseconds.
    pub elapsed_ns: u64,
    /// Why there were no more of them.
    pub stopped: Stopped,
}

/// One of two commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// The command, as it was given.
    pub command: String,
    /// Full hash of the commit that was built for it; `null` when it is of no commit of its own.
    pub commit: Option<String>,
}

/// Why no more rounds were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// Whatever more rounds can decide is decided.
    Decided,
    /// Something is open, and as many rounds were made as may be.
    Rounds,
    /// There was no time for another round.
    Time,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decided => "more rounds would change nothing",
            Self::Rounds => "more rounds may decide what is open (--max-rounds)",
            Self::Time => "the time limit left none for more",
        })
    }
}
