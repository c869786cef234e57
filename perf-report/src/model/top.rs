//! What runs now: the figures of processes at one look at them, and for how long these count.

use perf_runtime::snapshot;
use serde::{Deserialize, Serialize};

use super::{CustomMetric, Function, ProcessStacks, Recording, TreeNode};
use crate::text::path;

/// Document `perf-track/top`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopDocument {
    /// [`super::TOP_SCHEMA`].
    pub schema: String,
    /// [`super::TOP_VERSION`] of the writer.
    pub version: u32,
    /// The time of the look; RFC 3339, UTC.
    pub time: String,
    /// The moment from which all figures count, but for those of `processes`.
    pub since: Since,
    /// The time from that moment to the look, or to the end of the last process, in nanoseconds.
    pub window_ns: u64,
    /// The command that was started; `null` when there is none.
    pub command: Option<TopCommand>,
    /// The processes, in the order in which they began to record.
    pub processes: Vec<TopProcess>,
    /// Number of finished calls.
    pub calls: u64,
    /// Finished calls a second.
    pub calls_per_s: f64,
    /// The recorder's share of the processor time in per cent; `null` when it is not known.
    pub recording_pct: Option<f64>,
    /// The account of how it was recorded; lost calls are those since the start.
    pub recording: Recording,
    /// Functions in which anything happened, the one with the most self time first.
    pub functions: Vec<TopFunction>,
    /// The calling-context tree; parents come before their children.
    pub tree: Vec<TreeNode>,
    /// Metrics of the programs' own, sorted by name and kind.
    pub metrics: Vec<TopMetric>,
    /// The running calls of each running process.
    pub threads: Vec<ProcessStacks>,
}

/// The moment from which figures count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The start of each process.
    #[default]
    Start,
    /// The look before.
    Last,
    /// A moment that the user chose.
    Mark,
}

/// A command that `top` started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopCommand {
    /// The command and its arguments.
    pub words: Vec<String>,
    /// True until it has ended.
    pub running: bool,
    /// Its exit code; `null` while it runs, and when a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// A process that is looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TopProcess {
    /// Process id.
    pub pid: u32,
    /// Path of the program.
    pub program: String,
    /// True until it has ended.
    pub running: bool,
    /// The time from the start of its recording to the look, or to its end, in nanoseconds.
    pub uptime_ns: u64,
    /// Peak of threads that recorded at the same time.
    pub threads: u32,
    /// State of the recorder's circuit breaker: `closed`, `open` or `half-open`.
    pub breaker: String,
}

/// A function at one look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TopFunction {
    /// Finished calls a second.
    pub calls_per_s: f64,
    /// Its share of the self time of all functions, in per cent.
    pub self_pct: f64,
    /// All else.
    #[serde(flatten)]
    pub function: Function,
}

/// A metric of the program's own at one look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TopMetric {
    /// The rate of a count, a second; `null` for other kinds.
    pub per_s: Option<f64>,
    /// All else.
    #[serde(flatten)]
    pub metric: CustomMetric,
}

impl TopDocument {
    /// Returns a document without anything in it.
    pub fn empty() -> Self {
        Self {
            schema: super::TOP_SCHEMA.to_owned(),
            version: super::TOP_VERSION,
            time: String::new(),
            since: Since::Start,
            window_ns: 0,
            command: None,
            processes: Vec::new(),
            calls: 0,
            calls_per_s: 0.0,
            recording_pct: None,
            recording: Recording::default(),
            functions: Vec::new(),
            tree: Vec::new(),
            metrics: Vec::new(),
            threads: Vec::new(),
        }
    }

    /// Returns whether any process may still record, or the command may start one.
    pub fn is_running(&self) -> bool {
        self.processes.iter().any(|process| process.running)
            || self.command.as_ref().is_some_and(|command| command.running)
    }
}

impl TopProcess {
    /// Returns a process as it was recorded, at the moment `unix_ns` if it runs.
    pub fn of(process: &snapshot::Process, running: bool, unix_ns: u64) -> Self {
        let lived = if running { unix_ns.saturating_sub(process.started_unix_ns) } else { 0 };
        Self {
            pid: process.pid,
            program: path::portable(&process.program),
            running,
            uptime_ns: process.recorded_ns.max(lived),
            threads: process.threads,
            breaker: process.breaker.name().to_owned(),
        }
    }
}
