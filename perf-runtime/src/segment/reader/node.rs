//! One node: its counters, its histogram, and what its ring still holds. Times in ticks.
//!
//! The writer may have been killed in the middle of a fold. Then the sums are those before the
//! fold, since the new ones go to the other slot; and the histogram holds some of the additions
//! already. Their order is known (see [`batch`]), so the rest of them is made up for here.
//!
//! The writer may also be running, and fold while the node is copied, `head` first. The histogram
//! never lacks more than a ring, so what it lacks is in the ring, or was a moment ago: at worst, up
//! to 32 durations are those of neighbouring calls. The number of calls is exact in any case.

use std::mem::offset_of;

use super::allocated::Allocated;
use super::bytes::{Bytes, damaged, offset_of};
use super::header::Facts;
use super::steps::Steps;
use crate::buckets;
use crate::segment::SegmentError;
use crate::segment::batch;
use crate::segment::layout::{
    self, CALLS, FIRST_LONG, FoldSlot, HistogramPage, LONG, NodeRecord, OUTSIDE, RING, Recursion,
    Sampling, UNTIMED, is_beside,
};
use crate::snapshot::Step;

/// Whether anyone may have written to the segment while it was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Ended,
    Running,
}

/// What a node says.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) address: u64,
    /// Address of the caller; 0 without.
    pub(super) parent: u64,
    pub(super) site: u32,
    /// Finished calls, timed or not.
    pub(super) calls: u64,
    pub(super) timed: u64,
    /// Calls that no timed one stands for.
    pub(super) unmeasured: u64,
    /// Durations that found no room in the histogram.
    pub(super) uncounted: u64,
    pub(super) errors: u64,
    pub(super) panics: u64,
    pub(super) cancelled: u64,
    /// When the outermost running call began: 0 while none runs, 1 when it is not timed.
    pub(super) start: u64,
    pub(super) sums: Sums,
    /// What all finished calls took: the sum, but for the clock readings within it that calls which
    /// were not timed did without.
    pub(super) spent: u64,
    pub(super) histogram: Vec<(u32, u64)>,
    /// Time spent here and in no context below; see [`Facts::has_tallies`].
    pub(super) own: Own,
    /// How much longer that took because the thread waited for a processor.
    pub(super) preempted: u64,
    /// Calls made from here.
    pub(super) made: Made,
    /// What there was before its function was tallied.
    pub(super) early: Early,
    /// Whether its calls were made by a tallied function somewhere below the caller.
    pub(super) is_loose: bool,
    /// In segments without own times.
    pub(super) nested: Recursive,
    pub(super) callees: Recursive,
    pub(super) exactness: Exactness,
    pub(super) allocated: Allocated,
    /// Of an async function: its calls. What else is said here is said of its polls then.
    pub(super) polled: Option<Box<Polled>>,
}

/// What stands beside the node of an async function, once a call has been suspended or has ended
/// there.
#[derive(Debug, Clone, Default)]
pub(super) struct Polled {
    pub(super) calls: Option<Node>,
    pub(super) lifetimes: Option<Node>,
}

/// Time spent in a context and in none below.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Own {
    /// While everything was recorded.
    pub(super) whole: u64,
    /// While some functions were tallied, whose calls below are in it.
    pub(super) partial: u64,
    /// Calls that ended then; see [`CALLS`] for what stands beside another.
    pub(super) partial_calls: u64,
}

/// What there was of a context before its function was tallied.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Early {
    /// Time spent here and in no context below.
    pub(super) own: u64,
    pub(super) calls: u64,
    /// Calls made from here.
    pub(super) made: u64,
}

/// Calls made from a context.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Made {
    /// While everything was recorded.
    pub(super) whole: u64,
    /// While some functions were tallied.
    pub(super) partial: u64,
    /// Recursive calls of this function while everything was recorded, made somewhere below.
    pub(super) nested: u64,
}

