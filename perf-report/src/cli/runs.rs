//! The options by which `list` and `remove` mean stored runs.

use clap::builder::FalseyValueParser;

use super::keep;
use crate::project::listed::Choice;
use crate::text::moment::Moment;

/// The stored runs that are meant: those of which all that is given is true.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which runs")]
pub(super) struct ChoiceArgs {
    /// Only runs with TEXT in their command
    #[arg(long, value_name = "TEXT", env = "PERF_TRACK_LIST_COMMAND", hide_env_values = true)]
    #[arg(value_parser = part)]
    command: Option<String>,

    /// Only runs of this label
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_LIST_LABEL", hide_env_values = true)]
    label: Option<String>,

    /// Only runs with this tag
    #[arg(long, value_name = "TAG", env = "PERF_TRACK_LIST_TAG", hide_env_values = true)]
    tag: Option<String>,

    /// Only runs of this branch
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_LIST_BRANCH", hide_env_values = true)]
    #[arg(value_parser = keep::branch)]
    branch: Option<String>,

    /// Only runs of this commit: the beginning of its hash, or what else git takes for one
    #[arg(long, value_name = "REV", env = "PERF_TRACK_LIST_COMMIT", hide_env_values = true)]
    #[arg(value_parser = part)]
    commit: Option<String>,

    /// Only runs imported from this format; `\"\"` for those that perf-report made by itself
    #[arg(long, value_name = "FORMAT", env = "PERF_TRACK_LIST_SOURCE", hide_env_values = true)]
    source: Option<String>,

    /// Only runs whose command failed
    #[arg(long, env = "PERF_TRACK_LIST_FAILED", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    failed: bool,

    /// Only runs from WHEN on: `7d`, `12h` for so long ago, a date or a time in UTC
    #[arg(long, value_name = "WHEN", env = "PERF_TRACK_LIST_SINCE", hide_env_values = true)]
    since: Option<Moment>,

    /// Only runs up to WHEN; of a date, that day included
    #[arg(long, value_name = "WHEN", env = "PERF_TRACK_LIST_UNTIL", hide_env_values = true)]
    until: Option<Moment>,
}

/// Reads a part of a command, or the name of a commit. One of blanks would mean all runs, which a script with an empty variable does not.
fn part(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it is blank".to_owned()) } else { Ok(text.to_owned()) }
}

impl ChoiceArgs {
    /// Returns the choice of the user.
    pub(super) fn choice(&self) -> Choice {
        Choice {
            command: self.command.clone(),
            label: self.label.clone(),
            tag: self.tag.clone(),
            branch: self.branch.clone(),
            commit: self.commit.clone(),
            source: self.source.clone(),
            failed: self.failed,
            since: self.since,
            until: self.until,
        }
    }
}
