//! Stacks of segments made by hand, and of a made-up thread that is read while it runs.

use proptest::prelude::*;

use super::*;
use crate::segment::layout::{
    Anchor, BYTE_ORDER, CLOCK_COUNTER, FORMAT_VERSION, HEADER_BYTES, Header, MAGIC, SiteRecord,
    UNIT,
};

/// A segment as its process leaves it. Four ticks are a nanosecond; the clocks were read at tick 0
/// and at tick 4,000, which were 1,000 ns and 2,000 ns on the monotonic clock.
struct Made {
    bytes: Vec<u8>,
    sites: u32,
}

/// The place of a record.
type Place = u32;

/// Returns the address of the node at `place` in its process.
fn address(place: Place) -> u64 {
    offset_of(place) as u64
}

impl Made {
    fn new() -> Self {
        let mut made = Self { bytes: vec![0; HEADER_BYTES], sites: 0 };
        made.bytes[..8].copy_from_slice(&MAGIC);
        made.put32(offset_of!(Header, version), FORMAT_VERSION);
        made.put32(offset_of!(Header, byte_order), BYTE_ORDER);
        made.put32(offset_of!(Header, clock), CLOCK_COUNTER);
        made.put64(offset_of!(Header, started_unix_ns), 50_000);
        let anchors =
            [(offset_of!(Header, first), 0, 1_000), (offset_of!(Header, latest), 4_000, 2_000)];
        for (at, ticks, ns) in anchors {
            made.put64(at + offset_of!(Anchor, ticks), ticks);
            made.put64(at + offset_of!(Anchor, monotonic_ns), ns);
        }
        made
    }