impl Made {
    /// All of them.
    pub(super) fn all(&self) -> u64 {
        self.whole.saturating_add(self.partial)
    }

    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            whole: bytes.u64(at + offset_of!(layout::Made, whole))?,
            partial: bytes.u64(at + offset_of!(layout::Made, partial))?,
            nested: bytes.u64(at + offset_of!(layout::Made, nested))?,
        })
    }
}

/// Recursive calls.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Recursive {
    ticks: u64,
    starts: u64,
    running: u64,
}

/// How exactly calls were recorded, and for how long.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exactness {
    /// Ticks since the first moment of the process.
    pub(super) created: u64,
    pub(super) steps: Steps,
    pub(super) largest_interval: u32,
    pub(super) transitions: u32,
}

/// What the node at byte `at` says.
pub(super) fn read(bytes: Bytes<'_>, at: usize, facts: &Facts) -> Result<Node, SegmentError> {
    let field = |offset: usize| bytes.u64(at + offset);
    let exactness = Exactness::read(bytes, at + offset_of!(NodeRecord, sampling))?;
    let head = field(offset_of!(NodeRecord, head))?;
    let start = field(offset_of!(NodeRecord, start))?;
    // One that is not timed is counted when it begins.
    let untimed =
        field(offset_of!(NodeRecord, untimed))?.saturating_sub(u64::from(start == UNTIMED));
    let uncounted = field(offset_of!(NodeRecord, uncounted))?;
    let apart = field(offset_of!(NodeRecord, unmeasured))?;
    let passed = field(offset_of!(NodeRecord, passed))?;
    let mut read = Durations::read(bytes, at, uncounted.saturating_add(apart))?;
    let fold = Fold::read(bytes, at)?;
    if facts.writer == Writer::Ended && fold.is_under_way {
        read.finish(&fold, facts.fold_rate);
    }
    let timed = head.max(read.sums.folded);
    let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
    // While calls are counted only, those that were not timed are stood for by none; nor are they
    // where none was timed, as when the futures that ended here had all begun on another thread.
    let waiting = match exactness.steps.step {
        // What stands beside a poll stands for all calls; others are not timed for want of a clock.
        _ if facts.has_tallies() && (timed == 0 || !is_beside(site)) => untimed,
        _ if facts.has_tallies() => 0,
        Step::Counted => untimed.saturating_sub(read.sums.covered),
        _ if timed == 0 => untimed,
        _ => 0,
    };
    let measured = timed.saturating_add(untimed).saturating_sub(waiting).max(read.counted);
    let all = timed.saturating_add(untimed).saturating_add(apart);
    if facts.has_tallies()
        && facts.writer == Writer::Ended
        && read.counted > all.saturating_add(uncounted).saturating_add(RING as u64)
    {
        return Err(SegmentError::SeveralWriters { offset: at as u64 });
    }
    let in_ring = timed - read.sums.folded;
    if facts.writer == Writer::Ended && (timed != head || in_ring > 2 * RING as u64) {
        return Err(damaged(at, "number of calls"));
    }
    read.add_rest(timed, measured, facts.fold_rate);
    Ok(Node {
        address: field(offset_of!(NodeRecord, address))?,
        parent: parent(bytes, at)?,
        site,
        calls: measured.saturating_add(waiting).saturating_add(passed),
        timed,
        unmeasured: apart.saturating_add(waiting).saturating_add(passed),
        uncounted,
        errors: field(offset_of!(NodeRecord, errors))?,
        panics: field(offset_of!(NodeRecord, panics))?,
        cancelled: field(offset_of!(NodeRecord, cancelled))?,
        start,
        spent: read.sums.spent(timed, measured, facts.cost.inside),
        sums: read.sums,
        histogram: read.histogram,
        own: Own::read(bytes, at + offset_of!(NodeRecord, own))?,
        early: Early::read(bytes, at + offset_of!(NodeRecord, sampling))?,
        preempted: field(offset_of!(NodeRecord, sampling) + offset_of!(Sampling, preempted_ticks))?,
        made: Made::read(bytes, at + offset_of!(NodeRecord, made))?,
        is_loose: facts.has_tallies() && bytes.u32(at + offset_of!(NodeRecord, is_loose))? != 0,
        nested: Recursive::read(bytes, at + offset_of!(NodeRecord, own))?,
        callees: Recursive::read(bytes, at + offset_of!(NodeRecord, made))?,
        exactness,
        allocated: Allocated::read(bytes, at)?,
        polled: None,
    })
}

