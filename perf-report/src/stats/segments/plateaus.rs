//! Levels that anyone can see: values that lie apart from those before by many times their own spread.
//! Tests by rank, which hold for any noise, need many values on each side to be certain; where levels lie
//! so far apart, five do.
//!
//! A step is looked for between a few values before a place and as many after it, by a t test, so that no
//! level further away is taken for noise. What the rest of the series knows of its noise counts, too: few
//! values differ by little among themselves now and then. Then both levels must stay what they are, up to
//! the next step: where machines take turns they do not, and no step is found here.

use super::scale::{self, Scaled};
use super::search::least_shift;
use super::{Change, Kind, Settings};
use crate::stats::number::float;
use crate::stats::{robust, student};

/// Values on each side that are compared.
const WINDOWS: [usize; 5] = [4, 5, 6, 8, 12];
/// Most values on each side that are compared, up to the steps beside.
const NEAR: usize = 12;
/// The fewest values on each side that show a difference less than [`Scaled::far`]: two neighbouring steps
/// of a clock come in this order by chance now and then.
const FEWEST: usize = 5;
/// Noise that there is at least, on the scale of [`Scaled`].
const LEAST_NOISE: f64 = 0.005;
/// Part of the noise of the whole series that a few values have at least.
const OF_ALL: f64 = 0.6;
/// Standard errors of that least noise below which no test calls levels apart.
const LEAST_ERRORS: f64 = 4.0;
/// Degrees of freedom of the noise of the whole series, of each value outside of those compared: a median
/// of differences is worth this much less than a standard deviation.
const OF_A_VALUE: f64 = 0.3;
/// The most that those are worth: noise may be another at another level.
const MOST_DEGREES: f64 = 12.0;
/// The part of the allowed false alarms that tests by the normal distribution may use, one in this many,
/// since values may have another.
const STRICTER: f64 = 4.0;
/// The factor on the allowed probability of a candidate, which has been compared with a few values only.
const GENEROUS: f64 = 20.0;

/// A place where the level may have changed.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    at: usize,
    /// The difference by the values near it.
    seen: Seen,
}

/// The distance of two sides.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The probability that chance sets two sides this far apart somewhere in the series.
    p_value: f64,
    /// The spread of values of one level: a standard deviation.
    noise: f64,
}

/// Finds the steps between such levels, oldest first.
pub(super) fn steps(scaled: &Scaled, settings: &Settings) -> Vec<Change> {
    let Some(series) = Series::new(scaled) else { return Vec::new() };
    let limit = settings.false_alarms / STRICTER;
    let mut kept = series.candidates(GENEROUS * limit);
    loop {
        let judged: Vec<(f64, Change)> =
            (0..kept.len()).map(|at| series.judge(&kept, at, settings)).collect();
        let worst = (0..kept.len()).rev().max_by(|a, b| judged[*a].0.total_cmp(&judged[*b].0));
        match worst.filter(|at| judged[*at].0 > limit) {
            Some(worst) => kept.remove(worst),
            None => return judged.into_iter().map(|(_, change)| change).collect(),
        };
    }
}

/// The values, and what is known of all of them.
#[derive(Debug, Clone, Copy)]
struct Series<'a> {
    values: &'a [f64],
    far: f64,
    /// The spread of values of one level: a standard deviation.
    noise: f64,
}

impl<'a> Series<'a> {
    /// Measures the noise by the differences of neighbours, which few steps do not move.
    fn new(scaled: &'a Scaled) -> Option<Self> {
        /// The median size of a difference of two normal values, in their deviations.
        const OF_DIFFERENCE: f64 = 0.953_873;
        let values = scaled.values.as_slice();
        let differences: Vec<f64> = values.windows(2).map(|two| (two[1] - two[0]).abs()).collect();
        let noise = (robust::median(&differences)? / OF_DIFFERENCE).max(LEAST_NOISE);
        Some(Self { values, far: scaled.far(), noise })
    }

    /// Finds the places that show best that the level changed, and none beside another, oldest first.
    fn candidates(&self, limit: f64) -> Vec<Candidate> {
        let places = (1..self.values.len()).filter_map(|at| self.candidate(at));
        let mut found: Vec<Candidate> = places.filter(|it| it.seen.p_value <= limit).collect();
        found.sort_by(|a, b| a.seen.p_value.total_cmp(&b.seen.p_value).then(a.at.cmp(&b.at)));
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in found {
            let nearest = kept.iter().map(|other| other.at.abs_diff(candidate.at)).min();
            if nearest.is_none_or(|distance| distance >= WINDOWS[0]) {
                kept.push(candidate);
            }
        }
        kept.sort_by_key(|candidate| candidate.at);
        kept
    }

