//! A folder to work in, and perf-report working in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use perf_report::model::{Function, Machine, ProcessSummary, Recording, Run, RunDocument};
use perf_report::model::{RUN_SCHEMA, RUN_VERSION};
use perf_report::project::store::{Made, Query, Sqlite, Store as _};

/// A folder of its own: a workspace with a place for segments. Gone when dropped.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

fn user() -> u32 {
    #[cfg(unix)]
    return nix::unistd::Uid::current().as_raw();
    #[cfg(windows)]
    return perf_runtime::segment::folder::user();
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".perf")).unwrap();
        let desk = Self { folder };
        desk.private_folder("segments");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path(".perf/perf.sqlite")
    }

    /// A new folder that only its owner may enter.
    pub(crate) fn private_folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        perf_runtime::segment::folder::prepare(&path, user()).unwrap();
        path
    }

    /// A program that works at this desk, knowing nothing of how the tests were started.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            // Git's would be those of the hook that runs the tests, and of the repository it is for.
            let text = name.to_string_lossy();
            if ["PERF_TRACK", "GIT_", "GITHUB_"].iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("PERF_TRACK_DIR", self.path("segments"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn report_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_perf-report"));
        command.args(args);
        command
    }

    pub(crate) fn report(&self, args: &[&str]) -> Finished {
        self.report_command(args).output().unwrap().into()
    }

    /// Runs a shell script through `perf-report run`.
    pub(crate) fn run(&self, script: &str) -> Finished {
        self.report(&["run", "--", "sh", "-c", script])
    }

    /// Runs a shell script in which `$REPORT` is perf-report.
    pub(crate) fn shell(&self, script: &str) -> Finished {
        let mut command = self.command("sh");
        command.args(["-c", script]).env("REPORT", env!("CARGO_BIN_EXE_perf-report"));
        command.output().unwrap().into()
    }

    /// The runs that are stored, oldest first.
    pub(crate) fn stored(&self) -> Vec<RunDocument> {
        let store = Sqlite::open(&self.store()).unwrap();
        let entries = store.entries(&Query::default()).unwrap();
        entries.iter().rev().map(|entry| store.load(&entry.id).unwrap()).collect()
    }

    /// Stores a run that recorded something, as the newest.
    pub(crate) fn store_run(&self, id: &str) -> RunDocument {
        let document = document(id);
        self.store_now(&document);
        document
    }

    /// Stores a run as one that has just ended, whatever its time.
    pub(crate) fn store_now(&self, run: &RunDocument) {
        let mut store = Sqlite::open_or_create(&self.store()).unwrap();
        store.save_made_of(run, &[], Made::Now).unwrap();
    }

    /// Stores these runs as they are, each at its time.
    pub(crate) fn store_all(&self, runs: &[RunDocument]) {
        let mut store = Sqlite::open_or_create(&self.store()).unwrap();
        for run in runs {
            store.save(run).unwrap();
        }
    }

    /// Names of what lies in a folder, sorted.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Finished {
    /// Ended with `code`, having said `words` on standard error.
    #[track_caller]
    pub(crate) fn said(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(words), "{words:?} is missing: {self:?}");
    }
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Such a run with 10,000 calls of `part` per cent of five microseconds.
pub(crate) fn timed(id: &str, part: u64) -> RunDocument {
    let mut run = document(id);
    let function = &mut run.functions[0];
    function.calls = 10_000;
    function.self_ns = 50_000_000 * part / 100;
    function.total_ns = function.self_ns;
    function.mean_ns = Some(5_000.0);
    run
}

/// A run of one process that called one function.
pub(crate) fn document(id: &str) -> RunDocument {
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: id.to_owned(),
            time: "2026-11-20T23:45:52.000Z".to_owned(),
            command: vec!["cargo".to_owned(), "test".to_owned()],
            machine: Machine { key: "m1-12345678".to_owned(), ..Machine::default() },
            ..Run::default()
        },
        process: ProcessSummary { count: 1, ..ProcessSummary::default() },
        functions: vec![Function {
            name: "demo::f".to_owned(),
            calls: 6,
            total_ns: 60,
            self_ns: 60,
            histogram: vec![(10, 4), (12, 2)],
            ..Function::default()
        }],
        tree: Vec::new(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording { mode: "exact".to_owned(), ..Recording::default() },
    }
}

/// Parses a document, and holds it to its schema.
#[track_caller]
pub(crate) fn checked(text: &str, schema: &str) -> serde_json::Value {
    let document = serde_json::from_str(text).unwrap();
    let schema = serde_json::from_str(schema).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {text}");
    document
}

/// Says why a test cannot be carried out here, past the capture of test output.
pub(crate) fn skipped(why: &str) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr().lock(), "skipped: {name}: {why}");
}

/// Makes a repository of the desk, on branch `trunk` with a commit `one`; false where there is no git.
pub(crate) fn repository(desk: &Desk) -> bool {
    let script = "git init -q -b trunk . && git -c user.name=a -c user.email=a@b commit -q \
                  --allow-empty -m one";
    let is_made = desk.shell(script).code == Some(0);
    if !is_made {
        skipped("git is not installed");
    }
    is_made
}
