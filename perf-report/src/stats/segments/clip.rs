//! Draws wild values in.
//!
//! A value counts as wild only where it is far from the level before it and from the level after it,
//! and is drawn in to the nearer of the two. One window around a value would take the first values of
//! a new level for spikes of the old one.

use crate::stats::robust;

/// Values of the level before.
const BEFORE: usize = 31;
/// Values of the level after.
const AFTER: usize = 9;
/// Values from which there is a level.
const LEAST: usize = 3;
/// How far from both a value may be, in noise.
const FAR: f64 = 2.5;

/// The series with its spikes drawn in.
pub(super) fn clip(series: &[f64], sigma: f64) -> Vec<f64> {
    let clipped = |(at, value): (usize, &f64)| {
        let before = &series[at.saturating_sub(BEFORE)..at];
        // At the end of the series, the last values are the level after, the value among them.
        let from = at.min(series.len().saturating_sub(LEAST));
        let after = &series[from..(at + AFTER).min(series.len())];
        let near = [before, after]
            .into_iter()
            .filter(|window| window.len() >= LEAST)
            .filter_map(robust::median)
            .map(|level| value.clamp(level - FAR * sigma, level + FAR * sigma))
            .min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()));
        near.unwrap_or(*value)
    };
    series.iter().enumerate().map(clipped).collect()
}
