//! Drifts: staircases of steps in one direction that a slope explains better.

use super::stairs::staircases;
use super::{Change, Kind};
use crate::stats::number::float;

/// Returns the changes, with drifts in place of the steps that they explain better.
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
