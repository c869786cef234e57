//! The rounds of a comparison that `ab` made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Two commands that were run in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interleaved {
    /// The side to compare with.
    pub a: Contender,
    /// The side that is judged.
    pub b: Contender,
    /// Number of judged rounds, in each of which both ran once.
    pub rounds: u32,
    /// Number of rounds before these, which were not judged.
    pub warm_up: u32,
    /// The seed of the order within the rounds; the same seed gives the same order.
    pub seed: u64,
    /// Time that the judged rounds took, nanoseconds.
    pub elapsed_ns: u64,
    /// The reason for which there were no more of them.
    pub stopped: Stopped,
}

/// One of two commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// The command, as it was given.
    pub command: String,
    /// Full hash of the commit that was built for it; `null` when it has no commit of its own.
    pub commit: Option<String>,
}

/// The reason for which no more rounds were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// A decision of everything that more rounds can decide.
    Decided,
    /// The limit of rounds, with something still open.
    Rounds,
    /// The limit of time: none was left for another round.
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
