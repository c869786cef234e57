//! Which calls of a node are timed: all, one of many, or none. Keeps the books that
//! [`crate::breaker`] decides by, and carries out what it decides.
//!
//! The hot path asks for a countdown only: 0, time the call; more than 1, count it and go on; 1,
//! ask here.

use std::sync::atomic::Ordering::Relaxed;

use super::clock;
use super::fold::{self, Covering, add};
use super::thread::{self, Entry, Thread};
use crate::breaker::{self, Decision, Load};
use crate::segment::layout::{NodeRecord, RING, ShardRecord, is_beside};
use crate::snapshot::Step;

/// What is done with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is timed by the processor's counter.
    Timed,
    /// It is timed by whatever clock there is.
    Gated,
    /// It is counted.
    Untimed,
}

/// Ticks in the unit of [`crate::segment::layout::Sampling::burst_end`], as a power of two.
const BURST_SHIFT: u32 = 10;

/// Calls that pass between two questions whether the load has changed.
const PASS_AT_ONCE: u32 = 512;

/// Decides about a call that did not take the quick way, and sets the countdown of the next ones.
///
/// Calls are timed in bursts of a whole ring. Processors do several calls at once, so one between
/// others that are not timed measures other things than one among its like; in a burst all but the
/// first measure what they would if every call were timed.
pub(super) fn take_turn(thread: &Thread, entry: &Entry, node: &NodeRecord) -> Turn {
    match entry.countdown() {
        0 => Turn::Timed,
        1 => {
            let turn = next_turn(thread, node);
            entry.set_countdown(countdown(thread, node));
            turn
        }
        more => {
            entry.set_countdown(more - 1);
            Turn::Untimed
        }
    }
}

/// Whether a recursive call is timed. Where calls are sampled only the outermost are chosen from:
/// each may stand for thousands within it.
pub(super) fn recursive_turn(thread: &Thread, entry: &Entry, node: &NodeRecord) -> Turn {
    match (entry.countdown(), step(node)) {
        (0, _) => Turn::Timed,
        (_, Step::Exact) if thread.is_gated => Turn::Gated,
        _ => Turn::Untimed,
    }
}

/// The turn of a call for which the countdown has run out.
fn next_turn(thread: &Thread, node: &NodeRecord) -> Turn {
    if step(node) != Step::Exact {
        review(thread, node, clock::now());
    }
    let sampling = &node.sampling;
    let to_pass = sampling.to_pass.load(Relaxed);
    match step(node) {
        Step::Exact => {}
        Step::Sampled if to_pass == 0 => {
            // Of the next burst, unless each call is one.
            if thread.is_gated {
                sampling.to_pass.store(pause(thread, node), Relaxed);
            }
        }
        _ => {
            sampling.to_pass.store(to_pass.saturating_sub(PASS_AT_ONCE), Relaxed);
            return Turn::Untimed;
        }
    }
    if thread.is_gated { Turn::Gated } else { Turn::Timed }
}

/// Calls that pass after a burst.
fn pause(thread: &Thread, node: &NodeRecord) -> u32 {
    let burst = if thread.is_gated { 1 } else { RING as u32 };
    let others = node.sampling.interval.load(Relaxed).saturating_sub(1);
    breaker::jitter(others.saturating_mul(burst), thread.random())
}

/// The countdown with which the hot path goes on: 0 to time calls, otherwise one more than may
/// pass.
pub(super) fn countdown(thread: &Thread, node: &NodeRecord) -> u32 {
    match (step(node), node.sampling.to_pass.load(Relaxed)) {
        (Step::Counted, _) => PASS_AT_ONCE,
        (Step::Sampled, to_pass) if to_pass > 0 => to_pass.min(PASS_AT_ONCE) + 1,
        _ => u32::from(thread.is_gated),
    }
}

/// The full ring of `node`, or one of which no more is to come, is folded.
pub(super) fn end_burst(thread: &Thread, node: &NodeRecord, now: u64, timed: u64) {
    let is_sampled = step(node) == Step::Sampled;
    let within = since_last_burst(node, now);
    let covering = match is_sampled {
        true => Covering::All { within },
        // Calls of an async function: they overlap, so that no time is too short for them.
        false if is_beside(node.site) => Covering::All { within: u64::MAX >> 1 },
        false => Covering::Nothing,
    };
    fold::fold_durations(thread, node, covering);
    if timed == RING as u64 && thread.is_moment(now) {
        thread.recorder.note_fold_cost(clock::now().saturating_sub(now));
    }
    after_fold(thread, node, now, timed);
    if step(node) == Step::Sampled && !thread.is_gated {
        node.sampling.to_pass.store(pause(thread, node), Relaxed);
        begin_countdown(thread, node);
    }
}

