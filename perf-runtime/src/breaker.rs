//! The circuit breaker: what is done when recording costs more than it may. Decisions only, pure
//! but for the state that all threads share; `hot::sampling` keeps the books and carries them out.
//!
//! Per calling context and thread: *exact* → *sampled* → *counted*. A context whose timed calls
//! take more than its share of the thread's time is sampled, just as often as fits into the share;
//! if even one in [`LARGEST_INTERVAL`] were too many, its calls are counted only. The number of
//! calls is exact at each step, so the load that exact recording would make is always known, and
//! exactness returns when that fits again.
//!
//! For the recorder as a whole: *closed* → *open* → *half-open*. It opens when the clock is seen
//! to run backwards again and again, since no time can be trusted then; all contexts count their
//! calls meanwhile. After a while it is half-open: times are taken again, on trial. A quiet trial
//! closes it, another fault opens it for twice as long.

use crate::snapshot::{BreakerState, Reason, Step};
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use crate::sync::atomic::{AtomicU32, AtomicU64};
use crate::sync::const_fn;

/// Ticks between two looks at the load: about a millisecond.
pub(crate) const WINDOW_TICKS: u64 = 1 << 21;

/// A step down is kept for this long at least: 16 windows.
const SHORTEST_STEP_TICKS: u64 = WINDOW_TICKS << 4;

/// At most one call in so many is timed before calls are counted only.
pub(crate) const LARGEST_INTERVAL: u32 = 1 << 16;

/// Share of a thread's time, in millionths, where the user gives none.
pub(crate) const DEFAULT_BUDGET_PPM: u32 = 50_000;

/// The whole of a thread's time: nothing is ever sampled.
const WHOLE_PPM: u32 = 1_000_000;

/// What is known of the calls of one context on one thread, over the last window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) calls: u64,
    /// Length of the window in ticks.
    pub(crate) elapsed: u64,
    /// What timing one call costs, in ticks.
    pub(crate) cost: f64,
    /// Share of the thread's time that the context may take.
    pub(crate) share: f64,
    /// Whether the thread has used up what it may take beyond that.
    pub(crate) is_spent: bool,
    pub(crate) step: Step,
    pub(crate) interval: u32,
    /// Ticks since the step was taken.
    pub(crate) in_step: u64,
    /// Whether the recorder as a whole is not open.
    pub(crate) times_are_trusted: bool,
    /// The function must not be sampled.
    pub(crate) is_exact: bool,
}

/// A step to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) step: Step,
    pub(crate) interval: u32,
    pub(crate) reason: Reason,
}

/// The step that `load` calls for, if it is another one.
#[inline]
pub(crate) fn decide(load: &Load) -> Option<Decision> {
    if !load.times_are_trusted {
        let counted = Decision { step: Step::Counted, interval: 0, reason: Reason::Clock };
        return (load.step != Step::Counted).then_some(counted);
    }
    let interval = wanted_interval(load);
    match (load.step, interval) {
        (Step::Exact, 1) => None,
        (Step::Exact, _) if !load.is_spent => None,
        (Step::Exact, _) => Some(step_down(interval)),
        // What was a step down stays one for a while, lest it go back and forth.
        _ if load.in_step < SHORTEST_STEP_TICKS && interval <= load.interval => None,
        (_, 1) => Some(Decision { step: Step::Exact, interval: 1, reason: Reason::Recovered }),
        (Step::Counted, interval) if interval > LARGEST_INTERVAL => None,
        (_, interval) if interval > load.interval || interval < load.interval / 2 => {
            Some(step_down(interval))
        }
        _ => None,
    }
}

fn step_down(interval: u32) -> Decision {
    if interval > LARGEST_INTERVAL {
        Decision { step: Step::Counted, interval: 0, reason: Reason::Overhead }
    } else {
        Decision { step: Step::Sampled, interval, reason: Reason::Overhead }
    }
}

/// One call in how many may be timed: a power of two, so that it changes seldom.
#[expect(clippy::cast_precision_loss, reason = "estimates")]
fn wanted_interval(load: &Load) -> u32 {
    if load.is_exact {
        return 1;
    }
    // By way of signed integers, which processors turn into floating point by one instruction.
    let [calls, elapsed] = [load.calls, load.elapsed].map(|number| number.cast_signed() as f64);
    let (wanted, granted) = (calls * load.cost, elapsed * load.share);
    // Back to exact only with room to spare.
    let allowed = if load.step == Step::Exact { granted } else { granted / 2.0 };
    if wanted <= allowed {
        return 1;
    }
    doublings(granted, wanted).map_or(u32::MAX, |doublings| 1 << doublings.max(1))
}

