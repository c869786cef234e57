//! The way of durations from a node's ring into its histogram and sums, a whole ring at a time.
//!
//! Done in bulk, since a histogram's address depends on the duration, and the next reading of the
//! clock would wait for it: 4 to 6 ns a call where a ring costs one.
//!
//! The writer can be killed at any point, and a reader can look at any point. So a reader can
//! recognise each step and finish it by itself; `segment::reader` does.

use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU32, fence};

use super::add::add;
use super::clock;
use super::forked;
use super::thread::{self, Thread};
use crate::buckets;
use crate::newer::{Unsigned as _, arrays};
use crate::segment::batch;
use crate::segment::layout::{FIRST_LONG, FoldSlot, HistogramPage, LONG, NodeRecord, RING};
use crate::writing::Use;

/// Folds the ring of `node`, since it is full, or since the last duration, `ticks`, does not fit
/// into it. `now` is the time in ticks.
#[cold]
#[inline(never)]
pub(super) fn fold(thread: &Thread, node: &NodeRecord, ticks: u64, now: u64) {
    if forked::is_of_parent(thread) {
        // A signal handler forked, in the middle of this exit.
        return;
    }
    if ticks >= FIRST_LONG {
        note_long(thread, node, ticks);
    }
    let is_moment = thread.is_moment(now);
    fold_durations(thread, node);
    if is_moment {
        thread.recorder.note_fold_cost(clock::now().saturating_sub(now));
        thread.note_moment();
    }
}

/// Keeps a duration that does not fit into the ring, or is below zero.
#[cold]
fn note_long(thread: &Thread, node: &NodeRecord, ticks: u64) {
    let is_backwards = ticks.with_sign() < 0;
    node.long.store(if is_backwards { 0 } else { ticks }, Relaxed);
    if is_backwards {
        add(&thread.shard().clock_anomalies, 1);
        thread.recorder.note_clock_anomaly();
        thread.sampler.look_soon();
    }
}

/// Folds the contents of `node`'s ring.
fn fold_durations(thread: &Thread, node: &NodeRecord) {
    let fold = Fold::of(node);
    if node.folds_begun.load(Relaxed) != fold.turn {
        // A signal handler interrupted a fold, and called the same function.
        return;
    }
    let (folded, head) = (fold.old.folded.load(Relaxed), node.head.load(Relaxed));
    fold.begin(head);
    let sums = fold_ring(thread, node, folded..head);
    fold.end(&sums);
}

/// A step from the sums of one slot to those of the other, in a form that a reader can recognise.
struct Fold<'a> {
    node: &'a NodeRecord,
    turn: u32,
    old: &'a FoldSlot,
    new: &'a FoldSlot,
}

impl<'a> Fold<'a> {
    #[inline]
    fn of(node: &'a NodeRecord) -> Self {
        let turn = node.folds_done.load(Relaxed);
        let [old, new] = [turn, turn.wrapping_add(1)].map(|turn| &node.slots[turn as usize & 1]);
        Self { node, turn, old, new }
    }

    /// Begins it: up to `folded` timed calls.
    #[inline]
    fn begin(&self, folded: u64) {
        // What the reader needs to know of this fold is there before it begins.
        self.new.folded.store(folded, Relaxed);
        self.node.folds_begun.store(self.turn.wrapping_add(1), Release);
        // A reader that sees any store below also sees that a fold has begun.
        fence(Release);
    }

    /// Makes the new sums the valid ones.
    #[inline]
    fn end(&self, sums: &Sums) {
        sums.store(self.node, self.old, self.new);
        self.node.folds_done.store(self.turn.wrapping_add(1), Release);
    }
}

fn fold_ring(thread: &Thread, node: &NodeRecord, calls: std::ops::Range<u64>) -> Sums {
    // Signal handlers can make it a call or two more than the ring holds.
    let kept = calls.start.max(calls.end.saturating_sub(RING as u64))..calls.end;
    let missing = kept.start.saturating_sub(calls.start);
    let mut pages = Pages { thread, node, octave: u32::MAX, page: None };
    let rate = thread.ns_per_tick();
    if kept.end - kept.start == RING as u64 && missing == 0 {
        let ring = whole_ring(node);
        if let Some(sums) = Sums::of_ring(&ring) {
            batch::full(&ring, sums.min as u32, rate, |bucket, count| pages.count(bucket, count));
            return sums;
        }
    }
    add(&node.uncounted, missing);
    let durations: [u64; RING] = std::array::from_fn(|at| {
        let ticks = node.ring[(kept.start as usize + at) % RING].load(Relaxed);
        if ticks == LONG { node.long.load(Relaxed) } else { u64::from(ticks) }
    });
    let durations = durations.into_iter().take((kept.end - kept.start) as usize);
    batch::weighted(durations.clone(), 0, rate, |bucket, count| pages.count(bucket, count));
    Sums::of(durations)
}

