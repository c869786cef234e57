//! Threads that see the clock go wrong at the same time: `breaker::Breaker` as it is.

use super::atomic::AtomicU32;
use super::atomic::Ordering::Relaxed;
use super::{explore, explore_weakened, race};
use crate::breaker::Breaker;
use crate::snapshot::BreakerState::{Closed, HalfOpen, Open};

const SECOND: u64 = 1_000_000_000;

/// Makes a breaker that one more fault opens.
fn nearly_open(now: u64) -> Breaker {
    let breaker = Breaker::new();
    for _ in 0..8 {
        assert_eq!(breaker.fault(now), None);
    }
    breaker
}

#[test]
fn of_several_threads_one_opens_it_and_for_one_pause() {
    explore(|| {
        let now = 10 * SECOND;
        let fault = move |(breaker, opened): &(Breaker, AtomicU32)| {
            if breaker.fault(now) == Some((Closed, Open)) {
                opened.fetch_add(1, Relaxed);
            }
        };
        let shared = race((nearly_open(now), AtomicU32::new(0)), fault, fault);
        let (breaker, opened) = &*shared;
        assert_eq!((opened.load(Relaxed), breaker.state()), (1, Open));
        assert_eq!(breaker.pass(now + 3 * SECOND), Some((Open, HalfOpen)));
        let again = now + 4 * SECOND;
        assert_eq!(breaker.fault(again), Some((HalfOpen, Open)));
        assert_eq!(breaker.pass(again + 2 * SECOND), Some((Open, HalfOpen)), "twice as long");
    });
}

/// Checks that one thread opens it while the other asks before the pause is over.
fn asked_too_early() {
    let now = 10 * SECOND;
    race(
        nearly_open(now),
        move |breaker| assert_eq!(breaker.fault(now), Some((Closed, Open))),
        |breaker| assert_eq!(breaker.pass(now + SECOND / 2), None, "the pause is not over"),
    );
}

#[test]
fn whoever_sees_it_open_knows_until_when() {
    explore(asked_too_early);
}

#[test]
#[should_panic(expected = "the pause is not over")]
fn without_orderings_it_is_open_for_no_time() {
    explore_weakened(asked_too_early);
}

#[test]
fn of_several_threads_one_begins_the_trial() {
    explore(|| {
        let now = 10 * SECOND;
        let breaker = nearly_open(now);
        assert_eq!(breaker.fault(now), Some((Closed, Open)));
        let pass = move |(breaker, begun): &(Breaker, AtomicU32)| {
            if breaker.pass(now + SECOND) == Some((Open, HalfOpen)) {
                begun.fetch_add(1, Relaxed);
            }
        };
        let shared = race((breaker, AtomicU32::new(0)), pass, pass);
        assert_eq!((shared.1.load(Relaxed), shared.0.state()), (1, HalfOpen));
    });
}
