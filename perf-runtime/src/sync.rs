//! Locks that are given up rather than waited for.
//!
//! The recorder must never block its host: the holder may be a thread that a fork left behind, or
//! the very thread that a signal handler interrupted.

use std::sync::{Mutex, MutexGuard, TryLockError};

/// How often a lock is tried: some hundred milliseconds, far beyond the microseconds that anyone
/// holds one.
const ATTEMPTS: u32 = 100_000;

/// Locks `mutex`, unless it cannot be had in good time.
pub(crate) fn lock_briefly<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    briefly(|| match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// Tries `attempt` until it gives something, but not for long.
pub(crate) fn briefly<R>(mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    for _ in 0..ATTEMPTS {
        let result = attempt();
        if result.is_some() {
            return result;
        }
        std::thread::yield_now();
    }
    None
}

#[cfg(test)]
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
