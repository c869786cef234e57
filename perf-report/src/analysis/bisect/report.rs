//! The findings of a search so far, put into its document.

use super::effort::plain;
use super::evidence::{Evidence, paired};
use super::graph::Graph;
use super::plan::{ends_differ, is_confirmed, worth_it};
use super::segment::{Class, Segment, segments};
use super::{CERTAIN, Next, next};
use crate::model::{BisectDocument, BisectStep, Purpose};
use crate::stats::number::{change_pct, float};

/// Puts into `document` what its evidence says: the state, the probabilities, the changes found, and the
/// effort. The ends are given up on after `most` rounds without a difference.
pub fn refresh(document: &mut BisectDocument, graph: &Graph, most: u32) {
    let evidence = Evidence::of(document);
    document.exact = evidence.exact;
    if let Next::Done(state) = next(document, graph, most) {
        document.state = state;
    }
    let parts = worth_it(segments(document, graph, &evidence), &evidence);
    let mut posterior = vec![0.0; document.commits.len()];
    for (suspect, share) in parts.iter().flat_map(|part| part.suspects.iter().zip(&part.posterior))
    {
        if let Some(known) = posterior.get_mut(*suspect) {
            *known = share.max(*known);
        }
    }
    let changes: Vec<Option<f64>> =
        (0..document.commits.len()).map(|at| change(document, &evidence, at)).collect();
    let runs = runs(document);
    let known = posterior.into_iter().zip(changes).zip(runs);
    for (commit, ((posterior, change), runs)) in document.commits.iter_mut().zip(known) {
        (commit.posterior, commit.change_pct, commit.runs) = (posterior, change, runs);
    }
    let mut steps: Vec<BisectStep> =
        parts.iter().filter_map(|part| step(document, graph, &evidence, part)).collect();
    steps.sort_by_key(|step| step.after);
    let is_known = ends_differ(document, graph, most);
    document.steps = if is_known { steps } else { Vec::new() };
    (document.cost.plain_builds, document.cost.plain_runs) = plain(document, &evidence);
}

/// Returns the change from the good end to a commit in per cent.
fn change(document: &BisectDocument, evidence: &Evidence, at: usize) -> Option<f64> {
    let level = evidence.level(at)?;
    if !evidence.exact {
        return Some(100.0 * level.mean.exp_m1());
    }
    let good = document.rounds.iter().find_map(|round| round.value_beside)?;
    change_pct(good, good + level.mean)
}

/// Returns the number of runs of each commit.
fn runs(document: &BisectDocument) -> Vec<u64> {
    let mut runs = vec![0; document.commits.len()];
    for round in &document.rounds {
        for at in [Some(round.commit), round.beside].into_iter().flatten() {
            if let Some(runs) = runs.get_mut(at) {
                *runs += 1;
            }
        }
    }
    runs
}

/// Returns the change within a part, as far as it is known.
fn step(
    document: &BisectDocument,
    graph: &Graph,
    evidence: &Evidence,
    part: &Segment,
) -> Option<BisectStep> {
    let class = smallest(part, graph)?;
    let (before, after) = (class.before, class.after);
    let (value_before, value_after) = values(document, evidence, &class);
    let found = paired(document, &evidence.alike, (after, before)).filter(|_| !evidence.exact);
    let change = if evidence.exact {
        change_pct(value_before, value_after)
    } else {
        found.map(|(it, _)| it.change_pct()).or_else(|| change_pct(value_before, value_after))
    };
    Some(BisectStep {
        confirmed: class.mass >= CERTAIN && is_confirmed(document, evidence, &class),
        commits: class.suspects,
        before,
        after,
        posterior: class.mass,
        change_pct: change,
        interval_pct: found.map(|(it, _)| it.interval_pct(0.95)),
        value_before,
        value_after,
    })
}

/// Returns the fewest suspects that hold the culprit with certainty; by their probability, and then in
/// the order of the commits.
fn smallest(part: &Segment, graph: &Graph) -> Option<Class> {
    let mut classes = part.classes(graph).into_iter();
    let mut all = classes.next()?;
    while all.mass < CERTAIN {
        let Some(more) = classes.next() else { break };
        all.suspects.extend(more.suspects);
        all.mass += more.mass;
        all.before = if graph.contains(all.before, more.before) { more.before } else { all.before };
        all.after = if graph.contains(more.after, all.after) { more.after } else { all.after };
    }
    all.suspects.sort_unstable();
    Some(all)
}

/// Returns the mean values before and after a change. Those of the commits themselves are best; where
/// they were not measured, they follow from that of the good end.
fn values(document: &BisectDocument, evidence: &Evidence, class: &Class) -> (f64, f64) {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / float((values.len() as u64).max(1));
    let pairs = document.rounds.iter().filter(|round| {
        round.purpose != Purpose::Search
            && round.commit == class.after
            && round.beside == Some(class.before)
    });
    let (before, after): (Vec<f64>, Vec<f64>) =
        pairs.filter_map(|round| Some((round.value_beside?, round.value))).unzip();
    if !before.is_empty() {
        return (mean(&before), mean(&after));
    }
    let good: Vec<f64> = document
        .rounds
        .iter()
        .filter(|round| round.beside == Some(0))
        .filter_map(|round| round.value_beside)
        .collect();
    let good = mean(&good);
    let at = |commit| {
        let level = evidence.level(commit).map_or(0.0, |level| level.mean);
        if evidence.exact { good + level } else { good * level.exp() }
    };
    (at(class.before), at(class.after))
}
