//! What is recorded of the calls of a thread: everything, or of costly functions only their number, with
//! windows in which everything is. Keeps the books that [`crate::budget`] decides by, and carries out
//! what it decides.
//!
//! A window begins with a call whose context is known: one that was not made by a tallied function. From
//! then on everything is recorded as if nothing were tallied, until time is up. So what is recorded in
//! a window is whole: own times, counts and contexts fit each other.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::add::add;
use super::call;
use super::clock;
use super::thread::{self, Entry, Thread};
use crate::budget::{Allowance, REVIEW_TICKS, jitter};
use crate::registry;
use crate::segment::layout::{NodeRecord, TallyRecord, is_beside};
use crate::snapshot::{Reason, Step};
use crate::writing::system;

/// How calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// All in their contexts, and timed, since none costs too much.
    Exact,
    /// The same, as in a window, which is about to begin: the first hundred take longer, since what
    /// records them is no longer in the processor's caches.
    Warming,
    /// The same, in a window.
    Whole,
    /// Those of costly functions are tallied.
    Tallying,
    /// The same, until a call comes with which a window can begin.
    Awaiting,
    /// None is timed, since no clock can be trusted.
    Untimed,
}

impl Mode {
    /// Whether all calls are recorded in their contexts, and timed.
    #[inline(always)]
    pub(super) fn is_of_all(self) -> bool {
        self < Self::Tallying
    }
}

/// When a thread records what.
#[derive(Debug)]
pub(super) struct Sampler {
    mode: Cell<Mode>,
    /// When to look here again, in ticks.
    next_event: Cell<u64>,
    allowance: Cell<Allowance>,
    /// Functions that are tallied.
    tallied: Cell<u32>,
    window_began: Cell<u64>,
    /// When the window is to end, or the next one to begin.
    window_turn: Cell<u64>,
    /// Calls that could not begin a window.
    missed: Cell<u32>,
    review_at: Cell<u64>,
    review_every: Cell<u64>,
    /// The thread's time at the last review, in nanoseconds.
    reviewed_ns: Cell<u64>,
    /// Share of its time that everything but windows took.
    others: Cell<f64>,
    /// Of the time, what timing one function's calls may take.
    ceiling: Cell<f64>,
    /// Calls since the clock was asked whether it can be trusted.
    untimed: Cell<u32>,
    /// When the recorder last did something in the middle of a call, in ticks.
    worked_at: Cell<u64>,
}

/// Length of a window in ticks: 25 to 50 microseconds, a thousand calls.
const WINDOW_TICKS: u64 = 1 << 17;

/// What goes before it.
const WARMING_TICKS: u64 = 1 << 13;

/// Calls that may pass before a window that is due is put off.
const MOST_MISSED: u32 = 1 << 10;

/// Tallied calls of a function between two questions whether a window is due.
const CALLS_AT_ONCE: u64 = 256;

/// Longest time between two reviews.
const LONGEST_REVIEW: u64 = REVIEW_TICKS << 3;

/// What was tallied stays so for this long at least.
const SHORTEST_STEP_TICKS: u64 = REVIEW_TICKS << 4;

/// A function is timed again when that takes this much less than would have it tallied.
const RECOVERY: f64 = 0.125;

impl Sampler {
    pub(super) fn new(budget_ppm: u32) -> Self {
        Self {
            mode: Cell::new(Mode::Exact),
            next_event: Cell::new(0),
            allowance: Cell::new(Allowance::of_budget(budget_ppm)),
            tallied: Cell::new(0),
            window_began: Cell::new(0),
            window_turn: Cell::new(u64::MAX),
            missed: Cell::new(0),
            review_at: Cell::new(0),
            review_every: Cell::new(REVIEW_TICKS),
            reviewed_ns: Cell::new(0),
            others: Cell::new(0.0),
            ceiling: Cell::new(0.0),
            untimed: Cell::new(0),
            worked_at: Cell::new(0),
        }
    }

    #[inline(always)]
    pub(super) fn mode(&self) -> Mode {
        self.mode.get()
    }

