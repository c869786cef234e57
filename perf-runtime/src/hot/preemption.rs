//! The time in which a thread had work to do and no processor to do it on, since another one was
//! put there. On a busy machine that is much of the time that passes, and no function's doing.
//!
//! The operating system counts how often each thread was put aside against its will. It is asked
//! only after a time without an event that is as long as the shortest such wait. The thread then
//! waited for the time that passed less its processor time. Where it also waited by its own will in
//! between, the two cannot be told apart, and nothing is taken to be against it.

use std::cell::Cell;

use super::clock;
use crate::writing::system::{self, Switches};

/// The shortest time without an event after which the system is asked, in ticks: some 100
/// microseconds. Schedulers let threads run for longer than that.
const LONG_WAIT: u64 = 1 << 18;

/// The age, as a multiple of a time without an event, from which on the system's last answer is too
/// old to give the wait within it.
const FRESH: u64 = 8;

/// The divisor of the time that passes: one such part may be without a processor for other reasons.
const OTHERWISE_PARTS: u64 = 64;

/// Moments that are remembered.
const MOMENTS: usize = 32;

/// The waits of a thread for a processor, with their lengths.
#[derive(Debug)]
pub(super) struct Preemption {
    seen: Cell<Seen>,
    /// Length of all waits, in ticks.
    waited: Cell<u64>,
    /// The part of it that has been credited to a context, or to none.
    credited: Cell<u64>,
    /// The latest waits.
    moments: [Cell<Moment>; MOMENTS],
    count: Cell<usize>,
}

/// The system's answer when it was asked last.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Time of the answer, in ticks.
    at: u64,
    switches: Switches,
    passed_ns: u64,
    cpu_ns: u64,
}

/// The end of a wait, and the thread's waits until then in all, in ticks.
#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    at: u64,
    waited: u64,
}

impl Preemption {
    pub(super) fn new() -> Self {
        Self {
            seen: Cell::new(Seen::default()),
            waited: Cell::new(0),
            credited: Cell::new(0),
            moments: [const { Cell::new(Moment { at: 0, waited: 0 }) }; MOMENTS],
            count: Cell::new(0),
        }
    }

    /// Begins anew for another thread.
    pub(super) fn begin_thread(&self) {
        self.count.set(0);
        self.waited.set(0);
        self.credited.set(0);
        self.seen.set(Seen::now(clock::now(), system::switches().unwrap_or_default()));
    }

    /// Returns the thread's waits that were not credited yet, at most `gap`: the time without an
    /// event that ends `now`. In ticks.
    #[cold]
    pub(super) fn uncredited(&self, now: u64, gap: u64, ns_per_tick: f64) -> u64 {
        if gap < LONG_WAIT {
            return 0;
        }
        self.look(now, gap, ns_per_tick);
        self.credit(gap)
    }

    /// Credits the known waits that were not credited yet, at most `gap`, and returns them.
    fn credit(&self, gap: u64) -> u64 {
        let waited = self.waited.get() - self.credited.replace(self.waited.get());
        waited.min(gap)
    }

    /// Returns the time of a call from `start` to `end` without such waits, in ticks. The time
    /// after the last event must have been looked at.
    #[inline(always)]
    pub(super) fn without(&self, start: u64, end: u64) -> u64 {
        let ticks = end.wrapping_sub(start);
        if ticks < LONG_WAIT { ticks } else { ticks.saturating_sub(self.since(start)) }
    }

    /// Returns the same for a call that ends `now`, without an event in it.
    #[inline(always)]
    pub(super) fn of_sampled(&self, start: u64, now: u64, ns_per_tick: f64) -> u64 {
        let passed = now.saturating_sub(start);
        if passed >= LONG_WAIT {
            self.look(now, passed, ns_per_tick);
        }
        self.without(start, now)
    }

    /// Asks whether the thread waited in the time without an event of `gap` ticks that ends `now`.
    fn look(&self, now: u64, gap: u64, ns_per_tick: f64) {
        let before = self.seen.get();
        let Some(switches) = system::switches() else { return };
        if switches == before.switches && now.saturating_sub(before.at) < FRESH * gap {
            return;
        }
        let seen = Seen::now(now, switches);
        self.seen.set(seen);
        let is_sure = switches.voluntary == before.switches.voluntary;
        if is_sure && switches.involuntary != before.switches.involuntary {
            self.note(now, ticks(before.waited_until(&seen), ns_per_tick).min(gap));
        }
    }

    /// Notes that the thread has had `cpu_ns` of processor time by now: the time until then is not
    /// asked for again.
    pub(super) fn refresh(&self, now: u64, cpu_ns: u64) {
        if let Some(switches) = system::switches() {
            let passed_ns = system::monotonic_ns();
            self.seen.set(Seen { at: now, switches, passed_ns, cpu_ns });
        }
    }

