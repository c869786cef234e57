//! A further process of perf-report, which measures with a recorder that nobody else uses. Its
//! folder is its own, and gone afterwards.

use std::io;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Measured, Plan, Probe};
use crate::error::{ExitCode, UserError};
use crate::record::folder;

/// Measures in a process of its own.
///
/// # Errors
/// When the process cannot be started, fails, or prints something else.
pub(crate) fn measure(probe: Probe, plan: Plan) -> Result<Measured, UserError> {
    let failed = || UserError::new(ExitCode::Internal, "the cost of recording cannot be measured");
    let folder = folder().map_err(|error| failed().because(error))?;
    let output = command(probe, plan, &folder)
        .and_then(|mut command| command.output())
        .map_err(|error| failed().because(error))?;
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).map_err(|error| failed().because(error));
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let message = message.trim().trim_start_matches("error:").trim();
    let message = if message.is_empty() { output.status.to_string() } else { message.to_owned() };
    Err(failed().because(message))
}

/// Makes a folder beside those of segments, in memory if possible, but one that nobody looks into.
fn folder() -> io::Result<TempDir> {
    let base = folder::preferred_base();
    let mut builder = tempfile::Builder::new();
    builder.prefix("perf-report-overhead-");
    let in_memory = base.parent().and_then(|base| builder.tempdir_in(base).ok());
    in_memory.map_or_else(|| builder.tempdir(), Ok)
}

fn command(probe: Probe, plan: Plan, folder: &TempDir) -> io::Result<Command> {
    let (switch, budget) = match probe {
        Probe::Exact => ("on", "100%"),
        Probe::Sampled => ("on", "1%"),
        Probe::Off => ("off", "100%"),
    };
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PERF_TRACK") {
            command.env_remove(name);
        }
    }
    command
        .env("PERF_TRACK", switch)
        .env("PERF_TRACK_OVERHEAD", budget)
        .env("PERF_TRACK_DIR", folder.path())
        .arg("overhead")
        .args(["--threads", &plan.threads.to_string()])
        .args(["--time", &format!("{}us", plan.time.as_micros())])
        .arg(probe.word())
        .stdin(Stdio::null());
    Ok(command)
}