    #[inline(always)]
    pub(super) fn next_event(&self) -> u64 {
        self.next_event.get()
    }

    #[inline]
    pub(super) fn worked_at(&self) -> u64 {
        self.worked_at.get()
    }

    /// For probes, which decide themselves, and for whom nothing happens.
    pub(super) fn set_mode(&self, mode: Mode) {
        self.next_event.set(u64::MAX);
        self.mode.set(mode);
    }

    /// Has the next call that is timed look here.
    pub(super) fn look_soon(&self) {
        self.next_event.set(0);
    }

    /// Another thread begins to use it.
    pub(super) fn begin_thread(&self) {
        self.review_at.set(0);
        self.review_every.set(REVIEW_TICKS);
        self.look_soon();
    }

    /// Whether calls are to look for their tallies.
    pub(super) fn is_tallying(&self) -> bool {
        self.mode() == Mode::Tallying
    }

    fn schedule(&self) {
        self.next_event.set(self.review_at.get().min(self.window_turn.get()));
    }
}

/// A call that is not recorded in its context.
pub(super) enum Diverted {
    /// It is counted.
    Tallied(&'static TallyRecord),
    /// It is counted and timed.
    Sampled(&'static TallyRecord),
}

/// What is done with a call where not all are recorded in their contexts; `None` where it is after all.
#[inline(never)]
pub(super) fn divert(thread: &'static Thread, entry: &Entry, mode: Mode) -> Option<Diverted> {
    if mode == Mode::Untimed {
        ask_again(thread);
        return active(entry).map(Diverted::Tallied);
    }
    if mode == Mode::Tallying {
        // A function that is not tallied finds out when it reads the clock.
        active(entry)?;
        let now = clock::now();
        if now >= thread.sampler.next_event() {
            event(thread, now);
        }
        if active(entry).is_some() {
            entry.countdown.set(jitter(CALLS_AT_ONCE, thread.random()) as u32);
        }
    }
    match thread.sampler.mode() {
        Mode::Tallying if mode == Mode::Tallying => return tallied(entry).map(Diverted::Sampled),
        Mode::Awaiting if thread::handle().mark.get() == 0 => {
            begin_window(thread);
            return None;
        }
        Mode::Awaiting => miss(thread),
        _ => {}
    }
    tallied(entry).map(Diverted::Tallied)
}

/// Where the calls of a site are tallied at present.
fn active(entry: &Entry) -> Option<&'static TallyRecord> {
    entry.tally().filter(|tally| tally.step.load(Relaxed) != Step::Exact.number())
}

fn tallied(entry: &Entry) -> Option<&'static TallyRecord> {
    active(entry).filter(|_| !std::thread::panicking())
}

/// A window is about to begin.
fn begin_window(thread: &Thread) {
    let now = clock::now();
    call::credit(thread::handle(), thread, now);
    let sampler = &thread.sampler;
    sampler.mode.set(Mode::Warming);
    sampler.window_began.set(now);
    sampler.window_turn.set(now.saturating_add(WARMING_TICKS));
    sampler.schedule();
    add(&thread.shard().windows, 1);
}

/// Whether a time without a call that is as long as a thousand calls cannot be that of the function of
/// `node`: it is called so often that it is tallied, and the thread was interrupted.
pub(super) fn is_interruption(thread: &Thread, node: &NodeRecord) -> bool {
    thread.entry(node.site.wrapping_add(1)).is_some_and(|entry| active(entry).is_some())
}

/// A window is over, or put off: until the next one calls are tallied.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate; what does not fit becomes the nearest that does"
)]
fn end_window(thread: &Thread, now: u64, took: u64) {
    let sampler = &thread.sampler;
    sampler.mode.set(Mode::Tallying);
    thread::handle().set_tallying(true);
    let pause = sampler.allowance.get().pause(took as f64, sampler.others.get());
    let pause = jitter((pause as u64).min(1 << 40), thread.random());
    let next =
        if sampler.allowance.get().is_nothing() { u64::MAX } else { now.saturating_add(pause) };
    sampler.window_turn.set(next);
}

