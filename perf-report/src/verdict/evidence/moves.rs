//! By how much functions moved between two sides, and whether that is an event: a move of nearly all of them.
//!
//! What is one thing in the source counts once, however many names it has: the cases of a benchmark, the members of
//! a group, the functions of one declaration. Else five sizes of one benchmark that became slower would be
//! the whole suite, and hide themselves.
//!
//! A machine moves everything, and a change of the code moves what uses it. So there is no event where a good
//! part stood still and a gap parts it from what moved: that is a helper that several use.

use std::collections::BTreeMap;

use crate::model::{Function, Metric, time_of};
use crate::stats::number::float;
use crate::stats::robust;
use crate::verdict::sides::{self, Functions, Pair};

/// The number of functions from which the rest of them tells the machine from one of them.
pub(super) const LEAST_FUNCTIONS: usize = 10;
/// A move of one function that counts, in per cent.
pub(super) const MOVED_PCT: f64 = 10.0;
/// Median move from which there is an event, in per cent.
const SHIFT_PCT: f64 = 3.0;
/// Part of the functions, and of their time, that must have moved the same way.
const MOVED_PART: f64 = 0.3;
/// Part of what a function takes on average that one must take to have a say.
const LEAST_PART: f64 = 0.1;
/// Part of the functions that is nearly all of them.
const NEARLY_ALL: f64 = 0.8;

/// The move of one thing in the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    /// Change of the time of a call on the log scale.
    pub(super) log_change: f64,
    /// Own time in a run of the baseline.
    pub(super) self_ns: f64,
}

/// Returns the moves of the tracked functions that are large enough to count.
pub(super) fn of_functions(functions: &Functions<'_>) -> Vec<Move> {
    once(functions.pairs().filter_map(|pair| Some((pair.new.family(), of_function(pair)?))))
}

/// Returns the moves of benchmarks, suites or tests. Their harness chose how long each runs, so all weigh the same.
pub(super) fn of_measured<'a>(pairs: impl Iterator<Item = &'a Pair<'a>>) -> Vec<Move> {
    let value = |function: &Function| time_of(function, Metric::MeanNs);
    let of = |pair: &Pair<'_>| Some(Move { log_change: log_change(pair, value)?, self_ns: 1.0 });
    let mut all = once(pairs.filter_map(|pair| Some((pair.new.family(), of(pair)?))));
    for it in &mut all {
        it.self_ns = 1.0;
    }
    all
}

/// Returns one move for each family: the middle of its changes, and all of its time.
fn once(all: impl Iterator<Item = (String, Move)>) -> Vec<Move> {
    let mut families: BTreeMap<String, Vec<Move>> = BTreeMap::new();
    for (family, one) in all {
        families.entry(family).or_default().push(one);
    }
    let of = |family: Vec<Move>| {
        let changes: Vec<f64> = family.iter().map(|it| it.log_change).collect();
        let self_ns = family.iter().map(|it| it.self_ns).sum();
        Some(Move { log_change: robust::median(&changes)?, self_ns })
    };
    families.into_values().filter_map(of).collect()
}

fn of_function(pair: &Pair<'_>) -> Option<Move> {
    // Of the middle run of each side: which of them is the newest says nothing.
    let middle = |runs| sides::middle(runs, |function| Some(function.self_ns));
    let (self_ns, now_ns) = (middle(&pair.olds)?, middle(&pair.news)?);
    let is_enough = self_ns.min(now_ns) >= pair.limits.suite_ns;
    is_enough.then_some(())?;
    Some(Move { log_change: log_change(pair, Function::self_ns_a_call)?, self_ns })
}

/// Returns the change of a value from the middle run of one side to that of the other, on the log scale.
fn log_change(pair: &Pair<'_>, value: impl Fn(&Function) -> Option<f64>) -> Option<f64> {
    let side = |runs: &[Option<&Function>]| {
        let values: Vec<f64> = runs.iter().flatten().filter_map(|it| value(it)).collect();
        robust::median(&values).filter(|value| *value > 0.0)
    };
    Some((side(&pair.news)? / side(&pair.olds)?).ln())
}

/// The word of the machine itself on a move, by the time of a fixed piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// It moved as well, by a good part of that.
    Moved,
    /// It did not.
    Stood,
    /// It is not known, or in between.
    Unknown,
}