/// How often `from` has to be doubled until it is at least `to`; `None` beyond 31 times. Both are
/// positive, so their bits are ordered as they are, with the exponent on top: no division, which
/// would take longer than everything else.
fn doublings(from: f64, to: f64) -> Option<u32> {
    let apart = to.to_bits().saturating_sub(from.to_bits());
    let doublings = apart.div_ceil(1 << (f64::MANTISSA_DIGITS - 1));
    u32::try_from(doublings).ok().filter(|doublings| *doublings < u32::BITS)
}

/// A number around `mean`, between half of it and one and a half: chance keeps sampling from
/// falling into step with the program.
pub(crate) fn jitter(mean: u32, random: u32) -> u32 {
    let spread = u64::from(mean & !1) + 1;
    let more = (u64::from(random) * spread) >> 32;
    (mean - mean / 2).saturating_add(u32::try_from(more).unwrap_or(0))
}

/// What recording may take of a thread's time, all its contexts together and each of them.
///
/// A thread saves up what it does not use of the budget, so a burst of calls is recorded exactly,
/// as are programs that are over in the wink of an eye. Only when that is spent are calls sampled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    budget: f64,
    /// Of one context.
    pub(crate) each: f64,
    /// Ticks saved up.
    credit: f64,
}

/// Most ticks that a thread saves up: some 10 milliseconds of recording, at 5 % of its time those
/// of a fifth of a second.
const MOST_CREDIT: f64 = 10.0 * (1_u32 << 21) as f64;

/// So many contexts at most divide a budget among them.
const MOST_SHARERS: f64 = 4096.0;

impl Share {
    pub(crate) fn of_budget(ppm: u32) -> Self {
        let budget = f64::from(ppm) / f64::from(WHOLE_PPM);
        // A budget of everything is no budget: even nothing but recording is within it.
        let budget = if ppm >= WHOLE_PPM { f64::INFINITY } else { budget };
        let credit = if ppm == 0 { 0.0 } else { MOST_CREDIT };
        Self { budget, each: budget, credit }
    }

    /// Whether there is nothing saved up.
    pub(crate) fn is_spent(&self) -> bool {
        self.credit <= 0.0
    }

    /// After a window of `elapsed` ticks in which recording took `spent`.
    pub(crate) fn adjust(&mut self, spent: f64, elapsed: f64) {
        let (load, saved) = (spent / elapsed, self.budget * elapsed - spent);
        self.credit = (self.credit + saved).clamp(-MOST_CREDIT, MOST_CREDIT);
        if !self.is_spent() {
            self.each = (self.each * 1.25).min(self.budget);
        } else if load > self.budget {
            self.each =
                (self.each * (self.budget / load).max(0.25)).max(self.budget / MOST_SHARERS);
        } else if load < self.budget / 2.0 {
            self.each = (self.each * 1.25).min(self.budget);
        }
    }
}

/// The breaker of the recorder as a whole.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: AtomicU32,
    /// Faults since the window began.
    faults: AtomicU32,
    window_start_ns: AtomicU64,
    /// When an open breaker goes half-open, and a half-open one closes.
    until_ns: AtomicU64,
    pause_ns: AtomicU64,
}

/// So many faults within a second open the breaker; one is enough on trial.
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

    /// A fault at `now_ns`. The states before and after, when it changed.
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

    /// Time has passed. The states before and after, when that changed it.
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

    /// Of several threads one does it.
    fn turn(&self, from: BreakerState, to: BreakerState) -> Option<(BreakerState, BreakerState)> {
        let turned = self.state.compare_exchange(from.number(), to.number(), AcqRel, Relaxed);
        turned.ok().map(|_| (from, to))
    }
}

