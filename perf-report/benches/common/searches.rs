//! Searches for the commit that changed a metric, on a machine that is made up: what `bisect` is held to,
//! as a test and as a benchmark.

use perf_report::analysis::bisect::{Graph, Next, next, refresh};
use perf_report::model::{
    BisectCommit, BisectDocument, BisectQuestion, BisectRound, BisectState, BisectStep, CommitState,
};
use perf_report::stats::random::Stream;

/// Rounds after which the ends are given up on.
const MOST: u32 = 200;

/// A history whose changes are known, and the machine that it is measured on.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Changes of the logarithm of the metric, by the commit that makes them.
    pub(crate) changes: Vec<(usize, f64)>,
    /// Commits that cannot be built.
    pub(crate) broken: Vec<usize>,
    /// Commits whose builds have the bytes of the one before.
    pub(crate) identical: Vec<usize>,
    /// The noise of a run; 0 of a count.
    pub(crate) noise: f64,
    /// One run in this number takes half as long again; 0 for none.
    pub(crate) wild: usize,
}

impl World {
    /// A history with one change, without noise.
    pub(crate) fn with(commit: usize, change: f64) -> Self {
        Self {
            changes: vec![(commit, change)],
            broken: Vec::new(),
            identical: Vec::new(),
            noise: 0.0,
            wild: 0,
        }
    }

    fn value(&self, graph: &Graph, commit: usize, chance: &mut Stream) -> f64 {
        let made = self.changes.iter().filter(|(at, _)| graph.contains(commit, *at));
        let level: f64 = made.map(|(_, change)| change).sum();
        let is_wild = self.wild > 0 && chance.below(self.wild) == 0;
        let wild = if is_wild { 0.4 } else { 0.0 };
        let value = 1e8 * (level + self.noise * chance.normal() + wild).exp();
        if self.noise > 0.0 { value } else { value.round() }
    }

    fn build(&self, commit: usize) -> String {
        let mut first = commit;
        while self.identical.contains(&first) {
            first -= 1;
        }
        format!("build {first}")
    }
}

/// A search between the ends of a history in which each commit has one parent.
pub(crate) fn line(commits: usize, metric: &str) -> BisectDocument {
    let parents: Vec<Vec<usize>> =
        (0..commits).map(|at| at.checked_sub(1).into_iter().collect()).collect();
    of(&parents, metric)
}

/// A search in the history of these parents.
pub(crate) fn of(parents: &[Vec<usize>], metric: &str) -> BisectDocument {
    let commit = |(at, parents): (usize, &Vec<usize>)| BisectCommit {
        commit: format!("{at:040}"),
        parents: parents.clone(),
        prior: if at == 0 { 0.0 } else { 1.0 },
        ..BisectCommit::default()
    };
    BisectDocument {
        question: BisectQuestion { metric: metric.to_owned(), ..BisectQuestion::default() },
        commits: parents.iter().enumerate().map(commit).collect(),
        ..BisectDocument::default()
    }
}

/// Carries a search out to its end, and puts what it found into `document`. A build takes as long as three
/// runs.
pub(crate) fn search(document: &mut BisectDocument, world: &World, seed: u64) -> Graph {
    let graph = Graph::of(document).unwrap_or_else(|| unreachable!("the history makes sense"));
    let mut chance = Stream::of(seed);
    for _ in 0..5_000 {
        match next(document, &graph, MOST) {
            Next::Done(_) => break,
            Next::Split(at) => document.splits.extend(at),
            Next::Measure { commit, beside, rounds, purpose } => {
                let both = [Some(commit), beside];
                let known = document.cost.builds;
                both.into_iter().flatten().for_each(|at| build(document, world, at));
                // After a build it is thought over what to measure.
                for _ in 0..if known == document.cost.builds { rounds } else { 0 } {
                    let mut run = |at| world.value(&graph, at, &mut chance);
                    let (value, value_beside) = (run(commit), beside.map(&mut run));
                    document.cost.runs += 1 + u64::from(beside.is_some());
                    let elapsed_ns = 200 * (1 + u64::from(beside.is_some()));
                    let round =
                        BisectRound { purpose, commit, beside, value, value_beside, elapsed_ns };
                    document.rounds.push(round);
                }
            }
        }
    }
    refresh(document, &graph, MOST);
    graph
}

/// Builds a commit, unless it is built.
fn build(document: &mut BisectDocument, world: &World, at: usize) {
    let is_broken = world.broken.contains(&at);
    let Some(commit) = document.commits.get_mut(at).filter(|commit| commit.build.is_none()) else {
        return;
    };
    document.cost.builds += 1;
    if is_broken {
        commit.state = CommitState::Unbuildable;
        return;
    }
    (commit.state, commit.build) = (CommitState::Built, Some(world.build(at)));
    commit.build_ns = Some(600);
}

/// The commits that were found, one a change; none where the search did not end so.
pub(crate) fn found(document: &BisectDocument) -> Vec<usize> {
    let is_found = document.state == BisectState::Found;
    let is_one = |step: &BisectStep| is_found && step.confirmed && step.commits.len() == 1;
    let single = document.steps.iter().filter(|step| is_one(step));
    single.flat_map(|step| step.commits.clone()).collect()
}