impl Machine {
    /// Returns the word on a move by `pct` per cent of a machine that moved by `machine_pct`.
    pub(super) fn of(machine_pct: Option<f64>, pct: f64) -> Self {
        /// The least move of the machine that shows, in per cent: a fixed piece of work is not quite fixed.
        const LEAST_PCT: f64 = MOVED_PCT / 2.0;
        let Some(machine) = machine_pct else { return Self::Unknown };
        let part = machine / pct;
        if part >= 0.5 && machine.abs() > LEAST_PCT {
            Self::Moved
        } else if part < 0.25 {
            Self::Stood
        } else {
            Self::Unknown
        }
    }
}

/// A move of nearly all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Event {
    /// Median and spread of the changes of functions that have a part in the time, on the log scale.
    pub(super) median: f64,
    pub(super) spread: f64,
    /// The number of them that moved the way the median did, and that of all.
    pub(super) moved: u64,
    pub(super) of: u64,
    /// True where it is taken off what each function moved by.
    pub(super) taken_off: bool,
}

impl Event {
    /// Returns the event that the tracked functions make, which take `whole_ns` together.
    pub(super) fn of_functions(
        all: &[Move],
        whole_ns: f64,
        machine_pct: Option<f64>,
    ) -> Option<Self> {
        let moves = Moves::of(all, whole_ns)?;
        let machine = Machine::of(machine_pct, moves.pct());
        let is_event = moves.is_broad() && (machine == Machine::Moved || !moves.are_parted());
        if is_event { Some(moves.event(true)) } else { moves.not_told_apart() }
    }

    /// Returns the event that benchmarks, suites or tests make. They differ less than functions do, so that nearly
    /// all must have moved; and where the machine is known to have stood, it is the code or the build.
    pub(super) fn of_measured(all: &[Move], machine_pct: Option<f64>) -> Option<Self> {
        let moves = Moves::of(all, float(all.len().max(1) as u64))?;
        let is_event = moves.is_broad()
            && match Machine::of(machine_pct, moves.pct()) {
                Machine::Moved => true,
                Machine::Unknown => !moves.are_parted() && moves.part_along() >= NEARLY_ALL,
                Machine::Stood => false,
            };
        if is_event { Some(moves.event(true)) } else { moves.not_told_apart() }
    }
}

/// The moves of those that have a part in the time: one that takes next to nothing of it does not count.
struct Moves {
    logs: Vec<f64>,
    median: f64,
    spread: f64,
    /// The number that moved by more than [`MOVED_PCT`] the way the median did.
    moved: usize,
    /// The part of the time that is of those, without what moved by far more.
    alike_part: f64,
}

impl Moves {
    fn of(all: &[Move], whole_ns: f64) -> Option<Self> {
        let part_ns = whole_ns / float(all.len().max(1) as u64) * LEAST_PART;
        let part: Vec<&Move> = all.iter().filter(|it| it.self_ns >= part_ns).collect();
        let logs: Vec<f64> = part.iter().map(|it| it.log_change).collect();
        let (median, spread) = (robust::median(&logs)?, robust::mad_sigma(&logs)?);
        let least = (MOVED_PCT / 100.0).ln_1p();
        let with = || part.iter().filter(|it| it.log_change * median.signum() > least);
        let alike = with().filter(|it| it.log_change.abs() <= 2.0 * median.abs());
        let alike_ns: f64 = alike.map(|it| it.self_ns).sum();
        let moved = with().count();
        Some(Self { logs, median, spread, moved, alike_part: alike_ns / whole_ns })
    }

    fn pct(&self) -> f64 {
        self.median.exp_m1() * 100.0
    }

    /// Returns whether so many of so much time moved that they may be everything.
    fn is_broad(&self) -> bool {
        self.logs.len() >= LEAST_FUNCTIONS
            && self.part(self.moved) >= MOVED_PART
            && self.alike_part >= MOVED_PART
            && self.pct().abs() > SHIFT_PCT
    }

