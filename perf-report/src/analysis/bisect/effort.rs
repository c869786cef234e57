//! The effort of a search: what is ahead of it, and what plain bisection would take.

use statrs::distribution::{ContinuousCDF as _, Normal};

use super::choice::{build_cost, information};
use super::evidence::Evidence;
use super::graph::Graph;
use super::plan::made;
use super::segment::{Segment, segments};
use super::{CERTAIN, Next, next};
use crate::model::{BisectDocument, BisectState, Purpose};
use crate::stats::number::{float, whole};

/// An estimate of the effort ahead, from few to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// Builds.
    pub builds: (u64, u64),
    /// Runs; `None` before the noise is known.
    pub runs: Option<(u64, u64)>,
    /// Seconds; `None` before anything was timed.
    pub seconds: Option<(u64, u64)>,
}

/// Estimates the effort that is ahead of a search.
pub fn forecast(document: &BisectDocument, graph: &Graph, most: u32) -> Forecast {
    let evidence = Evidence::of(document);
    if matches!(next(document, graph, most), Next::Done(_)) {
        return Forecast { builds: (0, 0), runs: Some((0, 0)), seconds: Some((0, 0)) };
    }
    let parts = segments(document, graph, &evidence);
    let bits: f64 = parts.iter().map(open_bits).sum();
    let ends = document.commits.first().into_iter().chain(document.commits.last());
    let missing = ends.filter(|end| end.build.is_none()).count() as u64;
    let least = whole(bits.ceil());
    let builds = (missing + least, missing + least + 3);
    if made(document, Purpose::Ends) < 2.0 || evidence.total.abs() <= 0.0 {
        return Forecast { builds, runs: None, seconds: None };
    }
    let rounds = rounds_ahead(document, &evidence, bits);
    let runs_each = if evidence.exact { 1.0 } else { 2.0 };
    let runs = (whole((rounds * runs_each * 0.7).ceil()), whole((rounds * runs_each * 1.8).ceil()));
    Forecast { builds, runs: Some(runs), seconds: seconds(document, builds, rounds) }
}

/// Returns the bits that are not known of a part.
fn open_bits(segment: &Segment) -> f64 {
    segment
        .posterior
        .iter()
        .map(|share| if *share > 0.0 { -share * share.log2() } else { 0.0 })
        .sum()
}

/// Estimates the rounds that it takes to learn `bits`, and to confirm what was found.
fn rounds_ahead(document: &BisectDocument, evidence: &Evidence, bits: f64) -> f64 {
    if evidence.exact {
        return bits + 1.0;
    }
    let apart = (evidence.total / evidence.sigma).abs();
    let build = build_cost(document);
    let best = (1..=40_u32).map(f64::from).max_by(|one, other| {
        let rate = |rounds: f64| information(0.5, apart * rounds.sqrt()) / (build + rounds);
        rate(*one).total_cmp(&rate(*other))
    });
    let best = best.unwrap_or(1.0);
    // To be certain of the last suspects takes more than to learn the first bits.
    let last = (5.3 / (apart * apart)).max(1.0) * 2.0;
    let confirm = (4.0 * 8.0 / (apart * apart)).clamp(5.0, 40.0);
    best * bits / information(0.5, apart * best.sqrt()).max(0.01) + last + confirm
}

/// Estimates the time of builds and rounds.
fn seconds(document: &BisectDocument, builds: (u64, u64), rounds: f64) -> Option<(u64, u64)> {
    let known = document.commits.iter().skip(1).filter_map(|commit| commit.build_ns);
    let (sum, count) = known.fold((0.0, 0.0), |(sum, count), it| (sum + float(it), count + 1.0));
    let timed: f64 = document.rounds.iter().map(|round| float(round.elapsed_ns)).sum();
    let count_rounds = float(document.rounds.len() as u64);
    if count < 1.0 || count_rounds < 1.0 {
        return None;
    }
    let (build, round) = (sum / count / 1e9, timed / count_rounds / 1e9);
    let of =
        |builds: u64, share: f64| whole((float(builds) * build + rounds * share * round).ceil());
    Some((of(builds.0, 0.7), of(builds.1, 1.8)))
}

/// Returns the builds and runs of plain bisection between the same ends: it halves the commits, and
/// measures each beside the good end as often as it takes for all its steps together to be right with
/// 95 % certainty. The ends are measured as they were here.
pub(super) fn plain(document: &BisectDocument, evidence: &Evidence) -> (u64, u64) {
    let suspects = float(document.commits.len().saturating_sub(1).max(1) as u64);
    let steps = suspects.log2().ceil();
    let skipped = document.commits.iter().filter(|commit| commit.state.is_skipped()).count() as u64;
    let builds = whole(steps) + 2 + skipped;
    let ends = 2.0 * made(document, Purpose::Ends);
    if evidence.exact || steps < 1.0 {
        return (builds, whole(ends + steps));
    }
    let apart = (evidence.total / evidence.sigma).abs();
    if apart.is_nan() || apart <= 0.0 || document.state == BisectState::NotReproduced {
        return (builds, whole(ends));
    }
    let each = Normal::standard().inverse_cdf(1.0 - (1.0 - CERTAIN) / steps);
    let rounds = (2.0 * each / apart).powi(2).ceil().max(1.0);
    (builds, whole(ends + 2.0 * steps * rounds))
}
