//! A part of the history in which one change is looked for: its suspects and their probabilities.

use std::collections::BTreeMap;

use super::evidence::{Evidence, Level};
use super::graph::Graph;
use crate::model::BisectDocument;

/// The logarithm of a probability that is none.
const NEVER: f64 = -60.0;

/// The probability from which a commit is taken to be at a level, and helps to say where that is.
const TAKEN: f64 = 0.99;

/// A part of the history between two commits at different levels.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// The commit before.
    pub(super) low: usize,
    /// The commit with the change.
    pub(super) high: usize,
    /// The suspects: what `high` contains and `low` does not.
    pub(super) suspects: Vec<usize>,
    /// Commits strictly between them that can be measured, as far as is known.
    pub(super) testable: Vec<usize>,
    /// The levels of both ends.
    pub(super) levels: [Level; 2],
    /// The probability of each suspect.
    pub(super) posterior: Vec<f64>,
}

/// Suspects that no measurement can tell apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Class {
    pub(super) suspects: Vec<usize>,
    /// The probability that it is one of them.
    pub(super) mass: f64,
    /// The last commit without any of them that can be measured.
    pub(super) before: usize,
    /// The first commit with all of them that can be measured.
    pub(super) after: usize,
}

/// Divides the history at the commits that were found between two levels.
pub(super) fn segments(
    document: &BisectDocument,
    graph: &Graph,
    evidence: &Evidence,
) -> Vec<Segment> {
    let mut ends = document.splits.clone();
    ends.extend([0, graph.bad()]);
    ends.sort_by_key(|at| (graph.size(*at), *at));
    ends.dedup();
    // They lie on one way from end to end, else a part would be searched twice.
    let mut chain: Vec<usize> = Vec::with_capacity(ends.len());
    for end in ends {
        if chain.last().is_none_or(|last| graph.contains(end, *last)) {
            chain.push(end);
        }
    }
    let pairs = chain.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
    pairs.map(|(low, high)| Segment::of(document, graph, evidence, (low, high))).collect()
}

impl Segment {
    fn of(
        document: &BisectDocument,
        graph: &Graph,
        evidence: &Evidence,
        (low, high): (usize, usize),
    ) -> Self {
        let all = 0..document.commits.len();
        let suspects: Vec<usize> =
            all.filter(|at| graph.contains(high, *at) && !graph.contains(low, *at)).collect();
        let is_testable = |at: &usize| {
            let skipped = document.commits.get(*at).is_none_or(|it| it.state.is_skipped());
            *at != high && graph.contains(*at, low) && !skipped
        };
        let testable = suspects.iter().copied().filter(is_testable).collect();
        let level = |at| evidence.level(at).unwrap_or(Level { mean: 0.0, error: evidence.sigma });
        let levels = [level(low), level(high)];
        let mut segment = Self { low, high, suspects, testable, levels, posterior: Vec::new() };
        segment.posterior = segment.judge(document, graph, evidence);
        segment.settle_levels(graph, evidence);
        segment.posterior = segment.judge(document, graph, evidence);
        segment
    }

    /// The change within.
    pub(super) fn step(&self) -> f64 {
        let [low, high] = self.levels;
        high.mean - low.mean
    }

    /// The standard error of the change within.
    pub(super) fn error(&self) -> f64 {
        let [low, high] = self.levels;
        low.error.hypot(high.error)
    }

    /// The probability that `commit` has the change.
    pub(super) fn share(&self, graph: &Graph, commit: usize) -> f64 {
        let suspects = self.suspects.iter().zip(&self.posterior);
        let with = suspects.filter(|(suspect, _)| graph.contains(commit, **suspect));
        with.map(|(_, share)| share).sum::<f64>().clamp(0.0, 1.0)
    }

    /// Finds the levels anew, from all commits whose side is known.
    fn settle_levels(&mut self, graph: &Graph, evidence: &Evidence) {
        let mut values = [self.low, self.high].map(|end| evidence.of_commit(end).to_vec());
        for commit in &self.testable {
            let share = self.share(graph, *commit);
            let side = usize::from(share > 0.5);
            if !(1.0 - TAKEN..=TAKEN).contains(&share)
                && let Some(values) = values.get_mut(side)
            {
                values.extend(evidence.of_commit(*commit));
            }
        }
        for (level, values) in self.levels.iter_mut().zip(values) {
            // The good end is what all are measured by.
            let is_origin = level.error <= 0.0;
            *level = evidence.level_of(&values).filter(|_| !is_origin).unwrap_or(*level);
        }
    }

