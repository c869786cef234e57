//! Moves a ring of raw durations into the node's histogram and sums, 32 at a time.
//!
//! Done in bulk, since a histogram's address depends on the duration, and the next reading of the
//! clock would wait for it: 4 to 6 ns a call where a ring costs one.
//!
//! The writer can be killed at any point, and a reader can look at any point. So each step is one
//! that a reader can recognise and finish by itself; `segment::reader` does.

use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU32, fence};

use super::thread::{self, Thread};
use crate::buckets;
use crate::segment::layout::{FoldSlot, HistogramPage, NodeRecord, RING};

/// Folds what the ring of `node` holds. `now` is the time in ticks.
#[cold]
#[inline(never)]
pub(super) fn fold(thread: &Thread, node: &NodeRecord, now: u64) {
    let Some(recorder) = thread.recorder else { return };
    if now >= thread.next_moment.get() {
        thread.next_moment.set(recorder.note_moment());
    }
    let turn = node.folds_done.load(Relaxed);
    node.folds_begun.store(turn.wrapping_add(1), Relaxed);
    // A reader that sees any store below also sees that a fold has begun.
    fence(Release);
    fold_ring(thread, node, turn, recorder.rate.per_tick());
    node.folds_done.store(turn.wrapping_add(1), Release);
}

fn fold_ring(thread: &Thread, node: &NodeRecord, turn: u32, ns_per_tick: f64) {
    let old = &node.slots[turn as usize & 1];
    let new = &node.slots[turn.wrapping_add(1) as usize & 1];
    let (folded, head) = (old.folded.load(Relaxed), node.head.load(Relaxed));
    // Never more than the ring holds, whatever someone else may have written into the file.
    let calls = folded.max(head.saturating_sub(RING as u64))..head;
    let ring = calls.map(|call| node.ring[call as usize % RING].load(Relaxed));
    let mut sums = Sums::of(ring.clone());
    if sums.max.cast_signed() < 0 {
        replace_anomalies(thread, node);
        sums = Sums::of(ring.clone());
    }
    let mut histogram = Pages { thread, node, octave: u32::MAX, page: None };
    ring.for_each(|ticks| {
        #[expect(clippy::cast_precision_loss, reason = "buckets are 3 % wide")]
        histogram.count(buckets::of_fractional(ticks.cast_signed() as f64 * ns_per_tick));
    });
    sums.store(node, old, new, head);
}

/// Sums over the durations of a ring, in ticks.
struct Sums {
    sum: u64,
    squares: u128,
    min: u64,
    max: u64,
}

impl Sums {
    #[inline]
    fn of(ring: impl Iterator<Item = u64> + Clone) -> Self {
        let (mut sum, mut min, mut max) = (0_u64, u64::MAX, 0);
        for ticks in ring.clone() {
            sum = sum.wrapping_add(ticks);
            min = min.min(ticks);
            max = max.max(ticks);
        }
        // The squares of a ring of such durations fit into 64 bits, and 128 take twice as long.
        let squares = if max < 1 << 29 {
            u128::from(ring.fold(0, |squares, ticks| squares + ticks * ticks))
        } else {
            ring.fold(0, |squares, ticks| squares + u128::from(ticks) * u128::from(ticks))
        };
        Self { sum, squares, min, max }
    }

    /// Adds the sums to those of the slot `old`, into the slot `new`.
    fn store(&self, node: &NodeRecord, old: &FoldSlot, new: &FoldSlot, folded: u64) {
        let [low, high] = [0, 1].map(|half: usize| u128::from(old.squares[half].load(Relaxed)));
        let squares = (high << 64 | low).wrapping_add(self.squares);
        node.min.store(node.min.load(Relaxed).min(self.min), Relaxed);
        node.max.store(node.max.load(Relaxed).max(self.max), Relaxed);
        new.folded.store(folded, Relaxed);
        new.sum.store(old.sum.load(Relaxed).wrapping_add(self.sum), Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        new.squares[0].store(squares as u64, Relaxed);
        new.squares[1].store((squares >> 64) as u64, Relaxed);
    }
}

/// Durations below zero, from a clock that ran backwards, count as zero, and are counted.
#[cold]
fn replace_anomalies(thread: &Thread, node: &NodeRecord) {
    let below_zero = node.ring.iter().filter(|ticks| ticks.load(Relaxed).cast_signed() < 0);
    let count = below_zero.map(|ticks| ticks.store(0, Relaxed)).count() as u64;
    let anomalies = &thread.shard().clock_anomalies;
    anomalies.store(anomalies.load(Relaxed) + count, Relaxed);
}

/// The histogram of a node, with the page that was used last at hand.
struct Pages<'a> {
    thread: &'a Thread,
    node: &'a NodeRecord,
    octave: u32,
    page: Option<&'a HistogramPage>,
}

impl Pages<'_> {
    /// Counts one duration. Stores in the order of the ring, so that after a kill the counts tell
    /// how much of the ring they hold.
    #[inline]
    fn count(&mut self, bucket: u32) {
        let octave = bucket / buckets::PER_OCTAVE;
        if octave != self.octave {
            self.octave = octave;
            self.page = page(self.thread, &self.node.pages[octave as usize]);
        }
        let counter = match self.page {
            Some(page) => &page.counts[(bucket % buckets::PER_OCTAVE) as usize],
            None => &self.node.uncounted,
        };
        counter.store(counter.load(Relaxed).wrapping_add(1), Release);
    }
}

/// The page that `link` names, made if there is none yet.
#[inline]
fn page<'a>(thread: &Thread, link: &AtomicU32) -> Option<&'a HistogramPage> {
    let segment = &thread.recorder?.segment;
    match link.load(Relaxed) {
        0 => thread::undisturbed(|| make_page(thread, link)),
        place => segment.histogram_page(place),
    }
}

#[cold]
fn make_page<'a>(thread: &Thread, link: &AtomicU32) -> Option<&'a HistogramPage> {
    let block = thread.reserve(size_of::<HistogramPage>())?;
    link.store(block.place, Release);
    thread.recorder?.segment.histogram_page(block.place)
}
