//! The build before anything is measured: for `run` and `ab`.

use std::ffi::OsString;

use crate::error::{ExitCode as Code, UserError};
use crate::record::command::{self, Job, Streams};
use crate::record::failure::{cannot_start, shown_end};
use crate::system;

/// Returns the words of a shell that runs `command`.
pub(super) fn shell(command: &str) -> Vec<OsString> {
    system::shell_words(command).to_vec()
}

/// Runs `command` with a shell, in the folder and with the variables of `job`. `what` names the
/// object of the build in the error: `of the working tree`.
///
/// # Errors
/// When it cannot be started, and when it fails: with the end of its output.
pub(super) fn build(command: &str, job: Job<'_>, what: &str) -> Result<(), UserError> {
    let words = shell(command);
    let job = Job { words: &words, streams: Streams::Tail, ..job };
    let ended = command::run(job).map_err(|error| cannot_start(&words[0], error))?;
    if ended.status.success() {
        return Ok(());
    }
    let problem =
        format!("the build {what}, `{command}`, {}{}", ended.in_words(), shown_end(&ended.tail));
    Err(UserError::new(Code::Usage, problem).help("name what builds it with --build"))
}
