//! A count of what is done of a long piece of work, for whoever shows that meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};

/// The segments and runs that this process reads.
pub(crate) static READING: Work = Work::new();

/// Steps done of steps to do. More may be found to do while others are done.
#[derive(Debug)]
pub(crate) struct Work {
    done: AtomicU64,
    all: AtomicU64,
}

impl Work {
    const fn new() -> Self {
        Self { done: AtomicU64::new(0), all: AtomicU64::new(0) }
    }

    /// Adds steps to do.
    pub(crate) fn add(&self, steps: usize) {
        self.all.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// Counts a step that is done.
    pub(crate) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many steps are done, and how many there are.
    pub(crate) fn so_far(&self) -> (u64, u64) {
        let done = self.done.load(Ordering::Relaxed);
        (done, self.all.load(Ordering::Relaxed).max(done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_done_than_there_is() {
        let work = Work::new();
        assert_eq!(work.so_far(), (0, 0));
        work.add(2);
        work.step();
        assert_eq!(work.so_far(), (1, 2));
        (0..3).for_each(|_| work.step());
        assert_eq!(work.so_far(), (4, 4));
    }
}
