//! The stack of each thread: its running calls, known by the marks that they leave in the segment.
//!
//! A shard names the node of its thread, and each node has the beginning of its outermost running
//! call. The running nodes in the order of their beginning are the stack, but for calls without
//! such a mark: a recursive call, which is recorded in the node of the outermost one, and a call
//! that is not timed. Their places follow from the nodes' parents. A thread that is in A and in B
//! below it, and now in a child of A, has called A again from B.
//!
//! A running process is copied twice. A call that both copies have with one and the same beginning
//! was running all the time between them, and so at the moment when the second copy saw the
//! thread's node. Those calls, and the node with its parents, are the stack of that moment.

use std::collections::{HashMap, HashSet};
use std::mem::offset_of;
use std::path::Path;

use super::bytes::{Bytes, damaged, offset_of};
use super::flights::{Flight, Flights, InFlight};
use super::header::Facts;
use super::links::Unclaimed;
use super::node::{self, Writer};
use super::numbers::Map;
use super::{MOST_COPIES, copy_file, shards, sites, tallies};
use crate::newer::Signed as _;
use crate::segment::layout::{
    CALLS, NESTED, NodeRecord, OUTSIDE, Own, ShardRecord, UNTIMED, is_beside,
};
use crate::segment::rate::Moment;
use crate::segment::{SegmentError, counter};

use crate::snapshot::{Function, Process};

/// Running calls in one segment, at most: far more than the stacks of any program, and few enough
/// that a forged segment cannot fill the memory.
const MOST_FRAMES: usize = 1 << 20;

/// The stacks of a process's threads at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stacks {
    /// The process.
    pub process: Process,
    /// The moment, in nanoseconds since 1970: when the segment was read, or the last one known from
    /// it. Computed from the beginning of the recording, so it ignores later changes of the clock.
    pub unix_ns: u64,
    /// The threads that have recorded and still ran, in the order they began to.
    pub threads: Vec<ThreadStack>,
    /// Threads that had ended, as far as no later thread has taken their place.
    pub ended_threads: u64,
    /// Async functions with calls in flight, those with the oldest call first.
    pub futures: Vec<InFlight>,
}

/// The stack of one thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreadStack {
    /// Id of the thread in the operating system.
    pub thread_id: u32,
    /// The running calls of tracked functions, the outermost first; empty outside of all.
    pub frames: Vec<Frame>,
}

/// A running call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Name of the function.
    pub function: String,
    /// Time since the call began, in nanoseconds. `None` when it is not known: for a recursive
    /// call, and for one that was not timed.
    pub running_ns: Option<u64>,
    /// True if the function is running further out as well.
    pub recursive: bool,
}

/// Reads the stacks of a running process's threads. `monotonic_ns` returns the time on the clock
/// that processes have in common, `CLOCK_MONOTONIC` in nanoseconds.
///
/// A call that begins or ends meanwhile may be seen or not; every other one is seen.
///
/// ```no_run
/// # fn monotonic_ns() -> u64 { 0 }
/// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
/// let stacks = perf_runtime::segment::stacks("4711-a.ptseg".as_ref(), monotonic_ns)?;
/// for thread in &stacks.threads {
///     println!("{}: {:?}", thread.thread_id, thread.frames.last());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Every [`SegmentError`].
pub fn stacks(path: &Path, monotonic_ns: impl Fn() -> u64) -> Result<Stacks, SegmentError> {
    let (mut earlier, mut later) = (Vec::new(), Vec::new());
    copy_file(path, &mut earlier)?;
    let mut read = Err(SegmentError::Unfinished);
    for _ in 0..MOST_COPIES {
        copy_file(path, &mut later)?;
        read = between(&earlier, &later, &monotonic_ns, counter::now(&monotonic_ns));
        // A segment that grew while it was copied may lack what a link leads to.
        if read.is_ok() {
            break;
        }
        std::mem::swap(&mut earlier, &mut later);
    }
    read
}

/// Reads the last stacks of the threads of a process that has ended.
///
/// Nobody writes down when a process is killed. So times end with the last moment known from the
/// segment: the calls had been running for at least as long.
///
/// ```no_run
/// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
/// let stacks = perf_runtime::segment::last_stacks("4711-a.ptseg".as_ref())?;
/// println!("{} threads were running", stacks.threads.len());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Every [`SegmentError`].
pub fn last_stacks(path: &Path) -> Result<Stacks, SegmentError> {
    let mut copy = Vec::new();
    copy_file(path, &mut copy)?;
    at_end(&copy)
}

