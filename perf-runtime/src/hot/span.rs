//! Entry and exit of a tracked call: the code inlined into the tracked function, and the whole of a
//! tallied call. Calls in their contexts are in [`call`].
//!
//! A tallied call is counted, and leaves a mark while it runs, by which calls below know that the
//! context is not the whole truth. That is a handful of loads and stores, which wait only for each
//! other's addresses. Each call looks for its entry in a table that is empty while everything is
//! recorded, so its length decides whether calls are tallied. The number that leads there decides
//! whether they are recorded.
//!
//! Without optimisation, entry and exit are not inlined into the tracked function, since that would
//! only make every stack larger; the steps that they consist of are.

use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};

use super::add::add;
use super::apart::{self, Entered};
use super::call::{self, Surroundings};
use super::failure;
use super::process;
use super::thread::{self, Handle};
use crate::judge::{ByType, Judge};
use crate::list::Index;
use crate::newer::Unsigned as _;
use crate::outcome::Outcome;
use crate::registry;
use crate::segment::layout::{NodeRecord, TallyRecord, UNTIMED};
use crate::site::Site;

/// A running call of a tracked function. Dropping it ends the call.
///
/// The data of every call lie in registers or on the stack of the function, as the compiler sees
/// fit; the rest is in a [`Place`], since everything behind a pointer is kept in memory.
#[must_use = "dropped at once, it measures nothing"]
pub struct Span<'place> {
    entered: Entered,
    place: &'place Place,
    /// The mark of a type that stays on the thread of its beginning.
    stays: PhantomData<*const ()>,
}

/// The place where a call in its context keeps the caller's context.
pub struct Place(MaybeUninit<Surroundings>);

/// A running call of a named block. Dropping it ends the call.
#[must_use = "dropped at once, it measures nothing"]
pub struct Scope {
    entered: Entered,
    place: Place,
    /// The mark of a type that stays on the thread of its beginning.
    stays: PhantomData<*const ()>,
}

/// The beginning of a call, in ticks. The highest bits, which no clock reaches within decades, set
/// it apart from the usual one; a tallied call has there the mark that it found.
#[repr(transparent)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start(pub(super) u64);

impl Start {
    /// Nothing is stored for the call: all threads would store it to one place, and wait for each
    /// other's caches.
    pub(super) const NOT_RECORDED: Self = Self(0);
    /// The call is counted in its context, and not timed.
    pub(super) const UNTIMED: Self = Self(UNTIMED);
    /// The call is counted in no context.
    pub(super) const TALLIED: u64 = 1 << 63;
    /// A recursive call: recorded in the node of the outermost one.
    pub(super) const NESTED: u64 = 1 << 62;
    /// The thread was unwinding when the call began, so that its end need not be by unwinding.
    pub(super) const UNWINDING: u64 = 1 << 61;
    /// The call is tallied and timed.
    pub(super) const SAMPLED: u64 = 1 << 60;
    /// The call, in its context, has failed.
    pub(super) const FAILED: u64 = 1 << 59;

    /// Makes the start of a call that began at `ticks`.
    #[inline(always)]
    pub(super) fn at(ticks: u64) -> Self {
        Self(ticks)
    }

    /// Makes the start of a tallied call, which found the mark `outer`.
    #[inline(always)]
    pub(super) fn tallied(outer: u32) -> Self {
        Self(Self::TALLIED | u64::from(outer))
    }

    /// Adds `flag`, if `is`.
    #[inline(always)]
    pub(super) fn with(self, is: bool, flag: u64) -> Self {
        Self(if is { self.0 | flag } else { self.0 })
    }

    #[inline(always)]
    pub(super) fn has(self, flag: u64) -> bool {
        self.0 & flag != 0
    }

    #[inline(always)]
    pub(super) fn is_tallied(self) -> bool {
        self.0.with_sign() < 0
    }

    /// Returns the beginning of the call, if it is timed.
    #[inline(always)]
    pub(super) fn ticks(self) -> Option<u64> {
        let ticks = self.0 & (Self::FAILED - 1);
        (!self.is_tallied() && ticks > UNTIMED).then_some(ticks)
    }
}

impl fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

// Unwinding through them leaves nothing half-done: their drop is the exit.
impl std::panic::UnwindSafe for Span<'_> {}
impl std::panic::RefUnwindSafe for Span<'_> {}
impl std::panic::UnwindSafe for Scope {}
impl std::panic::RefUnwindSafe for Scope {}

impl Place {
    /// A place without anything in it.
    pub const EMPTY: Self = Self(MaybeUninit::uninit());
}

/// Begins a call of `site`; it ends when the span is dropped.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn enter<'place>(site: &'static Site, place: &'place mut Place) -> Span<'place> {
    let slot = site.slot();
    let entered = if Index::is_muted(slot) {
        Entered::NOWHERE
    } else {
        apart::begin(site, slot, thread::handle(), &mut place.0)
    };
    Span { entered, place, stays: PhantomData }
}

/// Begins a call of a named block.
pub fn enter_scope(site: &'static Site) -> Scope {
    Scope::with(|left| match site.slot() {
        slot if Index::is_muted(slot) => Entered::NOWHERE,
        slot => apart::begin_by_steps(site, slot, thread::handle(), left),
    })
}