    /// Compares the level before `at` with that after it, in whatever window shows it best.
    fn candidate(&self, at: usize) -> Option<Candidate> {
        let windows = WINDOWS.into_iter().filter_map(|window| {
            let old = self.values.get(at.checked_sub(window)?..at)?;
            self.compare([old, self.values.get(at..at + window)?])
        });
        let seen = windows.min_by(|a, b| a.p_value.total_cmp(&b.p_value))?;
        Some(Candidate { at, seen })
    }

    /// Compares two sides; `None` where nobody could see that they are apart.
    fn compare(&self, [old, new]: [&[f64]; 2]) -> Option<Seen> {
        let apart = (mean(new) - mean(old)).abs();
        let [before, after] = [old, new].map(|side| float(side.len() as u64));
        let error = (1.0 / before + 1.0 / after).sqrt();
        let is_little = apart < LEAST_ERRORS * OF_ALL * self.noise * error;
        let fewer = old.len().min(new.len());
        if is_little || (fewer < FEWEST && apart < self.far) || overlap(old, new) {
            return None;
        }
        let others = float(self.values.len() as u64) - before - after;
        let (degrees, known) = (before + after - 2.0, (OF_A_VALUE * others).min(MOST_DEGREES));
        let squares = squares(old) + squares(new) + known * self.noise.powi(2);
        let noise = (squares / (degrees + known)).sqrt();
        let noise = noise.max(OF_ALL * self.noise).max(LEAST_NOISE);
        let p_value = student::two_sided_p(apart / (noise * error), degrees + known);
        // What places there are for it; their sides share values, and those of other lengths do.
        let tried = float((self.values.len() + 1 - 2 * fewer) as u64);
        Some(Seen { p_value: (p_value * tried).min(1.0), noise })
    }

    /// Judges a step between its neighbours; returns its probability by chance, which is 1 where one of its
    /// levels does not stay or the step is of no interest.
    fn judge(&self, steps: &[Candidate], at: usize, settings: &Settings) -> (f64, Change) {
        let from = at.checked_sub(1).map_or(0, |before| steps[before].at);
        let to = steps.get(at + 1).map_or(self.values.len(), |after| after.at);
        let Candidate { at: index, seen } = steps[at];
        let (old, new) = (&self.values[from..index], &self.values[index..to]);
        let nearest = [&old[old.len().saturating_sub(NEAR)..], &new[..NEAR.min(new.len())]];
        let beside = self.compare(nearest).unwrap_or(Seen { p_value: 1.0, ..seen });
        let p_value = seen.p_value.min(beside.p_value);
        let level = scale::level(old);
        let shift = scale::level(new) - level;
        let is_of_interest =
            shift.abs() >= least_shift(new.len(), to == self.values.len(), settings);
        let holds = is_of_interest && stays([old, new], seen.noise.max(beside.noise));
        let change = Change { index, end: index, kind: Kind::Step, level, shift, p_value };
        (if holds { p_value } else { f64::INFINITY }, change)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len().max(1) as u64)
}

fn squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// Returns the least and the greatest value.
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

/// Returns whether both levels are nearly all of the values up to the next steps.
fn stays(sides: [&[f64]; 2], noise: f64) -> bool {
    /// One in how many values may be wild, and lie towards the other level.
    const WILD: usize = 8;
    /// One in how many may be wild the other way, which makes the two no more alike.
    const AWAY: usize = 4;
    /// One in how many may be at the other level: more, and the levels take turns.
    const TURNS: usize = 16;
    let levels = sides.map(|side| robust::median(side).unwrap_or(0.0));
    let apart = (levels[1] - levels[0]).abs();
    let reach = (apart / 2.0).min(8.0 * noise);
    sides.into_iter().zip([levels, [levels[1], levels[0]]]).all(|(side, [level, other])| {
        let towards = |value: &f64| (value - level) * (other - level).signum();
        let many = |is: &dyn Fn(f64) -> bool| side.iter().map(towards).filter(|by| is(*by)).count();
        many(&|by| by > reach) <= side.len() / WILD
            && many(&|by| by < -reach) <= side.len() / AWAY
            && many(&|by| (by - apart).abs() < apart / 4.0) <= side.len() / TURNS
    })
}
