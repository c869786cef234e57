//! The circuit breaker of the recorder as a whole: *closed* → *open* → *half-open*. It opens when
//! the clock runs backwards again and again, since no time can be trusted then; all calls are
//! counted meanwhile. After a while it is half-open: times are taken again, on trial. A quiet trial
//! closes it, another fault opens it for twice as long.
//!
//! Decisions only, pure but for the state that all threads share. Another module, `budget`, decides
//! about recording that costs more than it may.

use crate::snapshot::BreakerState;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use crate::sync::atomic::{AtomicU32, AtomicU64};
use crate::sync::const_fn;

/// The breaker of the recorder as a whole.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: AtomicU32,
    /// Faults since the window began.
    faults: AtomicU32,
    window_start_ns: AtomicU64,
    /// The moment at which an open breaker goes half-open, or a half-open one closes.
    until_ns: AtomicU64,
    pause_ns: AtomicU64,
}

/// The number of faults within a second that opens the breaker; one is enough on trial.
const MOST_FAULTS: u32 = 8;
const FAULT_WINDOW_NS: u64 = 1_000_000_000;
const FIRST_PAUSE_NS: u64 = 1_000_000_000;
const LONGEST_PAUSE_NS: u64 = 64_000_000_000;
const TRIAL_NS: u64 = 100_000_000;

impl Breaker {
    const_fn! {
        pub(crate) fn new() -> Self {
            Self {
                state: AtomicU32::new(BreakerState::Closed.number()),
                faults: AtomicU32::new(0),
                window_start_ns: AtomicU64::new(0),
                until_ns: AtomicU64::new(0),
                pause_ns: AtomicU64::new(FIRST_PAUSE_NS),
            }
        }
    }

    pub(crate) fn state(&self) -> BreakerState {
        // Whoever sees it also sees until when it holds.
        BreakerState::from_number(self.state.load(Acquire))
    }

    /// Notes a fault at `now_ns`. Returns the states before and after, when it changed.
    pub(crate) fn fault(&self, now_ns: u64) -> Option<(BreakerState, BreakerState)> {
        if now_ns.saturating_sub(self.window_start_ns.load(Relaxed)) > FAULT_WINDOW_NS {
            self.window_start_ns.store(now_ns, Relaxed);
            self.faults.store(0, Relaxed);
        }
        let faults = self.faults.fetch_add(1, Relaxed) + 1;
        match self.state() {
            BreakerState::Closed if faults > MOST_FAULTS => self.open(BreakerState::Closed, now_ns),
            BreakerState::HalfOpen => self.open(BreakerState::HalfOpen, now_ns),
            _ => None,
        }
    }

    /// Notes that time has passed. Returns the states before and after, when that changed it.
    pub(crate) fn pass(&self, now_ns: u64) -> Option<(BreakerState, BreakerState)> {
        let state = self.state();
        if state == BreakerState::Closed || now_ns < self.until_ns.load(Relaxed) {
            return None;
        }
        if state == BreakerState::Open {
            self.until_ns.store(now_ns.saturating_add(TRIAL_NS), Relaxed);
            return self.turn(state, BreakerState::HalfOpen);
        }
        self.pause_ns.store(FIRST_PAUSE_NS, Relaxed);
        self.turn(state, BreakerState::Closed)
    }

    fn open(&self, from: BreakerState, now_ns: u64) -> Option<(BreakerState, BreakerState)> {
        let pause = self.pause_ns.load(Relaxed);
        self.until_ns.store(now_ns.saturating_add(pause), Relaxed);
        let turned = self.turn(from, BreakerState::Open)?;
        self.pause_ns.store((pause * 2).min(LONGEST_PAUSE_NS), Relaxed);
        Some(turned)
    }

    /// Changes the state; of several threads that try, one does it.
    fn turn(&self, from: BreakerState, to: BreakerState) -> Option<(BreakerState, BreakerState)> {
        let turned = self.state.compare_exchange(from.number(), to.number(), AcqRel, Relaxed);
        turned.ok().map(|_| (from, to))
    }
}

#[cfg(all(test, not(perf_loom)))]
mod tests {
    use super::*;

    #[test]
    fn faults_open_the_breaker_and_a_quiet_trial_closes_it() {
        let breaker = Breaker::new();
        let second = 1_000_000_000;
        let opened = (0..=MOST_FAULTS).find_map(|_| breaker.fault(second));
        assert_eq!(opened, Some((BreakerState::Closed, BreakerState::Open)));
        assert_eq!(breaker.pass(second + 1), None);
        let trial = (BreakerState::Open, BreakerState::HalfOpen);
        assert_eq!(breaker.pass(2 * second + 1), Some(trial));
        assert_eq!(
            breaker.fault(2 * second + 2),
            Some((BreakerState::HalfOpen, BreakerState::Open))
        );
        assert_eq!(breaker.pass(3 * second + 3), None, "the second pause is twice as long");
        assert_eq!(breaker.pass(4 * second + 3), Some(trial));
        let closed = (BreakerState::HalfOpen, BreakerState::Closed);
        assert_eq!(breaker.pass(4 * second + 3 + TRIAL_NS), Some(closed));
    }

    #[test]
    fn a_few_faults_now_and_then_open_nothing() {
        let breaker = Breaker::new();
        assert!((1..1000).all(|second| breaker.fault(second * 2_000_000_000).is_none()));
    }
}