/// A call could not begin the window that is due.
fn miss(thread: &Thread) {
    let sampler = &thread.sampler;
    sampler.missed.set(sampler.missed.get() + 1);
    if sampler.missed.get() >= MOST_MISSED {
        end_window(thread, clock::now(), WINDOW_TICKS / 4);
        sampler.schedule();
    }
}

/// What is due at `now` is done: a window begins or ends, the load is looked at. The time after that,
/// which is in no context.
#[cold]
#[inline(never)]
pub(super) fn event(thread: &'static Thread, now: u64) -> u64 {
    let begin = || {
        happen(thread, now);
        Some(())
    };
    let _ = aside_from(thread, now, || thread::undisturbed(begin));
    thread.shard().last.load(Relaxed)
}

/// Longest that the recorder's own work is taken to last, in ticks: some 200 microseconds. What lasts
/// longer was interrupted, and the processor did something else.
const LONGEST_WORK: u64 = 1 << 19;

/// Does some of the recorder's `work` in the middle of a call, whose time is in no context.
#[cold]
#[inline(never)]
pub(super) fn aside<R>(thread: &Thread, work: impl FnOnce() -> R) -> R {
    if thread.sampler.mode() == Mode::Untimed {
        return work();
    }
    aside_from(thread, clock::now(), work)
}

fn aside_from<R>(thread: &Thread, now: u64, work: impl FnOnce() -> R) -> R {
    call::credit(thread::handle(), thread, now);
    let result = work();
    let after = clock::now();
    let shard = thread.shard();
    let passed = after.saturating_sub(now);
    let waited = thread.preemption.uncredited(after, passed, thread.ns_per_tick());
    add(&shard.recorder_ticks, (passed - waited).min(LONGEST_WORK));
    shard.last.store(after, Relaxed);
    thread.sampler.worked_at.set(after);
    result
}

fn happen(thread: &'static Thread, now: u64) {
    let sampler = &thread.sampler;
    if now >= sampler.review_at.get() {
        review(thread, now);
    }
    if !thread.recorder.times_are_trusted() {
        sampler.mode.set(Mode::Untimed);
        thread::handle().set_tallying(false);
        return;
    }
    if sampler.tallied.get() > 0 {
        turn(thread, now);
    } else {
        sampler.mode.set(Mode::Exact);
        sampler.window_turn.set(u64::MAX);
        thread::handle().set_tallying(false);
    }
    sampler.schedule();
}

/// Goes from tallying to awaiting a window, or from a window to tallying, where it is time to.
fn turn(thread: &Thread, now: u64) {
    let sampler = &thread.sampler;
    let is_due = now >= sampler.window_turn.get();
    match sampler.mode() {
        Mode::Tallying if is_due => {
            sampler.mode.set(Mode::Awaiting);
            sampler.window_turn.set(u64::MAX);
            sampler.missed.set(0);
            thread::handle().set_tallying(false);
        }
        Mode::Warming if is_due => {
            sampler.mode.set(Mode::Whole);
            sampler.window_turn.set(now.saturating_add(WINDOW_TICKS));
        }
        // The first functions are tallied.
        Mode::Exact => end_window(thread, now, WINDOW_TICKS),
        Mode::Whole if is_due => {
            let took = now.saturating_sub(sampler.window_began.get());
            end_window(thread, now, took.min(8 * WINDOW_TICKS));
        }
        _ => {}
    }
}

/// Keeps apart what was recorded of the contexts of functions that are tallied from `now` on for the
/// first time.
fn note_early(thread: &Thread, now: u64) {
    let begins = |node: &NodeRecord| {
        let tally = thread.entry(node.site.wrapping_add(1)).and_then(active);
        tally.is_some_and(|it| it.since.load(Relaxed) == now && it.transitions.load(Relaxed) == 1)
    };
    thread.children.each(|node| {
        if is_beside(node.site) || !begins(node) {
            return;
        }
        let both =
            |[one, other]: [&AtomicU64; 2]| one.load(Relaxed).saturating_add(other.load(Relaxed));
        let made = u32::try_from(both([&node.made.whole, &node.made.partial]));
        if let (Ok(calls), Ok(made)) = (u32::try_from(node.head.load(Relaxed)), made) {
            let own = both([&node.own.whole, &node.own.partial]);
            node.sampling.early_calls.store(calls, Relaxed);
            node.sampling.early_made.store(made, Relaxed);
            node.sampling.early_ticks.store(own, Relaxed);
        }
    });
}

