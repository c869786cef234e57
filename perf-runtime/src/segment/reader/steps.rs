//! The exactness of a recording, and the time that was recorded less exactly.

use crate::snapshot::Step;

/// The step that holds, and the time of those before. Times in ticks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) step: Step,
    pub(super) since: u64,
    /// Time in earlier steps of each kind.
    pub(super) sampled: u64,
    pub(super) counted: u64,
}

impl Steps {
    /// Returns the ticks in which some calls were timed, until `now`.
    pub(super) fn sampled(&self, now: u64) -> u64 {
        self.in_step(Step::Sampled, now).saturating_add(self.sampled)
    }

    /// Returns the ticks in which calls were counted only, until `now`.
    pub(super) fn counted(&self, now: u64) -> u64 {
        self.in_step(Step::Counted, now).saturating_add(self.counted)
    }

    fn in_step(&self, step: Step, now: u64) -> u64 {
        if self.step == step { now.saturating_sub(self.since) } else { 0 }
    }
}