/// Address of the caller of the node at byte `at`; 0 without.
pub(super) fn parent(bytes: Bytes<'_>, at: usize) -> Result<u64, SegmentError> {
    let parent = bytes.u64(at + offset_of!(NodeRecord, parent))?;
    Ok(if parent == OUTSIDE { 0 } else { parent })
}

impl Node {
    /// Calls that were recorded in a window.
    pub(super) fn calls_in_windows(&self) -> u64 {
        self.timed.saturating_sub(self.own.partial_calls)
    }

    /// Durations that found no room in a histogram, also of what stands beside it.
    pub(super) fn all_uncounted(&self) -> u64 {
        let beside = self.polled.iter().flat_map(|it| it.calls.iter().chain(&it.lifetimes));
        beside.fold(self.uncounted, |sum, node| sum.saturating_add(node.uncounted))
    }

    /// Its calls are those that stand beside it, if any do; its own are their polls.
    pub(super) fn is_of_polls(&mut self) -> &mut Polled {
        self.polled.get_or_insert_default()
    }

    /// Takes what stands beside it.
    pub(super) fn take_beside(&mut self, other: Node) {
        let polled = self.is_of_polls();
        let place = if other.site == CALLS { &mut polled.calls } else { &mut polled.lifetimes };
        *place = Some(other);
    }
}

impl Own {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            whole: bytes.u64(at + offset_of!(layout::Own, whole))?,
            partial: bytes.u64(at + offset_of!(layout::Own, partial))?,
            partial_calls: bytes.u64(at + offset_of!(layout::Own, partial_calls))?,
        })
    }
}

impl Early {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            own: bytes.u64(at + offset_of!(Sampling, early_ticks))?,
            calls: bytes.u32(at + offset_of!(Sampling, early_calls))?.into(),
            made: bytes.u32(at + offset_of!(Sampling, early_made))?.into(),
        })
    }
}

impl Recursive {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            ticks: bytes.u64(at + offset_of!(Recursion, ticks))?,
            starts: bytes.u64(at + offset_of!(Recursion, starts))?,
            running: bytes.u64(at + offset_of!(Recursion, running))?,
        })
    }

    /// What the finished ones took.
    pub(super) fn finished(&self) -> u64 {
        self.ticks
    }

    /// What the running ones have taken until `now`.
    pub(super) fn unfinished(&self, now: u64) -> u64 {
        let taken = |running: u64| running.wrapping_mul(now).wrapping_sub(self.starts);
        match taken(self.running) {
            // The writer was stopped between its two stores: one more runs than it says.
            torn if torn.cast_signed() < 0 => taken(self.running.wrapping_add(1)).min(now),
            taken => taken,
        }
    }
}

impl Exactness {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        Ok(Self {
            created: u64::from(bytes.u32(at + offset_of!(Sampling, created))?) << 20,
            steps: Steps {
                step: Step::from_number(bytes.u32(at + offset_of!(Sampling, step))?),
                since: bytes.u64(at + offset_of!(Sampling, since))?,
                sampled: bytes.u64(at + offset_of!(Sampling, sampled_ticks))?,
                counted: bytes.u64(at + offset_of!(Sampling, counted_ticks))?,
            },
            largest_interval: bytes.u32(at + offset_of!(Sampling, largest_interval))?,
            transitions: bytes.u32(at + offset_of!(Sampling, transitions))?,
        })
    }
}

/// The fold that was begun last.
#[derive(Debug, Clone, Copy)]
struct Fold {
    is_under_way: bool,
    /// Timed and untimed calls up to which it goes.
    folded: u64,
    covered: u64,
}

