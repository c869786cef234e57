//! Nodes of a writer that is killed between any two of its stores.

use std::collections::HashMap;

use proptest::prelude::*;

use super::durations::slot;
use super::*;
use crate::segment::batch;
use crate::segment::layout::{FORMAT_VERSION, FoldSlot, HistogramPage, UNIT};
use crate::segment::rate::Rate;

/// Place of the only page; durations in these tests stay in the first octave.
const PAGE: usize = 16 * UNIT;

/// A recording: each method does what one of `hot::span` or `hot::fold` does.
struct Recording {
    bytes: Vec<u8>,
}

impl Recording {
    fn new() -> Self {
        let mut made = Self { bytes: vec![0; PAGE + size_of::<HistogramPage>()] };
        made.put(offset_of!(NodeRecord, min), u64::MAX);
        made.put(offset_of!(NodeRecord, pages), (PAGE / UNIT) as u64);
        made
    }

    fn put(&mut self, offset: usize, value: u64) {
        self.bytes[offset..offset + 8].copy_from_slice(&value.to_ne_bytes());
    }

    fn get(&self, offset: usize) -> u64 {
        Bytes(&self.bytes).u64(offset).unwrap()
    }

    fn time(&mut self, durations: &[u32]) {
        for &ticks in durations {
            let head = self.get(offset_of!(NodeRecord, head));
            let place = usize::try_from(head).unwrap() % RING;
            let at = offset_of!(NodeRecord, ring) + 4 * place;
            self.bytes[at..at + 4].copy_from_slice(&ticks.to_ne_bytes());
            self.put(offset_of!(NodeRecord, head), head + 1);
        }
    }

    fn pass_untimed(&mut self, calls: u64) {
        let at = offset_of!(NodeRecord, untimed);
        self.put(at, self.get(at) + calls);
    }

    /// Folds the rest of the ring, standing for all untimed calls, and is killed after `steps`
    /// stores.
    fn fold(&mut self, durations: &[u32], steps: usize) {
        let folds = offset_of!(NodeRecord, folds_begun);
        let turn = u32::try_from(self.get(folds) >> 32).unwrap();
        let (old, new) = (slot(0, turn), slot(0, turn + 1));
        let covered_before = self.get(old + offset_of!(FoldSlot, covered));
        let untimed = self.get(offset_of!(NodeRecord, untimed));
        let covered = if durations.is_empty() { 0 } else { untimed - covered_before };
        let head = self.get(offset_of!(NodeRecord, head));
        let mut stores: Vec<(usize, u64)> = vec![
            (new + offset_of!(FoldSlot, folded), head),
            (new + offset_of!(FoldSlot, covered), covered_before + covered),
            (folds, u64::from(turn) << 32 | u64::from(turn + 1)),
        ];
        stores.extend(self.additions(durations, covered));
        let ticks = durations.iter().map(|&ticks| u64::from(ticks));
        let weighted: Vec<(u64, u64)> = batch::weights(ticks.clone(), covered).collect();
        let sum: u64 = weighted.iter().map(|(ticks, weight)| ticks * weight).sum();
        let squares: u64 = weighted.iter().map(|(ticks, weight)| ticks * ticks * weight).sum();
        let (min, max) = (offset_of!(NodeRecord, min), offset_of!(NodeRecord, max));
        let [old_sum, old_squares] =
            [offset_of!(FoldSlot, sum), offset_of!(FoldSlot, squares)].map(|at| self.get(old + at));
        stores.extend([
            (min, ticks.clone().fold(self.get(min), u64::min)),
            (max, ticks.fold(self.get(max), u64::max)),
            (new + offset_of!(FoldSlot, sum), old_sum + sum),
            (new + offset_of!(FoldSlot, squares), old_squares + squares),
            (folds, u64::from(turn + 1) << 32 | u64::from(turn + 1)),
        ]);
        for &(offset, value) in stores.iter().take(steps) {
            self.put(offset, value);
        }
    }

    /// Returns the stores that bring `durations` into the histogram.
    fn additions(&self, durations: &[u32], covered: u64) -> Vec<(usize, u64)> {
        let mut counts: HashMap<usize, u64> = HashMap::new();
        let mut stores = Vec::new();
        let add = |bucket: u32, more: u64| {
            let counter = PAGE + 8 * bucket as usize;
            let count = counts.entry(counter).or_insert_with(|| self.get(counter));
            *count += more;
            stores.push((counter, *count));
        };
        let full: Option<&[u32; RING]> = durations.try_into().ok().filter(|_| covered == 0);
        if let Some(ring) = full {
            batch::full(ring, *ring.iter().min().unwrap(), 1.0, add);
        } else {
            let ticks: Vec<u64> = durations.iter().map(|&ticks| u64::from(ticks)).collect();
            batch::weighted(ticks.into_iter(), covered, 1.0, add);
        }
        stores
    }

    fn read(&self, writer: Writer) -> Result<Node, SegmentError> {
        read(Bytes(&self.bytes), 0, &Facts::for_test(Rate::ONE, writer), Some(Vec::new()))
    }
}

/// A reader's figures: the number of calls, their histogram, sum, squares, shortest and longest.
type Figures = (u64, Vec<(u32, u64)>, u64, u128, u64, u64);

