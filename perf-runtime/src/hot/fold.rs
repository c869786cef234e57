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
use crate::segment::layout::{HistogramPage, NodeRecord, RING};
use crate::segment::rate::Rate;

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
    fold_ring(thread, node, turn, recorder.rate);
    node.folds_done.store(turn.wrapping_add(1), Release);
}

fn fold_ring(thread: &Thread, node: &NodeRecord, turn: u32, rate: Rate) {
    let old = &node.slots[turn as usize & 1];
    let new = &node.slots[turn.wrapping_add(1) as usize & 1];
    let (folded, head) = (old.folded.load(Relaxed), node.head.load(Relaxed));
    let mut sums = Sums {
        sum: old.sum.load(Relaxed),
        squares: u128::from(old.squares[1].load(Relaxed)) << 64
            | u128::from(old.squares[0].load(Relaxed)),
        min: node.min.load(Relaxed),
        max: node.max.load(Relaxed),
    };
    // Never more than the ring holds, whatever someone else may have written into the file.
    for at in folded.max(head.saturating_sub(RING as u64))..head {
        let ticks = node.ring[at as usize % RING].load(Relaxed);
        sums.add(ticks);
        count(thread, node, buckets::of(rate.ns(ticks)));
    }
    node.min.store(sums.min, Relaxed);
    node.max.store(sums.max, Relaxed);
    new.folded.store(head, Relaxed);
    new.sum.store(sums.sum, Relaxed);
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    new.squares[0].store(sums.squares as u64, Relaxed);
    new.squares[1].store((sums.squares >> 64) as u64, Relaxed);
}

struct Sums {
    sum: u64,
    squares: u128,
    min: u64,
    max: u64,
}

impl Sums {
    #[inline]
    fn add(&mut self, ticks: u64) {
        self.sum = self.sum.wrapping_add(ticks);
        self.squares = self.squares.wrapping_add(u128::from(ticks) * u128::from(ticks));
        self.min = self.min.min(ticks);
        self.max = self.max.max(ticks);
    }
}

/// Counts one duration. Stores in program order, so that after a kill the counts tell how many
/// durations of the ring they hold.
#[inline]
fn count(thread: &Thread, node: &NodeRecord, bucket: u32) {
    let octave = (bucket / buckets::PER_OCTAVE) as usize;
    let counter = match page(thread, &node.pages[octave]) {
        Some(page) => &page.counts[(bucket % buckets::PER_OCTAVE) as usize],
        None => &node.uncounted,
    };
    counter.store(counter.load(Relaxed).wrapping_add(1), Release);
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