impl Fold {
    fn read(bytes: Bytes<'_>, at: usize) -> Result<Self, SegmentError> {
        let begun = bytes.u32(at + offset_of!(NodeRecord, folds_begun))?;
        let done = bytes.u32(at + offset_of!(NodeRecord, folds_done))?;
        let slot = slot(at, begun);
        Ok(Self {
            is_under_way: begun != done,
            folded: bytes.u64(slot + offset_of!(FoldSlot, folded))?,
            covered: bytes.u64(slot + offset_of!(FoldSlot, covered))?,
        })
    }
}

/// Where the slot of this number of folds begins.
fn slot(at: usize, folds: u32) -> usize {
    at + offset_of!(NodeRecord, slots) + (folds as usize & 1) * size_of::<FoldSlot>()
}

/// Sums over the durations that were folded, each as often as the calls it stands for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    folded: u64,
    covered: u64,
    pub(super) sum: u64,
    pub(super) squares: u128,
    pub(super) min: u64,
    pub(super) max: u64,
}

/// Sums and histogram, and the ring for what they lack.
struct Durations {
    sums: Sums,
    histogram: Vec<(u32, u64)>,
    /// Calls that are in the histogram, or will never be.
    counted: u64,
    ring: [u32; RING],
    long: u64,
}

impl Durations {
    fn read(bytes: Bytes<'_>, at: usize, elsewhere: u64) -> Result<Self, SegmentError> {
        let histogram = histogram(bytes, at)?;
        let slot = slot(at, bytes.u32(at + offset_of!(NodeRecord, folds_done))?);
        let squares = slot + offset_of!(FoldSlot, squares);
        let sums = Sums {
            folded: bytes.u64(slot + offset_of!(FoldSlot, folded))?,
            covered: bytes.u64(slot + offset_of!(FoldSlot, covered))?,
            sum: bytes.u64(slot + offset_of!(FoldSlot, sum))?,
            squares: u128::from(bytes.u64(squares + 8)?) << 64 | u128::from(bytes.u64(squares)?),
            min: bytes.u64(at + offset_of!(NodeRecord, min))?,
            max: bytes.u64(at + offset_of!(NodeRecord, max))?,
        };
        let ring = bytes.slice(at + offset_of!(NodeRecord, ring), RING * 4)?.as_chunks().0;
        Ok(Self {
            sums,
            counted: histogram.iter().fold(elsewhere, |sum, &(_, count)| sum.saturating_add(count)),
            histogram,
            ring: std::array::from_fn(|at| ring.get(at).map_or(0, |it| u32::from_ne_bytes(*it))),
            long: bytes.u64(at + offset_of!(NodeRecord, long))?,
        })
    }

    /// The durations of the latest `count` of `calls` timed calls, as far as the ring has them.
    fn latest(&self, calls: u64, count: u64) -> impl ExactSizeIterator<Item = u64> + Clone + use<> {
        let count = count.min(RING as u64).min(calls);
        let (ring, long) = (self.ring, self.long);
        let first = usize::try_from((calls - count) % RING as u64).unwrap_or(0);
        let count = usize::try_from(count).unwrap_or(0);
        (0..count).map(move |at| {
            let ticks = ring[(first + at) % RING];
            if ticks == LONG { long } else { u64::from(ticks) }
        })
    }

    /// Does what the writer had not done yet of the fold that it was killed in.
    fn finish(&mut self, fold: &Fold, rate: f64) {
        let covered = fold.covered.saturating_sub(self.sums.covered);
        let count = fold.folded.saturating_sub(self.sums.folded);
        let durations = self.latest(fold.folded, count);
        let before = self.sums.folded.saturating_add(self.sums.covered);
        let mut done = self.counted.saturating_sub(before);
        let mut missing: Vec<(u32, u64)> = Vec::new();
        let add = |bucket: u32, count: u64| {
            let had = done.min(count);
            done -= had;
            missing.push((bucket, count - had));
        };
        let fits = |ticks: &u32| u64::from(*ticks) < FIRST_LONG;
        let is_full = covered == 0 && count == RING as u64 && self.ring.iter().all(fits);
        if is_full {
            let shortest = self.ring.iter().copied().min().unwrap_or(0);
            batch::full(&self.ring, shortest, rate, add);
        } else {
            batch::weighted(durations.clone(), covered, rate, add);
        }
        let made_up: u64 = missing.iter().map(|&(_, count)| count).sum();
        self.counted = self.counted.saturating_add(made_up);
        self.histogram.extend(missing);
        self.sums.add(batch::weights(durations, covered));
        self.sums.folded = fold.folded;
        self.sums.covered = fold.covered;
    }

