//! The regions of a shard: contexts that share the time of tallying, with the number of their calls
//! then. Pure.

use super::node::Node;
use super::own::{Contexts, by_site};
use super::tree::{float, whole};

/// The regions of a shard.
pub(super) struct Regions {
    /// Each region.
    pub(super) all: Vec<Region>,
    /// Region of each context.
    pub(super) region_of: Vec<usize>,
    /// The tally of each context's function, if that was ever tallied.
    pub(super) tally_of: Vec<Option<usize>>,
}

/// A context and the tallied functions below it.
pub(super) struct Region {
    pub(super) head: usize,
    /// True where the head is a tallied function that is called from outside of all contexts.
    pub(super) is_outside: bool,
    /// Calls of its tallied functions that were recorded in their contexts.
    calls: f64,
}

/// The calls of contexts while functions were tallied.
pub(super) struct Calls {
    /// Tallied calls of each context.
    pub(super) tallied: Vec<f64>,
    /// Tallied calls that each made.
    pub(super) made: Vec<f64>,
    /// Recursive calls among them: the calling context, the context of the function, and their
    /// number.
    pub(super) nested: Vec<(usize, usize, f64)>,
}

impl Regions {
    pub(super) fn of(contexts: &Contexts<'_>) -> Self {
        let by_site = by_site(contexts.tallies);
        let mut regions = Self { all: Vec::new(), region_of: Vec::new(), tally_of: Vec::new() };
        for (at, node) in contexts.nodes.iter().enumerate() {
            let tally = by_site.get(&node.site).copied();
            let region = match contexts.parents[at] {
                Some(parent) if tally.is_some() => regions.region_of[parent],
                _ => regions.begin(at, tally.is_some()),
            };
            regions.tally_of.push(tally);
            regions.region_of.push(region);
            if tally.is_some() {
                regions.all[region].calls += seen(contexts, at);
            }
        }
        regions
    }

    fn begin(&mut self, head: usize, is_outside: bool) -> usize {
        self.all.push(Region { head, is_outside, calls: 0.0 });
        self.all.len() - 1
    }

    /// Estimates the calls of contexts while functions were tallied.
    pub(super) fn calls(&self, contexts: &Contexts<'_>) -> Calls {
        let growth = self.growth(contexts);
        let tallied = self.divide(contexts, &growth);
        let mut made = vec![0.0; tallied.len()];
        for (at, parent) in contexts.parents.iter().enumerate() {
            if let Some(parent) = *parent {
                made[parent] += tallied[at];
            }
        }
        let nested = Self::nested(contexts, &tallied);
        Calls { tallied, made, nested }
    }

    /// Returns the tallied calls of each region for every call that was recorded in its context:
    /// the factors that explain the tallies of the functions best. They are the most likely ones
    /// where counts follow Poisson's law (Richardson, "Bayesian-based iterative method of image
    /// restoration", 1972; Lucy, "An iterative technique for the rectification of observed
    /// distributions", 1974).
    fn growth(&self, contexts: &Contexts<'_>) -> Vec<f64> {
        const STEPS: u32 = 40;
        let tallied: f64 = contexts.tallies.iter().map(|tally| float(tally.calls)).sum();
        let recorded: f64 = self.all.iter().map(|region| region.calls).sum();
        let mut growth = vec![tallied / recorded.max(1.0); self.all.len()];
        if self.all.len() == 1 {
            return growth;
        }
        let mut before = growth.clone();
        for step in 1..=STEPS {
            let next = self.better(contexts, &growth);
            // Each step depends on nothing but the one before: those to come are known where it comes to rest, or goes
            // to and fro between two.
            let (is_at_rest, is_to_and_fro) = (next == growth, next == before);
            if is_at_rest || is_to_and_fro && (STEPS - step) % 2 == 0 {
                return next;
            } else if is_to_and_fro {
                return growth;
            }
            before = std::mem::replace(&mut growth, next);
        }
        growth
    }

    /// Returns factors that explain the tallies no worse than `growth`: a step of [`Self::growth`].
    fn better(&self, contexts: &Contexts<'_>, growth: &[f64]) -> Vec<f64> {
        let expected = self.sums(contexts, |at| seen(contexts, at) * growth[self.region_of[at]]);
        let mut ratios = vec![0.0; self.all.len()];
        for (at, tally) in self.tally_of.iter().enumerate() {
            if let Some(tally) = tally.filter(|tally| expected[*tally] > 0.0) {
                let ratio = float(contexts.tallies[tally].calls) / expected[tally];
                ratios[self.region_of[at]] += seen(contexts, at) * ratio;
            }
        }
        let better = growth.iter().zip(ratios.iter().zip(&self.all));
        let better =
            better.map(
                |(growth, (ratio, region))| {
                    if region.calls > 0.0 { growth * (ratio / region.calls) } else { *growth }
                },
            );
        better.collect()
    }

