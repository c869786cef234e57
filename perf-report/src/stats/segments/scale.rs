//! The scale on which a series is judged, and back.

use super::{Change, ChangePoint, Kind};
use crate::stats::number::float;
use crate::stats::robust;

/// A series without its gaps, on a scale where equal differences are equal changes.
#[derive(Debug)]
pub(super) struct Scaled {
    pub(super) values: Vec<f64>,
    /// The place in the series of each value; empty if nothing was left out.
    places: Vec<usize>,
    unit: Unit,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    /// Values are natural logarithms.
    Ratio,
    /// Values are multiples of this.
    Linear(f64),
}

impl Scaled {
    pub(super) fn new(series: &[f64]) -> Self {
        let is_whole = series.iter().all(|value| value.is_finite());
        let places: Vec<usize> = if is_whole {
            Vec::new()
        } else {
            (0..series.len()).filter(|&place| series[place].is_finite()).collect()
        };
        let finite = series.iter().copied().filter(|value| value.is_finite());
        if series.iter().all(|value| !value.is_finite() || *value > 0.0) {
            return Self { values: finite.map(f64::ln).collect(), places, unit: Unit::Ratio };
        }
        let mut sizes: Vec<f64> =
            finite.clone().filter(|value| *value != 0.0).map(f64::abs).collect();
        let typical = robust::median_in_place(&mut sizes).unwrap_or(1.0);
        // Clamped, since the largest numbers divided by the smallest are infinite.
        let values = finite.map(|value| (value / typical).clamp(-1e12, 1e12)).collect();
        Self { values, places, unit: Unit::Linear(typical) }
    }

    /// Returns a distance that is more than from one step of a clock to the next, on this scale: from 1 to
    /// 2, or from 0 to 1.
    pub(super) fn far(&self) -> f64 {
        match self.unit {
            Unit::Ratio => 2.3_f64.ln(),
            Unit::Linear(_) => 1.3,
        }
    }

    pub(super) fn restore(&self, change: Change) -> ChangePoint {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(at);
        let (before, after) = match self.unit {
            Unit::Ratio => (change.level.exp(), (change.level + change.shift).exp()),
            Unit::Linear(unit) => (change.level * unit, (change.level + change.shift) * unit),
        };
        let [before, after] = [before, after].map(as_given);
        let index = place(change.index);
        let end = if change.kind == Kind::Drift { place(change.end) } else { index };
        let p_value = change.p_value;
        ChangePoint { index, end, kind: change.kind, before, after, p_value }
    }
}

/// Rounds a value that was on the scale and is back: drops the last digits, which the way there and back
/// made: of 3 came 3.0000000000000004, and of the largest number there is, infinity.
fn as_given(value: f64) -> f64 {
    let value = value.clamp(f64::MIN, f64::MAX);
    format!("{value:.12e}").parse().ok().filter(|it: &f64| it.is_finite()).unwrap_or(value)
}

/// Returns the mean of the middle half of `values`: as steady as a mean where there are several levels at
/// once, between which a median jumps, and moved as little by wild ones. 0 of none.
pub(super) fn level(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    let cut = sorted.len() / 4;
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = &sorted[cut..sorted.len() - cut];
    middle.iter().sum::<f64>() / float(middle.len().max(1) as u64)
}
