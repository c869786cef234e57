//! The next step, decided from the evidence so far: so a search goes on where it was interrupted.

use super::CERTAIN;
use super::choice::choose;
use super::evidence::{Evidence, Level, paired};
use super::graph::Graph;
use super::segment::{Class, Segment, segments};
use crate::model::{BisectDocument, BisectState, Purpose};
use crate::stats::number::float;

/// Numbers of rounds after which it is asked whether two commits differ.
const LOOKS: [u32; 11] = [5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160];

/// The p-value up to which the ends are believed to differ.
const ENDS_DIFFER: f64 = 2e-4;

/// The p-value up to which a suspect differs from the commit before it. All that was measured before
/// speaks for it already.
const CONFIRMED: f64 = 0.01;

/// Rounds to confirm a suspect, at most.
const TO_CONFIRM: u32 = 40;

/// Standard errors beyond which a value is not at a level.
const APART: f64 = 3.5;

/// The part of the whole change below which a further one is not looked for.
const SMALL: f64 = 0.2;

/// Rounds that show the level of a commit at which the search is divided.
const FOR_A_LEVEL: u32 = 5;

/// The next step of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Measurements of a commit beside another one.
    Measure {
        /// The commit.
        commit: usize,
        /// The one beside it; none where one run alone shows the value.
        beside: Option<usize>,
        /// The number of rounds.
        rounds: u32,
        /// The reason.
        purpose: Purpose,
    },
    /// A division of the search at these commits, which are at a level of their own.
    Split(Vec<usize>),
    /// The end.
    Done(BisectState),
}

/// Decides what is done next. The ends are given up on after `most` rounds without a difference.
pub fn next(document: &BisectDocument, graph: &Graph, most: u32) -> Next {
    let evidence = Evidence::of(document);
    match ends(document, graph, &evidence, most) {
        Ends::Open(rounds) => {
            let (commit, beside) = (graph.bad(), Some(0));
            return Next::Measure { commit, beside, rounds, purpose: Purpose::Ends };
        }
        Ends::Same => return Next::Done(BisectState::NotReproduced),
        Ends::Differ => {}
    }
    let mut parts = worth_it(segments(document, graph, &evidence), &evidence);
    parts.sort_by(|one, other| other.step().abs().total_cmp(&one.step().abs()));
    for segment in &parts {
        if let Some(next) = within(document, graph, &evidence, segment) {
            return next;
        }
    }
    let is_one = |segment: &Segment| {
        segment
            .classes(graph)
            .first()
            .is_some_and(|it| it.suspects.len() == 1 && it.mass >= CERTAIN)
    };
    let found = parts.iter().all(is_one);
    Next::Done(if found { BisectState::Found } else { BisectState::Range })
}

/// Returns whether the ends are known to differ.
pub fn ends_differ(document: &BisectDocument, graph: &Graph, most: u32) -> bool {
    matches!(ends(document, graph, &Evidence::of(document), most), Ends::Differ)
}

/// Returns the probability that ends which are the same would differ as they do; 1 before it was asked.
pub fn doubt_of_ends(document: &BisectDocument, graph: &Graph) -> f64 {
    let evidence = Evidence::of(document);
    paired(document, &evidence.alike, (graph.bad(), 0)).map_or(1.0, |(found, _)| found.p_value)
}

/// The state of the question whether the ends differ.
enum Ends {
    Open(u32),
    Same,
    Differ,
}

