//! The time that something takes, several times over.

use std::time::{Duration, Instant};

use crate::Result;

/// Times that something is done, unless that takes long.
const ROUNDS: usize = 7;
/// Times that it is done at least.
const FEWEST: usize = 3;
/// The time after which it is done no more often than that.
const ENOUGH: Duration = Duration::from_secs(6);

/// Does something several times; returns the times that it took, the shortest first, in milliseconds.
pub(crate) fn times(mut work: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < FEWEST || (times.len() < ROUNDS && begun.elapsed() < ENOUGH) {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Returns the middle one of some times.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Writes the median, and the shortest: `12 (11)`.
pub(crate) fn shown(sorted: &[f64]) -> String {
    let text = |ms: f64| if ms < 9.95 { format!("{ms:.1}") } else { format!("{ms:.0}") };
    let best = sorted.first().copied().unwrap_or(f64::NAN);
    format!("{} ({})", text(median(sorted)), text(best))
}
