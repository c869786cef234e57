//! The recorder's knowledge of itself, for questions while it runs: the time that recording took,
//! the step of each function at present, and the moment from which figures count. Written by the
//! slow parts, a few times a millisecond at most; no reader of the segment needs it.

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::snapshot::Step;
use crate::sync::lock_briefly;

/// The books of one recorder.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// Ticks that recording took, out of those that threads were watched for.
    spent: AtomicU64,
    watched: AtomicU64,
    /// Functions of threads at each step, by its number; those at the first are not counted.
    at_step: [AtomicU32; 3],
    /// The totals at the moment when figures began anew.
    before: [AtomicU64; TOTALS],
    /// The calls of each site at that moment, by its index.
    calls_before: Mutex<Vec<u64>>,
}

/// Numbers that only grow: lost calls, lost updates of metrics, clock anomalies, steps of the
/// breaker, ticks that recording took, and the ticks that these are a part of.
pub(crate) type Totals = [u64; TOTALS];
const TOTALS: usize = 6;

impl Books {
    /// Adds `watched` ticks of a thread, of which recording took `spent`.
    #[expect(clippy::cast_sign_loss, reason = "below zero is none")]
    pub(super) fn add(&self, spent: f64, watched: u64) {
        self.spent.fetch_add(spent as u64, Relaxed);
        self.watched.fetch_add(watched, Relaxed);
    }

    /// Notes that a function of a thread went from one step to another.
    pub(super) fn note_step(&self, from: Step, to: Step) {
        self.at_step[to.number() as usize].fetch_add(1, Relaxed);
        self.at_step[from.number() as usize].fetch_sub(1, Relaxed);
    }

    /// Begins figures anew, with `totals` and `calls` by the index of their site behind them.
    pub(crate) fn begin_anew(&self, totals: Totals, calls: Vec<u64>) -> Option<()> {
        *lock_briefly(&self.calls_before)? = calls;
        for (place, total) in self.before.iter().zip(totals) {
            place.store(total, Relaxed);
        }
        Some(())
    }

    /// Returns the growth of `totals` since figures began anew.
    pub(crate) fn since(&self, mut totals: Totals) -> Totals {
        for (total, before) in totals.iter_mut().zip(&self.before) {
            *total = total.saturating_sub(before.load(Relaxed));
        }
        totals
    }

    /// Takes the earlier `calls` off those of each site.
    pub(crate) fn calls_since(&self, calls: &mut [u64]) {
        if let Some(before) = lock_briefly(&self.calls_before) {
            for (calls, before) in calls.iter_mut().zip(before.iter()) {
                *calls = calls.saturating_sub(*before);
            }
        }
    }

    /// Returns the ticks that recording took, and the ticks that these are a part of.
    pub(crate) fn overhead(&self) -> (u64, u64) {
        (self.spent.load(Relaxed), self.watched.load(Relaxed))
    }

    /// Counts the functions of threads that are at `step`: sampled, or counted only.
    pub(crate) fn functions_at(&self, step: Step) -> u32 {
        self.at_step[step.number() as usize].load(Relaxed)
    }
}
