//! A folder of its own with a store and a place for segments, and perf-report working in it.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::Run;

/// A private place to record in. Everything in it is gone when it is dropped.
#[derive(Debug)]
pub struct Lab {
    folder: TempDir,
    report: PathBuf,
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Finished {
    /// What it complained of, on one line, as messages are wrapped to the width of a screen.
    pub fn complaint(&self) -> String {
        self.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Lab {
    /// A lab that works with the perf-report at `report`.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    pub fn new(report: impl Into<PathBuf>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("perf-track-lab-")
            .tempdir()
            .expect("a temporary folder can be made");
        Self { folder, report: report.into() }
    }

    /// The lab's folder, in which its programs run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new, empty folder of the lab that only its owner may enter.
    ///
    /// # Panics
    /// When it cannot be made, or exists.
    pub fn new_folder(&self, name: &str) -> PathBuf {
        use std::os::unix::fs::DirBuilderExt;
        let folder = self.folder().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder can be made");
        folder
    }

    /// The database that perf-report keeps runs in here.
    pub fn store(&self) -> PathBuf {
        self.folder().join("store.sqlite")
    }

    /// `program`, to be run in the lab, knowing nothing of how the tests themselves were started.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            // Git's would be those of the hook that runs the tests, and of the repository it is for.
            let of_the_tests =
                ["PERF_TRACK", "NEXTEST", "CARGO_PKG", "CARGO_MANIFEST", "CARGO_BIN", "GIT_"];
            if of_the_tests.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(&*name);
            }
        }
        command
            .current_dir(self.folder())
            .env("NO_COLOR", "1")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("GITHUB_STEP_SUMMARY")
            // Exact, however slow the machine; tests of the breaker say otherwise.
            .env("PERF_TRACK_OVERHEAD", "100%")
            .env("PERF_TRACK_STORE", self.store());
        command
    }

    /// `perf-report` with `arguments`, to be run in the lab.
    pub fn report_command<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = self.command(&self.report);
        command.args(arguments);
        command
    }

    /// Runs `perf-report` with `arguments`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn report<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        finish(&mut self.report_command(arguments))
    }

    /// Records `program` by `perf-report run`.
    ///
    /// # Panics
    /// When perf-report cannot be started.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Finished {
        let mut command = self.report_command(["run", "--", program]);
        finish(command.args(arguments))
    }

    /// Runs `program` with segments going to `folder`, and no perf-report around it.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn record<A: AsRef<OsStr>>(
        &self,
        folder: &Path,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Finished {
        finish(self.command(program).env("PERF_TRACK_DIR", folder).args(arguments))
    }

    /// The newest stored run.
    ///
    /// # Panics
    /// When there is none, or it is not the JSON it should be.
    pub fn latest(&self) -> Run {
        let shown = self.report(["show", "--format", "json"]);
        assert_eq!(shown.code, Some(0), "the newest run can be shown: {}", shown.stderr);
        Run::parse(&shown.stdout)
    }
}

/// Runs `command` to its end.
///
/// # Panics
/// When it cannot be started.
fn finish(command: &mut Command) -> Finished {
    let output = command.stdin(std::process::Stdio::null()).output();
    Finished::from(output.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}")))
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
