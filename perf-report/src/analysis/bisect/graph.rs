//! The history between the ends: which commit contains which.

use std::collections::HashMap;

use crate::model::{BisectDocument, CommitState};

/// The ancestors of every commit of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// A set of bits a commit: its ancestors and itself.
    contained: Vec<Vec<u64>>,
}

impl Graph {
    /// Reads the history of a search. `None` where it makes no sense: there are no two ends, a commit
    /// stands before a parent, or evidence is about no commit.
    ///
    /// ```
    /// use perf_report::analysis::bisect::Graph;
    /// use perf_report::model::{BisectCommit, BisectDocument};
    /// let commit = |parents: &[usize]| BisectCommit { parents: parents.to_vec(), ..Default::default() };
    /// let commits = vec![commit(&[]), commit(&[0]), commit(&[0]), commit(&[1, 2])];
    /// let graph = Graph::of(&BisectDocument { commits, ..Default::default() }).unwrap();
    /// assert!(graph.contains(3, 1) && !graph.contains(2, 1));
    /// ```
    pub fn of(document: &BisectDocument) -> Option<Self> {
        let count = document.commits.len();
        let is_known = |at: &usize| *at < count;
        let rounds = document.rounds.iter();
        let named = rounds.flat_map(|round| [Some(round.commit), round.beside]).flatten();
        let all_known = named.chain(document.splits.iter().copied()).all(|at| is_known(&at));
        if count < 2 || !all_known {
            return None;
        }
        let mut contained: Vec<Vec<u64>> = Vec::with_capacity(count);
        for (at, commit) in document.commits.iter().enumerate() {
            let mut own = vec![0; count.div_ceil(64)];
            for parent in &commit.parents {
                let above = contained.get(*parent)?;
                own.iter_mut().zip(above).for_each(|(own, above)| *own |= above);
            }
            own[at / 64] |= 1 << (at % 64);
            contained.push(own);
        }
        Some(Self { contained })
    }

    /// Returns whether `commit` is `other` or descends from it.
    pub fn contains(&self, commit: usize, other: usize) -> bool {
        let word = self.contained.get(commit).and_then(|bits| bits.get(other / 64));
        word.is_some_and(|word| word & (1 << (other % 64)) != 0)
    }

    /// Returns the place of the bad end.
    pub fn bad(&self) -> usize {
        self.contained.len().saturating_sub(1)
    }

    /// Returns the number of commits that `commit` contains, itself included.
    pub(super) fn size(&self, commit: usize) -> u32 {
        self.contained.get(commit).map_or(0, |bits| bits.iter().map(|word| word.count_ones()).sum())
    }
}

/// Returns for every commit the first one whose build has the same bytes: itself, where there is none.
pub(super) fn alike(document: &BisectDocument) -> Vec<usize> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut alike = Vec::with_capacity(document.commits.len());
    for (at, commit) in document.commits.iter().enumerate() {
        let build = commit.build.as_deref().filter(|_| commit.state == CommitState::Built);
        alike.push(build.map_or(at, |build| *first.entry(build).or_insert(at)));
    }
    alike
}
