//! The second opinion of windows on own times: the time recorded in them less that of recording;
//! and the time from before the function was tallied. Pure.
//!
//! It is for functions whose own time is a small difference between the times of calls. For
//! functions that call themselves, by way of others or not, it is the only one: their outermost
//! call takes as long as all within, and the mean is neither one's.

use super::header::Cost;
use super::node::{Early, Node};
use super::own::{COST_ERROR, Contexts};
use super::regions::{Calls, Regions};
use super::tree::float;

/// A time, and its possible error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opinion {
    pub(super) time: f64,
    pub(super) unsure: f64,
}

impl Opinion {
    /// Joins both: each counts the more, the surer it is.
    pub(super) fn with(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let weight = |it: Self| it.unsure.max(1e-9).powi(-2);
        let (own, others) = (weight(self), weight(other));
        Self {
            time: (self.time * own + other.time * others) / (own + others),
            unsure: (own + others).sqrt().recip(),
        }
    }

    /// Adds a possible error of this part of the time.
    fn less_sure_by(self, part: f64) -> Self {
        Self { unsure: self.unsure.hypot(part * self.time), ..self }
    }
}

/// The opinions of windows.
pub(super) struct Windows {
    /// Own time in a call, for each tallied function.
    pub(super) functions: Vec<Option<Opinion>>,
    /// True for each function with calls to one that is running already.
    pub(super) is_recursive: Vec<bool>,
    /// Own time while functions were tallied, for each context that is not.
    pub(super) contexts: Vec<Option<Opinion>>,
}

/// The number of calls in windows from which on they are of use.
const ENOUGH_CALLS: f64 = 30.0;

/// The possible difference between a call's time at the start of a thread and later, as a part of
/// it.
const EARLY_ERROR: f64 = 0.3;

/// The same, where that holds the time of some callees.
const ROUGH_ERROR: f64 = 1.0;

impl Windows {
    pub(super) fn of(contexts: &Contexts<'_>, regions: &Regions, calls: &Calls) -> Self {
        let mut is_recursive = vec![false; contexts.tallies.len()];
        for &(caller, callee, _) in &calls.nested {
            for at in [caller, callee] {
                if let Some(tally) = regions.tally_of[at] {
                    is_recursive[tally] = true;
                }
            }
        }
        let seen = Seen::of_functions(contexts, regions, |_, node| Seen::in_windows(node));
        let is_whole = whole_before(contexts, regions);
        let early_where = |is: &dyn Fn(usize) -> bool| {
            Seen::of_functions(contexts, regions, |at, node| {
                let early = if is(at) { node.early } else { Early::default() };
                Seen { own: float(early.own), calls: float(early.calls), made: float(early.made) }
            })
        };
        let (early, rough) = (early_where(&|at| is_whole[at]), early_where(&|_| true));
        let opinion =
            |seen: &Seen, error: f64| seen.opinion(contexts.cost).map(|it| it.less_sure_by(error));
        let function = |at: usize| {
            let early = opinion(&early[at], EARLY_ERROR);
            let known = match opinion(&seen[at], 0.0) {
                Some(seen) => Some(seen.with(early)),
                None => early,
            };
            // What calls take as a whole says nothing of a recursive function.
            known.or_else(|| opinion(&rough[at], ROUGH_ERROR).filter(|_| is_recursive[at]))
        };
        let below = Below::of_regions(contexts, regions, calls);
        let context = |at: usize| {
            let seen = Seen::in_windows(&contexts.nodes[at]);
            let (own, made, cost) = (seen.own, seen.made, seen.cost(contexts.cost));
            let below = &below[regions.region_of[at]];
            let all = below.all() / below.in_windows;
            let opinion =
                Opinion { time: (own - cost) * all, unsure: unsure(own, cost, made) * all };
            let is_known =
                regions.tally_of[at].is_none() && made >= ENOUGH_CALLS && below.in_windows > 0.0;
            is_known.then(|| opinion.less_sure_by(EARLY_ERROR * below.early / below.all()))
        };
        Self {
            functions: (0..contexts.tallies.len()).map(function).collect(),
            is_recursive,
            contexts: (0..contexts.nodes.len()).map(context).collect(),
        }
    }
}

/// The calls of a region's tallied functions, by when they were made. The time of the context above
/// them is as much longer than in windows as all of them are more.
///
/// Those from before any function was tallied count like all others: in a short program they are most.
#[derive(Debug, Clone, Copy, Default)]
struct Below {
    in_windows: f64,
    tallied: f64,
    early: f64,
}

impl Below {
    fn of_regions(contexts: &Contexts<'_>, regions: &Regions, calls: &Calls) -> Vec<Self> {
        let mut below = vec![Self::default(); regions.all.len()];
        for (at, node) in contexts.nodes.iter().enumerate() {
            if regions.tally_of[at].is_some() {
                let region = &mut below[regions.region_of[at]];
                region.in_windows += float(node.calls_in_windows());
                region.early += float(node.timed - node.calls_in_windows());
                region.tallied += calls.tallied[at];
            }
        }
        below
    }

    fn all(&self) -> f64 {
        self.in_windows + self.tallied + self.early
    }
}

/// Returns the possible error of a time in windows, by the cost of recording and by chance.
fn unsure(own: f64, cost: f64, calls: f64) -> f64 {
    (COST_ERROR * cost).hypot((own - cost).max(0.0) / calls.max(1.0).sqrt())
}

/// Returns for each context whether its own time from before its function was tallied is free of
/// callees that were tallied earlier.
fn whole_before(contexts: &Contexts<'_>, regions: &Regions) -> Vec<bool> {
    let since = |at: usize| regions.tally_of[at].map(|tally| contexts.tallies[tally].steps.since);
    let mut is_whole = vec![true; contexts.nodes.len()];
    for (at, parent) in contexts.parents.iter().enumerate() {
        if let (Some(parent), Some(callee)) = (*parent, since(at)) {
            is_whole[parent] &= since(parent).is_some_and(|caller| callee >= caller);
        }
    }
    is_whole
}

/// The records of a function from the times when everything was recorded.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Its own time, in ticks, with that of recording.
    own: f64,
    calls: f64,
    /// Calls that it made.
    made: f64,
}

impl Seen {
    fn in_windows(node: &Node) -> Self {
        Self {
            own: float(node.own.whole),
            calls: float(node.calls_in_windows()),
            made: float(node.made.whole),
        }
    }

    /// Sums up the contexts of each tallied function.
    fn of_functions(
        contexts: &Contexts<'_>,
        regions: &Regions,
        of: impl Fn(usize, &Node) -> Self,
    ) -> Vec<Self> {
        let [own, calls, made] = [|it: Self| it.own, |it: Self| it.calls, |it: Self| it.made]
            .map(|part| regions.sums(contexts, |at| part(of(at, &contexts.nodes[at]))));
        let of = |at: usize| Self { own: own[at], calls: calls[at], made: made[at] };
        (0..own.len()).map(of).collect()
    }

    /// Returns the time of recording within the own time.
    fn cost(&self, cost: &Cost) -> f64 {
        self.calls * cost.inside + self.made * cost.outside
    }

    /// Returns the own time in a call, if there are enough of them.
    fn opinion(&self, cost: &Cost) -> Option<Opinion> {
        let cost = self.cost(cost);
        (self.calls >= ENOUGH_CALLS).then(|| Opinion {
            time: (self.own - cost) / self.calls,
            unsure: unsure(self.own, cost, self.calls) / self.calls,
        })
    }
}
