//! The end of a call that failed: its time apart from that of others, and its kind.
//!
//! A call that succeeds never comes here, and finds no instruction of it in its way. One that fails ends as another does, and then two numbers
//! are added to a record of its function, out of line: one in the segment for each thread and
//! function, found through a private table.
//!
//! The time is known where the call was timed in its context; a tallied one has none. Its kind is
//! counted in either case. After a kill at any point the record holds all failures that were
//! counted: a kind's count is one number, and time and calls are written to the invalid half, which
//! the turn then makes the valid one.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::add::add;
use super::apart::{self, Entered};
use super::call::{self, Surroundings};
use super::forked;
use super::sampling;
use super::span::{Moment, NEVER, Recorded, Start};
use super::thread::{self, Entry, Table, Thread, Zeroed};
use crate::kind::Kind;
use crate::segment::layout::{FailureRecord, KINDS, KindPage, KindSlot, OVERFLOW};
use crate::site::Site;
use crate::writing::Use;

/// The records of a thread, by the indices of their sites.
#[derive(Debug)]
pub(super) struct Failures(Table<Place>);

/// The records of one function; `None` until the thread first needs them.
#[derive(Debug)]
struct Place {
    record: Cell<Option<NonNull<FailureRecord>>>,
    kinds: Cell<Option<NonNull<KindPage>>>,
}

// SAFETY: `None` of a pointer is zero.
unsafe impl Zeroed for Place {}

/// Ends a call in its context whose error has been counted, and which has no kind.
pub(super) fn end_in_context(entered: Entered, surroundings: &MaybeUninit<Surroundings>) -> Moment {
    let recorded = entered.recorded();
    let is_ours = is_ours(&recorded);
    let end = call::end(entered, surroundings);
    let began = entered.start.ticks().filter(|_| end != NEVER);
    if let (Some(began), Recorded::InContext(node)) = (began, recorded) {
        let thread = thread::handle().thread();
        if let Some(thread) = thread.filter(|_| is_ours && node.site != OVERFLOW) {
            note(thread, node.site, Some(thread.preemption.without(began, end)), None);
        }
    }
    end
}

/// Ends a call of `site` that failed, and that has a kind perhaps.
pub(super) fn end(
    entered: Entered,
    surroundings: &MaybeUninit<Surroundings>,
    site: &'static Site,
    kind: Option<&Kind>,
) {
    let start = entered.start;
    if start == Start::NOT_RECORDED {
        return;
    }
    entered.count_error();
    let is_ours = is_ours(&entered.recorded());
    let began = start.ticks().filter(|_| !start.has(Start::SAMPLED));
    let end = apart::end_by_steps(entered, thread::handle(), surroundings);
    let Some(thread) = thread::handle().thread().filter(|_| is_ours) else { return };
    let Some(index) = site.list_index().get() else { return };
    let took = began.filter(|_| end != NEVER);
    note(thread, index, took.map(|began| thread.preemption.without(began, end)), kind);
}

/// Returns whether a call was begun by this thread's bookkeeping, and not by that of the parent
/// before a fork.
pub(super) fn is_ours(recorded: &Recorded) -> bool {
    let Some(thread) = thread::handle().thread() else { return false };
    match *recorded {
        Recorded::InContext(node) => thread.is_ours(node),
        Recorded::Tallied(tally) => {
            let entry = thread.entry(tally.site.wrapping_add(1));
            entry.and_then(Entry::tally).is_some_and(|own| ptr::eq(own, tally))
        }
        Recorded::Nowhere => false,
    }
}

/// Adds a failed call of the site with this index, which took so many ticks as far as that is known.
pub(super) fn note(thread: &'static Thread, index: u32, took: Option<u64>, kind: Option<&Kind>) {
    if took.is_none() && kind.is_none() {
        return;
    }
    let known = thread.failures.0.place(index).and_then(Place::record);
    let Some(record) = known.or_else(|| thread.make(|| thread.make_failures(index))) else {
        return;
    };
    if let Some(took) = took {
        record.add(took);
    }
    if let Some(kind) = kind {
        thread.count_kind(index, record, kind);
    }
}

impl Failures {
    pub(super) const fn new() -> Self {
        Self(Table::new())
    }
}

