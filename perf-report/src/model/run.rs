//! A run: everything that one command recorded, over all its processes.

use serde::{Deserialize, Serialize};

use super::{CustomMetric, Futures, Probe, Recording, Usage};
use crate::stats::number::float;

/// Document `perf-track/run`: one stored run. Immutable once stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunDocument {
    /// [`super::RUN_SCHEMA`].
    pub schema: String,
    /// [`super::RUN_VERSION`] of the writer.
    pub version: u32,
    /// What was run, when, and where.
    pub run: Run,
    /// The command and its processes as a whole.
    pub process: ProcessSummary,
    /// Every tracked function, sorted by name, called or not.
    pub functions: Vec<Function>,
    /// The calling-context tree; parents come before their children.
    pub tree: Vec<TreeNode>,
    /// What the programs told of themselves, sorted by name and kind.
    #[serde(default)]
    pub metrics: Vec<CustomMetric>,
    /// How it was recorded, and what is known to be missing.
    pub recording: Recording,
}

impl RunDocument {
    /// Self time of all functions, nanoseconds.
    pub fn own_ns(&self) -> u64 {
        self.sum(|function| function.self_ns)
    }

    /// How long threads waited in tracked functions for a processor that another one had, nanoseconds.
    pub fn preempted_ns(&self) -> u64 {
        self.sum(|function| function.self_preempted_ns)
    }

    /// The same in per cent of the time that passed in tracked functions.
    pub fn preempted_pct(&self) -> f64 {
        crate::stats::number::share_pct(
            self.preempted_ns(),
            self.sum(|function| function.raw_self_ns),
        )
    }

    fn sum(&self, ns: impl Fn(&Function) -> u64) -> u64 {
        self.functions.iter().fold(0, |sum, function| sum.saturating_add(ns(function)))
    }
}

/// What was run, when, and where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unique, sortable by time: `20261120T234552-1a2b`.
    pub id: String,
    /// Label given with `--label`.
    pub label: Option<String>,
    /// Id of the first of the runs that were made one after the other by `run --repeat` or `ab`, of
    /// one side; left out of a run that was made by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Number of the run among these, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
    /// Start in RFC 3339, UTC.
    pub time: String,
    /// The command and its arguments; empty when segments were collected without one.
    pub command: Command,
    /// Exit code of the command; `None` when a signal ended it or there was no command.
    pub exit_code: Option<i32>,
    /// Signal that ended the command.
    pub signal: Option<i32>,
    /// State of the source, when it is in a git repository.
    pub git: Option<Git>,
    /// The machine.
    pub machine: Machine,
    /// How the recorded programs were built.
    pub toolchain: Toolchain,
}

impl Run {
    /// Whether `run --repeat` or `ab` made both one after the other, of one side.
    pub fn was_made_with(&self, other: &Self) -> bool {
        self.group.is_some() && self.group == other.group
    }
}

/// A command line, one element a word.
pub type Command = Vec<String>;

/// State of the source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Git {
    /// Full hash of the checked-out commit.
    pub commit: String,
    /// Branch; `None` when detached, and nobody named one.
    pub branch: Option<String>,
    /// Who named it, where it is not the one that is checked out: a variable of a CI system, or
    /// `--branch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_from: Option<String>,
    /// Whether tracked files differ from the commit.
    pub dirty: bool,
}

/// The machine that ran the command.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Comparability key: runs of different keys must not be compared by time.
    pub key: String,
    /// Model of the processor.
    pub cpu: String,
    /// Logical cores that the command could use.
    pub cores: u32,
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub arch: String,
    /// How fast and how steady it was; left out when that was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Probe>,
}

/// How the recorded programs were built. When they differ, values are joined with a comma.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Toolchain {
    /// Output of `rustc --version`.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// Cargo profile, `debug` or `release`.
    pub profile: String,
    /// Optimisation level.
    pub opt_level: String,
    /// Version of perf-runtime.
    pub runtime: String,
}

/// The command and its processes as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProcessSummary {
    /// Processes that recorded.
    pub count: u64,
    /// Wall time of the command.
    pub wall_ns: Option<u64>,
    /// Processor time in user mode, all processes.
    pub user_ns: Option<u64>,
    /// Processor time in the kernel, all processes.
    pub system_ns: Option<u64>,
    /// Largest resident memory of one process.
    pub peak_rss_bytes: Option<u64>,
    /// What the processes that recorded used, since their programs were loaded; `None` where that is
    /// not known of each. The fields above are of the whole command.
    #[serde(default)]
    pub recorded: Option<Usage>,
    /// Processes that could not record.
    #[serde(default)]
    pub unrecorded: u64,
    /// Processes known to have been ended by a signal.
    pub killed: u64,
    /// Segments that could not be read.
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
    /// When it began to record, nanoseconds since 1970.
    pub started_unix_ns: u64,
    /// Threads that recorded at the same time, at most.
    pub threads: u32,
    /// How long it recorded.
    #[serde(default)]
    pub recorded_ns: u64,
    /// What recording took, over all threads. Estimated.
    #[serde(default)]
    pub overhead_ns: u64,
    /// What recording was allowed to take of a thread's time, in per cent; `null` when that is not
    /// known.
    #[serde(default)]
    pub overhead_budget_pct: Option<f64>,
    /// State of the circuit breaker of the recorder as a whole at the end: `closed`, `half-open`
    /// or `open`; empty when that is not known.
    #[serde(default)]
    pub breaker: String,
}

