//! This program in the place of cargo's runner, or of rustdoc: no command of a person's.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::output;
use crate::record::command::Screen;
use crate::record::suite::{RUNNER_WORD, RUSTDOC_LINK, run_as_runner, run_as_rustdoc};

/// Runs as a runner or as rustdoc, if the arguments are those of one; the program's name comes first.
pub(in crate::cli) fn as_runner(args: &[OsString]) -> Option<ExitCode> {
    let (program, words) = args.split_first()?;
    let ended = match words.split_first() {
        _ if Path::new(program).file_name().is_some_and(|name| name == RUSTDOC_LINK) => {
            run_as_rustdoc(words, screen())
        }
        Some((word, words)) if word == RUNNER_WORD => run_as_runner(words, screen()),
        _ => return None,
    };
    Some(match ended {
        Ok(code) => code.into(),
        Err(error) => {
            output::error(&error);
            error.code.into()
        }
    })
}

/// Returns the size of the terminal that standard output is, if it is one.
fn screen() -> Option<Screen> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = terminal_size::terminal_size_of(&stdout);
    let (columns, rows) = size.map_or((80, 24), |(width, height)| (width.0, height.0));
    Some(Screen { columns, rows })
}
