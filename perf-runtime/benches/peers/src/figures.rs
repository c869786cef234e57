//! What a child measures and tells its parent, as one line of JSON; and medians.

use serde::{Deserialize, Serialize};

/// What a child tells its parent when it has made its last call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Calls of the candidate's function.
    pub(crate) calls: u64,
    /// The monotonic clock after the last of them, before the candidate may bring in its figures.
    pub(crate) work_ended_ns: u64,
    pub(crate) figures: Figures,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Figures {
    Speed(Speed),
    Load(Load),
}

/// How long a call takes its caller.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Speed {
    /// On one thread, call upon call.
    pub(crate) one: Compared,
    /// On one thread, a million calls a second.
    pub(crate) paced: Compared,
    /// On two threads at once, call upon call.
    pub(crate) two: Timing,
}

/// Batches of calls, in nanoseconds a call.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Timing {
    /// The middle batch.
    pub(crate) median: f64,
    /// The best batch.
    pub(crate) min: f64,
}

/// Batches of calls that alternated with as many of bare clock reads.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Compared {
    pub(crate) timing: Timing,
    /// The median over that of the reads.
    pub(crate) ratio: f64,
}

/// What many calls cost the process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Calls that the figures below are about.
    pub(crate) calls: u64,
    /// Processor time of the process before them.
    pub(crate) cpu_before_ns: u64,
    /// Resident memory after them, less that before.
    pub(crate) grown_bytes: i64,
}

impl Timing {
    pub(crate) fn of(batches: Vec<f64>) -> Self {
        let min = batches.iter().copied().fold(f64::INFINITY, f64::min);
        Self { median: median(batches), min }
    }
}

/// The middle of `values`, or the mean of the two in the middle; not a number when there is none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median([3.0, 1.0, 9.0]) - 3.0).abs() < 1e-9);
        assert!((median([4.0, 1.0, 2.0, 9.0]) - 3.0).abs() < 1e-9);
        assert!(median([]).is_nan());
    }
}
