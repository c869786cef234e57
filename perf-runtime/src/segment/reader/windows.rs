//! What windows tell of own times: what was recorded there while everything was, less what recording
//! took. Pure.
//!
//! A second opinion on functions whose own time is a small difference of what calls take, and the only
//! one on those that call themselves, by way of others or not: their outermost call takes as long as all
//! within, and the mean is neither one's.

use super::own::{COST_ERROR, Contexts};
use super::regions::{Calls, Regions};
use super::tree::float;

/// A time, and how far it may be off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opinion {
    pub(super) time: f64,
    pub(super) unsure: f64,
}

impl Opinion {
    /// Both together: each counts the more, the surer it is.
    pub(super) fn with(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let weight = |it: Self| it.unsure.max(1e-9).powi(-2);
        let (own, others) = (weight(self), weight(other));
        Self {
            time: (self.time * own + other.time * others) / (own + others),
            unsure: (own + others).sqrt().recip(),
        }
    }
}

/// What windows tell.
pub(super) struct Windows {
    /// Of each tallied function, its own time in a call.
    pub(super) functions: Vec<Option<Opinion>>,
    /// Whether it calls what is running already.
    pub(super) is_recursive: Vec<bool>,
    /// Of each context that is not tallied, its own time while functions were.
    pub(super) contexts: Vec<Option<Opinion>>,
}

/// Calls in windows from which on they tell something.
const ENOUGH_CALLS: f64 = 30.0;

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
        let own = regions.sums(contexts, |at| float(contexts.nodes[at].own.whole));
        let cost = regions.sums(contexts, |at| cost_in_windows(contexts, at));
        let times = regions.sums(contexts, |at| float(contexts.nodes[at].calls_in_windows()));
        let function = |at: usize| {
            let opinion = Opinion {
                time: (own[at] - cost[at]) / times[at],
                unsure: unsure(own[at], cost[at], times[at]) / times[at],
            };
            (times[at] >= ENOUGH_CALLS).then_some(opinion)
        };
        let context = |at: usize| {
            let (own, cost) = (float(contexts.nodes[at].own.whole), cost_in_windows(contexts, at));
            let made = float(contexts.nodes[at].made.whole);
            // As long as it was in windows, and while functions were tallied.
            let all = calls.growth[regions.region_of[at]] + 1.0;
            let opinion =
                Opinion { time: (own - cost) * all, unsure: unsure(own, cost, made) * all };
            (regions.tally_of[at].is_none() && made >= ENOUGH_CALLS).then_some(opinion)
        };
        Self {
            functions: (0..contexts.tallies.len()).map(function).collect(),
            is_recursive,
            contexts: (0..contexts.nodes.len()).map(context).collect(),
        }
    }
}

/// How far a time in windows may be off, by what recording took of it and by chance.
fn unsure(own: f64, cost: f64, calls: f64) -> f64 {
    (COST_ERROR * cost).hypot((own - cost).max(0.0) / calls.max(1.0).sqrt())
}

fn cost_in_windows(contexts: &Contexts<'_>, at: usize) -> f64 {
    float(contexts.nodes[at].calls_in_windows()) * contexts.cost.inside
        + float(contexts.nodes[at].made.whole) * contexts.cost.outside
}
