//! The next measurement: the commit and the number of rounds that are expected to tell most for their
//! cost.

use super::evidence::Evidence;
use super::graph::Graph;
use super::segment::Segment;
use crate::model::{BisectDocument, CommitState, Purpose};
use crate::stats::number::float;

/// Numbers of rounds that are thought of.
const ROUNDS: [u32; 9] = [1, 2, 3, 4, 6, 8, 12, 16, 24];

/// The most rounds that are made before it is thought over.
const AT_ONCE: u32 = 4;

/// The cost of a build in rounds before any is known: three runs.
const BUILD_BEFORE: f64 = 1.5;

/// Bits from which the side of a commit is in doubt.
const IN_DOUBT: f64 = 0.1;

/// Rounds up to which a commit that spoke clearly is asked again.
const ASKED_AGAIN: usize = 60;

/// Information below which a measurement is worth nothing, in bits.
const NOTHING: f64 = 1e-4;

/// Chooses a commit of `segment` to measure beside the good end, and how often; `None` where nothing
/// would tell anything.
pub(super) fn choose(
    document: &BisectDocument,
    graph: &Graph,
    evidence: &Evidence,
    segment: &Segment,
) -> Option<(usize, u32)> {
    let build = build_cost(document);
    let steps = segment.step().abs() / evidence.sigma;
    let mut best: Option<(f64, usize, u32)> = None;
    for commit in &segment.testable {
        let values = evidence.of_commit(*commit);
        let [low, _] = segment.levels;
        let so_far = evidence.likelihood(values, low.mean, segment.step());
        let share = segment.share(graph, *commit);
        // What speaks clearly is asked again where others contradict it.
        let is_in_doubt = entropy(share) > IN_DOUBT && values.len() < ASKED_AGAIN;
        let is_worth_it = evidence.is_worth_more(so_far) || is_in_doubt;
        if !is_worth_it || (evidence.exact && !values.is_empty()) {
            continue;
        }
        let is_built = document.commits.get(*commit).is_some_and(|it| it.build.is_some());
        let (cost, chance) = if is_built { (0.0, 1.0) } else { (build, chance(document, *commit)) };
        let most = if evidence.exact { 1 } else { usize::MAX };
        for rounds in ROUNDS.into_iter().take(most) {
            let told = chance * information(share, steps * f64::from(rounds).sqrt());
            let rate = told / (cost + f64::from(rounds));
            if told > NOTHING && best.is_none_or(|(most, ..)| rate > most) {
                best = Some((rate, *commit, rounds));
            }
        }
    }
    best.map(|(_, commit, rounds)| (commit, rounds.min(AT_ONCE)))
}

/// Returns the cost of a build in rounds, as far as it is known.
pub(super) fn build_cost(document: &BisectDocument) -> f64 {
    let mean = |values: &mut dyn Iterator<Item = u64>| {
        let (sum, count) =
            values.fold((0.0, 0_u64), |(sum, count), it| (sum + float(it), count + 1));
        (count > 0).then(|| sum / float(count))
    };
    // The first build is that of everything, and says nothing of those to come.
    let mut builds = document.commits.iter().skip(1).filter_map(|commit| commit.build_ns);
    let mut rounds = document
        .rounds
        .iter()
        .filter(|round| round.purpose != Purpose::Search)
        .map(|round| round.elapsed_ns);
    match (mean(&mut builds), mean(&mut rounds)) {
        (Some(build), Some(round)) if round > 0.0 => build / round,
        _ => BUILD_BEFORE,
    }
}

/// Returns the probability that `commit` can be built: less beside one that cannot.
fn chance(document: &BisectDocument, commit: usize) -> f64 {
    let failed = document.commits.iter().enumerate();
    let failed = failed.filter(|(_, it)| it.state == CommitState::Unbuildable);
    let nearest = failed.map(|(at, _)| at.abs_diff(commit)).min();
    nearest.map_or(1.0, |apart| {
        let apart = float(apart as u64);
        apart / (apart + 1.0)
    })
}

/// Returns the bits that a reading is expected to tell of a commit that has the change with probability
/// `share`, where both levels are `apart` standard errors apart.
pub(super) fn information(share: f64, apart: f64) -> f64 {
    /// Steps of the integral.
    const STEPS: u32 = 48;
    let prior = entropy(share);
    if prior <= 0.0 || apart > 12.0 {
        return prior;
    }
    let density = |off: f64| (-off * off / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let (from, stride) = (-4.0, (apart + 8.0) / f64::from(STEPS));
    let left = (0..=STEPS).map(|step| {
        let at = from + stride * f64::from(step);
        let (with, without) = (share * density(at - apart), (1.0 - share) * density(at));
        let sum = with + without;
        if sum > 0.0 { sum * entropy(with / sum) * stride } else { 0.0 }
    });
    (prior - left.sum::<f64>()).max(0.0)
}

/// Returns the bits of a question whose answer is yes with probability `share`.
pub(super) fn entropy(share: f64) -> f64 {
    let part = |it: f64| if it > 0.0 { -it * it.log2() } else { 0.0 };
    part(share) + part(1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_tells_more_the_less_is_known_and_the_farther_the_levels_are_apart() {
        let told = |share, apart| information(share, apart);
        assert!((told(0.5, 20.0) - 1.0).abs() < 1e-9 && told(0.5, 0.0).abs() < 1e-3);
        assert!(told(0.5, 1.0) < told(0.5, 2.0) && told(0.5, 2.0) < told(0.5, 4.0));
        assert!(told(0.1, 2.0) < told(0.5, 2.0) && told(0.0, 2.0) <= 0.0);
        assert!((told(0.2, 1.5) - told(0.8, 1.5)).abs() < 1e-3);
        // Capacity of a binary input in Gaussian noise at half a standard deviation to either side: 0.16 bits.
        assert!((told(0.5, 1.0) - 0.160).abs() < 0.01, "{}", told(0.5, 1.0));
    }
}