/// Looks at what recording took since the last time, and decides anew what is tallied.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "shares need no more digits, and are not below zero"
)]
fn review(thread: &'static Thread, now: u64) {
    let sampler = &thread.sampler;
    let cpu_ns = system::thread_cpu_ns();
    let before = sampler.reviewed_ns.replace(cpu_ns);
    thread.preemption.refresh(now, cpu_ns);
    let is_first = sampler.review_at.get() == 0;
    let elapsed = cpu_ns.saturating_sub(before) as f64 / thread.recorder.ns_per_tick;
    if is_first {
        sampler.reviewed_ns.set(cpu_ns);
        sampler.review_at.set(now.saturating_add(first_review(&sampler.allowance.get())));
        return;
    }
    let load = Load::of(thread);
    thread.recorder.books.add(load.spent(), elapsed as u64);
    let mut allowance = sampler.allowance.get();
    allowance.settle(load.spent(), elapsed);
    if allowance.is_spent() && !allowance.is_nothing() {
        allowance.draw(thread.recorder.draw_credit());
    }
    sampler.allowance.set(allowance);
    sampler.others.set(load.others() / elapsed.max(1.0));
    let mut changes = 0;
    if allowance.is_spent() {
        changes += tally_costly(thread, &allowance, elapsed, now);
        if changes > 0 {
            note_early(thread, now);
        }
    }
    changes += time_cheap(thread, elapsed, now);
    forget_load(thread);
    let every = if changes > 0 { REVIEW_TICKS } else { sampler.review_every.get() * 2 };
    sampler.review_every.set(every.min(LONGEST_REVIEW));
    sampler.review_at.set(now.saturating_add(sampler.review_every.get()));
    if now.saturating_sub(thread.recorder.measured_cost.load(Relaxed)) > COST_INTERVAL_TICKS {
        thread.recorder.measured_cost.store(now, Relaxed);
        thread.recorder.measure_cost();
    }
    thread.recorder.look_after_segment(now);
}

/// Ticks between two measurements of what recording costs.
const COST_INTERVAL_TICKS: u64 = 1 << 28;

/// Ticks to the first look at the load: none where there is nothing to be spent.
fn first_review(allowance: &Allowance) -> u64 {
    if allowance.is_nothing() { 1 } else { REVIEW_TICKS }
}

/// What recording took since the last review, in ticks.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    /// Calls that are timed in any case.
    timed: f64,
    /// Calls of tallied functions in windows.
    in_windows: f64,
    /// Tallied calls.
    tallied: f64,
}

impl Load {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn of(thread: &Thread) -> Self {
        let costs = &thread.recorder.costs;
        let mut load = Self::default();
        for (_, entry) in thread.each_entry() {
            let timed = f64::from(entry.timed.get()) * costs.timed();
            match active(entry) {
                None => load.timed += timed,
                Some(tally) => {
                    load.in_windows += timed;
                    load.tallied += recent(tally) as f64 * costs.tallied();
                }
            }
        }
        load
    }

    fn spent(&self) -> f64 {
        self.others() + self.in_windows
    }

    fn others(&self) -> f64 {
        self.timed + self.tallied
    }
}

/// Calls that were tallied since the last review.
fn recent(tally: &TallyRecord) -> u64 {
    tally.calls.load(Relaxed).saturating_sub(tally.reviewed_calls.load(Relaxed))
}

fn forget_load(thread: &Thread) {
    for (_, entry) in thread.each_entry() {
        entry.timed.set(0);
        if let Some(tally) = entry.tally() {
            tally.reviewed_calls.store(tally.calls.load(Relaxed), Relaxed);
        }
    }
}

