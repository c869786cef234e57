//! The means of sharing between threads: atomics, cells and locks of the standard library, or in
//! their place those of `models`, which try every order (`--cfg perf_loom`). And locks that are
//! given up rather than waited for.
//!
//! The recorder must never block its host: the holder may be a thread that a fork left behind, or
//! the very thread that a signal handler interrupted.

#[cfg(not(perf_loom))]
mod patience;

use std::sync::TryLockError;

#[cfg(perf_loom)]
pub(crate) use crate::models::{
    atomic, once,
    threads::{Mutex, MutexGuard, wait, yield_now},
};
#[cfg(not(perf_loom))]
pub(crate) use {
    once_cell::race as once,
    patience::{wait, yield_now},
    std::sync::{Mutex, MutexGuard, atomic},
};

/// Makes a function that is `const`, except where it makes what `models` try: that is known at run
/// time.
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        #[cfg(not(perf_loom))]
        $(#[$attribute])*
        $visibility const fn $($rest)*
        #[cfg(perf_loom)]
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}
pub(crate) use const_fn;

/// Tries of a lock before its holder is given time: anyone holds one for microseconds.
const HASTY_TRIES: u32 = if cfg!(perf_loom) { 2 } else { 100 };

/// Locks `mutex`, unless it cannot be had in good time.
pub(crate) fn lock_briefly<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    briefly(|| match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// Tries `attempt` until it returns something, but not for long.
pub(crate) fn briefly<R>(mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    for _ in 0..HASTY_TRIES {
        let result = attempt();
        if result.is_some() {
            return result;
        }
        yield_now();
    }
    wait(attempt)
}

#[cfg(all(test, not(perf_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_is_given_up() {
        let mutex = Mutex::new(1);
        let _held = mutex.lock().unwrap();
        assert!(lock_briefly(&mutex).is_none());
    }

    #[test]
    fn a_free_lock_is_taken() {
        assert_eq!(lock_briefly(&Mutex::new(1)).as_deref(), Some(&1));
    }
}