/// A tracked function over the whole run.
///
/// `total_ns` and `self_ns` hold also the time of calls that never finished; all other times are
/// of finished calls only, and `null` when there are none. Of an async function they are all of the
/// time in which its futures were polled, but for those in `async`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Identity: `crate::module::Type::function`, or its label.
    pub name: String,
    /// Module of the declaration.
    pub module: String,
    /// Source file of the declaration.
    pub file: String,
    /// Line of the declaration.
    pub line: u32,
    /// Finished calls.
    pub calls: u64,
    /// Calls that returned an error; counted where the attribute says `err`.
    pub errors: u64,
    /// Calls that ended by unwinding.
    pub panics: u64,
    /// Futures dropped before they were ready.
    pub cancelled: u64,
    /// Calls that had not finished when the process ended; of an async function at least so many.
    #[serde(default)]
    pub unfinished: u64,
    /// Time between entry and exit, children included; recursion counts by the outermost call.
    pub total_ns: u64,
    /// Time outside every tracked child.
    pub self_ns: u64,
    /// Mean duration of a call.
    pub mean_ns: Option<f64>,
    /// Standard deviation of the duration of a call.
    pub stddev_ns: Option<f64>,
    /// Shortest call.
    pub min_ns: Option<u64>,
    /// Longest call.
    pub max_ns: Option<u64>,
    /// Median, within 1.6 %.
    pub p50_ns: Option<u64>,
    /// 90th percentile, within 1.6 %.
    pub p90_ns: Option<u64>,
    /// 95th percentile, within 1.6 %.
    pub p95_ns: Option<u64>,
    /// 99th percentile, within 1.6 %.
    pub p99_ns: Option<u64>,
    /// Whether times were estimated, since not all calls were timed.
    pub sampled: bool,
    /// Whether `self_ns` is an estimate: calls of this function were sampled, or of one that it
    /// called.
    #[serde(default)]
    pub self_estimated: bool,
    /// Finished calls that were counted and not timed. Each timed one stands for the same share of
    /// them, but for `unmeasured_calls`.
    #[serde(default)]
    pub untimed_calls: u64,
    /// Calls that were counted while none was timed: they are in no time.
    #[serde(default)]
    pub unmeasured_calls: u64,
    /// Timed calls whose durations are in the sums and in no percentile, for want of space.
    #[serde(default)]
    pub lost_durations: u64,
    /// Of `raw_total_ns`, what recording took: of these calls and those made from there. Estimated.
    #[serde(default)]
    pub overhead_ns: u64,
    /// Of `raw_self_ns`, what recording took. Estimated.
    #[serde(default)]
    pub self_overhead_ns: u64,
    /// Of `raw_total_ns`, how long threads waited for a processor that another thread had, against their will. Found on Linux, in waits of about 100 microseconds and more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub preempted_ns: u64,
    /// As `preempted_ns`, of `raw_self_ns`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub self_preempted_ns: u64,
    /// The time that passed: `total_ns`, `overhead_ns` and `preempted_ns`. 0 in documents of earlier versions of
    /// perf-report, whose `total_ns` includes it.
    #[serde(default)]
    pub raw_total_ns: u64,
    /// As `raw_total_ns`, of `self_ns`.
    #[serde(default)]
    pub raw_self_ns: u64,
    /// How far `self_ns` may be off, one standard deviation: by how well it is known what recording
    /// takes, and by how many calls were timed. 0 where nobody asked.
    #[serde(default)]
    pub self_error_ns: u64,
    /// Step of the clock by which a single duration was measured: what is shorter was not told apart. 0
    /// where nobody asked.
    #[serde(default)]
    pub resolution_ns: u64,
    /// Time since the first call, over all threads and contexts.
    #[serde(default)]
    pub active_ns: u64,
    /// Of `active_ns`, how long calls were sampled.
    #[serde(default)]
    pub sampled_ns: u64,
    /// Of `active_ns`, how long calls were only counted.
    #[serde(default)]
    pub counted_ns: u64,
    /// Of how many calls one was timed while they were sampled, at most; 0 if they never were.
    #[serde(default)]
    pub largest_interval: u32,
    /// Whether returned values were classified, so that `errors` means something.
    #[serde(default)]
    pub classifies_errors: bool,
    /// Allocations, those of tracked functions that it called included; `null` when they were not
    /// counted, as everything about memory.
    pub allocs: Option<u64>,
    /// Bytes of these.
    pub alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed by it and by those that it called: handed on, or leaked. Below
    /// zero where it frees what others allocated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown_bytes: Option<i64>,
    /// Bytes that one call, with all that it called, had allocated and not freed at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// Allocations by the function itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_allocs: Option<u64>,
    /// Bytes of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed by the function itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_grown_bytes: Option<i64>,
    /// Bytes that the function itself had allocated and not freed at most, in one context on one
    /// thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_peak_bytes: Option<u64>,
    /// What its futures did; left out for functions that are not async.
    #[serde(rename = "async", default, skip_serializing_if = "Option::is_none")]
    pub futures: Option<Futures>,
    /// Tags of the attribute.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Limits of the attribute.
    #[serde(default, skip_serializing_if = "Budget::is_empty")]
    pub budget: Budget,
    /// `[lowest duration of the bucket in nanoseconds, calls]`, ascending; empty buckets are left
    /// out. A bucket is at most 3.2 % wide.
    pub histogram: Histogram,
}

