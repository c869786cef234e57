//! Mozilla's Perfherder (treeherder, `perfalert`): a t statistic at every place between up to 24 values
//! before it and the 12 from it on, the means weighted linearly so that the nearest values count
//! most, the variances not pooled. A place is a change where the statistic exceeds 7 and neither
//! neighbour's is larger, and is an alert where the plain means differ by at least 2 %. Without 12
//! values on either side nothing is said. The values before are 12 after a place that exceeded the
//! limit, and one more for every place since, up to 24. The knob is the limit of 7.

use super::{Detector, Setting};
use crate::numbers::count;

const LEAST_BACK: usize = 12;
const MOST_BACK: usize = 24;
const FORE: usize = 12;
const LEAST_CHANGE: f64 = 0.02;
const LIMITS: [f64; 16] =
    [3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0];

pub(super) fn detector() -> Detector {
    let setting = |limit: f64| {
        Setting::new(format!("Perfherder, t > {limit}"), move |values| find(values, limit))
    };
    Detector { defaults: vec![setting(7.0)], swept: LIMITS.into_iter().map(setting).collect() }
}

/// What is known of the values around a place.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    t: f64,
    /// The change of the plain means, as a ratio less one, either way.
    change: f64,
    is_judged: bool,
}

fn find(values: &[f64], limit: f64) -> Vec<usize> {
    let places = places(values, limit);
    (1..values.len())
        .filter(|&at| {
            let here = places[at];
            let is_peak = [places.get(at - 1), places.get(at + 1)]
                .into_iter()
                .flatten()
                .all(|other| other.t <= here.t);
            here.is_judged && is_peak && here.t > limit && here.change >= LEAST_CHANGE
        })
        .collect()
}

fn places(values: &[f64], limit: f64) -> Vec<Place> {
    let mut places = vec![Place::default(); values.len()];
    let mut calm = 0;
    for (at, place) in places.iter_mut().enumerate().skip(1) {
        let reach = calm.clamp(LEAST_BACK, MOST_BACK);
        let before: Vec<f64> = values[at.saturating_sub(reach)..at].iter().rev().copied().collect();
        let after = &values[at..values.len().min(at + FORE)];
        place.t = statistic(&before, after);
        place.change = (mean(after) / mean(&before) - 1.0).abs();
        place.is_judged = before.len() >= LEAST_BACK && after.len() >= FORE;
        calm = if place.t > limit { 0 } else { calm + 1 };
    }
    places
}

/// Both nearest first.
fn statistic(before: &[f64], after: &[f64]) -> f64 {
    let (before, after) = (Side::of(before), Side::of(after));
    let difference = (after.mean - before.mean).abs();
    if difference > 0.0 { difference / (before.error + after.error).sqrt() } else { 0.0 }
}

/// A weighted mean, and the variance of the values about it over their number.
#[derive(Debug, Clone, Copy)]
struct Side {
    mean: f64,
    error: f64,
}

impl Side {
    fn of(values: &[f64]) -> Self {
        let weights = || (1..=values.len()).rev().map(count);
        let weighted: f64 = weights().zip(values).map(|(weight, value)| weight * value).sum();
        let mean = weighted / weights().sum::<f64>();
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = if values.len() > 1 { squares / count(values.len() - 1) } else { 0.0 };
        Self { mean, error: variance / count(values.len()) }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}
