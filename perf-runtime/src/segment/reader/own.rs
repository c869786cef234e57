//! Own times of a shard's contexts, estimated from its records. Pure arithmetic in ticks.
//!
//! The time of a thread is known context by context, and adds up. While functions are tallied, the
//! time of a context holds that of the tallied calls below it, too. This time is shared in a
//! *region*: the context and the tallied functions below, as far as the next context that is not
//! tallied.
//!
//! Three things are known about tallied functions. The number of their calls, exactly. The time of
//! a call with all below, from one in some hundred that was timed while everything below was
//! tallied. And the number of calls from each caller, from windows in which everything was
//! recorded; only counts are taken from there, since to record a call of some nanoseconds takes
//! several times as long as the call. So a function's own time is the time of its calls less that
//! of the calls they made; [`super::windows`] has a second opinion. A region's own times are scaled
//! by one factor, so that they add up to its time.
//!
//! The time of recording is taken off: for each timed call, the parts that fall into its own and
//! into its caller's time, and for each tallied one the cost of that.

use super::header::Cost;
use super::node::Node;
use super::numbers::Map;
use super::regions::{Calls, Regions};
use super::tallies::Tally;
use super::tree::float;
use super::windows::{Opinion, Windows};

/// The estimate for one context. Times in ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Estimate {
    /// Time spent here and in no context below, without the recording.
    pub(super) own: f64,
    /// Recording that fell into that time, and was taken off.
    pub(super) overhead: f64,
    /// Possible error of `own` (one standard deviation).
    pub(super) error: f64,
    /// Calls that were tallied, as far as they were made here.
    pub(super) tallied: u64,
}

/// A shard's contexts, parents before children.
pub(super) struct Contexts<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) parents: &'a [Option<usize>],
    pub(super) tallies: &'a [Tally],
    pub(super) cost: &'a Cost,
}

/// The possible error in the cost of recording a call, as a part of it.
pub(super) const COST_ERROR: f64 = 0.1;

/// The ratio at which nothing of the tallying shows: of the time that passed to the time of
/// tallying by itself. Where tallied calls take hardly longer altogether than tallying takes by
/// itself, the processor did it while it waited for something else. All of it shows from a ratio
/// that is a sixth higher. Measured on a loop (0.94, and a quarter shows) and on libraries (1.05
/// and more, all shows).
const HIDDEN: f64 = 0.9;

/// The least part of the tallying that shows.
const LEAST_PART: f64 = 0.2;

/// The bounds of a loop, in calls of a function for each call of its caller: up to the first it is
/// none, from the second on it is one.
const LOOP: [f64; 2] = [8.0, 64.0];

/// The time of tallying in a loop, as a part of its time between calls of others. Measured on loops
/// of functions of 1 to 3 ns, where it was .2 to .5.
const PART_IN_LOOPS: f64 = 0.4;

/// The possible difference between the time of a call in one context and its average, as a part of
/// it.
const CONTEXT_ERROR: f64 = 0.2;

/// The number of calls, timed while tallied, from which on their mean is good.
const ENOUGH_TIMED: u64 = 32;

impl Contexts<'_> {
    /// Estimates all of them, and the time that recording their calls took altogether, tallied or
    /// not, in ticks.
    pub(super) fn estimate(&self) -> (Vec<Estimate>, f64) {
        let regions = Regions::of(self);
        let calls = regions.calls(self);
        let totals = Totals::of(self, &regions, &calls);
        let shares = totals.shares();
        let tallied = regions.tallied_in_whole_numbers(self, &calls);
        let estimate = |at: usize| {
            let times =
                regions.tally_of[at].map_or(f64::INFINITY, |it| float(self.tallies[it].timed));
            Estimate {
                own: shares.own[at],
                overhead: self.cost_of(at) + shares.tallying[at],
                error: totals.unsure[at].hypot(shares.own[at] / times.max(1.0).sqrt()),
                tallied: tallied[at],
            }
        };
        let contexts: Vec<Estimate> = (0..self.nodes.len()).map(estimate).collect();
        let timed: f64 = (0..self.nodes.len()).map(|at| self.cost_of(at)).sum();
        let outside = self.nodes.iter().zip(self.parents).filter(|(_, parent)| parent.is_none());
        let roots: f64 = outside.map(|(root, _)| float(root.timed) * self.cost.outside).sum();
        (contexts, timed + roots + shares.all)
    }

    /// Returns the time of recording within a context's own time, but for tallied calls.
    fn cost_of(&self, at: usize) -> f64 {
        let node = &self.nodes[at];
        let made = float(node.made.all());
        float(node.timed) * self.cost.inside + made * self.cost.outside
    }

    /// Returns the time of a context, in a window or not, without the recording.
    fn time(&self, at: usize) -> f64 {
        let own = &self.nodes[at].own;
        float(own.whole) + float(own.partial) - self.cost_of(at)
    }
}

