//! Windows, in which everything is recorded, and the time between them.

use super::Mode;
use crate::budget::jitter;
use crate::hot::add::add;
use crate::hot::call;
use crate::hot::clock;
use crate::hot::thread::{self, Thread};

/// Length of a window in ticks: 25 to 50 microseconds, a thousand calls.
const WINDOW_TICKS: u64 = 1 << 17;

/// The time before a window in which everything is recorded as in it.
const WARMING_TICKS: u64 = 1 << 13;

/// The calls that may pass before a due window is put off.
const MOST_MISSED: u32 = 1 << 10;

/// Begins the time before a window.
pub(super) fn begin_window(thread: &Thread) {
    let now = clock::now();
    call::credit(thread::handle(), thread, now);
    let sampler = &thread.sampler;
    sampler.mode.set(Mode::Warming);
    sampler.window_began.set(now);
    sampler.window_turn.set(now.saturating_add(WARMING_TICKS));
    sampler.schedule();
    add(&thread.shard().windows, 1);
}

/// Ends a window, or puts one off: until the next one calls are tallied.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate; what does not fit becomes the nearest that does"
)]
pub(super) fn end_window(thread: &Thread, now: u64, took: u64) {
    let sampler = &thread.sampler;
    sampler.mode.set(Mode::Tallying);
    thread::handle().set_tallying(true);
    let pause = sampler.allowance.get().pause(took as f64, sampler.others.get());
    let pause = jitter((pause as u64).min(1 << 40), thread.random());
    let next =
        if sampler.allowance.get().is_nothing() { u64::MAX } else { now.saturating_add(pause) };
    sampler.window_turn.set(next);
}

/// Counts a call that could not begin the due window.
pub(super) fn miss(thread: &Thread) {
    let sampler = &thread.sampler;
    sampler.missed.set(sampler.missed.get() + 1);
    if sampler.missed.get() >= MOST_MISSED {
        end_window(thread, clock::now(), WINDOW_TICKS / 4);
        sampler.schedule();
    }
}

/// Goes from tallying to awaiting a window, or from a window to tallying, where it is time to.
pub(super) fn turn(thread: &Thread, now: u64) {
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
