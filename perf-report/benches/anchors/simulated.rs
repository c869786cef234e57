//! Series whose truth is known: noise of several kinds with no change in it, and with a step.

use perf_report::stats::random::Stream;

use crate::score::STEP_AT;

/// Runs of a series.
pub(crate) const RUNS: usize = 100;
/// Series of a kind.
pub(crate) const SERIES: u64 = 400;
/// Noise of a run, on the log scale.
const SIGMA: f64 = 0.03;

/// A kind of noise.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The logarithms of so many values, less that of their level.
    noise: fn(&mut Stream, usize) -> Vec<f64>,
    /// What a clock makes of a value.
    reads: fn(f64) -> f64,
}

pub(crate) const KINDS: [Kind; 7] = [
    Kind {
        name: "normal",
        noise: |stream, runs| repeat(runs, || SIGMA * stream.normal()),
        reads: exact,
    },
    Kind {
        name: "Laplace",
        noise: |stream, runs| repeat(runs, || SIGMA * laplace(stream)),
        reads: exact,
    },
    Kind { name: "2 levels", noise: two_levels, reads: exact },
    Kind { name: "AR .3", noise: |stream, runs| regressive(stream, runs, 0.3), reads: exact },
    Kind { name: "AR .6", noise: |stream, runs| regressive(stream, runs, 0.6), reads: exact },
    Kind { name: "wander", noise: wander, reads: exact },
    Kind {
        name: "rounded",
        noise: |stream, runs| repeat(runs, || SIGMA * stream.normal()),
        reads: f64::round,
    },
];

impl Kind {
    /// The series of this kind, with the level times `step` from the place of the step on.
    pub(crate) fn series(&self, step: f64) -> Vec<Vec<f64>> {
        /// Rounded to whole numbers, a few different values are left.
        const LEVEL: f64 = 40.0;
        (0..SERIES)
            .map(|seed| {
                let noise = (self.noise)(&mut Stream::of(seed), RUNS);
                let level = |at: usize| if at < STEP_AT { LEVEL } else { LEVEL * step };
                (0..).zip(noise).map(|(at, log)| (self.reads)(level(at) * log.exp())).collect()
            })
            .collect()
    }
}

fn exact(value: f64) -> f64 {
    value
}

fn repeat(runs: usize, mut one: impl FnMut() -> f64) -> Vec<f64> {
    (0..runs).map(|_| one()).collect()
}

/// Of variance 1.
fn laplace(stream: &mut Stream) -> f64 {
    let share = stream.share() - 0.5;
    -share.signum() * (1.0 - 2.0 * share.abs()).max(f64::MIN_POSITIVE).ln() / f64::sqrt(2.0)
}

/// Machines of two kinds that take turns by chance, 8 % apart, with noise of 1 % each.
fn two_levels(stream: &mut Stream, runs: usize) -> Vec<f64> {
    repeat(runs, || {
        let level = if stream.share() < 0.4 { 0.08 } else { 0.0 };
        level + 0.01 * stream.normal()
    })
}

/// Each value depends on the one before.
fn regressive(stream: &mut Stream, runs: usize, rho: f64) -> Vec<f64> {
    let mut last = stream.normal();
    repeat(runs, || {
        last = rho * last + (1.0 - rho * rho).sqrt() * stream.normal();
        SIGMA * last
    })
}

/// Independent noise on a level that moves by a twentieth of it from run to run.
fn wander(stream: &mut Stream, runs: usize) -> Vec<f64> {
    let mut level = 0.0;
    repeat(runs, || {
        level += 0.05 * SIGMA * stream.normal();
        level + SIGMA * stream.normal()
    })
}
