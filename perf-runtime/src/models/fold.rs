//! A fold while somebody reads: mirrors `hot::span`'s `record`, `hot::fold::fold_durations` and, on
//! the other side, `segment::reader`'s `settle` and `node::read`, with a ring of two durations.
//!
//! Call number `n` takes `n` ticks, and has a bucket of its own, so that a call which is missing,
//! doubled or taken for another shows. A copy is made of the fields in the order of `NodeRecord`,
//! with the pages of the histogram behind it.

use super::atomic::Ordering::{Acquire, Relaxed, Release};
use super::atomic::{AtomicU64, fence};
use super::{explore_weakened, explore_within, race};

/// Durations in the ring.
const RING: usize = 2;
/// Calls of the model: one more than the ring takes.
const CALLS: usize = 3;

/// A fault of the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A fold is not marked as begun.
    NeverBegun,
    /// A fold is marked as done before its sums are there.
    DoneEarly,
    /// A call is counted before its duration is in the ring.
    CountedEarly,
}

struct Node {
    /// Calls that a reader may already see; not part of the record.
    begun_calls: AtomicU64,
    head: AtomicU64,
    folds_begun: AtomicU64,
    folds_done: AtomicU64,
    slots: [Slot; 2],
    ring: [AtomicU64; RING],
    /// Count of each duration, from 1 on.
    histogram: [AtomicU64; CALLS],
    fault: Fault,
}

struct Slot {
    folded: AtomicU64,
    sum: AtomicU64,
}

/// A copy, with the figures that come of it.
struct Copy {
    folds_begun: u64,
    folds_done: u64,
    calls: u64,
    sum: u64,
    histogram: [u64; CALLS],
}

fn zeroes<const N: usize>() -> [AtomicU64; N] {
    std::array::from_fn(|_| AtomicU64::new(0))
}

fn add(to: &AtomicU64, more: u64, order: super::atomic::Ordering) {
    to.store(to.load(Relaxed) + more, order);
}

impl Node {
    fn new(fault: Fault) -> Self {
        let slot = |_| Slot { folded: AtomicU64::new(0), sum: AtomicU64::new(0) };
        Self {
            begun_calls: AtomicU64::new(0),
            head: AtomicU64::new(0),
            folds_begun: AtomicU64::new(0),
            folds_done: AtomicU64::new(0),
            slots: std::array::from_fn(slot),
            ring: zeroes(),
            histogram: zeroes(),
            fault,
        }
    }

    /// Ends a call.
    fn record(&self, ticks: u64) {
        self.begun_calls.store(ticks, Relaxed);
        let head = self.head.load(Relaxed);
        let place = at(head) % RING;
        if self.fault == Fault::CountedEarly {
            add(&self.head, 1, Release);
        }
        self.ring[place].store(ticks, Relaxed);
        if self.fault != Fault::CountedEarly {
            add(&self.head, 1, Release);
        }
        if place == RING - 1 {
            self.fold();
        }
    }

    fn fold(&self) {
        let turn = self.folds_done.load(Relaxed);
        let (old, new) = (&self.slots[at(turn) & 1], &self.slots[at(turn + 1) & 1]);
        let (folded, head) = (old.folded.load(Relaxed), self.head.load(Relaxed));
        new.folded.store(head, Relaxed);
        if self.fault != Fault::NeverBegun {
            self.folds_begun.store(turn + 1, Release);
        }
        fence(Release);
        let mut sum = 0;
        for call in folded..head {
            let ticks = self.ring[at(call) % RING].load(Relaxed);
            add(&self.histogram[at(ticks) - 1], 1, Release);
            sum += ticks;
        }
        if self.fault == Fault::DoneEarly {
            self.folds_done.store(turn + 1, Release);
        }
        new.sum.store(old.sum.load(Relaxed) + sum, Relaxed);
        if self.fault == Fault::NeverBegun {
            self.folds_begun.store(turn + 1, Relaxed);
        }
        self.folds_done.store(turn + 1, Release);
    }

    /// Copies the node from its beginning to its end, and makes up for the calls that were not
    /// folded.
    fn copy(&self) -> Copy {
        let head = self.head.load(Acquire);
        let folds_begun = self.folds_begun.load(Acquire);
        let folds_done = self.folds_done.load(Acquire);
        let slots = [0, 1].map(|at: usize| {
            (self.slots[at].folded.load(Acquire), self.slots[at].sum.load(Acquire))
        });
        let ring = [0, 1].map(|at: usize| self.ring[at].load(Acquire));
        let mut histogram = [0, 1, 2].map(|at: usize| self.histogram[at].load(Acquire));
        let (folded, mut sum) = slots[at(folds_done) & 1];
        let counted: u64 = histogram.iter().sum();
        let calls = head.max(folded).max(counted);
        let latest = |missing: u64| {
            let count = missing.min(RING as u64).min(head.max(folded));
            let first = head.max(folded) - count;
            (first..first + count).map(move |call| ring[at(call) % RING])
        };
        for ticks in latest(calls - counted).filter(|ticks| *ticks > 0) {
            histogram[at(ticks) - 1] += 1;
        }
        sum += latest(calls - folded).sum::<u64>();
        Copy { folds_begun, folds_done, calls, sum, histogram }
    }

    /// Checks two copies, one taken after the other, as `settle` takes them.
    fn check_copies(&self) {
        let before = self.head.load(Acquire);
        let copy = self.copy();
        let later = self.folds_begun.load(Acquire);
        let after = self.begun_calls.load(Relaxed);
        assert!(copy.calls >= before && copy.calls <= after, "calls are exact");
        if copy.folds_done == later {
            copy.check();
        }
    }
}

impl Copy {
    /// Checks that its figures are those of its calls.
    fn check(&self) {
        let calls = at(self.calls);
        assert_eq!(self.sum, (1..=self.calls).sum::<u64>(), "the sum of {calls} calls");
        let expected = std::array::from_fn(|at| u64::from(at < calls));
        assert_eq!(self.histogram, expected, "each of {calls} calls once");
    }
}

fn at(number: u64) -> usize {
    usize::try_from(number).expect("small")
}

fn read_while_folded(fault: Fault) {
    let calls = |node: &Node| (1..=CALLS as u64).for_each(|ticks| node.record(ticks));
    let node = race(Node::new(fault), calls, Node::check_copies);
    let last = node.copy();
    assert_eq!((last.calls, last.folds_begun), (CALLS as u64, last.folds_done));
    last.check();
}

#[test]
fn no_call_is_lost_or_doubled() {
    explore_within(2, || read_while_folded(Fault::None));
}

#[test]
#[should_panic(expected = "calls")]
fn without_orderings_some_are() {
    explore_weakened(|| read_while_folded(Fault::None));
}

#[test]
#[should_panic(expected = "calls")]
fn with_folds_that_are_not_marked_as_begun_some_are() {
    explore_within(2, || read_while_folded(Fault::NeverBegun));
}

#[test]
#[should_panic(expected = "the sum of")]
fn with_folds_that_are_done_too_early_some_are() {
    explore_within(2, || read_while_folded(Fault::DoneEarly));
}

#[test]
#[should_panic(expected = "the sum of")]
fn with_calls_that_are_counted_too_early_some_are() {
    explore_within(2, || read_while_folded(Fault::CountedEarly));
}