/// The times of calls with all calls below them.
struct Totals<'a> {
    contexts: &'a Contexts<'a>,
    regions: &'a Regions,
    calls: &'a Calls,
    /// Time of a call, for each tally.
    mean: Vec<f64>,
    /// Time in each context and all below.
    below: Vec<f64>,
    /// Possible error in the time of the calls that each context made, since so few of them were
    /// seen.
    of_calls: Vec<f64>,
    /// Possible error of [`Self::own`].
    unsure: Vec<f64>,
}

impl<'a> Totals<'a> {
    fn of(contexts: &'a Contexts<'a>, regions: &'a Regions, calls: &'a Calls) -> Self {
        let mut below: Vec<f64> = (0..contexts.nodes.len()).map(|at| contexts.time(at)).collect();
        // Children come after their parents, so theirs are complete when they are passed on.
        for at in (0..below.len()).rev() {
            if let Some(parent) = contexts.parents[at] {
                below[parent] += below[at];
            }
        }
        let recorded = regions.sums(contexts, |at| below[at].max(0.0));
        let times = regions.sums(contexts, |at| float(contexts.nodes[at].timed));
        let mean = |(at, tally): (usize, &Tally)| {
            if tally.timed >= ENOUGH_TIMED {
                (tally.mean() - contexts.cost.sampled).max(0.0)
            } else {
                recorded[at] / times[at].max(1.0)
            }
        };
        let mean = contexts.tallies.iter().enumerate().map(mean).collect();
        let (of_calls, unsure) = (Vec::new(), Vec::new());
        let mut totals = Self { contexts, regions, calls, mean, below, of_calls, unsure };
        totals.of_calls = totals.unsure_of_calls();
        totals.unsure = (0..contexts.nodes.len()).map(|at| totals.unsure_of(at)).collect();
        totals
    }

