//! Levels that anyone can see: values that lie apart from those before by many times what they differ by
//! among themselves. Tests by rank, which hold for any noise, need many values on each side to be
//! certain; where levels lie so far apart, five do.
//!
//! A step is looked for between a few values before a place and as many after it, by a t test, so that
//! no level further away is taken for noise. Then both levels must stay what they are, up to the next
//! step: where machines take turns they do not, and nothing is said here.

use super::{Change, Kind, scale};
use crate::stats::{robust, student};
use crate::units::float;

/// Values on each side that are compared. The first only where all are equal.
const WINDOWS: [usize; 5] = [4, 5, 6, 8, 12];
/// Fewest values on each side, and between two steps.
const FEWEST: usize = 5;
/// Noise that there is at least, on the scale of [`scale::Scaled`].
const LEAST_NOISE: f64 = 0.005;
/// Part of the noise of the whole series that a few values have at least: what they differ by among
/// themselves is little by chance now and then.
const OF_ALL: f64 = 0.6;
/// What tests that assume the normal distribution leave to what is not: one in how many of the false
/// alarms that are allowed.
const STRICTER: f64 = 4.0;

/// A place where the level may have changed.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    at: usize,
    p_value: f64,
    noise: f64,
}

/// The steps between such levels, oldest first. `allowed` is how likely chance may make one.
pub(super) fn steps(values: &[f64], allowed: f64) -> Vec<Change> {
    let Some(noise) = noise(values) else { return Vec::new() };
    let places = (1..values.len()).filter_map(|at| candidate(values, at, noise));
    let mut found: Vec<Candidate> = places.filter(|it| it.p_value <= allowed / STRICTER).collect();
    found.sort_by(|a, b| a.p_value.total_cmp(&b.p_value).then(a.at.cmp(&b.at)));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in found {
        let nearest = kept.iter().map(|other| other.at.abs_diff(candidate.at)).min();
        if nearest.is_none_or(|distance| distance >= WINDOWS[0]) {
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|candidate| candidate.at);
    while let Some(at) = (0..kept.len()).rev().find(|&at| !stays(values, &kept, at)) {
        kept.remove(at);
    }
    (0..kept.len()).map(|at| change(values, &kept, at)).collect()
}

/// What values of one level differ by: a standard deviation, by the differences of neighbours, which few
/// steps do not move.
fn noise(values: &[f64]) -> Option<f64> {
    /// The median size of a difference of two normal values, in their deviations.
    const OF_DIFFERENCE: f64 = 0.953_873;
    let differences: Vec<f64> = values.windows(2).map(|two| (two[1] - two[0]).abs()).collect();
    Some((robust::median(&differences)? / OF_DIFFERENCE).max(LEAST_NOISE))
}

/// The level before `at` against that after it, in whatever window shows it best.
fn candidate(values: &[f64], at: usize, noise: f64) -> Option<Candidate> {
    // Windows share values with each other, and with those of the places beside.
    let tried = float(values.len() as u64);
    let windows = WINDOWS.into_iter().filter_map(|window| {
        let old = values.get(at.checked_sub(window)?..at)?;
        let new = values.get(at..at + window)?;
        if overlap(old, new) || (window < FEWEST && !(is_flat(old) && is_flat(new))) {
            return None;
        }
        let count = float(window as u64);
        let spread = (squares(old) + squares(new)) / (2.0 * count - 2.0);
        let noise = spread.sqrt().max(OF_ALL * noise).max(LEAST_NOISE);
        let t = (mean(new) - mean(old)) / (noise * (2.0 / count).sqrt());
        let p_value = (student::two_sided_p(t, 2.0 * count - 2.0) * tried).min(1.0);
        Some(Candidate { at, p_value, noise })
    });
    windows.min_by(|a, b| a.p_value.total_cmp(&b.p_value))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len().max(1) as u64)
}

fn squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The least and the greatest.
fn range(values: &[f64]) -> [f64; 2] {
    [
        values.iter().copied().fold(f64::INFINITY, f64::min),
        values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    ]
}

fn overlap(old: &[f64], new: &[f64]) -> bool {
    let ([old_least, old_most], [new_least, new_most]) = (range(old), range(new));
    old_least <= new_most && new_least <= old_most
}

fn is_flat(values: &[f64]) -> bool {
    let [least, most] = range(values);
    most - least <= LEAST_NOISE
}

/// The values on both sides of a step, as far as its neighbours.
fn sides<'a>(values: &'a [f64], steps: &[Candidate], at: usize) -> [&'a [f64]; 2] {
    let from = at.checked_sub(1).map_or(0, |before| steps[before].at);
    let to = steps.get(at + 1).map_or(values.len(), |after| after.at);
    let step = steps[at].at;
    [&values[from..step], &values[step..to]]
}

/// Whether both levels are nearly all of the values up to the next steps.
fn stays(values: &[f64], steps: &[Candidate], at: usize) -> bool {
    /// One in how many values may be wild.
    const WILD: usize = 8;
    let [old, new] = sides(values, steps, at);
    let apart = (scale::level(new) - scale::level(old)).abs() / 2.0;
    [old, new].iter().all(|side| {
        let level = robust::median(side).unwrap_or(0.0);
        let reach = apart.min(8.0 * steps[at].noise);
        side.iter().filter(|value| (*value - level).abs() > reach).count() <= side.len() / WILD
    })
}

fn change(values: &[f64], steps: &[Candidate], at: usize) -> Change {
    let [old, new] = sides(values, steps, at);
    let (level, Candidate { at: index, p_value, .. }) = (scale::level(old), steps[at]);
    let shift = scale::level(new) - level;
    Change { index, end: index, kind: Kind::Step, level, shift, p_value }
}