    /// Divides the tallied calls of each function among the contexts in which it was seen.
    fn divide(&self, contexts: &Contexts<'_>, growth: &[f64]) -> Vec<f64> {
        let weight = |at: usize| {
            // Where it was not seen in a window, there may still have been some of the calls.
            let some = 1e-9 * (float(contexts.nodes[at].timed) + 1.0);
            seen(contexts, at) * (growth[self.region_of[at]] + 1e-6) + some
        };
        let weights = self.sums(contexts, weight);
        let of = |(at, tally): (usize, &Option<usize>)| {
            let Some(tally) = *tally else { return 0.0 };
            float(contexts.tallies[tally].calls) * weight(at) / weights[tally]
        };
        self.tally_of.iter().enumerate().map(of).collect()
    }

    /// Divides the recursive calls among the functions above. They are recorded in the context of
    /// the outermost one, so only two numbers are known: each function's recursive calls, and each
    /// context's calls that have no context below it.
    fn nested(contexts: &Contexts<'_>, tallied: &[f64]) -> Vec<(usize, usize, f64)> {
        /// The number of contexts above that are looked at.
        const MOST_ABOVE: usize = 1000;
        let made = |node: &Node| float(node.made.all());
        let mut surplus: Vec<f64> = contexts.nodes.iter().map(made).collect();
        for (at, parent) in contexts.parents.iter().enumerate() {
            if let Some(parent) = *parent {
                let node = &contexts.nodes[at];
                surplus[parent] -= float(node.timed.saturating_sub(node.made.nested));
            }
        }
        let mut all = Vec::new();
        for (caller, &surplus) in surplus.iter().enumerate().filter(|(_, surplus)| **surplus > 0.0)
        {
            let up = std::iter::successors(Some(caller), |at| contexts.parents[*at]);
            let above: Vec<(usize, f64)> = up
                .take(MOST_ABOVE)
                .map(|at| (at, float(contexts.nodes[at].made.nested)))
                .filter(|(_, nested)| *nested > 0.0)
                .collect();
            let sum: f64 = above.iter().map(|(_, nested)| nested).sum();
            for (callee, nested) in above {
                let growth = tallied[callee] / float(contexts.nodes[callee].timed).max(1.0);
                all.push((caller, callee, surplus.min(sum) * nested / sum * growth));
            }
        }
        all
    }

    /// Sums up a value over the contexts of each tallied function.
    pub(super) fn sums(&self, contexts: &Contexts<'_>, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; contexts.tallies.len()];
        for (at, tally) in self.tally_of.iter().enumerate() {
            if let Some(tally) = *tally {
                sums[tally] += value(at);
            }
        }
        sums
    }

    /// Rounds the tallied calls of each context to whole numbers that add up to the count.
    pub(super) fn tallied_in_whole_numbers(
        &self,
        contexts: &Contexts<'_>,
        calls: &Calls,
    ) -> Vec<u64> {
        let mut given = vec![(0.0, 0_u64); contexts.tallies.len()];
        let mut last = vec![None; contexts.tallies.len()];
        let mut all = vec![0; calls.tallied.len()];
        for (at, tally) in self.tally_of.iter().enumerate() {
            let Some(tally) = *tally else { continue };
            let (sum, before) = &mut given[tally];
            *sum += calls.tallied[at];
            let next = whole(*sum).clamp(*before, contexts.tallies[tally].calls);
            all[at] = next - *before;
            *before = next;
            last[tally] = Some(at);
        }
        for (tally, (_, given)) in given.iter().enumerate() {
            if let Some(at) = last[tally] {
                all[at] += contexts.tallies[tally].calls - given;
            }
        }
        all
    }
}

/// Returns the calls by which a context is known: those in windows, and less of those before any
/// function was tallied.
fn seen(contexts: &Contexts<'_>, at: usize) -> f64 {
    /// The weight of a call at the start, when a program may do something else.
    const AT_START: f64 = 0.25;
    let node = &contexts.nodes[at];
    float(node.calls_in_windows()) + AT_START * float(node.own.partial_calls.min(node.timed))
}
