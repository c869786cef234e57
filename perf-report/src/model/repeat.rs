//! Several runs of one command, as `run --repeat` sums them up.

use super::Command;

/// The distances between runs of one command.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RepeatSummary {
    /// The command.
    pub command: Command,
    /// Number of its runs.
    pub runs: usize,
    /// Median wall time of a run, nanoseconds.
    pub wall_ns: Option<f64>,
    /// Coefficient of variation of the wall times, in per cent.
    pub wall_spread_pct: Option<f64>,
    /// Every function that was called in all runs, most self time first.
    pub functions: Vec<RepeatRow>,
    /// Number of runs on a machine that was less than steady, and its worst state in words.
    pub unsteady: Option<(usize, String)>,
}

/// The distances between the values of one function.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatRow {
    /// The function.
    pub name: String,
    /// Number of its calls in each run; `None` when they were not as many in all.
    pub calls: Option<u64>,
    /// Median of its self time in a run, nanoseconds.
    pub self_ns: f64,
    /// Coefficient of variation of its self time, in per cent.
    pub spread_pct: Option<f64>,
}