    /// Notes a wait for `ticks` until `now`.
    fn note(&self, now: u64, ticks: u64) {
        if self.count.get() == MOMENTS {
            self.merge();
        }
        let waited = self.waited.get().saturating_add(ticks);
        self.waited.set(waited);
        let count = self.count.get();
        if let Some(moment) = self.moments.get(count) {
            moment.set(Moment { at: now, waited });
            self.count.set(count + 1);
        }
    }

    /// Makes room: merges each two moments but the latest ones into one with the earlier time and
    /// both waits, so that less is taken for a wait within a call rather than more.
    fn merge(&self) {
        const MERGED: usize = MOMENTS / 2;
        let moments: [Moment; MOMENTS] = std::array::from_fn(|at| self.moments[at].get());
        let pairs = moments[..MERGED].chunks_exact(2);
        let merged = pairs.map(|pair| Moment { at: pair[0].at, waited: pair[1].waited });
        let kept = merged.chain(moments[MERGED..].iter().copied());
        let count = kept.zip(&self.moments).map(|(moment, place)| place.set(moment)).count();
        self.count.set(count);
    }

    /// Returns the thread's waits since `start`, in ticks.
    #[cold]
    fn since(&self, start: u64) -> u64 {
        let moments = self.moments.iter().take(self.count.get()).rev().map(Cell::get);
        let before = moments.clone().find(|moment| moment.at <= start);
        let before = before.map_or(0, |moment| moment.waited);
        self.waited.get().saturating_sub(before)
    }
}

impl Seen {
    fn now(at: u64, switches: Switches) -> Self {
        let (passed_ns, cpu_ns) = (system::monotonic_ns(), system::thread_cpu_ns());
        Self { at, switches, passed_ns, cpu_ns }
    }

    /// Returns the nanoseconds without a processor until `later`, at least: interrupts, and
    /// whatever else takes time without putting a thread aside, are not in its processor time
    /// either.
    fn waited_until(&self, later: &Self) -> u64 {
        let passed = later.passed_ns.saturating_sub(self.passed_ns);
        let had = later.cpu_ns.saturating_sub(self.cpu_ns);
        passed.saturating_sub(had).saturating_sub(passed / OTHERWISE_PARTS)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate, and not below zero"
)]
fn ticks(ns: u64, ns_per_tick: f64) -> u64 {
    (ns as f64 / ns_per_tick) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Makes one that waited for this long until each of these moments.
    fn waited(moments: &[(u64, u64)]) -> Preemption {
        let preemption = Preemption::new();
        for &(at, ticks) in moments {
            preemption.note(at, ticks);
        }
        preemption
    }

    #[test]
    fn a_call_took_what_passed_without_the_waits_within_it() {
        let preemption = waited(&[(1_000_000, 400_000), (3_000_000, 500_000)]);
        assert_eq!(preemption.without(0, 4_000_000), 3_100_000);
        assert_eq!(preemption.without(1_000_000, 4_000_000), 2_500_000);
        assert_eq!(preemption.without(3_000_000, 4_000_000), 1_000_000);
        // Too short to hold one.
        assert_eq!(preemption.without(2_900_000, 3_100_000), 200_000);
    }

    #[test]
    fn a_wait_is_credited_once() {
        let preemption = waited(&[(1_000_000, 400_000)]);
        assert_eq!(preemption.uncredited(1_000_000, LONG_WAIT - 1, 1.0), 0);
        // The system is not asked: this thread may wait for a processor while it runs.
        assert_eq!(preemption.credit(1 << 20), 400_000);
        assert_eq!(preemption.credit(1 << 20), 0);
    }

    proptest! {
        #[test]
        fn however_many_moments_no_more_is_taken_off_than_was_waited_since(
            waits in proptest::collection::vec((1_u64..1 << 20, 1_u64..1 << 30), 1..300),
            start in 0_u64..1 << 38,
        ) {
            let ends = waits.iter().scan(0, |now, &(wait, run)| {
                *now += wait + run;
                Some(*now)
            });
            let moments: Vec<_> = ends.zip(&waits).map(|(end, &(wait, _))| (end, wait)).collect();
            let preemption = waited(&moments);
            let since = moments.iter().filter(|(at, _)| *at > start);
            prop_assert!(preemption.since(start) <= since.map(|(_, wait)| wait).sum());
            let all: u64 = waits.iter().map(|(wait, _)| wait).sum();
            prop_assert_eq!(preemption.since(0), all);
        }
    }
}
