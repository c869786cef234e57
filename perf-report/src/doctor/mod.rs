//! Looks at everything that recording and reporting depend on, and says what is not in order.
//!
//! Looks only: makes, changes and removes nothing. How findings are shown is `cli`'s business.

mod environment;
mod folders;
mod setup;

use serde::Serialize;

use crate::project::context::Context;

pub use environment::malformed;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In order.
    Good,
    /// In order, and worth knowing.
    Notice,
    /// Something will not work.
    Broken,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How it is.
    pub state: State,
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found.
    pub finding: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Check {
    fn good(subject: &'static str, finding: impl Into<String>) -> Self {
        Self { state: State::Good, subject, finding: finding.into(), help: None }
    }

    fn notice(subject: &'static str, finding: impl Into<String>, help: impl Into<String>) -> Self {
        let help = Some(help.into());
        Self { state: State::Notice, subject, finding: finding.into(), help }
    }

    fn broken(subject: &'static str, finding: impl Into<String>, help: impl Into<String>) -> Self {
        let help = Some(help.into());
        Self { state: State::Broken, subject, finding: finding.into(), help }
    }
}

/// Looks at everything. `options` are the environment variables that stand for options of commands.
pub fn examine(context: &Context, options: &[String]) -> Vec<Check> {
    let mut checks = vec![setup::workspace(context), setup::store(context)];
    checks.extend(setup::baselines(context));
    checks.extend(folders::recording(context));
    checks.push(setup::clock());
    checks.push(setup::git(context));
    checks.extend(environment::examine(options));
    checks
}
