//! Accounts that threads write to: all of them behind one lock, or each thread's own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Accounts behind one lock.
#[derive(Debug, Default)]
pub struct Locked {
    totals: Mutex<[u64; 16]>,
}

impl Locked {
    /// Makes empty accounts.
    pub const fn new() -> Self {
        Self { totals: Mutex::new([0; 16]) }
    }

    /// Books an amount; the lock is held while its check sum is computed.
    pub fn book(&self, amount: u64) -> u64 {
        let mut totals = self.totals.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let account = usize::try_from(amount % 16).unwrap_or_default();
        totals[account] = totals[account].wrapping_add(check_sum(amount));
        totals[account]
    }
}

/// Accounts without a lock.
#[derive(Debug, Default)]
pub struct Free {
    totals: [AtomicU64; 16],
}

impl Free {
    /// Makes empty accounts.
    pub const fn new() -> Self {
        Self { totals: [const { AtomicU64::new(0) }; 16] }
    }

    /// Books an amount; the check sum is computed first.
    pub fn book(&self, amount: u64) -> u64 {
        let sum = check_sum(amount);
        let account = usize::try_from(amount % 16).unwrap_or_default();
        self.totals[account].fetch_add(sum, Ordering::Relaxed)
    }
}

fn check_sum(amount: u64) -> u64 {
    (0..500).fold(amount, |sum, round| sum.rotate_left(5).wrapping_mul(31).wrapping_add(round))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_book_the_same() {
        let (locked, free) = (Locked::new(), Free::new());
        assert_eq!(locked.book(3), free.book(3).wrapping_add(check_sum(3)));
    }
}