    /// Returns whether a good part stood still, and a gap parts it from what moved.
    fn are_parted(&self) -> bool {
        /// The part of the median up to which one stood, and up to which one is between the two.
        const STOOD: f64 = 1.0 / 3.0;
        const BETWEEN: f64 = 2.0 / 3.0;
        /// The number of those that stood for each between, from which there is a gap.
        const GAP: usize = 3;
        let along = |log: &&f64| **log / self.median;
        let stood = self.logs.iter().filter(|log| along(log) < STOOD).count();
        let between = self.logs.iter().filter(|log| (STOOD..BETWEEN).contains(&along(log))).count();
        self.part(stood) >= 1.0 - NEARLY_ALL && stood > GAP * between
    }

    /// Returns the part that moved by half of the median at least, the same way.
    fn part_along(&self) -> f64 {
        self.part(self.logs.iter().filter(|log| **log / self.median >= 0.5).count())
    }

    fn part(&self, count: usize) -> f64 {
        float(count as u64) / float(self.logs.len().max(1) as u64)
    }

    /// Returns the event where all moved by much, and nothing tells the machine from the code: each is judged as it is,
    /// and a reader should know.
    fn not_told_apart(&self) -> Option<Event> {
        /// Of one alone, its own row says as much.
        const LEAST: usize = 2;
        let is_all = self.logs.len() >= LEAST
            && self.part(self.moved) >= NEARLY_ALL
            && self.pct().abs() > MOVED_PCT;
        is_all.then(|| self.event(false))
    }

    fn event(&self, taken_off: bool) -> Event {
        let (moved, of) = (self.moved as u64, self.logs.len() as u64);
        Event { median: self.median, spread: self.spread, moved, of, taken_off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(of: &[(f64, f64)]) -> Vec<Move> {
        of.iter().map(|&(self_ns, factor)| Move { log_change: factor.ln(), self_ns }).collect()
    }

    /// Returns how many moved of how many, where that is taken off.
    fn taken_off(of: &[(f64, f64)], machine_pct: Option<f64>) -> Option<(u64, u64)> {
        let all = moves(of);
        let whole = of.iter().map(|it| it.0).sum();
        let event = Event::of_functions(&all, whole, machine_pct).filter(|it| it.taken_off);
        event.map(|it| (it.moved, it.of))
    }

    #[test]
    fn what_takes_next_to_nothing_and_what_moved_by_far_more_are_no_suite() {
        let small = [(700.0, 1.15); 6];
        let rest = [(15_000.0, 1.0); 5];
        assert_eq!(taken_off(&[&small[..], &rest[..], &[(110_000.0, 1.3)]].concat(), None), None);
        let culprit = [(1_000_000.0, 1.3)];
        assert_eq!(taken_off(&[&[(20_000.0, 1.11); 11][..], &culprit].concat(), None), None);
        let all = [&[(90_000.0, 1.11); 11][..], &culprit].concat();
        assert_eq!(taken_off(&all, None), Some((12, 12)));
    }

    #[test]
    fn a_helper_of_most_functions_is_no_machine_unless_that_moved_as_well() {
        let stood = [(10_000.0, 1.0), (10_000.0, 1.01), (10_000.0, 0.99), (10_000.0, 1.0)];
        let of = [&[(10_000.0, 1.31); 8][..], &stood].concat();
        assert_eq!(taken_off(&of, None), None);
        assert_eq!(taken_off(&of, Some(0.5)), None);
        assert_eq!(taken_off(&of, Some(29.0)), Some((8, 12)));
        // A machine that moves some by more and some by less leaves no gap.
        let each = |at: u32| (10_000.0, 1.0 + 0.03 * f64::from(at));
        let of: Vec<_> = (0..12).map(each).collect();
        assert_eq!(taken_off(&of, None), Some((8, 12)));
    }

    #[test]
    fn benchmarks_of_a_machine_that_stood_are_judged_as_they_are() {
        let of = |count: usize, machine| {
            Event::of_measured(&moves(&vec![(1.0, 1.31); count]), machine).map(|it| it.taken_off)
        };
        assert_eq!(of(12, None), Some(true));
        assert_eq!(of(12, Some(30.0)), Some(true));
        assert_eq!(of(12, Some(1.0)), Some(false));
        assert_eq!(of(3, Some(30.0)), Some(false), "three do not tell the machine from their code");
        assert_eq!(of(1, None), None, "its row says as much");
    }
}
