//! Comparisons whose truth is known: noise of several kinds, with no change in it.

use perf_report::stats::random::Stream;

use crate::cases::Case;

/// Noise of a run, on the log scale.
const SIGMA: f64 = 0.03;
const CASES: usize = 2_000;
const HISTORY: usize = 50;

/// A kind of noise.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// So many values in units of the noise.
    noise: fn(&mut Stream, usize) -> Vec<f64>,
}

pub(crate) const KINDS: [Kind; 5] = [
    Kind { name: "normal", noise: |stream, runs| (0..runs).map(|_| stream.normal()).collect() },
    Kind { name: "heavy tails (t, 3 degrees)", noise: heavy },
    Kind { name: "neighbours alike (0.5)", noise: alike },
    Kind { name: "a fifth of the runs slower by 5 sigma", noise: slow_runs },
    Kind { name: "steps in the history", noise: steps },
];

impl Kind {
    pub(crate) fn cases(&self, k: usize, m: usize) -> Vec<Case> {
        let mut stream = Stream::of(1);
        let runs = HISTORY + k + m;
        let mut series = || -> Vec<f64> {
            let noise = (self.noise)(&mut stream, runs);
            noise.iter().map(|noise| (noise * SIGMA).exp()).collect()
        };
        (0..CASES).filter_map(|_| Case::at(&series(), HISTORY + k, k, m)).collect()
    }
}

fn heavy(stream: &mut Stream, runs: usize) -> Vec<f64> {
    let value = |_| {
        let squares: f64 = (0..3).map(|_| stream.normal().powi(2)).sum();
        stream.normal() / (squares / 3.0).sqrt()
    };
    (0..runs).map(value).collect()
}

fn alike(stream: &mut Stream, runs: usize) -> Vec<f64> {
    const ALIKE: f64 = 0.5;
    let mut last = stream.normal();
    let value = |_| {
        last = ALIKE * last + f64::sqrt(1.0 - ALIKE * ALIKE) * stream.normal();
        last
    };
    (0..runs).map(value).collect()
}

fn slow_runs(stream: &mut Stream, runs: usize) -> Vec<f64> {
    let value = |_| stream.normal() + if stream.share() < 0.2 { 5.0 } else { 0.0 };
    (0..runs).map(value).collect()
}

/// Two, of four times the noise or so, before the baseline.
fn steps(stream: &mut Stream, runs: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..runs).map(|_| stream.normal()).collect();
    for _ in 0..2 {
        let (at, step) = (5 + stream.below(HISTORY - 10), 4.0 * stream.normal());
        values.iter_mut().skip(at).for_each(|value| *value += step);
    }
    values
}
