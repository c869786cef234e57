//! The first tracked calls of a program, on several threads: mirrors `hot::process::recorder` and
//! `running`.

use super::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use super::atomic::{AtomicU32, AtomicUsize};
use super::{explore, explore_weakened, race};
use crate::sync::briefly;

const NEW: u32 = 0;
const STARTING: u32 = 1;
const READY: u32 = 2;
const FAILED: u32 = 4;

/// The outcome of starting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Works,
    Fails,
    /// The fault: the state is looked at and then set, in two steps.
    Torn,
}

/// The statics of `hot::process`.
struct Process {
    state: AtomicU32,
    /// Number in place of a pointer; 0 is null.
    recorder: AtomicUsize,
    error: AtomicU32,
    /// Memory that a start writes before anyone may see it.
    contents: AtomicU32,
    starts: AtomicU32,
    kind: Kind,
}

impl Process {
    fn new(kind: Kind) -> Self {
        Self {
            state: AtomicU32::new(NEW),
            recorder: AtomicUsize::new(0),
            error: AtomicU32::new(0),
            contents: AtomicU32::new(0),
            starts: AtomicU32::new(0),
            kind,
        }
    }

    fn running(&self) -> Option<usize> {
        if self.state.load(Acquire) != READY {
            return None;
        }
        let recorder = self.recorder.load(Acquire);
        assert_ne!(recorder, 0, "ready means that there is one");
        assert_eq!(self.contents.load(Relaxed), 7, "and that it is complete");
        Some(recorder)
    }

    fn recorder(&self) -> Option<usize> {
        briefly(|| match self.state.load(Acquire) {
            NEW => {
                if self.begin() {
                    self.state.store(self.start(), Release);
                }
                (self.state.load(Acquire) != STARTING).then(|| self.running())
            }
            STARTING => None,
            _ => Some(self.running()),
        })?
    }

    fn begin(&self) -> bool {
        if self.kind == Kind::Torn {
            let is_new = self.state.load(Acquire) == NEW;
            self.state.store(STARTING, Release);
            return is_new;
        }
        self.state.compare_exchange(NEW, STARTING, AcqRel, Relaxed).is_ok()
    }

    fn start(&self) -> u32 {
        self.starts.fetch_add(1, Relaxed);
        if self.kind == Kind::Fails {
            self.error.store(28, Relaxed);
            return FAILED;
        }
        self.contents.store(7, Relaxed);
        self.recorder.store(1, Release);
        READY
    }

    fn failure(&self) -> Option<u32> {
        (self.state.load(Acquire) == FAILED).then(|| self.error.load(Relaxed))
    }
}

fn first_calls(kind: Kind) {
    let can_start = kind != Kind::Fails;
    let call = move |process: &Process| {
        // `None` is a call that is lost while the other thread is at it.
        let recorder = process.recorder();
        assert!(recorder.is_none_or(|recorder| can_start && recorder == 1));
        assert!(process.failure().is_none_or(|error| error == 28), "the reason is known");
    };
    let process = race(Process::new(kind), call, call);
    assert_eq!(process.starts.load(Relaxed), 1, "started once");
    assert_eq!(process.recorder().is_some(), can_start);
    assert_eq!(process.failure().is_some(), !can_start);
}

#[test]
fn it_is_started_once_and_seen_complete() {
    explore(|| first_calls(Kind::Works));
}

#[test]
fn a_start_that_fails_says_why() {
    explore(|| first_calls(Kind::Fails));
}

#[test]
#[should_panic(expected = "ready means that there is one")]
fn without_orderings_it_is_ready_too_early() {
    explore_weakened(|| first_calls(Kind::Works));
}

#[test]
#[should_panic(expected = "the reason is known")]
fn without_orderings_the_reason_comes_too_late() {
    explore_weakened(|| first_calls(Kind::Fails));
}

#[test]
#[should_panic(expected = "started once")]
fn looked_at_and_set_in_two_steps_it_is_started_twice() {
    explore(|| first_calls(Kind::Torn));
}
