//! Laws of the search: what its probabilities obey, whatever was measured.

use proptest::prelude::*;

use super::Graph;
use super::evidence::Evidence;
use super::segment::segments;
use crate::model::{
    BisectCommit, BisectDocument, BisectQuestion, BisectRound, CommitState, Purpose,
};

/// Returns a search between the ends of a history in which each commit has one parent.
fn line(commits: usize) -> BisectDocument {
    let commit = |at: usize| BisectCommit {
        parents: at.checked_sub(1).into_iter().collect(),
        prior: if at == 0 { 0.0 } else { 1.0 },
        ..BisectCommit::default()
    };
    let question = BisectQuestion { metric: "wall".to_owned(), ..BisectQuestion::default() };
    BisectDocument { question, commits: (0..commits).map(commit).collect(), ..Default::default() }
}

/// Returns a search whose ends differ by 10 %, with these readings of commits in per cent.
fn with_readings(commits: usize, readings: &[(usize, f64)]) -> BisectDocument {
    let mut document = line(commits);
    let round = |purpose, commit, pct: f64| BisectRound {
        purpose,
        commit,
        beside: Some(0),
        value: 1e6 * (1.0 + pct / 100.0),
        value_beside: Some(1e6),
        elapsed_ns: 100,
    };
    let ends = [9.0, 11.0, 10.0, 9.5, 10.5];
    let ends = ends.map(|pct| round(Purpose::Ends, commits - 1, pct));
    let readings = readings.iter().map(|(at, pct)| round(Purpose::Search, *at, *pct));
    document.rounds = ends.into_iter().chain(readings).collect();
    document
}

/// Returns the probability of each commit.
fn posterior(document: &BisectDocument) -> Vec<f64> {
    let graph = Graph::of(document).unwrap();
    let parts = segments(document, &graph, &Evidence::of(document));
    let mut all = vec![0.0; document.commits.len()];
    for (suspect, share) in parts[0].suspects.iter().zip(&parts[0].posterior) {
        all[*suspect] = *share;
    }
    all
}

fn near(one: &[f64], other: &[f64]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn probabilities_add_up_to_one_in_whatever_order_it_was_measured(
        readings in proptest::collection::vec((1..19_usize, -30.0..40.0_f64), 0..12),
        turn in 0..12_usize,
    ) {
        let document = with_readings(20, &readings);
        let shares = posterior(&document);
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        let mut turned = readings.clone();
        turned.rotate_left(turn.min(readings.len()));
        prop_assert!(near(&shares, &posterior(&with_readings(20, &turned))));
    }

    #[test]
    fn a_reading_at_the_bad_level_makes_none_after_it_more_probable(at in 1..19_usize) {
        let before = posterior(&with_readings(20, &[]));
        let after = posterior(&with_readings(20, &[(at, 10.0)]));
        let good = posterior(&with_readings(20, &[(at, 0.0)]));
        for commit in 1..20 {
            let is_suspect = commit <= at;
            prop_assert_eq!(after[commit] >= before[commit], is_suspect);
            prop_assert_eq!(good[commit] <= before[commit], is_suspect);
        }
    }

    #[test]
    fn what_has_the_same_bytes_is_at_the_same_level(
        one in 1..19_usize,
        other in 1..19_usize,
        pct in -5.0..15.0_f64,
    ) {
        let (one, other) = (one.min(other), one.max(other));
        let built = |at: usize| {
            let mut document = with_readings(20, &[(at, pct)]);
            for at in [one, other] {
                let commit = &mut document.commits[at];
                (commit.state, commit.build) = (CommitState::Built, Some("same".to_owned()));
            }
            posterior(&document)
        };
        let shares = built(one);
        prop_assert!(shares[one + 1..=other].iter().all(|share| *share < 1e-9));
        prop_assert!(near(&shares, &built(other)), "a run of one is a run of the other");
    }
}

#[test]
fn a_document_that_makes_no_history_is_no_graph() {
    let broken = |change: fn(&mut BisectDocument)| {
        let mut document = with_readings(5, &[]);
        change(&mut document);
        Graph::of(&document).is_none()
    };
    assert!(broken(|it| it.commits.truncate(1)));
    assert!(broken(|it| it.commits[1].parents = vec![1]));
    assert!(broken(|it| it.rounds[0].commit = 99));
    assert!(broken(|it| it.rounds[0].beside = Some(99)));
    assert!(broken(|it| it.splits.push(5)));
    assert!(!broken(|_| {}));
}