    fn unsure_of_calls(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.below.len()];
        for (at, parent) in self.contexts.parents.iter().enumerate() {
            if let (Some(parent), Some(tally)) = (*parent, self.regions.tally_of[at]) {
                let calls = self.calls.tallied[at];
                let took = calls * self.taken_by(tally);
                // Where all calls of a function are, nothing is left to chance.
                let all = float(self.contexts.tallies[tally].calls.max(1));
                let elsewhere = (1.0 - calls / all).max(0.0);
                let by_chance = elsewhere / float(self.contexts.nodes[at].timed.max(1));
                // What a call takes on average it need not take in this context.
                let by_context = (CONTEXT_ERROR * elsewhere).powi(2);
                squares[parent] += took * took * (by_chance + by_context);
            }
        }
        squares.into_iter().map(f64::sqrt).collect()
    }

    /// Returns the part that a tallied call of `tally`'s function takes of its caller's time.
    fn taken_by(&self, tally: usize) -> f64 {
        self.mean[tally] + self.contexts.cost.untimed
    }

    /// Returns the own time of each context, and the part of it that tallying took.
    fn shares(&self) -> Shares {
        let (parts, sums) = self.parts();
        let mut known = Sums::default();
        let mut outside = 0.0;
        for (sums, region) in sums.iter().zip(&self.regions.all) {
            if region.is_outside {
                outside += sums.tallied;
            } else {
                known = known.and(sums);
            }
        }
        let hidden = known.part_of_tallying();
        let of_all = |sums: &Sums| (sums.tallied * hidden).min(sums.in_loops);
        let mut shares = Shares { own: parts, tallying: Vec::new(), all: of_all(&known) + outside };
        for at in 0..shares.own.len() {
            let (region, of_tallied) = (self.regions.region_of[at], self.cost_of_tallied(at));
            let (is_outside, is_head) =
                (self.regions.all[region].is_outside, self.regions.all[region].head == at);
            let sums = &sums[region];
            // Nobody knows the time that calls from outside had together, only what each took.
            let left = if is_outside { sums.own } else { sums.left(of_all(sums)) };
            if sums.own > 0.0 {
                shares.own[at] *= left / sums.own;
            } else if is_head {
                shares.own[at] = left;
            }
            let scale = if is_outside { 1.0 } else { (sums.time - left).max(0.0) / sums.tallied };
            shares.tallying.push(if sums.tallied > 0.0 { of_tallied * scale } else { 0.0 });
        }
        shares
    }

    /// Returns own times by the times of calls, and the sums of each region.
    fn parts(&self) -> (Vec<f64>, Vec<Sums>) {
        let own = self.own();
        let windows = Windows::of(self.contexts, self.regions, self.calls);
        let of_function = self.of_functions(&own, &windows);
        let mut sums = vec![Sums::default(); self.regions.all.len()];
        let mut parts = Vec::with_capacity(own.len());
        for (at, &own) in own.iter().enumerate() {
            let part = if let Some(tally) = self.regions.tally_of[at] {
                self.calls_of(at) * of_function[tally]
            } else {
                let by_calls = Opinion { time: own, unsure: self.unsure[at] };
                let Opinion { time, unsure } = by_calls.with(windows.contexts[at]);
                positive(time, unsure)
            };
            let sums = &mut sums[self.regions.region_of[at]];
            *sums = sums.and(&Sums {
                own: part,
                timed: self.contexts.cost_of(at),
                tallied: self.cost_of_tallied(at),
                in_loops: self.cost_of_tallied(at) * self.part_in_loops(at),
                time: self.contexts.time(at),
            });
            parts.push(part);
        }
        (parts, sums)
    }

    /// Returns the time that tallying takes for the calls of a context, by itself.
    fn cost_of_tallied(&self, at: usize) -> f64 {
        self.calls.tallied[at] * self.contexts.cost.untimed
    }

    /// Returns the visible part of that time: in a loop that calls one function, its data is at
    /// hand, and the processor does the tallying beside the function's work.
    fn part_in_loops(&self, at: usize) -> f64 {
        let Some(parent) = self.contexts.parents[at] else { return 1.0 };
        let turns = self.calls_of(at) / self.calls_of(parent).max(1.0);
        // From one to the other on a scale of ratios, so that a turn more or less changes little.
        let [from, to] = LOOP.map(f64::ln);
        let is_loop = ((turns.max(1.0).ln() - from) / (to - from)).clamp(0.0, 1.0);
        1.0 - (1.0 - PART_IN_LOOPS) * is_loop
    }

    /// Returns the calls of a tallied function that have to explain its own time: tallied or not.
    fn calls_of(&self, at: usize) -> f64 {
        self.calls.tallied[at] + float(self.contexts.nodes[at].timed)
    }

    /// Returns the own time of each context: the time of its calls less the time of those they
    /// made; below zero where that is no more than the error.
    fn own(&self) -> Vec<f64> {
        let (nodes, parents) = (self.contexts.nodes, self.contexts.parents);
        let mut own: Vec<f64> = Vec::with_capacity(nodes.len());
        for at in 0..nodes.len() {
            own.push(match self.regions.tally_of[at] {
                Some(tally) => self.calls_of(at) * self.mean[tally],
                None => self.contexts.time(at),
            });
        }
        for (at, parent) in parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            match (self.regions.tally_of[at], self.regions.tally_of[parent]) {
                // What was recorded in the child's context is not in the parent's time.
                (Some(tally), None) => {
                    own[parent] -= self.calls.tallied[at] * self.taken_by(tally);
                }
                (Some(tally), Some(_)) => {
                    own[parent] -= self.calls.tallied[at] * self.taken_by(tally)
                        + float(self.contexts.nodes[at].timed) * self.mean[tally];
                }
                (None, Some(_)) => own[parent] -= self.below[at],
                (None, None) => {}
            }
        }
        for &(caller, callee, calls) in &self.calls.nested {
            if let Some(tally) = self.regions.tally_of[callee] {
                own[caller] -= calls * self.taken_by(tally);
            }
        }
        own
    }

    /// Returns the own time in a call of each tallied function.
    fn of_functions(&self, own: &[f64], windows: &Windows) -> Vec<f64> {
        let own = self.regions.sums(self.contexts, |at| own[at]);
        let unsure = self.regions.sums(self.contexts, |at| self.unsure[at]);
        let calls = self.regions.sums(self.contexts, |at| self.calls_of(at));
        let of = |at: usize| {
            let calls = calls[at].max(1.0);
            let by_calls = Opinion { time: own[at] / calls, unsure: unsure[at] / calls };
            let Opinion { time, unsure } = match windows.functions[at] {
                Some(seen) if windows.is_recursive[at] => seen,
                seen => by_calls.with(seen),
            };
            if self.contexts.tallies[at].is_measured() { positive(time, unsure) } else { 0.0 }
        };
        (0..own.len()).map(of).collect()
    }

    /// Returns the possible error of [`Self::own`], as the cost of recording is not known exactly.
    fn unsure_of(&self, at: usize) -> f64 {
        let (cost, node) = (self.contexts.cost, &self.contexts.nodes[at]);
        let timed = cost.inside * float(node.timed) + cost.outside * float(node.made.all());
        let sampled = self.regions.tally_of[at].map_or(0.0, |_| cost.sampled * self.calls_of(at));
        let of_cost = COST_ERROR * timed.hypot(sampled).hypot(cost.untimed * self.calls.made[at]);
        of_cost.hypot(self.of_calls[at])
    }
}

