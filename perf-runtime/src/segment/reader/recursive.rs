//! Functions that call themselves, by way of others or not, and their own times. Pure.
//!
//! What a call takes with all below is no help with them: the outermost takes as long as all within, and
//! the mean is neither one's. So their own times are those that were recorded in windows, less what
//! recording took.

use super::own::{Contexts, float, positive};
use super::regions::{Calls, Regions};

/// Which functions, and which contexts that call them, have their own times from windows.
pub(super) struct Recursive {
    /// What a call of each tallied function took in itself; `None` where it calls nothing that is
    /// running already.
    pub(super) functions: Vec<Option<f64>>,
    /// The own time of contexts that are not tallied and call such a function.
    pub(super) contexts: Vec<Option<f64>>,
}

/// Calls in windows from which on their own times are known.
const ENOUGH_CALLS: f64 = 30.0;

impl Recursive {
    pub(super) fn of(contexts: &Contexts<'_>, regions: &Regions, calls: &Calls) -> Self {
        let mut is_one = vec![false; contexts.tallies.len()];
        let mut of_contexts = vec![None; contexts.nodes.len()];
        for &(caller, callee, _) in &calls.nested {
            for at in [caller, callee] {
                if let Some(tally) = regions.tally_of[at] {
                    is_one[tally] = true;
                }
            }
        }
        let own = regions.sums(contexts, |at| in_windows(contexts, at));
        let times = regions.sums(contexts, |at| calls_in_windows(contexts, at));
        let functions = is_one.iter().enumerate().map(|(at, is_one)| {
            (*is_one && times[at] >= ENOUGH_CALLS).then(|| own[at] / times[at])
        });
        let functions: Vec<Option<f64>> = functions.collect();
        for (at, parent) in contexts.parents.iter().enumerate() {
            let is_known = regions.tally_of[at].is_some_and(|tally| functions[tally].is_some());
            let Some(parent) = parent.filter(|_| is_known) else { continue };
            if regions.tally_of[parent].is_none() && contexts.nodes[parent].own.whole > 0 {
                let growth = calls.growth[regions.region_of[parent]];
                of_contexts[parent] = Some(in_windows(contexts, parent) * (growth + 1.0));
            }
        }
        Self { functions, contexts: of_contexts }
    }
}

fn calls_in_windows(contexts: &Contexts<'_>, at: usize) -> f64 {
    let node = &contexts.nodes[at];
    float(node.timed.saturating_sub(node.own.partial_calls))
}

/// Own time in windows, without the recording.
fn in_windows(contexts: &Contexts<'_>, at: usize) -> f64 {
    let node = &contexts.nodes[at];
    let cost = calls_in_windows(contexts, at) * contexts.cost.inside
        + float(node.made.whole) * contexts.cost.outside;
    positive(float(node.own.whole) - cost, cost * super::own::COST_ERROR)
}
