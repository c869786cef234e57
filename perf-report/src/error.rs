//! The errors of users, and their exit codes.

use std::fmt::{self, Write as _};

/// Exit codes, fixed by the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Success.
    Fine = 0,
    /// A failure that the user could not have prevented.
    Internal = 1,
    /// A mistake in usage or configuration.
    Usage = 2,
    /// A regression, or a budget exceeded.
    Regression = 3,
    /// A lack of anything to judge: no baseline, no data.
    NothingToJudge = 4,
    /// An inconclusive judgement.
    Inconclusive = 5,
    /// Unreadable data.
    Unreadable = 6,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// An error that a person can act on: the problem, its place, and the way out.
///
/// Its `Debug` is text for people as well, since `main` prints that of an error which it returns.
pub struct UserError {
    /// The exit code.
    pub code: ExitCode,
    /// The problem and its place, in one sentence without a full stop.
    pub problem: String,
    /// The way out, if there is one.
    pub help: Option<String>,
    /// The cause.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl UserError {
    /// Returns an error with no advice and no cause.
    pub fn new(code: ExitCode, problem: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), help: None, source: None }
    }

    /// Returns the problem and its causes, one a line.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.problem.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let _ = write!(text, "\n  cause: {error}");
            cause = error.source();
        }
        text
    }

    /// Returns the same on one line: `the store cannot be reached: connection refused`.
    pub(crate) fn in_a_line(&self) -> String {
        self.with_causes().replace("\n  cause:", ":")
    }

    /// Adds the way out.
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

impl fmt::Debug for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_causes())?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\nhelp: {help}"))
    }
}

impl std::error::Error for UserError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