/// The sums over a region.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    /// Own times, estimated from the times of calls.
    own: f64,
    /// Time of timing, which is in no other of these.
    timed: f64,
    /// Time of tallying by itself.
    tallied: f64,
    /// Time of tallying, less where it is done in loops.
    in_loops: f64,
    /// Time that passed: both together.
    time: f64,
}

/// Times of contexts.
struct Shares {
    /// Own time of each.
    own: Vec<f64>,
    /// Part of its time that tallying took.
    tallying: Vec<f64>,
    /// Time of tallying in all, also where calls were made from outside.
    all: f64,
}

impl Sums {
    fn and(&self, other: &Self) -> Self {
        Self {
            own: self.own + other.own,
            timed: self.timed + other.timed,
            tallied: self.tallied + other.tallied,
            in_loops: self.in_loops + other.in_loops,
            time: self.time + other.time,
        }
    }

    /// Returns the time that passed without the time of tallying in it.
    fn left(&self, tallied: f64) -> f64 {
        positive(self.time - tallied, COST_ERROR * tallied.hypot(self.timed))
    }

    /// Returns the part of the tallying time by itself that shows here.
    fn part_of_tallying(&self) -> f64 {
        if self.tallied > 0.0 {
            (6.0 * (self.time / self.tallied - HIDDEN)).clamp(LEAST_PART, 1.0)
        } else {
            1.0
        }
    }
}

/// Returns an own time that is known not to be below zero, where `time` is off by as much as
/// `unsure`: the time itself where that is the larger by far, and never nothing.
pub(super) fn positive(time: f64, unsure: f64) -> f64 {
    f64::midpoint(time, time.hypot(unsure)).max(0.0)
}

/// Maps each site to its tally.
pub(super) fn by_site(tallies: &[Tally]) -> Map<u32, usize> {
    tallies.iter().enumerate().map(|(at, tally)| (tally.site, at)).collect()
}

#[cfg(test)]
#[path = "own/tests.rs"]
mod tests;
