//! Runs a command as if the user had: same input, output and signals. Measures what it used.

mod signals;
mod usage;

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

pub use usage::Usage;

/// Where the recorder looks for the folder to record to.
pub const DIR_VARIABLE: &str = "PERF_TRACK_DIR";
/// Switches the recorder off in a process and its children.
const SWITCH_VARIABLE: &str = "PERF_TRACK";

/// How a command ended, and what it used.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// From just before it was started until it had ended.
    pub wall: Duration,
    /// What it and its children used, where the system tells.
    pub usage: Option<Usage>,
}

impl Ended {
    /// The code that a shell would report: the command's own, or 128 and the signal.
    pub fn shell_code(&self) -> u8 {
        let code = self.status.code().or_else(|| self.status.signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
    }
}

/// Runs `words` to its end, recording into `folder`, or not at all without one. `while_running` is
/// called once it runs, and what it returns is dropped when it has ended.
///
/// Signals that ask this process to end are passed on to the command, which decides.
///
/// # Errors
/// When the command cannot be started.
pub fn run<T>(
    words: &[OsString],
    folder: Option<&Path>,
    while_running: impl FnOnce() -> T,
) -> io::Result<Ended> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no command"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    match folder {
        Some(folder) => command.env(DIR_VARIABLE, folder),
        None => command.env(SWITCH_VARIABLE, "off"),
    };
    let forwarder = signals::Forwarder::prepare()?;
    let started = Instant::now();
    let mut child = command.spawn()?;
    let forwarding = forwarder.forward_to(child.id());
    let watching = while_running();
    let status = child.wait();
    let wall = started.elapsed();
    forwarding.stop();
    drop(watching);
    Ok(Ended { status: status?, wall, usage: Usage::of_children() })
}
