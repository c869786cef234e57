//! The state of everything that recording and reporting depend on, as `doctor` found it.

use serde::{Deserialize, Serialize};

use super::{DOCTOR_SCHEMA, DOCTOR_VERSION};

/// Document `perf-track/doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecksDocument {
    /// [`DOCTOR_SCHEMA`].
    pub schema: String,
    /// [`DOCTOR_VERSION`] of the writer.
    pub version: u32,
    /// The worst of all checks.
    pub state: CheckState,
    /// The checks, in the order in which they are shown.
    pub checks: Vec<Check>,
}

/// The state of a thing that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Good order.
    Good,
    /// Good order, with something worth knowing.
    Notice,
    /// A fault: something will not work.
    Broken,
}

/// The check of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The state of the thing.
    pub state: CheckState,
    /// The thing, in a word or two.
    pub subject: String,
    /// The finding, in words.
    pub finding: String,
    /// The way out.
    pub help: Option<String>,
}

impl ChecksDocument {
    /// Returns the document of `checks`.
    pub fn of(checks: Vec<Check>) -> Self {
        let worst = checks.iter().map(|check| check.state).max();
        Self {
            schema: DOCTOR_SCHEMA.to_owned(),
            version: DOCTOR_VERSION,
            state: worst.unwrap_or(CheckState::Good),
            checks,
        }
    }
}

impl Check {
    /// Returns a check of something that is in order.
    pub fn good(subject: &str, finding: impl Into<String>) -> Self {
        Self::of(CheckState::Good, subject, finding.into(), None)
    }

    /// Returns a check of something that is in order and worth knowing.
    pub fn notice(subject: &str, finding: impl Into<String>, help: impl Into<String>) -> Self {
        Self::of(CheckState::Notice, subject, finding.into(), Some(help.into()))
    }

    /// Returns a check of something that will not work.
    pub fn broken(subject: &str, finding: impl Into<String>, help: impl Into<String>) -> Self {
        Self::of(CheckState::Broken, subject, finding.into(), Some(help.into()))
    }

    fn of(state: CheckState, subject: &str, finding: String, help: Option<String>) -> Self {
        Self { state, subject: subject.to_owned(), finding, help }
    }
}