/// Has the functions tallied of which timing takes too much. How many.
fn tally_costly(thread: &'static Thread, allowance: &Allowance, elapsed: f64, now: u64) -> u32 {
    let cost = thread.recorder.costs.timed();
    let timed = |entry: &Entry| f64::from(entry.timed.get()) * cost;
    let costs = thread.each_entry().filter(|(_, entry)| active(entry).is_none());
    let ceiling = allowance.ceiling(elapsed, costs.map(|(_, entry)| timed(entry)));
    thread.sampler.ceiling.set(ceiling / elapsed.max(1.0));
    let mut changes = 0;
    for (slot, entry) in thread.each_entry() {
        if timed(entry) > ceiling && active(entry).is_none() && !registry::is_exact(slot - 1) {
            changes += u32::from(begin_tallying(thread, slot, entry, now).is_some());
        }
    }
    changes
}

fn begin_tallying(thread: &'static Thread, slot: u32, entry: &Entry, now: u64) -> Option<()> {
    let tally = match entry.tally() {
        Some(tally) => tally,
        None => thread.make_tally(slot - 1, entry)?,
    };
    let nothing = thread.sampler.allowance.get().is_nothing();
    let step = if nothing { Step::Counted } else { Step::Sampled };
    tally.reviewed_calls.store(tally.calls.load(Relaxed), Relaxed);
    take_step(thread, tally, now, step, Reason::Overhead);
    thread.sampler.tallied.set(thread.sampler.tallied.get() + 1);
    Some(())
}

/// Has functions timed again that are called so rarely that it costs next to nothing. How many.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn time_cheap(thread: &'static Thread, elapsed: f64, now: u64) -> u32 {
    let ceiling = thread.sampler.ceiling.get() * elapsed * RECOVERY;
    let cost = thread.recorder.costs.timed();
    let mut changes = 0;
    for (_, entry) in thread.each_entry() {
        let Some(tally) = active(entry) else { continue };
        let would_take = (recent(tally) as f64 + f64::from(entry.timed.get())) * cost;
        let tallied_for = now.saturating_sub(tally.since.load(Relaxed));
        if would_take < ceiling && tallied_for > SHORTEST_STEP_TICKS {
            entry.countdown.set(0);
            take_step(thread, tally, now, Step::Exact, Reason::Recovered);
            thread.sampler.tallied.set(thread.sampler.tallied.get() - 1);
            changes += 1;
        }
    }
    changes
}

#[expect(clippy::cast_sign_loss, reason = "not below zero; what does not fit becomes the largest")]
fn take_step(thread: &Thread, tally: &TallyRecord, now: u64, step: Step, reason: Reason) {
    let before = Step::from_number(tally.step.load(Relaxed));
    let spent = now.saturating_sub(tally.since.load(Relaxed));
    match before {
        Step::Exact => {}
        Step::Sampled => add(&tally.sampled_ticks, spent),
        Step::Counted => add(&tally.counted_ticks, spent),
    }
    tally.since.store(now, Relaxed);
    tally.step.store(step.number(), Relaxed);
    tally.transitions.store(tally.transitions.load(Relaxed).wrapping_add(1), Release);
    let interval = match step {
        Step::Exact => 1,
        Step::Sampled => {
            thread.sampler.allowance.get().pause(1.0, thread.sampler.others.get()) as u32
        }
        Step::Counted => 0,
    };
    thread.recorder.log_step(tally.site, now, ([before, step], reason), interval);
}

/// While no time can be trusted: asks now and then whether that has changed.
#[cold]
fn ask_again(thread: &'static Thread) {
    let sampler = &thread.sampler;
    sampler.untimed.set(sampler.untimed.get().wrapping_add(1));
    if u64::from(sampler.untimed.get()) % CALLS_AT_ONCE == 0 && thread.recorder.times_are_trusted()
    {
        thread.shard().last.store(clock::now(), Relaxed);
        sampler.mode.set(Mode::Exact);
        sampler.review_at.set(0);
        sampler.window_turn.set(0);
        sampler.look_soon();
    }
}