impl Function {
    /// Calls that were timed.
    pub fn timed_calls(&self) -> u64 {
        self.calls.saturating_sub(self.untimed_calls)
    }

    /// Calls that are in the times.
    pub fn measured_calls(&self) -> u64 {
        self.calls.saturating_sub(self.unmeasured_calls)
    }

    /// Returns the self time of a call, in nanoseconds: of those calls that are in the times. `None` of none.
    pub fn self_ns_a_call(&self) -> Option<f64> {
        let calls = self.measured_calls();
        (calls > 0).then(|| float(self.self_ns) / float(calls))
    }

    /// Returns whether its errors are counted: it classifies what it returns, or counted one.
    pub fn counts_errors(&self) -> bool {
        self.classifies_errors || self.errors > 0
    }

    /// Returns the share of the calls that returned no error, 0.5 for half; `None` where errors are not
    /// counted, or nothing was called.
    pub fn success_rate(&self) -> Option<f64> {
        let is_known = self.counts_errors() && self.calls > 0;
        is_known.then(|| 1.0 - float(self.errors.min(self.calls)) / float(self.calls))
    }

    /// Polls that are in no time, if it is async.
    pub fn unmeasured_polls(&self) -> u64 {
        self.futures.as_ref().map_or(0, |futures| futures.unmeasured_polls)
    }

    /// Whether the times of calls are estimates: not all were timed, or what recording took, which is
    /// taken off, was a notable part of them.
    pub fn has_estimated_times(&self) -> bool {
        /// In per cent.
        const NOTABLE_PCT: f64 = 5.0;
        let recording = crate::stats::number::share_pct(self.overhead_ns, self.raw_total_ns);
        self.sampled || (self.is_corrected() && recording > NOTABLE_PCT)
    }

    /// What recording took of the self time, in per cent.
    pub fn recorder_pct(&self) -> f64 {
        let beside = if self.is_corrected() { self.self_overhead_ns } else { 0 };
        crate::stats::number::share_pct(self.self_overhead_ns, self.self_ns.saturating_add(beside))
    }

    /// Whether what recording took has been taken off the times.
    pub fn is_corrected(&self) -> bool {
        self.raw_total_ns > 0
    }
}

/// `[lower bound in nanoseconds, calls]` for each bucket that holds calls, ascending.
pub type Histogram = Vec<(u64, u64)>;

/// Limits given in the attribute; see `perf_runtime::snapshot::Budget`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Limit of the median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ns: Option<u64>,
    /// Limit of the 95th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_ns: Option<u64>,
    /// Limit of the 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ns: Option<u64>,
    /// Limit of the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ns: Option<u64>,
    /// Limit of the longest call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ns: Option<u64>,
    /// Limit of the number of calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Limit of the number of allocations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocs: Option<u64>,
    /// Largest slow-down against the baseline in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_regression_pct: Option<f64>,
}

impl Budget {
    /// Whether no limit was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A node of the calling-context tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeNode {
    /// Number of the node, from 0; larger than its parent's.
    pub id: u32,
    /// The caller; `null` for a root.
    pub parent: Option<u32>,
    /// Name of the function.
    pub function: String,
    /// Finished calls in this context.
    pub calls: u64,
    /// Of `calls`, those whose place in the tree is an estimate: their number over the whole tree is
    /// exact.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub placed_calls: u64,
    /// Time between entry and exit in this context, nanoseconds.
    pub total_ns: u64,
    /// Time outside every tracked child, nanoseconds.
    pub self_ns: u64,
    /// Calls in this context that returned an error.
    #[serde(default)]
    pub errors: u64,
    /// Calls in this context that ended by unwinding.
    #[serde(default)]
    pub panics: u64,
    /// Whether times were estimated, since not all calls were timed.
    #[serde(default)]
    pub sampled: bool,
    /// Whether `self_ns` is an estimate: calls in this context were sampled, or some that were made
    /// from it.
    #[serde(default)]
    pub self_estimated: bool,
    /// Allocations in this context and those below it; `null` when they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocs: Option<u64>,
    /// Bytes of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown_bytes: Option<i64>,
    /// Allocations in this context alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_allocs: Option<u64>,
}
