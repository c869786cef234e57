//! Entry and exit of a call that is recorded in its context: the node is found, the clock is read,
//! and the time since the last reading is credited to the thread's context.
//!
//! The processor reads the clock only when all earlier loads have come in, so the cost is not in
//! the amount of work but in the loads that wait for each other. The usual entry compares one
//! number: was this function last called, on this thread, from the context that we are in? Then its
//! node is known. All further work is stores to known addresses.
//!
//! A recursive call is recorded in the node of the outermost one; the time between two readings of
//! the clock belongs to one context all the same.

use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::add::add;
use super::apart::{Entered, Record};
use super::clock;
use super::failure;
use super::fold;
use super::forked;
use super::sampling::{self, Diverted, Mode};
use super::span::{Moment, NEVER, Start};
use super::thread::{self, Context, Entry, Handle, Thread};
use crate::segment::layout::{FIRST_LONG, LONG, NESTED, NodeRecord, RING, TallyRecord, UNTIMED};
use crate::site::Site;

/// The return of a call in its context: the caller's context, and the mark that was found there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    caller: Context,
    outer: u32,
}

/// The place where [`Surroundings`] are left.
type Left = MaybeUninit<Surroundings>;

/// The time without a call from which on it is in doubt: some 6 microseconds.
const LONG_TICKS: u64 = 1 << 14;

/// The third lowest bit of a context's key: the call was made by a tallied function somewhere
/// below.
pub(super) const LOOSE: u64 = 4;

/// Begins a call of `site` that is not simply tallied.
#[cfg_attr(debug_assertions, inline(never))]
#[cfg_attr(not(debug_assertions), inline)]
pub(super) fn enter(site: &'static Site, left: &mut Left) -> Entered {
    let handle = thread::handle();
    let (Some(thread), Some(entry)) = (handle.thread(), handle.entry(site.slot())) else {
        return enter_first(site, left);
    };
    let mode = thread.sampler.mode();
    let diverted = if mode.is_of_all() { None } else { sampling::divert(thread, entry, mode) };
    match diverted {
        None => enter_context(handle, thread, entry, site, left),
        Some(Diverted::Tallied(tally)) => {
            Entered::tallied(tally, handle, tally.site.wrapping_add(1))
        }
        Some(Diverted::Sampled(tally)) => enter_sampled(handle, tally, left),
    }
}

/// Begins a call that is tallied and timed.
fn enter_sampled(handle: &Handle, tally: &'static TallyRecord, left: &mut Left) -> Entered {
    let outer = handle.mark.replace(tally.site.wrapping_add(1));
    left.write(Surroundings { caller: handle.context(), outer });
    let start = Start::at(clock::in_order()).with(true, Start::SAMPLED);
    Entered { start, record: Record { tally } }
}

/// Ends such a call. If the recorder worked in the middle of it, for an unknown time, the call
/// counts and its time does not.
fn end_sampled(handle: &Handle, entered: Entered, outer: u32) {
    let now = clock::in_order();
    // SAFETY: whoever calls this has seen that it is one.
    let tally = unsafe { entered.record.tally };
    let began = entered.start.ticks().unwrap_or(now);
    if let Some(thread) = handle.thread().filter(|it| it.sampler.worked_at() <= began) {
        let took = thread.preemption.of_sampled(began, now, thread.ns_per_tick());
        let (calls, ticks) = if took >= LONG_TICKS && is_outlier(tally, took) {
            (&tally.long, &tally.long_ticks)
        } else {
            (&tally.timed, &tally.timed_ticks)
        };
        add(ticks, took);
        add(calls, 1);
    }
    if std::thread::panicking() {
        add(&tally.panics, 1);
    }
    add(&tally.calls, 1);
    handle.mark.set(outer);
}

/// Returns whether a call took so much longer than those before it that the thread may have been
/// interrupted.
#[cold]
fn is_outlier(tally: &TallyRecord, took: u64) -> bool {
    const TIMES: u64 = 32;
    /// The calls from which on their mean is known.
    const ENOUGH: u64 = 8;
    let (timed, ticks) = (tally.timed.load(Relaxed), tally.timed_ticks.load(Relaxed));
    timed >= ENOUGH && took / TIMES > ticks / timed
}

/// Begins a call that is recorded in its context in any case.
#[inline(never)]
pub(super) fn enter_in_context(site: &'static Site, left: &mut Left) -> Entered {
    let handle = thread::handle();
    match (handle.thread(), handle.entry(site.slot())) {
        (Some(thread), Some(entry)) => enter_context(handle, thread, entry, site, left),
        _ => enter_first(site, left),
    }
}