fn figures(node: &Node) -> Figures {
    let mut counts: HashMap<u32, u64> = HashMap::new();
    node.histogram.iter().for_each(|&(bucket, count)| *counts.entry(bucket).or_default() += count);
    let mut histogram: Vec<(u32, u64)> = counts.into_iter().filter(|it| it.1 > 0).collect();
    histogram.sort_unstable();
    let sums = &node.sums;
    (node.calls, histogram, sums.sum, sums.squares, sums.min, sums.max)
}

fn expected(durations: &[u32]) -> Figures {
    let mut node = Recording::new().read(Writer::Ended).unwrap();
    node.calls = durations.len() as u64;
    node.histogram = durations.iter().map(|&ticks| (ticks, 1)).collect();
    node.sums.add(durations.iter().map(|&ticks| (u64::from(ticks), 1)));
    figures(&node)
}

proptest! {
    #[test]
    fn no_duration_is_lost_or_counted_twice_wherever_the_writer_is_killed(
        durations in proptest::collection::vec(0_u32..32, 2 * RING),
        steps in 0..RING + 9,
    ) {
        let mut made = Recording::new();
        for (ring, steps) in durations.chunks(RING).zip([usize::MAX, steps]) {
            made.time(ring);
            made.fold(ring, steps);
        }
        prop_assert_eq!(figures(&made.read(Writer::Ended).unwrap()), expected(&durations));
    }

    #[test]
    fn what_is_not_folded_yet_counts(durations in proptest::collection::vec(0_u32..32, 0..RING)) {
        let mut made = Recording::new();
        made.time(&durations);
        prop_assert_eq!(figures(&made.read(Writer::Ended).unwrap()), expected(&durations));
    }

    #[test]
    fn a_timed_call_stands_for_the_untimed_ones_before_it_wherever_the_writer_is_killed(
        calls in proptest::collection::vec((0_u64..100, 0_u32..32), 1..20),
        steps in 0_usize..12,
    ) {
        let mut made = Recording::new();
        let mut expected = Vec::new();
        for (at, &(untimed, ticks)) in calls.iter().enumerate() {
            made.pass_untimed(untimed);
            made.time(&[ticks]);
            made.fold(&[ticks], if at + 1 == calls.len() { steps } else { usize::MAX });
            expected.extend(std::iter::repeat_n(ticks, 1 + usize::try_from(untimed).unwrap()));
        }
        let node = made.read(Writer::Ended).unwrap();
        let calls = expected.len() as u64;
        let in_histogram: u64 = node.histogram.iter().map(|&(_, count)| count).sum();
        prop_assert_eq!((node.calls, in_histogram), (calls, calls));
        // Before the last fold has begun, nobody knows yet that it was for the last call's sake.
        if steps >= 3 {
            prop_assert_eq!(figures(&node), self::expected(&expected));
        }
    }
}

#[test]
fn a_count_that_the_ring_cannot_hold_is_damage() {
    let mut made = Recording::new();
    made.put(offset_of!(NodeRecord, head), 2 * RING as u64 + 1);
    assert!(made.read(Writer::Ended).is_err());
}

#[test]
fn more_durations_than_calls_are_of_two_writers() {
    let mut made = Recording::new();
    for _ in 0..3 {
        made.time(&[7; RING]);
        made.fold(&[7; RING], usize::MAX);
    }
    let read = |made: &Recording, writer| {
        let facts = Facts { version: FORMAT_VERSION, ..Facts::for_test(Rate::ONE, writer) };
        read(Bytes(&made.bytes), 0, &facts, Some(Vec::new()))
    };
    assert!(read(&made, Writer::Ended).is_ok());
    // Another process folded two rings more, and `head` is what this one stored last.
    made.put(PAGE + 8 * 7, 5 * RING as u64);
    assert!(matches!(read(&made, Writer::Ended), Err(SegmentError::SeveralWriters { .. })));
    // While it is copied, the histogram may be ahead.
    assert!(read(&made, Writer::Running).is_ok());
}

#[test]
fn a_fold_during_the_copy_costs_no_call() {
    let mut made = Recording::new();
    made.time(&[7; RING]);
    made.fold(&[7; RING], usize::MAX);
    // The copy of `head` is from before the last calls, everything else from after the fold.
    made.put(offset_of!(NodeRecord, head), RING as u64 - 3);
    assert_eq!(figures(&made.read(Writer::Running).unwrap()), expected(&[7; RING]));
}

#[test]
fn calls_that_were_only_counted_have_no_times() {
    let mut made = Recording::new();
    made.time(&[5, 6]);
    made.pass_untimed(100);
    let step = offset_of!(NodeRecord, sampling) + offset_of!(Sampling, step);
    made.bytes[step] = u8::try_from(Step::Counted.number()).unwrap();
    let node = made.read(Writer::Ended).unwrap();
    assert_eq!((node.calls, node.timed, node.unmeasured, node.sums.sum), (102, 2, 100, 11));
}

#[test]
fn where_no_call_was_timed_none_has_a_time() {
    let mut made = Recording::new();
    made.pass_untimed(100);
    let node = made.read(Writer::Ended).unwrap();
    assert_eq!((node.calls, node.timed, node.unmeasured, node.sums.sum), (100, 0, 100, 0));
}

#[test]
fn a_recursive_call_whose_beginning_was_cut_short_is_seen() {
    let torn = Recursive { ticks: 0, starts: 700, running: 0 };
    assert_eq!(torn.unfinished(1_000), 300);
    let whole = Recursive { ticks: 0, starts: 1_500, running: 2 };
    assert_eq!(whole.unfinished(1_000), 500);
}