/// Reads the ring as a whole: loaded one by one, the numbers would not be added up several at once.
#[inline]
fn whole_ring(node: &NodeRecord) -> [u32; RING] {
    // SAFETY: atomic and plain integers have one layout; only this thread writes them.
    unsafe { node.ring.as_ptr().cast::<[u32; RING]>().read() }
}

/// Sums over durations, in ticks.
struct Sums {
    sum: u64,
    squares: u128,
    min: u64,
    max: u64,
}

impl Sums {
    /// Adds up a full ring; `None` where one of the durations is so long that floating-point
    /// numbers might not hold the sums exactly.
    ///
    /// In floating point, and as four sums each, since processors do several of these at once
    /// without being asked for extensions.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "none of them is below zero")]
    fn of_ring(ring: &[u32; RING]) -> Option<Self> {
        const LANES: usize = 4;
        let [mut sum, mut squares, mut max] = [[0.0_f64; LANES]; 3];
        let mut min = [f64::INFINITY; LANES];
        for ticks in arrays::<_, LANES>(ring) {
            for lane in 0..LANES {
                let ticks = f64::from(ticks[lane].with_sign());
                sum[lane] += ticks;
                squares[lane] += ticks * ticks;
                min[lane] = if ticks < min[lane] { ticks } else { min[lane] };
                max[lane] = if ticks > max[lane] { ticks } else { max[lane] };
            }
        }
        let min = min.into_iter().fold(f64::INFINITY, f64::min);
        let max = max.into_iter().fold(0.0, f64::max);
        let is_exact = min >= 0.0 && max < f64::from(1 << 24);
        let all = |lanes: [f64; LANES]| lanes.iter().sum::<f64>() as u64;
        is_exact.then(|| Self {
            sum: all(sum),
            squares: u128::from(all(squares)),
            min: min as u64,
            max: max as u64,
        })
    }

    fn of(durations: impl Iterator<Item = u64>) -> Self {
        durations.fold(Self { sum: 0, squares: 0, min: u64::MAX, max: 0 }, |sums, ticks| Self {
            sum: sums.sum.wrapping_add(ticks),
            squares: sums.squares.wrapping_add(u128::from(ticks) * u128::from(ticks)),
            min: sums.min.min(ticks),
            max: sums.max.max(ticks),
        })
    }

    /// Adds the sums to those of the slot `old`, into the slot `new`.
    fn store(&self, node: &NodeRecord, old: &FoldSlot, new: &FoldSlot) {
        let [low, high] = [0, 1].map(|half: usize| u128::from(old.squares[half].load(Relaxed)));
        let squares = (high << 64 | low).wrapping_add(self.squares);
        node.min.store(node.min.load(Relaxed).min(self.min), Relaxed);
        node.max.store(node.max.load(Relaxed).max(self.max), Relaxed);
        new.sum.store(old.sum.load(Relaxed).wrapping_add(self.sum), Relaxed);
        new.squares[0].store(squares as u64, Relaxed);
        new.squares[1].store((squares >> 64) as u64, Relaxed);
    }
}

/// The histogram of a node, with the page that was used last at hand.
struct Pages<'a> {
    thread: &'a Thread,
    node: &'a NodeRecord,
    octave: u32,
    page: Option<&'a HistogramPage>,
}

impl Pages<'_> {
    /// Counts `count` durations. The counts of one fold are stored in the order of [`batch`], so
    /// that they show after a kill how far it came.
    #[inline]
    fn count(&mut self, bucket: u32, count: u64) {
        let octave = bucket / buckets::PER_OCTAVE;
        if octave != self.octave {
            self.octave = octave;
            let link = self.node.pages.get(octave as usize);
            self.page = link.and_then(|link| page(self.thread, link));
        }
        let counter = match self.page {
            Some(page) => &page.counts[(bucket % buckets::PER_OCTAVE) as usize],
            None => &self.node.uncounted,
        };
        counter.store(counter.load(Relaxed).wrapping_add(count), Release);
    }
}

/// Returns the page that `link` names, made if there is none yet.
#[inline]
fn page<'a>(thread: &Thread, link: &AtomicU32) -> Option<&'a HistogramPage> {
    let segment = &thread.recorder.segment;
    match link.load(Relaxed) {
        0 => thread::undisturbed(|| make_page(thread, link)),
        place => segment.histogram_page(place),
    }
}

#[cold]
fn make_page<'a>(thread: &Thread, link: &AtomicU32) -> Option<&'a HistogramPage> {
    if thread.recorder.segment.is_scarce(Use::Histogram) {
        return None;
    }
    let block = thread.reserve(size_of::<HistogramPage>())?;
    link.store(block.place, Release);
    thread.recorder.segment.histogram_page(block.place)
}