    fn put32(&mut self, at: usize, value: u32) {
        self.bytes[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }

    fn put64(&mut self, at: usize, value: u64) {
        self.bytes[at..at + 8].copy_from_slice(&value.to_ne_bytes());
    }

    /// Adds a new record at the end, linked behind the one that `head` names.
    fn link(&mut self, bytes: usize, head: usize, previous: usize) -> Place {
        let at = self.bytes.len();
        let place = u32::try_from(at / UNIT).unwrap();
        self.bytes.resize(at + bytes.next_multiple_of(UNIT), 0);
        let before = Bytes(&self.bytes).u32(head).unwrap();
        self.put32(at + previous, before);
        self.put32(head, place);
        place
    }

    fn site(&mut self, name: &str) -> u32 {
        let bytes = size_of::<SiteRecord>() + name.len();
        let place = self.link(bytes, offset_of!(Header, sites), offset_of!(SiteRecord, previous));
        let at = offset_of(place);
        self.sites += 1;
        self.put32(at + offset_of!(SiteRecord, index), self.sites);
        self.put32(at + offset_of!(SiteRecord, text_bytes), u32::try_from(name.len()).unwrap());
        let text = at + size_of::<SiteRecord>();
        self.bytes[text..text + name.len()].copy_from_slice(name.as_bytes());
        self.sites
    }

    fn thread(&mut self, id: u32) -> Place {
        let previous = offset_of!(ShardRecord, previous);
        let place = self.link(size_of::<ShardRecord>(), offset_of!(Header, shards), previous);
        self.put32(offset_of(place) + offset_of!(ShardRecord, thread_id), id);
        self.put32(offset_of(place) + offset_of!(ShardRecord, owned), 1);
        self.set_current(place, 0);
        place
    }

    /// Adds a context of `thread` in which `site` runs since tick `start`.
    fn node(&mut self, thread: Place, parent: Place, site: u32, start: u64) -> Place {
        let head = offset_of(thread) + offset_of!(ShardRecord, nodes);
        let place = self.link(size_of::<NodeRecord>(), head, offset_of!(NodeRecord, previous));
        self.put64(offset_of(place) + offset_of!(NodeRecord, parent), address(parent));
        self.put64(offset_of(place) + offset_of!(NodeRecord, address), address(place));
        self.put32(offset_of(place) + offset_of!(NodeRecord, site), site);
        self.put64(offset_of(place) + offset_of!(NodeRecord, start), start);
        self.set_current(thread, place);
        place
    }

    fn set_current(&mut self, thread: Place, node: Place) {
        let current = if node == 0 { OUTSIDE } else { address(node) };
        self.put64(offset_of(thread) + offset_of!(ShardRecord, current), current);
    }
}

/// Shows the stack in a line, times in nanoseconds: `main 12 → f ? → main again`.
fn line(thread: &ThreadStack) -> String {
    let frames = thread.frames.iter().map(|frame| match (frame.running_ns, frame.recursive) {
        (Some(ns), false) => format!("{} {ns}", frame.function),
        (None, false) => format!("{} ?", frame.function),
        (_, true) => format!("{} again", frame.function),
    });
    frames.collect::<Vec<_>>().join(" → ")
}

fn lines(stacks: &Stacks) -> Vec<String> {
    stacks.threads.iter().map(line).collect()
}

/// Makes `main`, which calls `serve`, which calls `query`, since ticks 400, 800 and 1,600.
fn nested() -> (Made, Place, [Place; 3]) {
    let mut made = Made::new();
    let [main, serve, query] = ["main", "serve", "query"].map(|name| made.site(name));
    let thread = made.thread(7);
    let main = made.node(thread, 0, main, 400);
    let serve = made.node(thread, main, serve, 800);
    let query = made.node(thread, serve, query, 1_600);
    (made, thread, [main, serve, query])
}

#[test]
fn a_running_process_has_times_until_now() {
    let (made, ..) = nested();
    let stacks = between(&made.bytes, &made.bytes, || 3_000, None).unwrap();
    assert_eq!(lines(&stacks), ["main 1900 → serve 1800 → query 1600"]);
    assert_eq!((stacks.threads[0].thread_id, stacks.unix_ns), (7, 52_000));
}

#[test]
fn a_newer_reading_of_the_clocks_makes_times_exact() {
    let (mut made, thread, _) = nested();
    let late = made.site("late");
    made.node(thread, 0, late, 40_000);
    let last = |now| {
        let stacks = between(&made.bytes, &made.bytes, || 11_000, now).unwrap();
        stacks.threads[0].frames.last().unwrap().running_ns
    };
    // By the rate of the beginning, the call would begin only now.
    let now = Moment { ticks: 42_000, monotonic_ns: 11_000 };
    assert_eq!((last(None), last(Some(now))), (Some(0), Some(476)));
    let of_another_machine = Moment { ticks: 3_999, monotonic_ns: 11_000 };
    assert_eq!(last(Some(of_another_machine)), Some(0));
}

#[test]
fn an_ended_process_has_times_until_the_last_known_moment() {
    let (mut made, thread, _) = nested();
    assert_eq!(lines(&at_end(&made.bytes).unwrap()), ["main 900 → serve 800 → query 600"]);
    made.put64(offset_of(thread) + offset_of!(ShardRecord, last), 8_000);
    let stacks = at_end(&made.bytes).unwrap();
    assert_eq!(lines(&stacks), ["main 1900 → serve 1800 → query 1600"]);
    assert_eq!(stacks.unix_ns, 52_000);
}

#[test]
fn threads_that_have_ended_are_counted_and_idle_ones_are_empty() {
    let (mut made, thread, _) = nested();
    made.put32(offset_of(thread) + offset_of!(ShardRecord, owned), 0);
    made.thread(8);
    let stacks = at_end(&made.bytes).unwrap();
    assert_eq!((stacks.ended_threads, lines(&stacks)), (1, vec![String::new()]));
}

#[test]
fn a_recursive_call_is_seen_by_what_it_is_in() {
    let (mut made, thread, [main, serve, _]) = nested();
    let current = offset_of(thread) + offset_of!(ShardRecord, current);
    made.put64(current, address(serve) | NESTED);
    let stacks = at_end(&made.bytes).unwrap();
    assert_eq!(lines(&stacks), ["main 900 → serve 800 → query 600 → serve again"]);
    let log = made.site("log");
    made.node(thread, main, log, 2_000);
    let stacks = at_end(&made.bytes).unwrap();
    assert_eq!(lines(&stacks), ["main 900 → serve 800 → query 600 → main again → log 500"]);
}

#[test]
fn a_call_without_a_time_is_seen_by_what_is_in_it() {
    let (mut made, thread, [main, serve, query]) = nested();
    made.put64(offset_of(serve) + offset_of!(NodeRecord, start), 0);
    assert_eq!(lines(&at_end(&made.bytes).unwrap()), ["main 900 → serve ? → query 600"]);
    made.put64(offset_of(query) + offset_of!(NodeRecord, start), 0);
    assert_eq!(lines(&at_end(&made.bytes).unwrap()), ["main 900 → serve ? → query ?"]);
    made.set_current(thread, main);
    assert_eq!(lines(&at_end(&made.bytes).unwrap()), ["main 900"]);
}

#[test]
fn links_that_lead_nowhere_are_damage() {
    let damage = |change: &dyn Fn(&mut Made, Place, [Place; 3])| {
        let (mut made, thread, nodes) = nested();
        change(&mut made, thread, nodes);
        assert!(matches!(at_end(&made.bytes), Err(SegmentError::Damaged { .. })));
    };
    let parent = offset_of!(NodeRecord, parent);
    damage(&|made, thread, _| made.set_current(thread, thread));
    damage(&|made, _, [main, _, query]| made.put32(offset_of(main) + parent, query));
    damage(&|made, _, [main, ..]| made.put32(offset_of(main) + parent, main));
    damage(&|made, _, [main, ..]| made.put32(offset_of(main) + offset_of!(NodeRecord, site), 9));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let (mut made, ..) = nested();
        for (at, value) in changes {
            // What the header says about the process is read elsewhere.
            let at = if at.index(2) == 0 { at.index(256) } else { at.index(made.bytes.len()) };
            made.bytes[at] = value;
        }
        let _ = at_end(&made.bytes);
        let now = Moment { ticks: 9_000, monotonic_ns: 3_000 };
        let _ = between(&made.bytes, &made.bytes[..cut.index(made.bytes.len())], || 0, Some(now));
    }
}

