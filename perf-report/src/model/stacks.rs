//! Stacks: the running calls of the threads of processes, now or at their end.

use std::path::Path;

use perf_runtime::segment;
use serde::{Deserialize, Serialize};

use crate::text::path;

/// Document `perf-track/stacks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StacksDocument {
    /// [`super::STACKS_SCHEMA`].
    pub schema: String,
    /// [`super::STACKS_VERSION`] of the writer.
    pub version: u32,
    /// The processes, in the order in which they began to record.
    pub processes: Vec<ProcessStacks>,
}

/// The stacks of the threads of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStacks {
    /// Process id.
    pub pid: u32,
    /// Path of the program.
    pub program: String,
    /// Path of the segment that it was read from.
    pub segment: String,
    /// True if it runs. Otherwise the calls are those at its end, and times are lower bounds: calls
    /// may have run on until the process ended.
    pub running: bool,
    /// The time of the look, or for an ended process the last moment in its segment; RFC 3339, UTC.
    pub time: String,
    /// Threads that recorded and have not ended, sorted by id.
    pub threads: Vec<ThreadStack>,
    /// Number of threads that recorded and had ended, as far as no later thread took their place.
    pub ended_threads: u64,
    /// Async functions with calls in flight, suspended and not ended. The one with the oldest call
    /// comes first.
    #[serde(default)]
    pub futures: Vec<FuturesInFlight>,
}

/// Calls of an async function that are in flight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FuturesInFlight {
    /// Name of the function.
    pub function: String,
    /// Number of these calls.
    pub in_flight: u64,
    /// Number of them with a known age: the recorder keeps that of some thousands.
    pub aged: u64,
    /// The age of the oldest of them, in nanoseconds.
    pub oldest_ns: Option<u64>,
    /// The time when that began; RFC 3339, UTC.
    pub since: Option<String>,
    /// The age that half of them exceed, in nanoseconds.
    pub median_ns: Option<u64>,
}

/// The stack of a thread.
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
    /// The time for which it has been running, in nanoseconds. `null` when it is not known: for a
    /// recursive call, and for one that is not timed.
    pub running_ns: Option<u64>,
    /// The time when it began; RFC 3339, UTC.
    pub since: Option<String>,
    /// True if it is a call from within another one of the same function.
    pub recursive: bool,
}

impl StacksDocument {
    /// Returns the document of these processes.
    pub fn of(processes: Vec<ProcessStacks>) -> Self {
        let schema = super::STACKS_SCHEMA.to_owned();
        Self { schema, version: super::STACKS_VERSION, processes }
    }
}

impl ProcessStacks {
    /// Returns the stacks read from the segment at `path`. `unix_ns` is the moment that times run
    /// until, `text` returns a moment as text, and `name` the name of a thread.
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
        let futures = |futures: &segment::InFlight| FuturesInFlight::of(futures, since);
        let mut threads: Vec<_> = stacks.threads.iter().map(thread).collect();
        threads.sort_by_key(|thread| thread.id);
        Self {
            pid: stacks.process.pid,
            program: path::portable(&stacks.process.program),
            segment: path.to_string_lossy().into_owned(),
            running,
            time: text(unix_ns),
            threads,
            ended_threads: stacks.ended_threads,
            futures: stacks.futures.iter().map(futures).collect(),
        }
    }
}

impl FuturesInFlight {
    /// Returns the calls in flight of one function. `since` returns the time that lies a number of
    /// nanoseconds back.
    fn of(futures: &segment::InFlight, since: impl Fn(u64) -> String) -> Self {
        let oldest_ns = futures.ages_ns.first().copied();
        Self {
            function: futures.function.clone(),
            in_flight: futures.calls,
            aged: futures.ages_ns.len() as u64,
            oldest_ns,
            since: oldest_ns.map(since),
            median_ns: futures.ages_ns.get(futures.ages_ns.len() / 2).copied(),
        }
    }
}
