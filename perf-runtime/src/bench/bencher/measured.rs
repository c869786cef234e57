//! The result of a piece of work: times, durations, failures.

use std::time::Instant;

use crate::buckets;
use crate::judge::Judge;
use crate::kind::Kind;
use crate::segment::layout::KINDS;

/// The result of a task on one thread.
#[derive(Debug)]
pub(in crate::gate::bench) struct Measured {
    pub(in crate::gate::bench) iterations: u64,
    /// Time of the iterations, without that of measuring.
    pub(in crate::gate::bench) ns: f64,
    pub(in crate::gate::bench) began: Instant,
    pub(in crate::gate::bench) ended: Instant,
    pub(in crate::gate::bench) errors: u64,
    pub(in crate::gate::bench) kinds: Kinds,
    /// Time of making inputs, in nanoseconds.
    pub(in crate::gate::bench) inputs_ns: f64,
    pub(in crate::gate::bench) preemptions: u64,
    pub(in crate::gate::bench) latencies: Option<Tally>,
}

/// The kinds of errors, counted. It holds them itself: what counts allocations may make none.
#[derive(Debug, Default)]
pub(in crate::gate::bench) struct Kinds {
    /// True where errors have kinds.
    pub(in crate::gate::bench) are_named: bool,
    pub(in crate::gate::bench) known: [Option<(Kind, u64)>; KINDS],
    /// Errors of further kinds.
    pub(in crate::gate::bench) other: u64,
}

/// Durations of single iterations, counted by their buckets.
#[derive(Debug)]
pub(in crate::gate::bench) struct Tally {
    pub(in crate::gate::bench) counts: Vec<u64>,
    pub(in crate::gate::bench) max_ns: u64,
    pub(in crate::gate::bench) sum_ns: u64,
}

impl Measured {
    /// Begins to measure, after so many times that the thread had to leave its processor.
    pub(super) fn begun(preemptions: u64) -> Self {
        let now = Instant::now();
        Self {
            iterations: 0,
            ns: 0.0,
            began: now,
            ended: now,
            errors: 0,
            kinds: Kinds::default(),
            inputs_ns: 0.0,
            preemptions,
            latencies: None,
        }
    }

    /// Counts what an iteration returned, if it is an error.
    pub(super) fn judge<R>(&mut self, returned: &R, judge: &impl Judge<R>) {
        self.kinds.are_named = judge.names_kinds();
        if judge.is_error(returned) {
            self.errors += 1;
            if let Some(kind) = judge.kind(returned) {
                self.kinds.add(kind);
            }
        }
    }
}

impl Kinds {
    fn add(&mut self, kind: Kind) {
        for place in &mut self.known {
            match place {
                Some((known, count)) if *known == kind => return *count += 1,
                Some(_) => {}
                None => return *place = Some((kind, 1)),
            }
        }
        self.other += 1;
    }
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; buckets::COUNT as usize], max_ns: 0, sum_ns: 0 }
    }

    pub(super) fn note(&mut self, ns: u64) {
        if let Some(count) = self.counts.get_mut(buckets::of(ns) as usize) {
            *count += 1;
        }
        self.max_ns = self.max_ns.max(ns);
        self.sum_ns = self.sum_ns.saturating_add(ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_kinds_are_told_apart() {
        let mut kinds = Kinds::default();
        for number in (0..20).chain(0..20) {
            kinds.add(Kind::of(&number.to_string()).unwrap());
        }
        let known: Vec<_> = kinds.known.iter().flatten().collect();
        assert_eq!(known.len(), KINDS);
        assert!(known.iter().all(|(_, count)| *count == 2));
        assert_eq!((known[3].0.as_str(), kinds.other), ("3", 8));
    }
}