impl Place {
    fn record(&self) -> Option<&'static FailureRecord> {
        // SAFETY: set by `make_failures`, to a record in the segment: complete, aligned, never
        // unmapped, and after that changed through atomics.
        self.record.get().map(|record| unsafe { record.as_ref() })
    }

    fn kinds(&self) -> Option<&'static KindPage> {
        // SAFETY: set by `make_kinds`, as above.
        self.kinds.get().map(|kinds| unsafe { kinds.as_ref() })
    }
}

impl Thread {
    /// Counts a failure of this kind, or of another where there is no room for it.
    fn count_kind(&self, index: u32, record: &FailureRecord, kind: &Kind) {
        let known = self.failures.0.place(index).and_then(Place::kinds);
        let page = known.or_else(|| self.make(|| self.make_kinds(index, record)));
        match page.and_then(|page| page.counter(kind)) {
            Some(calls) => add(calls, 1),
            None => add(&record.other, 1),
        }
    }

    /// Makes something new in the segment; its time is in no context.
    #[cold]
    fn make<R>(&self, make: impl FnOnce() -> Option<R>) -> Option<R> {
        if forked::is_of_parent(self) {
            return None;
        }
        thread::undisturbed(|| sampling::aside(self, make))
    }

    fn make_failures(&self, index: u32) -> Option<&'static FailureRecord> {
        if self.recorder.segment.is_scarce(Use::Context) {
            return None;
        }
        self.failures.0.reach(index + 1)?;
        let place = self.failures.0.place(index)?;
        if let Some(known) = place.record() {
            return Some(known);
        }
        let block = self.reserve(size_of::<FailureRecord>())?;
        let record: NonNull<FailureRecord> = block.start.cast();
        let previous = self.shard().failures.load(Relaxed);
        // SAFETY: zeroed, valid for every field, aligned to 64 bytes, long enough, and unknown to
        // everyone else until it is linked below.
        let fields = unsafe { &mut *record.as_ptr() };
        (fields.previous, fields.site) = (previous, index);
        self.shard().failures.store(block.place, Release);
        place.record.set(Some(record));
        place.record()
    }

    fn make_kinds(&self, index: u32, record: &FailureRecord) -> Option<&'static KindPage> {
        if self.recorder.segment.is_scarce(Use::Histogram) {
            return None;
        }
        let place = self.failures.0.place(index)?;
        if let Some(known) = place.kinds() {
            return Some(known);
        }
        // Zeroed, which is a page without a kind.
        let block = self.reserve(size_of::<KindPage>())?;
        record.kinds.store(block.place, Release);
        place.kinds.set(Some(block.start.cast()));
        place.kinds()
    }
}

impl FailureRecord {
    /// Adds a call to the successor of the valid half, and makes that the valid one.
    fn add(&self, took: u64) {
        let turn = self.turn.load(Relaxed);
        let next = turn.wrapping_add(1);
        let (old, new) = (&self.times[turn as usize & 1], &self.times[next as usize & 1]);
        let more = |from: &AtomicU64, more| from.load(Relaxed).saturating_add(more);
        new.calls.store(more(&old.calls, 1), Relaxed);
        new.ticks.store(more(&old.ticks, took), Relaxed);
        self.turn.store(next, Release);
    }
}

impl KindPage {
    /// Returns the counter of a kind, which gets the next slot if it is new; `None` where none is
    /// left.
    fn counter(&self, kind: &Kind) -> Option<&AtomicU64> {
        for slot in &self.slots {
            if slot.text_bytes.load(Relaxed) == 0 {
                slot.name(kind);
            }
            if slot.is_of(kind) {
                return Some(&slot.calls);
            }
        }
        None
    }
}

const _: () = assert!(KINDS > 0);

impl KindSlot {
    fn is_of(&self, kind: &Kind) -> bool {
        let words = kind.words();
        self.text_bytes.load(Relaxed) == kind.bytes()
            && self.text.iter().zip(words).all(|(here, word)| here.load(Relaxed) == word)
    }

    /// Names a slot that has no kind yet.
    #[cold]
    fn name(&self, kind: &Kind) {
        for (here, word) in self.text.iter().zip(kind.words()) {
            here.store(word, Relaxed);
        }
        self.text_bytes.store(kind.bytes(), Release);
    }
}