fn between(
    earlier: &[u8],
    later: &[u8],
    monotonic_ns: impl Fn() -> u64,
    now: Option<Moment>,
) -> Result<Stacks, SegmentError> {
    let (earlier, mut later) = (Marks::read(Bytes(earlier))?, Marks::read(Bytes(later))?);
    if let Some(now) = now {
        later.facts.learn(now);
    }
    later.stacks(&earlier, now.map_or_else(monotonic_ns, |now| now.monotonic_ns))
}

fn at_end(bytes: &[u8]) -> Result<Stacks, SegmentError> {
    let marks = Marks::read(Bytes(bytes))?;
    let starts = marks.shards.iter().flat_map(|shard| shard.nodes.values().map(|node| node.start));
    let last = marks.shards.iter().map(|shard| shard.last).chain(starts).max().unwrap_or(0);
    marks.stacks(&marks, marks.facts.monotonic_ns(last.max(marks.facts.latest.ticks)))
}

/// The marks of running calls in one copy of a segment.
struct Marks {
    facts: Facts,
    functions: Vec<Function>,
    shards: Vec<Shard>,
    flights: Flights,
}

struct Shard {
    place: u32,
    is_owned: bool,
    thread_id: u32,
    /// Address of the thread's node; 0 outside of all.
    current: u64,
    /// True if the call there is recursive.
    is_recursive: bool,
    /// Time at which it last entered or left one, in ticks.
    last: u64,
    /// Nodes by their addresses in the process.
    nodes: HashMap<u64, Node>,
    /// First suspensions of async functions' calls here, less ends of suspended calls, modulo 2^64.
    in_flight: Vec<Flight>,
}

#[derive(Clone, Copy)]
struct Node {
    /// Place among the functions.
    function: usize,
    parent: u64,
    /// Beginning of the outermost running call, in ticks; 0 while no timed one runs.
    start: u64,
}

impl Marks {
    fn read(bytes: Bytes<'_>) -> Result<Self, SegmentError> {
        let facts = Facts::read(bytes, Writer::Running)?;
        let (functions, function_of_site) = sites::read(bytes, facts.sites)?;
        let (mut shards, mut unclaimed) = (Vec::new(), Unclaimed::of(bytes));
        for place in shards::places(bytes, &facts)? {
            shards.push(Shard::read((bytes, &facts), &mut unclaimed, place, &function_of_site)?);
        }
        let mut flights = Flights::read(bytes, &function_of_site)?;
        for shard in &shards {
            flights.add(&shard.in_flight);
        }
        Ok(Self { facts, functions, shards, flights })
    }

    /// Returns the stacks of the threads at `now_ns` on the monotonic clock.
    fn stacks(&self, earlier: &Self, now_ns: u64) -> Result<Stacks, SegmentError> {
        let (mut threads, mut frames) = (Vec::new(), 0);
        let before: HashMap<u32, &Shard> =
            earlier.shards.iter().map(|shard| (shard.place, shard)).collect();
        for shard in self.shards.iter().filter(|shard| shard.is_owned) {
            let stack = shard.stack(before.get(&shard.place).copied(), MOST_FRAMES - frames)?;
            frames += stack.len();
            let frames = stack.iter().map(|call| self.frame(call, now_ns)).collect();
            threads.push(ThreadStack { thread_id: shard.thread_id, frames });
        }
        Ok(Stacks {
            unix_ns: self.facts.unix_ns_at(now_ns),
            process: self.facts.process.clone(),
            ended_threads: self.shards.iter().filter(|shard| !shard.is_owned).count() as u64,
            threads,
            futures: self.flights.in_words(&self.functions, |began| {
                now_ns.saturating_sub(self.facts.monotonic_ns(began))
            }),
        })
    }

    fn frame(&self, call: &Call, now_ns: u64) -> Frame {
        let is_timed = !call.is_recursive && call.node.start != 0;
        let since = is_timed.then(|| self.facts.monotonic_ns(call.node.start));
        Frame {
            function: self.functions[call.node.function].name.clone(),
            running_ns: since.map(|since| now_ns.saturating_sub(since)),
            recursive: call.is_recursive,
        }
    }
}

