//! The review of the load: by the share of the thread's time that recording takes, it is decided
//! anew which functions are tallied.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::active;
use crate::budget::{Allowance, REVIEW_TICKS};
use crate::hot::add::add;
use crate::hot::thread::{Entry, Thread};
use crate::registry;
use crate::segment::layout::{NodeRecord, TallyRecord, is_beside};
use crate::snapshot::{Reason, Step};
use crate::writing::system;

/// Longest time between two reviews.
const LONGEST_REVIEW: u64 = REVIEW_TICKS << 3;

/// The shortest time for which a function stays tallied.
const SHORTEST_STEP_TICKS: u64 = REVIEW_TICKS << 4;

/// The part of the ceiling below which a tallied function is timed again.
const RECOVERY: f64 = 0.125;

/// Ticks between two measurements of what recording costs.
const COST_INTERVAL_TICKS: u64 = 1 << 28;

/// Looks at the time that recording took since the last review, and decides anew about tallying.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "shares need no more digits, and are not below zero"
)]
pub(super) fn review(thread: &'static Thread, now: u64) {
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

/// Returns the ticks to the first look at the load: next to none where there is nothing to be
/// spent.
fn first_review(allowance: &Allowance) -> u64 {
    if allowance.is_nothing() { 1 } else { REVIEW_TICKS }
}

/// Keeps the earlier records apart, in the contexts of functions that are tallied from `now` on for
/// the first time.
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

/// The time that recording took since the last review, in ticks.
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

/// Returns the calls that were tallied since the last review.
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

/// Has functions tallied whose timing takes too much, and returns their number.
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

/// Has functions timed again whose calls are so rare that timing costs next to nothing, and returns
/// their number.
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
