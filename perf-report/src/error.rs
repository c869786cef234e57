//! What can go wrong for a user, and the exit code that says so.

use std::fmt;

/// Exit codes, fixed by the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// All is well.
    Fine = 0,
    /// Something failed that the user could not have done otherwise.
    Internal = 1,
    /// Usage or configuration.
    Usage = 2,
    /// A regression, or a budget exceeded.
    Regression = 3,
    /// Nothing to judge: no baseline, no data.
    NothingToJudge = 4,
    /// Inconclusive.
    Inconclusive = 5,
    /// Unreadable data.
    Unreadable = 6,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// An error that a person can act on: what was wrong, where, and what to do.
#[derive(Debug)]
pub struct UserError {
    /// The exit code that goes with it.
    pub code: ExitCode,
    /// What was wrong and where, in one sentence without a full stop.
    pub problem: String,
    /// What to do about it, if anything can be done.
    pub help: Option<String>,
    /// What caused it.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl UserError {
    /// An error with no advice and no cause.
    pub fn new(code: ExitCode, problem: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), help: None, source: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for UserError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