impl Shard {
    fn read(
        (bytes, facts): (Bytes<'_>, &Facts),
        unclaimed: &mut Unclaimed,
        place: u32,
        function_of_site: &Map<u32, usize>,
    ) -> Result<Self, SegmentError> {
        let field = |offset: usize| bytes.u32(offset_of(place) + offset);
        let mut nodes: HashMap<u64, Node> = HashMap::new();
        let mut in_flight = Vec::new();
        for place in shards::nodes(bytes, unclaimed, place)? {
            let at = offset_of(place);
            let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
            if is_beside(site) {
                let polled = nodes.get(&node::parent(bytes, at)?);
                if let Some(polled) = polled.filter(|_| site == CALLS) {
                    let more = offset_of!(NodeRecord, own) + offset_of!(Own, partial_calls);
                    in_flight.push((polled.function, bytes.u64(at + more)?));
                }
                continue;
            }
            let function =
                *function_of_site.get(&site).ok_or(damaged(at, "site of a calling context"))?;
            let parent = node::parent(bytes, at)?;
            if parent != 0 && !nodes.contains_key(&parent) {
                return Err(damaged(at, "parent context"));
            }
            let start = bytes.u64(at + offset_of!(NodeRecord, start))?;
            let start = if start == UNTIMED { 0 } else { start };
            let address = bytes.u64(at + offset_of!(NodeRecord, address))?;
            nodes.insert(address, Node { function, parent, start });
        }
        if facts.has_tallies() {
            for tally in tallies::read(bytes, unclaimed, place)? {
                let function = function_of_site.get(&tally.site);
                in_flight.extend(function.map(|&at| (at, tally.suspended.without_sign())));
            }
        }
        let mark = bytes.u64(offset_of(place) + offset_of!(ShardRecord, current))?;
        let current = if mark == OUTSIDE { 0 } else { mark & !NESTED };
        if current != 0 && !nodes.contains_key(&current) {
            return Err(damaged(offset_of(place), "current context"));
        }
        Ok(Self {
            place,
            is_owned: field(offset_of!(ShardRecord, owned))? != 0,
            thread_id: field(offset_of!(ShardRecord, thread_id))?,
            current,
            is_recursive: mark & NESTED != 0,
            last: bytes.u64(offset_of(place) + offset_of!(ShardRecord, last))?,
            nodes,
            in_flight,
        })
    }

    /// Returns the running calls, at most `most`. `before` is the same shard a moment ago.
    fn stack(&self, before: Option<&Self>, most: usize) -> Result<Vec<Call>, SegmentError> {
        let start_before =
            |place: &u64| before.and_then(|shard| Some(shard.nodes.get(place)?.start));
        let mut lasting: Vec<(u64, u64)> = self
            .nodes
            .iter()
            .filter(|(at, node)| node.start != 0 && start_before(at) == Some(node.start))
            .map(|(at, node)| (node.start, *at))
            .collect();
        lasting.sort_unstable();
        let mut stack = Stack { shard: self, calls: Vec::new(), lasting: HashSet::new() };
        for (_, at) in lasting {
            stack.enter(at, most)?;
            stack.lasting.insert(at);
        }
        if self.current == 0 || stack.innermost() == self.current {
            return Ok(stack.calls);
        }
        match stack.calls.iter().position(|call| call.at == self.current) {
            // It is no recursive call: those below had only just begun, or have just ended.
            Some(at) if !self.is_recursive => stack.calls.truncate(at + 1),
            _ => stack.enter(self.current, most)?,
        }
        Ok(stack.calls)
    }
}

/// A running call.
struct Call {
    /// Address of `node`.
    at: u64,
    node: Node,
    is_recursive: bool,
}

/// The calls found so far, the outermost first.
struct Stack<'a> {
    shard: &'a Shard,
    calls: Vec<Call>,
    /// Addresses of the nodes whose outermost call is among them.
    lasting: HashSet<u64>,
}

impl Stack<'_> {
    fn innermost(&self) -> u64 {
        self.calls.last().map_or(0, |call| call.at)
    }

    /// Adds a call that is recorded in the node `at`, and the calls between it and the innermost so
    /// far, which only its parents show.
    fn enter(&mut self, at: u64, most: usize) -> Result<(), SegmentError> {
        let (outer, innermost) = (self.calls.len(), self.innermost());
        let mut next = Some(at).filter(|&at| at != 0);
        while let Some((at, node)) = next.and_then(|at| Some((at, *self.shard.nodes.get(&at)?))) {
            if self.calls.len() >= most {
                return Err(damaged(offset_of(self.shard.place), "stack of calls"));
            }
            let is_recursive = self.lasting.contains(&at);
            self.calls.push(Call { at, node, is_recursive });
            // Who made a recursive call is not known: the node's parent is who made the first one.
            next = Some(node.parent).filter(|&at| !is_recursive && at != 0 && at != innermost);
        }
        self.calls[outer..].reverse();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
