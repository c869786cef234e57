//! The places of futures in flight, taken and given back while somebody reads: mirrors
//! `hot::flights`' `take`, `free_place` and `give_back`, and `segment::reader::flights`, which takes
//! the beginning before the function. The call of function `n` begins at `TAKEN + n`.
//!
//! A reader may find a call with the function of one that took the place right after it, since a
//! copy is not made at one moment. It finds none with a function of before.

use super::atomic::Ordering::{Acquire, Relaxed, Release};
use super::atomic::{AtomicU32, AtomicU64};
use super::{explore, explore_weakened, race};
use crate::segment::layout::TAKEN;

struct Place {
    began: AtomicU64,
    site: AtomicU32,
    /// 1 while somebody has it; not part of the record.
    owner: AtomicU32,
    fault: Fault,
}

/// A fault of whoever takes a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Looked at and taken in two steps.
    TwoSteps,
    /// The beginning is there before the function.
    BeganFirst,
}

impl Place {
    fn new(fault: Fault) -> Self {
        let [site, owner] = [AtomicU32::new(0), AtomicU32::new(0)];
        Self { began: AtomicU64::new(0), site, owner, fault }
    }

    fn is_taken_now(&self) -> bool {
        if self.began.load(Relaxed) != 0 {
            return false;
        }
        if self.fault == Fault::TwoSteps {
            self.began.store(TAKEN, Relaxed);
            return true;
        }
        self.began.compare_exchange(0, TAKEN, Acquire, Relaxed).is_ok()
    }

    fn take(&self, site: u32) -> bool {
        if !self.is_taken_now() {
            return false;
        }
        let is_alone = self.owner.compare_exchange(0, 1, Relaxed, Relaxed).is_ok();
        assert!(is_alone, "whoever has it is alone with it");
        let began = TAKEN + u64::from(site);
        if self.fault == Fault::BeganFirst {
            self.began.store(began, Release);
            self.site.store(site, Relaxed);
        } else {
            self.site.store(site, Relaxed);
            self.began.store(began, Release);
        }
        true
    }

    fn give_back(&self) {
        self.owner.store(0, Relaxed);
        self.began.store(0, Release);
    }

    fn read(&self) {
        let began = self.began.load(Acquire);
        let site = u64::from(self.site.load(Relaxed));
        if began > TAKEN {
            assert!(site >= began - TAKEN, "a call has its function, or that of a later one");
        }
    }
}

fn two_calls_while_read(fault: Fault) {
    let calls = |place: &Place| {
        assert!(place.take(1));
        place.give_back();
        assert!(place.take(2));
    };
    race(Place::new(fault), calls, Place::read);
}

fn two_threads(fault: Fault) {
    let call = |place: &Place| {
        if place.take(1) {
            place.give_back();
        }
    };
    race(Place::new(fault), call, call);
}

#[test]
fn a_call_is_not_found_with_a_function_of_before() {
    explore(|| two_calls_while_read(Fault::None));
}

#[test]
#[should_panic(expected = "a call has its function")]
fn without_orderings_it_is() {
    explore_weakened(|| two_calls_while_read(Fault::None));
}

#[test]
#[should_panic(expected = "a call has its function")]
fn with_its_beginning_written_first_it_is() {
    explore(|| two_calls_while_read(Fault::BeganFirst));
}

#[test]
fn a_place_has_one_owner() {
    explore(|| two_threads(Fault::None));
}

#[test]
#[should_panic(expected = "whoever has it is alone with it")]
fn looked_at_and_taken_in_two_steps_it_has_two() {
    explore(|| two_threads(Fault::TwoSteps));
}
