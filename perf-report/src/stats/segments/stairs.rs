//! Levels and slopes through values, and the residuals of the values without them.

use std::ops::Range;

use super::scale;
use crate::stats::number::float;
use crate::stats::robust;

/// Fewest values of a drift.
const FEWEST: usize = 20;
/// The advantage that a slope must have: twice the logarithm of a Bayes factor that Kass and Raftery (JASA
/// 90, 1995) call strong.
const STRONG: f64 = 6.0;
/// Standard deviations at which wild values are held.
const WILD: f64 = 3.0;

/// Returns the values without the levels between `splits`, and without the slopes that explain those
/// better.
pub(super) fn residuals(values: &[f64], splits: &[usize]) -> Vec<f64> {
    let levels = levels(values, splits);
    let mut residuals = without(values, &levels);
    for stairs in staircases(values.len(), splits, |at| levels[splits[at]] > levels[splits[at] - 1])
    {
        if let Some(slope) = stairs.slope(values, splits) {
            let at = stairs.from..stairs.to;
            residuals[at.clone()].copy_from_slice(&slope.residuals(&values[at]));
        }
    }
    residuals
}

/// Steps that all go up, or all down, and the values from the last place before them that went the
/// other way to the first after.
pub(super) struct Staircase {
    /// Places of the steps among all.
    pub(super) steps: Range<usize>,
    pub(super) from: usize,
    pub(super) to: usize,
}

pub(super) fn staircases(
    length: usize,
    places: &[usize],
    is_up: impl Fn(usize) -> bool,
) -> Vec<Staircase> {
    let steps: Vec<usize> = (0..places.len()).collect();
    let mut from = 0;
    steps
        .chunk_by(|&a, &b| is_up(a) == is_up(b))
        .map(|run| {
            let steps = run[0]..run[0] + run.len();
            let to = places.get(steps.end).copied().unwrap_or(length);
            let staircase = Staircase { steps, from, to };
            from = places[staircase.steps.end - 1];
            staircase
        })
        .collect()
}

impl Staircase {
    /// Returns the slope, if it explains the values better than the steps.
    pub(super) fn slope(&self, values: &[f64], places: &[usize]) -> Option<Slope> {
        let piece = &values[self.from..self.to];
        if piece.len() < FEWEST {
            return None;
        }
        let splits: Vec<usize> =
            places[self.steps.clone()].iter().map(|place| place - self.from).collect();
        let of_levels = without(piece, &levels(piece, &splits));
        let sigma = robust::mad_sigma(&of_levels).filter(|sigma| *sigma > 0.0)?;
        let squares = |residuals: &[f64]| -> f64 {
            residuals.iter().map(|residual| hold(*residual, sigma).powi(2)).sum()
        };
        let slope = Slope::through(piece);
        let better = squares(&of_levels) / squares(&slope.residuals(piece));
        (float(piece.len() as u64) * better.ln() > STRONG).then_some(slope)
    }
}

/// A straight line: the level at which values begin, and their rise each time.
pub(super) struct Slope {
    pub(super) level: f64,
    pub(super) rise: f64,
}

impl Slope {
    /// Draws a slope through the medians of the first and the last third (Tukey, "Exploratory Data
    /// Analysis", 1977).
    fn through(values: &[f64]) -> Self {
        let third = values.len() / 3;
        let first = robust::median(&values[..third]).unwrap_or(0.0);
        let last = robust::median(&values[values.len() - third..]).unwrap_or(0.0);
        let third = float(third as u64);
        let rise = (last - first) / (float(values.len() as u64) - third);
        Self { level: first - rise * (third - 1.0) / 2.0, rise }
    }

    fn residuals(&self, values: &[f64]) -> Vec<f64> {
        (0..).zip(values).map(|(at, value)| value - self.level - self.rise * float(at)).collect()
    }
}

/// Takes the levels off the values.
fn without(values: &[f64], levels: &[f64]) -> Vec<f64> {
    values.iter().zip(levels).map(|(value, level)| value - level).collect()
}

/// Returns the level of each value: that of the values between the same splits.
fn levels(values: &[f64], splits: &[usize]) -> Vec<f64> {
    let mut levels = Vec::with_capacity(values.len());
    for to in splits.iter().copied().chain([values.len()]) {
        let level = scale::level(&values[levels.len()..to]);
        levels.resize(to, level);
    }
    levels
}

/// Returns the residuals with wild ones held.
pub(super) fn held(mut residuals: Vec<f64>) -> Vec<f64> {
    let sigma = robust::mad_sigma(&residuals).unwrap_or(0.0);
    if sigma > 0.0 {
        for residual in &mut residuals {
            *residual = hold(*residual, sigma);
        }
    }
    residuals
}

/// Returns a residual, held where it is wild.
fn hold(residual: f64, sigma: f64) -> f64 {
    residual.clamp(-WILD * sigma, WILD * sigma)
}
