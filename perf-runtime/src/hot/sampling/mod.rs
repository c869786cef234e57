//! The choice of what is recorded of a thread's calls: everything, or only the number of costly
//! ones, with windows in which everything is recorded. Keeps the books for the decisions of
//! [`crate::budget`], and carries them out.
//!
//! A window begins with a call whose context is known: one that was not made by a tallied function.
//! From then on everything is recorded as if nothing were tallied, until time is up. So a window's
//! recording is whole: own times, counts and contexts fit each other.

mod review;
mod windows;

use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;

use self::review::review;
use self::windows::{begin_window, miss, turn};
use super::add::add;
use super::call;
use super::clock;
use super::thread::{self, Entry, Thread};
use crate::budget::{Allowance, REVIEW_TICKS, jitter};
use crate::segment::layout::{NodeRecord, TallyRecord};
use crate::snapshot::Step;

/// The way in which calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// All in their contexts, and timed, since none costs too much.
    Exact,
    /// The same, just before a window: the first hundred calls take longer, since the code and data
    /// that record them are no longer in the processor's caches.
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
    /// Returns whether all calls are recorded in their contexts, and timed.
    #[inline(always)]
    pub(super) fn is_of_all(self) -> bool {
        self < Self::Tallying
    }
}

/// The schedule by which a thread records: its mode, its books, and its next changes.
#[derive(Debug)]
pub(super) struct Sampler {
    mode: Cell<Mode>,
    /// Time of the next look here, in ticks.
    next_event: Cell<u64>,
    allowance: Cell<Allowance>,
    /// Functions that are tallied.
    tallied: Cell<u32>,
    window_began: Cell<u64>,
    /// End of the window, or beginning of the next one.
    window_turn: Cell<u64>,
    /// Calls that could not begin a window.
    missed: Cell<u32>,
    review_at: Cell<u64>,
    review_every: Cell<u64>,
    /// The thread's time at the last review, in nanoseconds.
    reviewed_ns: Cell<u64>,
    /// Share of its time that everything but windows took.
    others: Cell<f64>,
    /// Share of the time that timing one function's calls may take.
    ceiling: Cell<f64>,
    /// Calls since the clock was asked whether it can be trusted.
    untimed: Cell<u32>,
    /// Time of the recorder's last work in the middle of a call, in ticks.
    worked_at: Cell<u64>,
}

/// The tallied calls of a function between two questions whether a window is due.
const CALLS_AT_ONCE: u64 = 256;

/// The longest that the recorder's own work is taken to last, in ticks: some 200 microseconds.
/// Longer work was interrupted, and the processor did something else.
const LONGEST_WORK: u64 = 1 << 19;

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

    /// Sets the mode for probes, which decide themselves, and have no events.
    pub(super) fn set_mode(&self, mode: Mode) {
        self.next_event.set(u64::MAX);
        self.mode.set(mode);
    }

    /// Has the next call that is timed look here.
    pub(super) fn look_soon(&self) {
        self.next_event.set(0);
    }

    /// Begins anew for another thread.
    pub(super) fn begin_thread(&self) {
        self.review_at.set(0);
        self.review_every.set(REVIEW_TICKS);
        self.look_soon();
    }

    /// Returns whether calls are to look for their tallies.
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

/// Decides about a call where not all are recorded in their contexts; `None` where it is recorded
/// there after all.
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

/// Returns the tally that counts the calls of a site at present.
fn active(entry: &Entry) -> Option<&'static TallyRecord> {
    entry.tally().filter(|tally| tally.step.load(Relaxed) != Step::Exact.number())
}

fn tallied(entry: &Entry) -> Option<&'static TallyRecord> {
    active(entry).filter(|_| !std::thread::panicking())
}

/// Returns whether a time without a call, as long as a thousand calls, cannot be that of the
/// function of `node`: it is called so often that it is tallied, and the thread was interrupted.
pub(super) fn is_interruption(thread: &Thread, node: &NodeRecord) -> bool {
    thread.entry(node.site.wrapping_add(1)).is_some_and(|entry| active(entry).is_some())
}

/// Does everything that is due at `now`: begins or ends a window, looks at the load. Returns the
/// time after that; the work is in no context.
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

/// Does some of the recorder's `work` in the middle of a call; its time is in no context.
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

/// Asks now and then, while no time can be trusted, whether that has changed.
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
