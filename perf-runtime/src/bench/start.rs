//! The line from which several threads start at the same moment, and the pace at which operations
//! begin on them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A line where threads wait for each other.
#[derive(Debug)]
pub(super) struct StartLine {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug)]
struct Waiting {
    /// Threads that will come, or are there.
    expected: u32,
    there: u32,
}

impl StartLine {
    pub(super) fn of(expected: u32) -> Self {
        Self { state: Mutex::new(Waiting { expected, there: 0 }), changed: Condvar::new() }
    }

    /// Waits until all others are there, or have given up.
    pub(super) fn wait(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.there += 1;
        self.changed.notify_all();
        while state.there < state.expected {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that a thread does not come: it panicked before, or had nothing to do.
    pub(super) fn give_up(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.expected = state.expected.saturating_sub(1);
        self.changed.notify_all();
    }
}

/// A pace: operations begin at a rate, whether those before have ended or not.
#[derive(Debug)]
pub(super) struct Pace {
    /// Nanoseconds between two of them.
    pub(super) period_ns: f64,
    /// Operations that will begin.
    total: u64,
    began: OnceLock<Instant>,
    next: AtomicU64,
}

impl Pace {
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub(super) fn new(rate_millihertz: u64, total: u64) -> Self {
        let period_ns = 1e12 / (rate_millihertz.max(1) as f64);
        Self { period_ns, total, began: OnceLock::new(), next: AtomicU64::new(0) }
    }

    /// Waits for the intended beginning of the next operation, and returns it; `None` after the
    /// last.
    pub(super) fn next(&self) -> Option<Instant> {
        let number = self.next.fetch_add(1, Relaxed);
        if number >= self.total {
            return None;
        }
        let began = *self.began.get_or_init(Instant::now);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let after = Duration::try_from_secs_f64(number as f64 * self.period_ns / 1e9).ok()?;
        let intended = began.checked_add(after)?;
        wait_until(intended);
        Some(intended)
    }
}

/// Waits until `moment`: asleep first, and awake at the end, so as not to be late.
fn wait_until(moment: Instant) {
    const AWAKE: Duration = Duration::from_micros(200);
    loop {
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        match left.checked_sub(AWAKE) {
            Some(asleep) if !asleep.is_zero() => std::thread::sleep(asleep),
            _ => std::hint::spin_loop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_gives_up_holds_nobody_back() {
        let line = StartLine::of(3);
        std::thread::scope(|scope| {
            scope.spawn(|| line.wait());
            scope.spawn(|| line.give_up());
            line.wait();
        });
    }

    #[test]
    fn every_operation_begins_once_and_not_too_early() {
        let pace = Pace::new(10_000_000, 20);
        let begun: Vec<Instant> = std::iter::from_fn(|| pace.next()).collect();
        let first = begun[0];
        assert_eq!(begun.len(), 20);
        let gaps = begun.iter().map(|it| it.duration_since(first).as_nanos());
        assert!(gaps.eq((0..20).map(|number| number * 100_000)));
    }
}