#[inline(always)]
fn enter_context(
    handle: &Handle,
    thread: &'static Thread,
    entry: &Entry,
    site: &'static Site,
    left: &mut Left,
) -> Entered {
    let (caller, outer) = (handle.context(), handle.mark.get());
    let key = caller.number() | if outer == 0 { 0 } else { LOOSE };
    let remembered = if entry.caller.get() == key { entry.node() } else { None };
    let found = match remembered {
        Some(node) => Found::New(node),
        None => find(thread, entry, site, key),
    };
    let (node, is_nested) = match found {
        Found::New(node) => (node, false),
        Found::Running(node) => (node, true),
        Found::First => return enter_first(site, left),
        Found::Nowhere => return Entered::NOWHERE,
    };
    let start = begin(handle, thread, entry, node, is_nested);
    handle.set_context(Context::of(node, is_nested));
    handle.mark.set(0);
    left.write(Surroundings { caller, outer });
    let start = start.with(is_nested, Start::NESTED);
    let start = start.with(std::thread::panicking(), Start::UNWINDING);
    Entered { start, record: Record { node } }
}

/// Reads the clock for a call in `node`, or counts it where no clock can be trusted.
#[inline(always)]
fn begin(
    handle: &Handle,
    thread: &'static Thread,
    entry: &Entry,
    node: &NodeRecord,
    is_nested: bool,
) -> Start {
    if thread.sampler.mode() == Mode::Untimed {
        return begin_untimed(node, is_nested);
    }
    let mut now = clock::now();
    if now >= thread.sampler.next_event() {
        now = sampling::event(thread, now);
    }
    credit(handle, thread, now);
    if let Some(caller) = handle.context().node() {
        let is_whole = thread.sampler.mode() == Mode::Whole;
        add(if is_whole { &caller.made.whole } else { &caller.made.partial }, 1);
    }
    entry.timed.set(entry.timed.get().wrapping_add(1));
    if is_nested {
        add(&node.made.nested, 1);
    } else {
        node.start.store(now, Relaxed);
    }
    Start::at(now)
}

/// Counts a call that is not timed, when it begins.
#[cold]
fn begin_untimed(node: &NodeRecord, is_nested: bool) -> Start {
    if is_nested {
        add(&node.passed, 1);
    } else {
        add(&node.untimed, 1);
        node.start.store(UNTIMED, Relaxed);
    }
    Start::UNTIMED
}

/// Credits the time since the last reading of the clock to the context that the thread is in.
#[inline(always)]
pub(super) fn credit(handle: &Handle, thread: &Thread, now: u64) {
    let shard = handle.shard();
    let spent = now.saturating_sub(shard.last.load(Relaxed));
    if spent >= LONG_TICKS {
        credit_long(handle, thread, now, spent);
    } else if let Some(node) = handle.context().node() {
        let is_whole = thread.sampler.mode() == Mode::Whole;
        add(if is_whole { &node.own.whole } else { &node.own.partial }, spent);
    }
    shard.last.store(now, Relaxed);
}

/// Credits a time in which the thread may have waited for a processor.
#[cold]
#[inline(never)]
fn credit_long(handle: &Handle, thread: &Thread, now: u64, spent: u64) {
    if forked::is_of_parent(thread) {
        return;
    }
    let waited = thread.preemption.uncredited(now, spent, thread.ns_per_tick());
    let Some(node) = handle.context().node() else { return };
    let is_whole = thread.sampler.mode() == Mode::Whole && !sampling::is_interruption(thread, node);
    add(if is_whole { &node.own.whole } else { &node.own.partial }, spent - waited);
    add(&node.sampling.preempted_ticks, waited);
}

/// Ends a call that is recorded in its context. Returns the moment, or [`NEVER`] if it is not
/// timed.
#[cfg_attr(debug_assertions, inline(never))]
#[cfg_attr(not(debug_assertions), inline)]
pub(super) fn end(entered: Entered, surroundings: &Left) -> Moment {
    let start = entered.start;
    // SAFETY: whoever calls this has seen that the call is recorded, and not simply tallied; so entry
    // has left something there.
    let Surroundings { caller, outer } = unsafe { surroundings.assume_init() };
    let handle = thread::handle();
    if start.has(Start::SAMPLED | Start::FAILED) {
        return end_unusually(entered, surroundings);
    }
    // SAFETY: as above; it is recorded in its context.
    let node = unsafe { entered.record.node };
    let Some(thread) = handle.thread() else { return NEVER };
    let nested = start.has(Start::NESTED);
    if handle.context() != Context::of(node, nested) && !thread.is_ours(node) {
        // In a fork's child, the end of a call that its parent began.
        return NEVER;
    }
    if std::thread::panicking() && !start.has(Start::UNWINDING) {
        add(&node.panics, 1);
    }
    let end = match start.ticks() {
        Some(ticks) => end_timed(handle, thread, node, ticks),
        None => NEVER,
    };
    if !nested {
        node.start.store(0, Relaxed);
    }
    handle.set_context(caller);
    handle.mark.set(outer);
    end
}

