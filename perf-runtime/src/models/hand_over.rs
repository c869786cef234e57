//! The shard of an ended thread, for a thread that begins: mirrors `hot::process::Recorder`'s
//! `keep_unused` and `take_unused`. A shard has one writer, which loads and stores. So two that
//! write at once, or one that does not see the last one's stores, lose a call.

use super::atomic::AtomicU64;
use super::atomic::Ordering::Relaxed;
use super::{explore, race};
use crate::sync::{Mutex, lock_briefly};

struct Recorder {
    /// Set while the shard is unused; in place of the list of threads.
    unused: Mutex<bool>,
    /// A count in the shard, changed as `hot::add::add` does.
    calls: AtomicU64,
    /// Calls made with the shard.
    made: AtomicU64,
    /// The fault: it is kept for others before its last call.
    keeps_early: bool,
}

impl Recorder {
    fn new(keeps_early: bool) -> Self {
        let (calls, made) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { unused: Mutex::new(true), calls, made, keeps_early }
    }

    fn take_unused(&self) -> Option<()> {
        let mut unused = lock_briefly(&self.unused)?;
        std::mem::take(&mut *unused).then_some(())
    }

    fn keep_unused(&self) {
        if let Some(mut unused) = lock_briefly(&self.unused) {
            *unused = true;
        }
    }

    fn call(&self) {
        self.calls.store(self.calls.load(Relaxed) + 1, Relaxed);
        self.made.fetch_add(1, Relaxed);
    }

    /// Lives as a thread: it records, if there is a shard for it.
    fn thread(&self) {
        if self.take_unused().is_none() {
            return;
        }
        self.call();
        if self.keeps_early {
            self.keep_unused();
            self.call();
        } else {
            self.call();
            self.keep_unused();
        }
    }
}

fn threads_that_follow_each_other(keeps_early: bool) {
    let threads = |recorder: &Recorder| {
        recorder.thread();
        recorder.thread();
    };
    let recorder = race(Recorder::new(keeps_early), threads, threads);
    assert_eq!(recorder.calls.load(Relaxed), recorder.made.load(Relaxed), "no call is lost");
    assert!(recorder.made.load(Relaxed) >= 2, "somebody recorded");
}

#[test]
fn a_shard_has_one_owner_who_sees_what_the_last_one_wrote() {
    explore(|| threads_that_follow_each_other(false));
}

#[test]
#[should_panic(expected = "no call is lost")]
fn kept_before_the_last_call_it_has_two_owners() {
    explore(|| threads_that_follow_each_other(true));
}