/// Ticks since the last burst of `node` ended, or a little more; another one ends `now`.
fn since_last_burst(node: &NodeRecord, now: u64) -> u64 {
    let now = (now >> BURST_SHIFT) as u32;
    let before = node.sampling.burst_end.load(Relaxed);
    node.sampling.burst_end.store(now, Relaxed);
    (u64::from(now.wrapping_sub(before)) + 1) << BURST_SHIFT
}

/// Sets the countdown where the hot path looks for it, or will.
fn begin_countdown(thread: &Thread, node: &NodeRecord) {
    let countdown = countdown(thread, node);
    match thread.entry_of(node) {
        Some(entry) => entry.set_countdown(countdown),
        None => node.sampling.countdown.store(countdown, Relaxed),
    }
}

/// After a call that was gated has been recorded.
pub(super) fn end_gated(shard: &ShardRecord, node: &NodeRecord, now: u64) {
    if let Some(thread) = thread::owning(shard).filter(|_| step(node) == Step::Sampled) {
        end_burst(thread, node, now, 1);
    }
}

/// After `timed` calls have been folded.
fn after_fold(thread: &Thread, node: &NodeRecord, now: u64, timed: u64) {
    thread.note_moment(now);
    // What must not be sampled is not on the budget: others would have to make up for it.
    thread.spend(if node.is_exact == 0 { timed } else { 0 }, now);
    review(thread, node, now);
}

/// The step that the calls of `node` are at.
fn step(node: &NodeRecord) -> Step {
    Step::from_number(node.sampling.step.load(Relaxed))
}

/// Looks at the load that the calls of `node` make, once in a while, and takes the step that it
/// calls for.
fn review(thread: &Thread, node: &NodeRecord, now: u64) {
    let sampling = &node.sampling;
    let since = sampling.window_start.load(Relaxed);
    let elapsed = now.saturating_sub(since);
    if elapsed < breaker::WINDOW_TICKS {
        return;
    }
    let counts = [&node.head, &node.untimed, &node.passed].map(|count| count.load(Relaxed));
    let calls = counts.into_iter().fold(0, u64::wrapping_add);
    let recent = calls.wrapping_sub(sampling.window_calls.load(Relaxed));
    sampling.window_start.store(now, Relaxed);
    sampling.window_calls.store(calls, Relaxed);
    let load = Load {
        calls: if since == 0 { 0 } else { recent },
        elapsed,
        cost: thread.recorder.cost.timed(),
        share: thread.share().each,
        is_spent: thread.share().is_spent(),
        step: step(node),
        interval: sampling.interval.load(Relaxed),
        in_step: now.saturating_sub(sampling.since.load(Relaxed)),
        times_are_trusted: thread.recorder.times_are_trusted(),
        is_exact: node.is_exact != 0,
    };
    if let Some(decision) = breaker::decide(&load) {
        take_step(thread, node, now, decision);
    }
}

fn take_step(thread: &Thread, node: &NodeRecord, now: u64, decision: Decision) {
    let sampling = &node.sampling;
    let before = step(node);
    settle(thread, node, before);
    let spent = now.saturating_sub(sampling.since.load(Relaxed));
    match before {
        Step::Exact => {}
        Step::Sampled => add(&sampling.sampled_ticks, spent),
        Step::Counted => add(&sampling.counted_ticks, spent),
    }
    sampling.since.store(now, Relaxed);
    sampling.step.store(decision.step.number(), Relaxed);
    sampling.interval.store(decision.interval, Relaxed);
    let largest = sampling.largest_interval.load(Relaxed).max(decision.interval);
    sampling.largest_interval.store(largest, Relaxed);
    sampling.to_pass.store(0, Relaxed);
    if decision.step == Step::Sampled {
        sampling.to_pass.store(pause(thread, node), Relaxed);
    }
    begin_countdown(thread, node);
    if before != decision.step {
        sampling.transitions.store(sampling.transitions.load(Relaxed).wrapping_add(1), Relaxed);
        thread.recorder.log_step(node.site, now, before, decision);
    }
}

/// Before the step changes: durations that stand for themselves are folded as such, and calls that
/// none stands for are set apart.
fn settle(thread: &Thread, node: &NodeRecord, before: Step) {
    match before {
        Step::Exact => {
            fold::fold_durations(thread, node, Covering::Nothing);
        }
        Step::Sampled => {}
        Step::Counted => fold::set_apart(node),
    }
}
