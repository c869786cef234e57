//! A staircase of steps in one direction that a slope explains better is a drift.

use super::noise::{hold, residuals};
use super::{Change, Kind};
use crate::stats::robust;
use crate::units::float;

/// Fewest values of a drift.
const FEWEST: usize = 20;
/// How much better a slope must be: twice the logarithm of a Bayes factor, from where on Kass and
/// Raftery (JASA 90, 1995) call evidence strong.
const STRONG: f64 = 6.0;

/// The changes, with drifts in place of the steps that they explain better.
pub(super) fn changes(values: &[f64], steps: &[Change]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut from = 0;
    let mut start = 0;
    for run in steps.chunk_by(|a, b| (a.shift > 0.0) == (b.shift > 0.0)) {
        start += run.len();
        let to = steps.get(start).map_or(values.len(), |next| next.index);
        match drift(values, from, to, run) {
            Some(drift) => changes.push(drift),
            None => changes.extend_from_slice(run),
        }
        from = run.last().map_or(from, |last| last.index);
    }
    changes
}

/// The drift from one place to another, if it explains the values there better than `steps`.
fn drift(values: &[f64], from: usize, to: usize, steps: &[Change]) -> Option<Change> {
    let piece = values.get(from..to).filter(|piece| piece.len() >= FEWEST)?;
    let splits: Vec<usize> = steps.iter().map(|step| step.index - from).collect();
    let stairs = residuals(piece, &splits);
    let sigma = robust::mad_sigma(&stairs).filter(|sigma| *sigma > 0.0)?;
    let square = |residual: f64| hold(residual, sigma).powi(2);
    let of_stairs: f64 = stairs.into_iter().map(square).sum();
    let (level, slope) = line(piece);
    let of_line: f64 =
        (0..).zip(piece).map(|(at, value)| square(value - level - slope * float(at))).sum();
    let count = float(piece.len() as u64);
    (count * (of_stairs / of_line).ln() > STRONG).then(|| Change {
        index: from.max(1),
        end: to - 1,
        kind: Kind::Drift,
        level,
        shift: slope * (count - 1.0),
        p_value: steps.iter().map(|step| step.p_value).fold(1.0, f64::min),
    })
}

/// Where the values begin and by how much they rise each time: through the medians of the first and
/// the last third (Tukey, "Exploratory Data Analysis", 1977).
fn line(values: &[f64]) -> (f64, f64) {
    let third = values.len() / 3;
    let first = robust::median(&values[..third]).unwrap_or(0.0);
    let last = robust::median(&values[values.len() - third..]).unwrap_or(0.0);
    let third = float(third as u64);
    let slope = (last - first) / (float(values.len() as u64) - third);
    (first - slope * (third - 1.0) / 2.0, slope)
}