#[cfg(all(test, not(perf_loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_interval_is_the_smallest_power_of_two_that_is_enough() {
        let cases = [(1.0, 1.0, 0), (3.0, 2.0, 0), (3.0, 3.1, 1), (3.0, 6.0, 1), (0.1, 0.81, 4)];
        for (from, to, expected) in cases {
            assert_eq!(doublings(from, to), Some(expected), "{from} to {to}");
        }
        assert_eq!(doublings(1.0, f64::from(1 << 30) * 2.0), Some(31));
        assert_eq!(doublings(1.0, 1e10), None);
        assert_eq!(doublings(0.0, 1.0), None);
        assert_eq!(doublings(f64::INFINITY, 1.0), Some(0));
    }

    fn load(step: Step, interval: u32, calls: u64) -> Load {
        Load {
            calls,
            elapsed: WINDOW_TICKS,
            cost: 100.0,
            share: 0.05,
            is_spent: true,
            step,
            interval,
            in_step: u64::MAX,
            times_are_trusted: true,
            is_exact: false,
        }
    }

    /// Calls in a window whose timing takes this share of it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "small numbers"
    )]
    fn calls(share: f64) -> u64 {
        (share * WINDOW_TICKS as f64 / 100.0) as u64
    }

    #[test]
    fn what_is_within_the_budget_stays_exact() {
        assert_eq!(decide(&load(Step::Exact, 1, calls(0.049))), None);
    }

    #[test]
    fn a_hot_context_is_sampled_just_as_often_as_fits() {
        let sampled =
            |interval| Decision { step: Step::Sampled, interval, reason: Reason::Overhead };
        assert_eq!(decide(&load(Step::Exact, 1, calls(0.9))), Some(sampled(32)));
        assert_eq!(decide(&load(Step::Sampled, 32, calls(14.0))), Some(sampled(512)));
        assert_eq!(decide(&load(Step::Sampled, 512, calls(14.0))), None);
        assert_eq!(decide(&load(Step::Sampled, 512, calls(2.0))), Some(sampled(64)));
    }

    #[test]
    fn a_burst_that_the_thread_has_saved_for_stays_exact() {
        let burst = Load { is_spent: false, ..load(Step::Exact, 1, calls(0.9)) };
        assert_eq!(decide(&burst), None);
    }

    #[test]
    fn exactness_returns_with_room_to_spare_and_not_at_once() {
        let recovered = Decision { step: Step::Exact, interval: 1, reason: Reason::Recovered };
        assert_eq!(decide(&load(Step::Sampled, 32, calls(0.024))), Some(recovered));
        assert_eq!(decide(&load(Step::Counted, 0, calls(0.0))), Some(recovered));
        let soon = Load { in_step: WINDOW_TICKS, ..load(Step::Sampled, 32, calls(0.024)) };
        assert_eq!(decide(&soon), None);
    }

    #[test]
    fn an_exact_site_is_sampled_by_no_load_but_counts_while_no_time_can_be_trusted() {
        let hot = Load { is_exact: true, ..load(Step::Exact, 1, calls(0.9)) };
        assert_eq!(decide(&hot), None);
        let broken_clock = Load { times_are_trusted: false, ..hot };
        assert_eq!(decide(&broken_clock).map(|it| it.step), Some(Step::Counted));
    }

    #[test]
    fn no_budget_counts_only_and_a_whole_one_never_samples() {
        let (none, whole) = (Share::of_budget(0), Share::of_budget(WHOLE_PPM));
        assert!(none.is_spent());
        let with = |share: Share| Load { share: share.each, ..load(Step::Exact, 1, calls(0.9)) };
        assert_eq!(decide(&with(none)).map(|it| it.step), Some(Step::Counted));
        assert_eq!(decide(&with(whole)), None);
    }

    #[test]
    fn contexts_that_are_over_the_budget_together_get_less_each_until_they_keep_it() {
        let mut share = Share::of_budget(50_000);
        let elapsed = 1e6;
        let mut took = 1.0;
        for _ in 0..100 {
            // Ten contexts that would take all they may.
            share.adjust(took * elapsed, elapsed);
            took = if share.is_spent() { 10.0 * share.each } else { 1.0 };
        }
        assert!(took <= 0.051, "{took}");
    }

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

    proptest! {
        #[test]
        fn jitter_stays_around_its_mean(mean in 0_u32..1 << 30, random: u32) {
            let jittered = jitter(mean, random);
            prop_assert!(mean / 2 <= jittered && jittered <= mean + mean / 2 + 1);
        }

        #[test]
        fn any_load_is_decided_about(calls: u64, elapsed in 1_u64.., cost in 0.0..1e9_f64, share in 0.0..2.0_f64, interval: u32) {
            let load = Load { elapsed, cost, share, ..load(Step::Sampled, interval, calls) };
            if let Some(decision) = decide(&load) {
                prop_assert!(decision.interval <= LARGEST_INTERVAL);
            }
        }
    }
}
