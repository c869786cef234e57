//! One child, from its start until it is gone.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::candidates;
use crate::child::Task;
use crate::figures::{Account, Figures};
use crate::{Result, clock};

/// A child that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) figures: Figures,
    /// Calls that it made.
    pub(crate) calls: u64,
    /// Calls that the candidate says it made.
    pub(crate) reported: Option<u64>,
    /// Processor time of all its threads, from start to end, in nanoseconds.
    pub(crate) cpu_ns: u64,
    /// From its last call until it was gone, in nanoseconds.
    pub(crate) exit_ns: u64,
}

/// Runs candidate number `at` of [`candidates::ALL`] in a child.
pub(super) fn run(at: usize, task: Task, divisor: u64) -> Result<Ended> {
    let candidate = candidates::ALL[at];
    let folder = folder()?;
    let cpu_before = clock::children_cpu_ns()?;
    let output = Command::new(std::env::current_exe()?)
        .args(["child", "--candidate", &at.to_string(), "--divisor", &divisor.to_string()])
        .args(["--task", if task == Task::Speed { "speed" } else { "load" }])
        .arg("--folder")
        .arg(folder.path())
        // Nothing that the user has set for a candidate.
        .env_clear()
        .env("PERF_TRACK_DIR", folder.path())
        .envs(candidate.environment.iter().copied())
        .stderr(Stdio::inherit())
        .output()?;
    let gone_ns = clock::monotonic_ns()?;
    let cpu_ns = clock::children_cpu_ns()? - cpu_before;
    if !output.status.success() {
        return Err(format!("{}: the child ended with {}", candidate.title, output.status).into());
    }
    let account: Account = serde_json::from_slice(&output.stdout)?;
    Ok(Ended {
        figures: account.figures,
        calls: account.calls,
        reported: (candidate.reported)(folder.path())?,
        cpu_ns,
        exit_ns: gone_ns.saturating_sub(account.work_ended_ns),
    })
}

/// A new folder, in memory where possible, as `perf-report run` has it.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new();
    Ok(if memory.is_dir() { builder.tempdir_in(memory)? } else { builder.tempdir()? })
}
