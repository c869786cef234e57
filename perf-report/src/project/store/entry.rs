//! A stored run in one line: what lists show and references resolve to.

use crate::model::{BuildKeys, Parts, Run, RunDocument, Series, series};

/// The facts of a stored run that are known without reading its document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The unique id.
    pub id: String,
    /// The start, in RFC 3339, UTC.
    pub time: String,
    /// The label given with `--label`.
    pub label: Option<String>,
    /// The tags given with `--tag`, sorted.
    pub tags: Vec<String>,
    /// The command, its words joined by spaces.
    pub command: String,
    /// The full hash of the checked-out commit.
    pub commit: Option<String>,
    /// The branch; `None` when detached or outside a repository.
    pub branch: Option<String>,
    /// True if tracked files differed from the commit.
    pub dirty: bool,
    /// The key of the machine.
    pub machine_key: String,
    /// The keys of the build.
    pub build: BuildKeys,
    /// The format that it was imported from; `None` of a run that perf-report made by itself.
    pub source: Option<String>,
    /// The id of the first run of its group.
    pub group: Option<String>,
    /// The exit code of the command; `None` when a signal ended it or there was none.
    pub exit_code: Option<i32>,
    /// The signal that ended the command.
    pub signal: Option<i32>,
    /// The wall time of the command, in nanoseconds.
    pub wall_ns: Option<u64>,
    /// The number of functions, benchmarks included, called or not.
    pub functions: u64,
    /// The parts of a distributed run, which only a view of the store has that puts them together.
    pub parts: Option<Box<Parts>>,
}

impl Entry {
    /// Makes the entry of a run.
    pub fn of(run: &RunDocument) -> Self {
        Self::new(&run.run, run.build_keys(), run.process.wall_ns, run.functions.len())
    }

    pub(super) fn new(run: &Run, build: BuildKeys, wall_ns: Option<u64>, functions: usize) -> Self {
        let git = run.git.as_ref();
        Self {
            id: run.id.clone(),
            time: run.time.clone(),
            label: run.label.clone(),
            tags: run.tags.clone(),
            command: run.command.join(" "),
            commit: git.map(|git| git.commit.clone()),
            branch: git.and_then(|git| git.branch.clone()),
            dirty: git.is_some_and(|git| git.dirty),
            machine_key: run.machine_key().into_owned(),
            build,
            source: run.source.clone(),
            group: run.group.clone(),
            exit_code: run.exit_code,
            signal: run.signal,
            wall_ns,
            functions: functions as u64,
            parts: run.parts.clone(),
        }
    }

    /// Returns the series that it is of.
    pub(crate) fn series(&self) -> Series {
        series(&self.command, self.source.as_deref(), &self.machine_key)
    }

    /// Returns whether the command failed: by its exit code, or by a signal.
    pub fn failed(&self) -> bool {
        self.signal.is_some() || self.exit_code.is_some_and(|code| code != 0)
    }
}

/// The names that people give a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The label.
    pub label: Option<String>,
    /// The tags, sorted, each once.
    pub tags: Vec<String>,
}