/// Ends a call that is tallied and timed, or that has failed in its context.
#[cold]
#[inline(never)]
fn end_unusually(entered: Entered, surroundings: &Left) -> Moment {
    if entered.start.has(Start::FAILED) {
        return failure::end_in_context(entered.without_failure(), surroundings);
    }
    // SAFETY: as in `end`.
    let Surroundings { outer, .. } = unsafe { surroundings.assume_init() };
    end_sampled(thread::handle(), entered, outer);
    NEVER
}

#[inline(always)]
fn end_timed(handle: &Handle, thread: &Thread, node: &NodeRecord, start: u64) -> Moment {
    let end = clock::now();
    credit(handle, thread, end);
    if thread.sampler.mode() != Mode::Whole {
        add(&node.own.partial_calls, 1);
    }
    record(thread, node, thread.preemption.without(start, end), end);
    end
}

/// Records the duration of a call that was timed.
#[inline(always)]
pub(super) fn record(thread: &Thread, node: &NodeRecord, ticks: u64, end: u64) {
    let place = node.head.load(Relaxed) as usize % RING;
    let is_long = ticks >= FIRST_LONG;
    node.ring[place].store(if is_long { LONG } else { ticks as u32 }, Relaxed);
    // Loaded again: as one instruction it cannot be torn by a signal handler that calls the same
    // function, and no call is lost then.
    node.head.store(node.head.load(Relaxed).wrapping_add(1), Release);
    // Both are looked at in any case: one branch is less than two.
    #[expect(clippy::needless_bitwise_bool, reason = "see above")]
    if is_long | (place == RING - 1) {
        fold::fold(thread, node, ticks, end);
    }
}

/// The result for a call that did not come from the context of the last one.
enum Found {
    New(&'static NodeRecord),
    /// The function is running already, in this node.
    Running(&'static NodeRecord),
    /// The site has no place yet.
    First,
    /// There is no memory for it.
    Nowhere,
}

/// Finds the node of `site`, called from the context `key`.
#[inline(always)]
fn find(thread: &'static Thread, entry: &Entry, site: &'static Site, key: u64) -> Found {
    let slot = site.slot();
    if slot == 0 {
        return Found::First;
    }
    if let Some(node) = entry.node().filter(|node| node.start.load(Relaxed) != 0) {
        return Found::Running(node);
    }
    let (of, index) = (key & !NESTED, slot - 1);
    let Some(node) = thread.recent.find(of, index) else {
        return find_in_tree(thread, entry, site, key);
    };
    remember(entry, node, key);
    Found::New(node)
}

#[inline(always)]
fn remember(entry: &Entry, node: &'static NodeRecord, key: u64) {
    // In a recursive call, what is called may be running although its entry fits the context.
    entry.remember(node, if key & NESTED == 0 { key } else { 0 });
}

/// Finds the node of a call that is not among the contexts of late. As that takes longer than
/// usual, its time is in no context.
#[cold]
#[inline(never)]
fn find_in_tree(thread: &'static Thread, entry: &Entry, site: &Site, key: u64) -> Found {
    if forked::is_of_parent(thread) {
        return Found::First;
    }
    let (of, index) = (key & !NESTED, site.slot().wrapping_sub(1));
    let known = || thread.child(of, index).ok_or_else(|| thread.overflow_of(index));
    match sampling::aside(thread, known) {
        Ok(node) => {
            thread.recent.put(of, node);
            remember(entry, node, key);
            Found::New(node)
        }
        Err(node) => find_overflow(thread, node, site),
    }
}

/// Finds a node for a call in a context without memory: that of its function, if there is one. It
/// is recorded like a recursive call: its time is the node's own, and not its caller's.
#[cold]
fn find_overflow(
    thread: &'static Thread,
    of_function: Option<&'static NodeRecord>,
    site: &Site,
) -> Found {
    // A signal handler's call in the recorder's slow parts makes no new context.
    let is_in_slow_parts = thread::handle().is_busy();
    // Where polls are a call's own there is none of theirs to count.
    let node = of_function.or_else(|| thread.overflow().filter(|_| !site.is_polled()));
    let Some(node) = node.filter(|_| !is_in_slow_parts) else {
        // Of the recorder: it may be that the thread's are probes.
        thread.recorder.lose_call_of(site);
        return Found::Nowhere;
    };
    Found::Running(node)
}

/// Begins the first call on this thread, or the first call of this function.
#[cold]
#[inline(never)]
fn enter_first(site: &'static Site, left: &mut Left) -> Entered {
    match thread::attach(site) {
        Some(_) => enter_in_context(site, left),
        None => Entered::NOWHERE,
    }
}
