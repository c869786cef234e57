//! Stacks: what the threads of processes are in, or were in at the end.

use std::path::Path;

use perf_runtime::segment;
use serde::{Deserialize, Serialize};

/// Document `perf-track/stacks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StacksDocument {
    /// [`super::STACKS_SCHEMA`].
    pub schema: String,
    /// [`super::STACKS_VERSION`] of the writer.
    pub version: u32,
    /// The processes, the one that began to record first before the others.
    pub processes: Vec<ProcessStacks>,
}

/// What the threads of a process are in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStacks {
    /// Process id.
    pub pid: u32,
    /// Path of the program.
    pub program: String,
    /// Path of the segment that it was read from.
    pub segment: String,
    /// Whether it runs. Otherwise this is what its threads were in at the end, and times are what
    /// is known for certain: calls may have run on until the process ended.
    pub running: bool,
    /// When it was looked at, or of a process that has ended the last moment of which its segment
    /// tells; RFC 3339, UTC.
    pub time: String,
    /// Threads that recorded and have not ended, sorted by id.
    pub threads: Vec<ThreadStack>,
    /// Threads that recorded and had ended, as far as no later thread took their place.
    pub ended_threads: u64,
    /// Async functions of which calls are in flight: suspended, and not ended; those with the oldest call first.
    #[serde(default)]
    pub futures: Vec<FuturesInFlight>,
}

/// Calls of an async function that are in flight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FuturesInFlight {
    /// Name of the function.
    pub function: String,
    /// How many calls.
    pub in_flight: u64,
    /// Those of which the age is known: the recorder keeps that of some thousands.
    pub aged: u64,
    /// For how long the oldest of them has been in flight.
    pub oldest_ns: Option<u64>,
    /// When that began; RFC 3339, UTC.
    pub since: Option<String>,
    /// The age that half of them exceed.
    pub median_ns: Option<u64>,
}

/// What a thread is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadStack {
    /// The thread as the operating system numbers it.
    pub id: u32,
    /// Its name, while it runs.
    pub name: Option<String>,
    /// The running calls of tracked functions, the outermost first; empty outside of all.
    pub frames: Vec<Frame>,
}

/// A running call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Name of the function.
    pub function: String,
    /// For how long it has been running. `None` when that is not known: of a recursive call, and
    /// of one that is not timed.
    pub running_ns: Option<u64>,
    /// When it began; RFC 3339, UTC.
    pub since: Option<String>,
    /// Whether it is a call from within another one of the same function.
    pub recursive: bool,
}

impl StacksDocument {
    /// The document of these processes.
    pub fn of(processes: Vec<ProcessStacks>) -> Self {
        let schema = super::STACKS_SCHEMA.to_owned();
        Self { schema, version: super::STACKS_VERSION, processes }
    }
}

impl ProcessStacks {
    /// What was read from the segment at `path`. `unix_ns` is the moment that times run until,
    /// `text` makes text of a moment, and `name` names a thread.
    pub fn of(
        stacks: &segment::Stacks,
        path: &Path,
        (running, unix_ns): (bool, u64),
        text: impl Fn(u64) -> String,
        name: impl Fn(u32) -> Option<String>,
    ) -> Self {
        let frame = |frame: &segment::Frame| Frame {
            function: frame.function.clone(),
            running_ns: frame.running_ns,
            since: frame.running_ns.map(|ns| text(unix_ns.saturating_sub(ns))),
            recursive: frame.recursive,
        };
        let thread = |thread: &segment::ThreadStack| ThreadStack {
            id: thread.thread_id,
            name: name(thread.thread_id),
            frames: thread.frames.iter().map(frame).collect(),
        };
        let since = |ns: u64| text(unix_ns.saturating_sub(ns));
        let futures = |futures: &segment::InFlight| {
            let oldest_ns = futures.ages_ns.first().copied();
            FuturesInFlight {
                function: futures.function.clone(),
                in_flight: futures.calls,
                aged: futures.ages_ns.len() as u64,
                oldest_ns,
                since: oldest_ns.map(since),
                median_ns: futures.ages_ns.get(futures.ages_ns.len() / 2).copied(),
            }
        };
        let mut threads: Vec<_> = stacks.threads.iter().map(thread).collect();
        threads.sort_by_key(|thread| thread.id);
        Self {
            pid: stacks.process.pid,
            program: stacks.process.program.clone(),
            segment: path.to_string_lossy().into_owned(),
            running,
            time: text(unix_ns),
            threads,
            ended_threads: stacks.ended_threads,
            futures: stacks.futures.iter().map(futures).collect(),
        }
    }
}
