//! Builds what is to be run, before anything is measured: for `run` and `ab`.

use std::ffi::OsString;

use super::rounds::cannot_start;
use crate::error::{ExitCode as Code, UserError};
use crate::record::command::{self, Job, Streams};

/// Lines of a command's output that are shown when it failed.
const SHOWN: usize = 20;

/// The words that have a shell run `command`.
pub(super) fn shell(command: &str) -> Vec<OsString> {
    ["sh", "-c", command].map(OsString::from).to_vec()
}

/// Runs `command`, for a shell, where `job` runs and with its variables. `what` is what it builds, for
/// the error: `of the working tree`.
///
/// # Errors
/// When it cannot be started, and when it fails: with the end of what it printed.
pub(super) fn build(command: &str, job: Job<'_>, what: &str) -> Result<(), UserError> {
    let words = shell(command);
    let job = Job { words: &words, streams: Streams::Tail, ..job };
    let ended = command::run(job).map_err(|error| cannot_start(&words[0], error))?;
    if ended.status.success() {
        return Ok(());
    }
    let problem =
        format!("the build {what}, `{command}`, {}{}", ended.in_words(), end_of(&ended.tail));
    Err(UserError::new(Code::Usage, problem).help("name what builds it with --build"))
}

/// The last lines of a command's output, to be put behind what went wrong.
pub(super) fn end_of(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN)..];
    if shown.is_empty() {
        return ", and printed nothing".to_owned();
    }
    format!("; it printed last:\n  {}", shown.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_output_the_end_is_shown() {
        assert_eq!(end_of("\n \n"), ", and printed nothing");
        assert_eq!(end_of("one\n\ntwo\n"), "; it printed last:\n  one\n  two");
        let long = (1..=100).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        let shown = end_of(&long);
        assert!(shown.contains("\n  81\n") && shown.ends_with("\n  100"), "{shown}");
        assert!(!shown.contains("\n  80\n"), "{shown}");
    }
}