/// Begins a call that is recorded in its context in any case.
pub(super) fn enter_in_context(site: &'static Site) -> Scope {
    Scope::with(|left| call::enter_in_context(site, left))
}

/// Begins a call under a name that is known only at run time.
pub fn enter_named(name: &str) -> Scope {
    if process::is_off() {
        // No name need be kept.
        return Scope::with(|_| Entered::NOWHERE);
    }
    if let Some(site) = registry::named(name) {
        return enter_scope(site);
    }
    // Started for it, if this is the first call: so the reason is known why it is not recorded.
    thread::undisturbed(process::recorder).inspect(|recorder| recorder.lose_call());
    Scope::with(|_| Entered::NOWHERE)
}

/// Runs `body` as a call of `site` and counts it as failed if its value is an error.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn observe<R: Outcome>(site: &'static Site, body: impl FnOnce() -> R) -> R {
    observe_by(site, &ByType, body)
}

/// Runs `body` like [`observe`], with another judge than the type.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn observe_by<R>(site: &'static Site, judge: &impl Judge<R>, body: impl FnOnce() -> R) -> R {
    let mut place = Place::EMPTY;
    let mut span = enter(site, &mut place);
    let returned = body();
    if judge.is_error(&returned) {
        if judge.names_kinds() {
            fail(span, site, judge, &returned);
        } else {
            // No call of a function stands here, since the calls that succeed would pay for it: see
            // `apart`. What else is to be done comes when the span ends.
            span.entered.fail();
        }
    }
    returned
}

/// Ends a call that returned an error, which has a kind.
#[cold]
#[inline(never)]
fn fail<R>(span: Span<'_>, site: &'static Site, judge: &impl Judge<R>, returned: &R) {
    // If that unwinds, the span ends there.
    let kind = judge.kind(returned);
    let span = ManuallyDrop::new(span);
    failure::end(span.entered, &span.place.0, site, kind.as_ref());
}

/// A moment in ticks, which is returned in a register, unlike an `Option`.
pub(super) type Moment = u64;

/// No moment: the call was not timed.
pub(super) const NEVER: Moment = 0;

/// The record of a call.
pub(super) enum Recorded {
    InContext(&'static NodeRecord),
    Tallied(&'static TallyRecord),
    Nowhere,
}

impl Drop for Span<'_> {
    // Small enough to be inlined into every tracked function: what is rare is out of line.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.entered.start != Start::NOT_RECORDED {
            apart::end(self.entered, thread::handle(), &self.place.0);
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl Scope {
    fn with(enter: impl FnOnce(&mut MaybeUninit<Surroundings>) -> Entered) -> Self {
        let mut place = Place::EMPTY;
        Self { entered: enter(&mut place.0), place, stays: PhantomData }
    }

    /// Ends the call; no other may be left running in it. Returns the moment, or [`NEVER`] if it is
    /// not timed.
    pub(super) fn end(&mut self) -> Moment {
        match self.recorded() {
            Recorded::Nowhere => NEVER,
            _ => apart::end_by_steps(self.entered, thread::handle(), &self.place.0),
        }
    }

    /// Returns the beginning of the call, if it is timed.
    pub(super) fn began(&self) -> Option<u64> {
        let start = self.entered.start;
        start.ticks().filter(|_| !start.has(Start::SAMPLED))
    }

    /// Returns the record of the call.
    pub(super) fn recorded(&self) -> Recorded {
        self.entered.recorded()
    }

    /// Counts the running call as one that returned an error.
    pub(super) fn count_error(&self) {
        self.entered.count_error();
    }
}

impl Entered {
    /// Counts a panic of a call that is tallied.
    #[cold]
    pub(super) fn count_panic(self) {
        // SAFETY: whoever calls this has seen that it is tallied.
        add(unsafe { &self.record.tally.panics }, 1);
    }

    /// Ends a call that is tallied.
    #[inline(always)]
    pub(super) fn end_tallied(self, handle: &Handle) {
        // SAFETY: whoever calls this has seen that it is tallied.
        let tally = unsafe { self.record.tally };
        handle.mark.set(self.start.0 as u32);
        add(&tally.calls, 1);
    }

    #[inline]
    pub(super) fn recorded(self) -> Recorded {
        let Self { start, record } = self;
        if start == Start::NOT_RECORDED {
            Recorded::Nowhere
        } else if start.is_tallied() || start.has(Start::SAMPLED) {
            // SAFETY: the start says that it is.
            Recorded::Tallied(unsafe { record.tally })
        } else {
            // SAFETY: the start says that it is.
            Recorded::InContext(unsafe { record.node })
        }
    }

    /// Returns the call as if it had not failed.
    pub(super) fn without_failure(self) -> Self {
        Self { start: Start(self.start.0 & !Start::FAILED), ..self }
    }

    /// Counts an error, and notes it for the end of a call that may be timed.
    #[inline]
    fn fail(&mut self) {
        self.count_error();
        if let Recorded::InContext(_) = self.recorded() {
            self.start = self.start.with(true, Start::FAILED);
        }
    }

    #[inline]
    pub(super) fn count_error(self) {
        match self.recorded() {
            Recorded::InContext(node) => add(&node.errors, 1),
            Recorded::Tallied(tally) => add(&tally.errors, 1),
            Recorded::Nowhere => {}
        }
    }
}
