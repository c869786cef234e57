//! Waiting for a lock whose holder does not run: on a machine with more threads than cores it takes
//! long until its turn comes, and what a first call makes has to wait for the disk.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use crate::writing::system;

/// The longest wait, in nanoseconds.
const LONGEST_NS: u64 = 2_000_000_000;
/// The longest wait after one was in vain. Its holder will not come back, and the host must not be
/// stopped at every call.
const LONGEST_NS_AFTER: u64 = 10_000_000;
/// The time between two tries.
const PAUSE: Duration = Duration::from_micros(50);

/// Set once a wait was in vain.
static WAS_IN_VAIN: AtomicBool = AtomicBool::new(false);

/// Lets other threads run, if the system may be asked for that.
pub(crate) fn yield_now() {
    if system::is_quiet() {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Tries `attempt` until it returns something or the longest wait is over.
pub(crate) fn wait<R>(attempt: impl FnMut() -> Option<R>) -> Option<R> {
    // Nobody else runs there, and the clock may stand still.
    if cfg!(target_family = "wasm") {
        return None;
    }
    let was_in_vain = WAS_IN_VAIN.load(Relaxed);
    let result = wait_for(if was_in_vain { LONGEST_NS_AFTER } else { LONGEST_NS }, attempt);
    if result.is_none() {
        WAS_IN_VAIN.store(true, Relaxed);
    }
    result
}

/// Tries `attempt` until it returns something or `longest_ns` are over. Pauses in between: a thread
/// of high priority that only yields keeps one of low priority from going on.
fn wait_for<R>(longest_ns: u64, mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    let began = system::monotonic_ns();
    while system::monotonic_ns().saturating_sub(began) < longest_ns {
        let result = attempt();
        if result.is_some() {
            return result;
        }
        if system::is_quiet() {
            std::hint::spin_loop();
        } else {
            std::thread::sleep(PAUSE);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_holder_that_does_not_run_for_long_is_waited_for() {
        let mutex = Mutex::new(1);
        std::thread::scope(|scope| {
            let held = mutex.lock().unwrap();
            let locks = || mutex.try_lock().ok().map(|held| *held);
            let waiter = scope.spawn(move || wait_for(60 * LONGEST_NS, locks));
            std::thread::sleep(Duration::from_millis(300));
            drop(held);
            assert_eq!(waiter.join().unwrap(), Some(1));
        });
    }

    #[test]
    fn what_never_comes_is_given_up() {
        assert_eq!(wait_for(LONGEST_NS_AFTER, || None::<()>), None);
    }
}