fn ends(document: &BisectDocument, graph: &Graph, evidence: &Evidence, most: u32) -> Ends {
    let bad = graph.bad();
    if evidence.alike.get(bad) == Some(&0) {
        return Ends::Same;
    }
    let of_ends = document.rounds.iter().filter(|round| round.purpose == Purpose::Ends);
    let made = u32::try_from(of_ends.count()).unwrap_or(u32::MAX);
    if made < 2 {
        return Ends::Open(2 - made);
    }
    if evidence.exact {
        return if evidence.total.abs() > 0.0 { Ends::Differ } else { Ends::Same };
    }
    let by_look = LOOKS.into_iter().rev().find(|look| *look <= made);
    let found = paired(document, &evidence.alike, (bad, 0));
    if by_look.is_some() && found.is_some_and(|(it, _)| it.p_value <= ENDS_DIFFER) {
        return Ends::Differ;
    }
    if made >= most {
        return Ends::Same;
    }
    let next = LOOKS.into_iter().find(|look| *look > made).unwrap_or(most);
    Ends::Open(next.min(most) - made)
}

/// Leaves out parts whose change is small, or cannot be told from none.
pub(super) fn worth_it(segments: Vec<Segment>, evidence: &Evidence) -> Vec<Segment> {
    if segments.len() < 2 {
        return segments;
    }
    let is_large = |segment: &Segment| is_large(segment.step(), segment.error(), evidence);
    segments.into_iter().filter(is_large).collect()
}

/// Returns whether a change, known with this error, is a considerable part of the whole.
fn is_large(change: f64, error: f64, evidence: &Evidence) -> bool {
    change.abs() > (SMALL * evidence.total.abs()).max(APART * error)
}

/// Decides what is done next within a part; `None` where nothing is left to do.
fn within(
    document: &BisectDocument,
    graph: &Graph,
    evidence: &Evidence,
    segment: &Segment,
) -> Option<Next> {
    if let Some(commit) = between_levels(evidence, segment) {
        return Some(Next::Split(vec![commit]));
    }
    let classes = segment.classes(graph);
    let first = classes.first()?;
    if first.mass < CERTAIN
        && let Some((commit, rounds)) = choose(document, graph, evidence, segment)
    {
        let beside = (!evidence.exact).then_some(0);
        return Some(Next::Measure { commit, beside, rounds, purpose: Purpose::Search });
    }
    confirm(document, evidence, first).or_else(|| the_rest(document, evidence, segment, first))
}

/// Finds a commit whose value is at neither level.
fn between_levels(evidence: &Evidence, segment: &Segment) -> Option<usize> {
    let least = if evidence.exact { 1 } else { 4 };
    let [low, high] = segment.levels;
    segment.testable.iter().copied().find(|commit| {
        let values = evidence.of_commit(*commit);
        let Some(level) = evidence.level(*commit).filter(|_| values.len() >= least) else {
            return false;
        };
        let off = |end: Level| (level.mean - end.mean).abs() / level.error.hypot(end.error);
        let is_far = |end: Level| (level.mean - end.mean).abs() > SMALL * segment.step().abs();
        [low, high].into_iter().all(|end| off(end) > APART && is_far(end))
    })
}

/// Decides how to hold a suspect against the commit before it; `None` once that is done.
fn confirm(document: &BisectDocument, evidence: &Evidence, class: &Class) -> Option<Next> {
    let (commit, beside) = (class.after, class.before);
    if evidence.exact {
        let is_known = |at: usize| at == 0 || !evidence.of_commit(at).is_empty();
        let missing = [commit, beside].into_iter().find(|at| !is_known(*at))?;
        let purpose = Purpose::Confirm;
        return Some(Next::Measure { commit: missing, beside: None, rounds: 1, purpose });
    }
    let found = paired(document, &evidence.alike, (commit, beside));
    let made = found.map_or(0, |(_, made)| made);
    if made >= TO_CONFIRM || is_confirmed(document, evidence, class) {
        return None;
    }
    let next = LOOKS.into_iter().find(|look| *look > made).unwrap_or(TO_CONFIRM);
    let rounds = next.min(TO_CONFIRM) - made;
    Some(Next::Measure { commit, beside: Some(beside), rounds, purpose: Purpose::Confirm })
}

