//! The generous split of a series at candidates: one that is no change is taken back later.

use super::evidence::{OPEN, evidence};
use super::noise::Noise;
use super::scan::{self, Candidate, Ranked};
use super::{FEWEST, Settings};
use crate::stats::number::float;

/// The most values after a change that is fresh.
const FRESH: usize = 12;
/// Independent places among those: each shares most of its values with the next.
const FRESH_PLACES: f64 = 2.5;
/// The share of the false alarms that fresh changes may have.
const NEWS: f64 = 0.85;
/// Candidates that score less are not tested. One in five series without a change has one that
/// scores as much.
const INTERESTING: f32 = 19.0;
/// The same for a candidate in one of many windows.
const STRIKING: f32 = 26.0;
/// The shortest window.
const WINDOW: usize = 32;
/// The factor on the allowed probability of a split here, which is judged strictly later.
const GENEROUS: f64 = 10.0;

/// Places of the first values after possible changes, in order.
pub(super) fn search(values: &[f64], settings: &Settings) -> Vec<usize> {
    let mut splits = Vec::new();
    let mut pending = vec![(0, values.len())];
    while let Some((from, to)) = pending.pop() {
        if let Some(at) = split(values, (from, to), settings) {
            splits.push(at);
            pending.extend([(from, at), (at, to)]);
        }
    }
    splits.sort_unstable();
    splits
}

/// Estimates the number of independent places in a series of this length: twice the logarithm of the length
/// for the series as a whole, in standard deviations of either sign, and a few in each window.
fn places(length: usize) -> f64 {
    4.0 * float(length.max(FEWEST) as u64).ln() + float(length as u64) / 16.0
}

/// Estimates the same for a change with this many values after it, to the end of the series. Most of the
/// false alarms that are allowed are spent on the few places at the end, so that news come early.
pub(super) fn places_with(after: usize, is_last: bool, length: usize) -> f64 {
    if is_last && after <= FRESH { FRESH_PLACES / NEWS } else { places(length) / (1.0 - NEWS) }
}

/// Returns the smallest shift of interest of a change with this many values after it, on the scale of
/// [`super::scale::Scaled`]: news of little weight can wait for more.
pub(super) fn least_shift(after: usize, is_last: bool, settings: &Settings) -> f64 {
    let is_fresh = is_last && after <= FRESH;
    (settings.min_effect * if is_fresh { 2.0 } else { 1.0 }).ln_1p()
}

fn split(values: &[f64], (from, to): (usize, usize), settings: &Settings) -> Option<usize> {
    let length = to - from;
    let shortest = settings.min_run.max(2);
    if length < FEWEST.max(shortest + 2) {
        return None;
    }
    let ranked = Ranked::new(&values[from..to]);
    let is_last = to == values.len();
    // How likely chance makes it, in parts of what is allowed.
    let chance = |at: usize| {
        let limit =
            GENEROUS * settings.false_alarms / places_with(length - at, is_last, values.len());
        evidence(values, (from, from + at, to), Noise::INDEPENDENT, limit).p_value / limit
    };
    let places = ranked.places();
    let mut best = (1.0, None);
    for candidate in open(&places).into_iter().chain(fresh(&places, is_last, settings)) {
        let chance = chance(candidate.at);
        if chance < best.0 {
            best = (chance, Some(from + candidate.at));
        }
    }
    best.1.or_else(|| hidden(values, &ranked, from, length, settings))
}

/// Finds the best candidate with values enough on both sides.
fn open(places: &[Candidate]) -> Option<Candidate> {
    let side = OPEN.min((places.len() + 1) / 3);
    scan::best(places, side).filter(|best| best.score > INTERESTING)
}

/// Finds candidates with few values after them.
fn fresh<'a>(
    places: &'a [Candidate],
    is_last: bool,
    settings: &Settings,
) -> impl Iterator<Item = Candidate> + use<'a> {
    let length = places.len() + 1;
    let fewest = if is_last { settings.min_fresh } else { settings.min_run }.max(2);
    let most = if length < OPEN + fewest { 0 } else { FRESH.min(length / 2) };
    let after = (fewest..=most).filter_map(move |after| places.get(places.len() - after).copied());
    after.filter(|candidate| candidate.score > INTERESTING * 0.5)
}

/// Finds a split inside a window, where changes up and down again leave no trace in the whole.
fn hidden(
    values: &[f64],
    ranked: &Ranked,
    from: usize,
    length: usize,
    settings: &Settings,
) -> Option<usize> {
    let limit = GENEROUS * settings.false_alarms / places_with(length, false, values.len());
    let side = OPEN.max(settings.min_run);
    windows(length)
        .filter_map(|(start, end)| {
            Some((start, scan::best(&ranked.places_within(start, end), side)?, end))
        })
        .filter(|(_, found, _)| found.score > STRIKING)
        .find(|(start, found, end)| {
            let place = (from + start, from + found.at, from + end);
            evidence(values, place, Noise::INDEPENDENT, limit).p_value < limit
        })
        .map(|(_, found, _)| from + found.at)
}

/// Lists windows that overlap by half, each size four times the one before.
fn windows(length: usize) -> impl Iterator<Item = (usize, usize)> {
    std::iter::successors(Some(WINDOW), |window| Some(4 * window))
        .take_while(move |window| *window < length)
        .flat_map(move |window| {
            (0..length).step_by(window / 2).map(move |start| (start, (start + window).min(length)))
        })
}
