//! Runs that cannot be made: what is wrong, and what to do.

use std::ffi::OsString;
use std::io;

use crate::error::{ExitCode as Code, UserError};

/// Lines of a command's output that are shown when it failed.
const SHOWN: usize = 20;

/// Makes the error of a command that could not be started.
pub(crate) fn cannot_start(program: &OsString, error: io::Error) -> UserError {
    let problem = format!("the command `{}` cannot be started", program.display());
    let help = match error.kind() {
        io::ErrorKind::NotFound => "check its spelling, and that it is in PATH",
        io::ErrorKind::PermissionDenied => "check that it is a program that you may execute",
        _ => "check that it runs without `perf-report run --`",
    };
    UserError::new(Code::Usage, problem).because(error).help(help)
}

/// Makes the error of runs that must be recorded where there is nowhere to record.
pub(crate) fn cannot_record(error: &impl std::fmt::Display) -> UserError {
    UserError::new(Code::Usage, format!("nothing can be recorded: {error}"))
        .help("name a folder of your own with --dir, or see `perf-report doctor`")
}

/// Returns the last lines of a command's output, to be put behind the problem.
pub(crate) fn shown_end(output: &str) -> String {
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
        assert_eq!(shown_end("\n \n"), ", and printed nothing");
        assert_eq!(shown_end("one\n\ntwo\n"), "; it printed last:\n  one\n  two");
        let long = (1..=100).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        let shown = shown_end(&long);
        assert!(shown.contains("\n  81\n") && shown.ends_with("\n  100"), "{shown}");
        assert!(!shown.contains("\n  80\n"), "{shown}");
    }
}