    /// Returns the probability of each suspect.
    fn judge(&self, document: &BisectDocument, graph: &Graph, evidence: &Evidence) -> Vec<f64> {
        let prior = |at: &usize| document.commits.get(*at).map_or(0.0, |commit| commit.prior);
        let mut logs: Vec<f64> = self.suspects.iter().map(|at| prior(at).max(1e-12).ln()).collect();
        for (commit, other) in self.identical(evidence) {
            for (log, suspect) in logs.iter_mut().zip(&self.suspects) {
                if graph.contains(commit, *suspect) != graph.contains(other, *suspect) {
                    *log += NEVER;
                }
            }
        }
        for ((commit, beside), values) in &evidence.differences {
            let Some((base, commit, beside)) = self.place(evidence, (*commit, *beside)) else {
                continue;
            };
            let more = evidence.likelihood(values, base, self.step());
            for (log, suspect) in logs.iter_mut().zip(&self.suspects) {
                if graph.contains(commit, *suspect) && !graph.contains(beside, *suspect) {
                    *log += more;
                }
            }
        }
        shares(&logs)
    }

    /// The commits within and at the ends.
    fn own(&self) -> impl Iterator<Item = usize> {
        [self.low, self.high].into_iter().chain(self.testable.iter().copied())
    }

    /// Pairs of commits that run the same bytes.
    fn identical(&self, evidence: &Evidence) -> Vec<(usize, usize)> {
        let mut first = BTreeMap::new();
        let mut found = Vec::new();
        for commit in self.own() {
            let Some(bytes) = evidence.alike.get(commit) else { continue };
            let other = *first.entry(bytes).or_insert(commit);
            if other != commit {
                found.push((commit, other));
            }
        }
        found
    }

    /// Finds the commits here that a difference is about, and the level that it has without the change.
    /// `None` where it says nothing of this part.
    fn place(
        &self,
        evidence: &Evidence,
        (commit, beside): (usize, usize),
    ) -> Option<(f64, usize, usize)> {
        let here = |wanted: usize| self.own().find(|at| evidence.alike.get(*at) == Some(&wanted));
        let found = here(commit)?;
        if found == self.low || (found == self.high && beside == 0) {
            return None;
        }
        match here(beside) {
            Some(other) if other != found => Some((0.0, found, other)),
            _ if beside == 0 => self.levels.first().map(|low| (low.mean, found, self.low)),
            _ => None,
        }
    }

    /// Groups the suspects that no measurement tells apart, the most probable first.
    pub(super) fn classes(&self, graph: &Graph) -> Vec<Class> {
        let mut groups: BTreeMap<Vec<bool>, (Vec<usize>, f64)> = BTreeMap::new();
        for (suspect, share) in self.suspects.iter().zip(&self.posterior) {
            let with = self.testable.iter().map(|at| graph.contains(*at, *suspect)).collect();
            let (suspects, mass) = groups.entry(with).or_default();
            suspects.push(*suspect);
            *mass += share;
        }
        let mut classes: Vec<Class> = groups
            .into_values()
            .map(|(suspects, mass)| {
                let (before, after) = self.around(graph, &suspects);
                Class { suspects, mass, before, after }
            })
            .collect();
        classes.sort_by(|one, other| {
            other.mass.total_cmp(&one.mass).then_with(|| one.suspects.cmp(&other.suspects))
        });
        classes
    }

    /// Returns the last commit without any of `suspects`, and the first with all of them.
    fn around(&self, graph: &Graph, suspects: &[usize]) -> (usize, usize) {
        let has_all = |at: &usize| suspects.iter().all(|it| graph.contains(*at, *it));
        let has_none = |at: &usize| !suspects.iter().any(|it| graph.contains(*at, *it));
        let with = self.own().filter(has_all).min_by_key(|at| (graph.size(*at), *at));
        let after = with.unwrap_or(self.high);
        let below = self.own().filter(|at| has_none(at) && graph.contains(after, *at));
        let before = below.max_by_key(|at| (graph.size(*at), *at)).unwrap_or(self.low);
        (before, after)
    }
}

/// Makes probabilities of their logarithms, which are off by the same number each.
fn shares(logs: &[f64]) -> Vec<f64> {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
    let sum: f64 = odds.iter().sum();
    odds.into_iter().map(|it| it / sum).collect()
}
