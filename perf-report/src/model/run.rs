//! A run: everything that one command recorded, over all its processes.

use serde::{Deserialize, Serialize};

use super::{
    CustomMetric, Function, LeftOut, Part, Parts, Probe, Recording, Suite, Toolchain, TreeNode,
    Usage, WatchedFolder,
};

/// Document `perf-track/run`: one stored run. Immutable once stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunDocument {
    /// [`super::RUN_SCHEMA`].
    pub schema: String,
    /// [`super::RUN_VERSION`] of the writer.
    pub version: u32,
    /// The command, its time, its source and its machine.
    pub run: Run,
    /// The command and its processes as a whole.
    pub process: ProcessSummary,
    /// Every tracked function, sorted by name, called or not.
    pub functions: Vec<Function>,
    /// The calling-context tree; parents come before their children.
    pub tree: Vec<TreeNode>,
    /// Metrics of the programs' own, sorted by name and kind.
    #[serde(default)]
    pub metrics: Vec<CustomMetric>,
    /// Test suites, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<Suite>,
    /// The account of how it was recorded, and of what is known to be missing.
    pub recording: Recording,
}

impl RunDocument {
    /// Returns whether there is nothing in it to judge or show: no process recorded, and no benchmark,
    /// suite or metric came from elsewhere.
    pub fn is_empty(&self) -> bool {
        let measured = self.functions.iter().any(|function| !function.kind.is_function());
        self.process.count == 0 && !measured && self.suites.is_empty() && self.metrics.is_empty()
    }

    /// Returns the self time of all functions, in nanoseconds.
    pub fn own_ns(&self) -> u64 {
        self.sum(|function| function.self_ns)
    }

    /// Returns the time for which threads in tracked functions waited for a processor that another
    /// one had, in nanoseconds.
    pub fn preempted_ns(&self) -> u64 {
        self.sum(|function| function.self_preempted_ns)
    }

    /// Returns that waiting in per cent of the time that passed in tracked functions.
    pub fn preempted_pct(&self) -> f64 {
        crate::stats::number::share_pct(
            self.preempted_ns(),
            self.sum(|function| function.raw_self_ns),
        )
    }

    /// Sums over tracked functions: a benchmark or a suite is no part of their time.
    fn sum(&self, ns: impl Fn(&Function) -> u64) -> u64 {
        let tracked = self.functions.iter().filter(|function| function.kind.is_function());
        tracked.fold(0, |sum, function| sum.saturating_add(ns(function)))
    }
}

/// The command of a run, its time, its source and its machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Identity, unique and sortable by time: `20261120T234552-1a2b3c4d5e6f7081`.
    pub id: String,
    /// Label given with `--label`.
    pub label: Option<String>,
    /// Tags given with `--tag`, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Format of the files that it was imported from, as `import` names it: `criterion`. Left out of
    /// a run that perf-report made by itself. Runs are compared only with those of the same source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Id of the first run of its group: the runs of one side that `run --repeat` or `ab` made one
    /// after the other. Left out of a run that was made by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Number of the run among these, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// Place among the parts of a distributed run; left out of a run that is whole by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Box<Part>>,
    /// The parts of which a distributed run is made. No stored run has them: they are put together when they are
    /// read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Box<Parts>>,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// The command and its arguments; empty when segments were collected without one.
    pub command: Command,
    /// The command as it was run, where `--series` gave it a name: `command` is that name then, so that runs are of one
    /// series although their commands differ. Left out of any other run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ran: Command,
    /// Exit code of the command; `null` when a signal ended it or there was no command.
    pub exit_code: Option<i32>,
    /// Signal that ended the command.
    pub signal: Option<i32>,
    /// State of the source, when it is in a git repository.
    pub git: Option<Git>,
    /// The machine.
    pub machine: Machine,
    /// The build of the recorded programs.
    pub toolchain: Toolchain,
    /// Folders that were watched, as `perf.toml` asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<WatchedFolder>,
    /// Benchmarks that its programs have and that nobody asked for, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

impl Run {
    /// Returns the command as it was run, whatever name its series has.
    pub fn as_run(&self) -> &[String] {
        if self.ran.is_empty() { &self.command } else { &self.ran }
    }

    /// Returns whether the command failed or was ended by a signal. Segments that were collected without one
    /// have none.
    pub fn has_failed(&self) -> bool {
        self.signal.is_some() || self.exit_code.is_some_and(|code| code != 0)
    }

    /// Returns whether `run --repeat` or `ab` made both runs one after the other, for one side.
    pub fn was_made_with(&self, other: &Self) -> bool {
        self.group.is_some() && self.group == other.group
    }
}

/// A command line, one element a word.
pub type Command = Vec<String>;

/// The state of the source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Git {
    /// Full hash of the checked-out commit.
    pub commit: String,
    /// Branch; `null` when the head is detached and nobody named a branch.
    pub branch: Option<String>,
    /// The source of the branch's name, where it is not the one checked out: a variable of a CI
    /// system, or `--branch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_from: Option<String>,
    /// True if tracked files differ from the commit.
    pub dirty: bool,
}

/// The machine that ran the command.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Key of the machine: see [`Run::machine_key`].
    pub key: String,
    /// Model of the processor.
    pub cpu: String,
    /// Number of logical cores that the command could use; 0 when it is not known.
    pub cores: u32,
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub arch: String,
    /// The speed and steadiness of the machine; left out when they were not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
}

/// The command and its processes as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessSummary {
    /// Number of processes that recorded.
    pub count: u64,
    /// Wall time of the command, in nanoseconds.
    pub wall_ns: Option<u64>,
    /// Processor time in user mode, all processes, in nanoseconds.
    pub user_ns: Option<u64>,
    /// Processor time in the kernel, all processes, in nanoseconds.
    pub system_ns: Option<u64>,
    /// Largest resident memory of one process, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// The usage of the processes that recorded, since their programs were loaded; `null` where it
    /// is not known of each. The fields above are of the whole command.
    #[serde(default)]
    pub recorded: Option<Usage>,
    /// Number of processes that could not record.
    #[serde(default)]
    pub unrecorded: u64,
    /// Number of processes known to have been ended by a signal.
    pub killed: u64,
    /// Number of segments that could not be read.
    pub damaged: u64,
    /// The processes that recorded.
    #[serde(default)]
    pub processes: Vec<Process>,
}

/// A process that recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Process id of its parent.
    pub parent_pid: u32,
    /// Path of its program.
    pub program: String,
    /// The start of its recording, in nanoseconds since 1970.
    pub started_unix_ns: u64,
    /// The most threads that recorded at the same time.
    pub threads: u32,
    /// The length of its recording, in nanoseconds.
    #[serde(default)]
    pub recorded_ns: u64,
    /// Time of all its threads that recording took, in nanoseconds. Estimated.
    #[serde(default)]
    pub overhead_ns: u64,
    /// The share of a thread's time that recording was allowed to take, in per cent; `null` when it
    /// is not known.
    #[serde(default)]
    pub overhead_budget_pct: Option<f64>,
    /// State at the end of the circuit breaker for the recorder as a whole: `closed`, `half-open`
    /// or `open`; empty when it is not known.
    #[serde(default)]
    pub breaker: String,
}