/// Returns whether the commits around `class` differ when they are run in turn.
pub(super) fn is_confirmed(document: &BisectDocument, evidence: &Evidence, class: &Class) -> bool {
    if evidence.exact {
        let level = |at| evidence.level(at).map(|level| level.mean);
        let [after, before] = [class.after, class.before].map(level);
        return after.zip(before).is_some_and(|(after, before)| (after - before).abs() > 0.0);
    }
    let found = paired(document, &evidence.alike, (class.after, class.before));
    let looked = |made: u32| LOOKS.first().is_some_and(|first| made >= *first);
    found.is_some_and(|(it, made)| looked(made) && it.p_value <= CONFIRMED)
}

/// Looks for further changes, where that of the culprit is not all of the part's.
fn the_rest(
    document: &BisectDocument,
    evidence: &Evidence,
    segment: &Segment,
    class: &Class,
) -> Option<Next> {
    let sides = [(class.before, 0), (class.after, 1)];
    let is_end = |at: usize| at == segment.low || at == segment.high;
    let explained = explained(document, evidence, class)?;
    let error = explained.error.hypot(segment.error());
    if !is_large(segment.step() - explained.mean, error, evidence) {
        return None;
    }
    for (commit, _) in sides.into_iter().filter(|(commit, _)| !is_end(*commit)) {
        let made = u32::try_from(evidence.of_commit(commit).len()).unwrap_or(u32::MAX);
        if !evidence.exact && made < FOR_A_LEVEL {
            let (rounds, purpose) = (FOR_A_LEVEL - made, Purpose::Search);
            return Some(Next::Measure { commit, beside: Some(0), rounds, purpose });
        }
    }
    let differs = |(commit, side): &(usize, usize)| {
        let (level, end) = (evidence.level(*commit)?, segment.levels.get(*side)?);
        let change = level.mean - end.mean;
        Some(is_large(change, level.error.hypot(end.error), evidence))
    };
    let off = sides.iter().filter(|side| !is_end(side.0) && differs(side) == Some(true));
    if off.count() == 0 {
        return None;
    }
    let new = sides.into_iter().map(|(commit, _)| commit).filter(|commit| !is_end(*commit));
    let new: Vec<usize> = new.filter(|commit| !document.splits.contains(commit)).collect();
    (!new.is_empty()).then_some(Next::Split(new))
}

/// Returns the change between the commits around `class`; `None` where they were not measured.
pub(super) fn explained(
    document: &BisectDocument,
    evidence: &Evidence,
    class: &Class,
) -> Option<Level> {
    if evidence.exact {
        let [after, before] = [class.after, class.before].map(|at| evidence.level(at));
        return Some(Level { mean: after?.mean - before?.mean, error: evidence.sigma });
    }
    let (found, _) = paired(document, &evidence.alike, (class.after, class.before))?;
    Some(Level { mean: found.log_ratio, error: found.standard_error })
}

/// Says on which side a commit is, by its rounds beside the good end: with the change, without it, or
/// `None` while that is not known.
pub fn side_of(document: &BisectDocument, commit: usize) -> Option<bool> {
    let evidence = Evidence::of(document);
    if evidence.alike.get(commit) == Some(&0) {
        return Some(false);
    }
    let bad = document.commits.len().saturating_sub(1);
    if evidence.alike.get(commit) == evidence.alike.get(bad) {
        return Some(true);
    }
    let values = evidence.of_commit(commit);
    let odds = evidence.likelihood(values, 0.0, evidence.total).exp();
    let share = odds / (1.0 + odds);
    if values.is_empty() || share.is_nan() {
        None
    } else if share >= CERTAIN {
        Some(true)
    } else {
        (share <= 1.0 - CERTAIN).then_some(false)
    }
}

/// Returns the rounds of `purpose` that were made.
pub(super) fn made(document: &BisectDocument, purpose: Purpose) -> f64 {
    float(document.rounds.iter().filter(|round| round.purpose == purpose).count() as u64)
}
