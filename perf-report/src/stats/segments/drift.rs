//! A staircase of steps in one direction that a slope explains better is a drift.

use std::ops::Range;

use super::noise::hold;
use super::{Change, Kind, scale};
use crate::stats::robust;
use crate::units::float;

/// Fewest values of a drift.
const FEWEST: usize = 20;
/// How much better a slope must be: twice the logarithm of a Bayes factor, from where on Kass and
/// Raftery (JASA 90, 1995) call evidence strong.
const STRONG: f64 = 6.0;

/// The changes, with drifts in place of the steps that they explain better.
pub(super) fn changes(values: &[f64], steps: &[Change]) -> Vec<Change> {
    let places: Vec<usize> = steps.iter().map(|step| step.index).collect();
    let mut changes = Vec::new();
    for stairs in staircases(values.len(), &places, |at| steps[at].shift > 0.0) {
        let steps = &steps[stairs.steps.clone()];
        match stairs.slope(values, &places) {
            Some(slope) => changes.push(Change {
                index: stairs.from.max(1),
                end: stairs.to - 1,
                kind: Kind::Drift,
                level: slope.level,
                shift: slope.rise * (float((stairs.to - stairs.from) as u64) - 1.0),
                p_value: steps.iter().map(|step| step.p_value).fold(1.0, f64::min),
            }),
            None => changes.extend_from_slice(steps),
        }
    }
    changes
}

/// What is left of the values without the levels between `splits`, and without the slopes that
/// explain those better.
pub(super) fn residuals(values: &[f64], splits: &[usize]) -> Vec<f64> {
    let levels = levels(values, splits);
    let mut residuals: Vec<f64> =
        values.iter().zip(&levels).map(|(value, level)| value - level).collect();
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
struct Staircase {
    steps: Range<usize>,
    from: usize,
    to: usize,
}

fn staircases(length: usize, places: &[usize], is_up: impl Fn(usize) -> bool) -> Vec<Staircase> {
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
    /// The slope, if it explains the values better than the steps.
    fn slope(&self, values: &[f64], places: &[usize]) -> Option<Slope> {
        let piece = &values[self.from..self.to];
        if piece.len() < FEWEST {
            return None;
        }
        let splits: Vec<usize> =
            places[self.steps.clone()].iter().map(|place| place - self.from).collect();
        let of_levels: Vec<f64> =
            piece.iter().zip(levels(piece, &splits)).map(|(value, level)| value - level).collect();
        let sigma = robust::mad_sigma(&of_levels).filter(|sigma| *sigma > 0.0)?;
        let squares = |residuals: &[f64]| -> f64 {
            residuals.iter().map(|residual| hold(*residual, sigma).powi(2)).sum()
        };
        let slope = Slope::through(piece);
        let better = squares(&of_levels) / squares(&slope.residuals(piece));
        (float(piece.len() as u64) * better.ln() > STRONG).then_some(slope)
    }
}

/// Where values begin and by how much they rise each time.
struct Slope {
    level: f64,
    rise: f64,
}

impl Slope {
    /// Through the medians of the first and the last third (Tukey, "Exploratory Data Analysis",
    /// 1977).
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

/// The level of each value: that of the values between the same splits.
fn levels(values: &[f64], splits: &[usize]) -> Vec<f64> {
    let mut levels = Vec::with_capacity(values.len());
    for to in splits.iter().copied().chain([values.len()]) {
        let level = scale::level(&values[levels.len()..to]);
        levels.resize(to, level);
    }
    levels
}