/// A thread that runs: its calls, one enter or leave a tick, without recursion.
struct Life {
    /// Caller and function of each node; node `n` is at place `n + 1`.
    nodes: Vec<(u32, usize)>,
    /// Running calls after each step, as place and start.
    stacks: Vec<Vec<(u32, u64)>>,
}

const FUNCTIONS: usize = 5;

impl Life {
    /// Lives through `steps`, each of which calls a function, or returns: at random, or because the
    /// function is running.
    fn of(steps: &[usize]) -> Self {
        let mut life = Self { nodes: Vec::new(), stacks: vec![Vec::new()] };
        for (tick, &function) in (1..).zip(steps) {
            let mut stack = life.stacks.last().unwrap().clone();
            let is_running = |call: &(u32, u64)| life.nodes[call.0 as usize - 1].1 == function;
            if function >= FUNCTIONS || stack.iter().any(is_running) {
                stack.pop();
            } else {
                let caller = stack.last().map_or(0, |call| call.0);
                stack.push((life.node(caller, function), tick));
            }
            life.stacks.push(stack);
        }
        life
    }

    fn node(&mut self, caller: u32, function: usize) -> u32 {
        let known = self.nodes.iter().position(|&node| node == (caller, function));
        let at = known.unwrap_or_else(|| {
            self.nodes.push((caller, function));
            self.nodes.len() - 1
        });
        u32::try_from(at).unwrap() + 1
    }

    /// Makes a copy with `current` as of one moment and each node as of another.
    fn copy(&self, current: usize, node: impl Fn(usize) -> usize) -> Shard {
        let start = |place: u32, moment: usize| {
            let call = self.stacks[moment].iter().find(|call| call.0 == place);
            call.map_or(0, |call| call.1)
        };
        let nodes = (1..).zip(&self.nodes).enumerate().map(|(at, (place, &(parent, function)))| {
            let parent = u64::from(parent);
            (u64::from(place), Node { function, parent, start: start(place, node(at)) })
        });
        let (is_owned, thread_id, last) = (true, 1, 0);
        let current = self.stacks[current].last().map_or(0, |call| u64::from(call.0));
        let is_recursive = false;
        Shard {
            place: 1,
            is_owned,
            thread_id,
            current,
            is_recursive,
            last,
            nodes: nodes.collect(),
            in_flight: Vec::new(),
        }
    }
}

proptest! {
    #[test]
    fn a_running_thread_is_read_as_of_one_moment(
        steps in proptest::collection::vec(0..2 * FUNCTIONS, 1..60),
        look in any::<prop::sample::Index>(),
        earlier in proptest::collection::vec(any::<prop::sample::Index>(), 60),
        later in proptest::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let life = Life::of(&steps);
        let moment = look.index(life.stacks.len());
        let before = life.copy(0, |at| earlier[at].index(moment + 1));
        let after = life.copy(moment, |at| {
            moment + later[at].index(life.stacks.len() - moment)
        });
        let stack = after.stack(Some(&before), MOST_FRAMES).unwrap();
        let seen: Vec<u64> = stack.iter().map(|call| call.at).collect();
        let truth: Vec<u64> =
            life.stacks[moment].iter().map(|call| u64::from(call.0)).collect();
        prop_assert_eq!(seen, truth);
        prop_assert!(stack.iter().all(|call| !call.is_recursive));
    }
}

#[test]
fn a_thread_put_aside_while_it_entered_a_call_is_in_the_caller_or_in_the_call() {
    // It has noted when the call began, and not yet that it is there.
    let life = Life::of(&[0, 2]);
    let in_call = life.copy(1, |_| 2);
    let stack = in_call.stack(Some(&life.copy(1, |_| 2)), MOST_FRAMES).unwrap();
    let seen: Vec<_> = stack.iter().map(|call| (call.at, call.is_recursive)).collect();
    assert_eq!(seen, [(1, false)]);
}