    /// Adds the durations that were not folded, and lets them stand for calls that were not timed,
    /// until all `measured` calls are stood for.
    fn add_rest(&mut self, timed: u64, measured: u64, rate: f64) {
        let missing = measured.saturating_sub(self.counted);
        let durations = self.latest(timed, missing);
        let extra = missing - durations.len() as u64;
        let histogram = &mut self.histogram;
        batch::weighted(durations, extra, rate, |bucket, count| histogram.push((bucket, count)));
        let in_sums = self.sums.folded.saturating_add(self.sums.covered);
        let missing = measured.saturating_sub(in_sums);
        let durations = self.latest(timed, missing.min(timed - self.sums.folded.min(timed)));
        let summed = in_sums.saturating_add(durations.len() as u64);
        self.sums.add(batch::weights(durations, 0));
        self.sums.scale(summed, measured);
    }
}

impl Sums {
    /// From sums over `summed` calls to those over more, which took as long on average.
    pub(super) fn scale(&mut self, summed: u64, calls: u64) {
        if calls > summed && summed > 0 {
            let sum = u128::from(self.sum) * u128::from(calls) / u128::from(summed);
            self.sum = u64::try_from(sum).unwrap_or(u64::MAX);
            let calls_for_each = u128::from(calls / summed);
            let rest = (self.squares / u128::from(summed)).saturating_mul((calls % summed).into());
            self.squares = self.squares.saturating_mul(calls_for_each).saturating_add(rest);
        }
    }

    /// What the `measured` calls took, of which `timed` were, and hold `inside` ticks of recording.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an estimate, and between two numbers that fit"
    )]
    fn spent(&self, timed: u64, measured: u64, inside: f64) -> u64 {
        let untimed = measured.saturating_sub(timed);
        if untimed == 0 {
            return self.sum;
        }
        let sum = self.sum as f64;
        // Clocks vary: no call takes less than no time at all.
        let least = sum * timed as f64 / measured as f64;
        (sum - untimed as f64 * inside).max(least) as u64
    }

    fn add(&mut self, durations: impl Iterator<Item = (u64, u64)>) {
        for (ticks, weight) in durations {
            let square = (u128::from(ticks) * u128::from(ticks)).saturating_mul(weight.into());
            self.sum = self.sum.saturating_add(ticks.saturating_mul(weight));
            self.squares = self.squares.saturating_add(square);
            self.min = self.min.min(ticks);
            self.max = self.max.max(ticks);
        }
    }
}

/// The counts of all pages of the histogram.
fn histogram(bytes: Bytes<'_>, at: usize) -> Result<Vec<(u32, u64)>, SegmentError> {
    let mut pairs = Vec::new();
    for octave in 0..buckets::OCTAVES {
        let page = bytes.u32(at + offset_of!(NodeRecord, pages) + 4 * octave as usize)?;
        if page == 0 {
            continue;
        }
        let counts = bytes.slice(offset_of(page), size_of::<HistogramPage>())?;
        let counts = counts.as_chunks().0.iter().map(|count| u64::from_ne_bytes(*count));
        let first = octave * buckets::PER_OCTAVE;
        pairs.extend((first..).zip(counts).filter(|&(_, count)| count > 0));
    }
    Ok(pairs)
}

#[cfg(test)]
#[path = "node/tests.rs"]
mod tests;
