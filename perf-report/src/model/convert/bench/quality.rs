//! The interval of a benchmark's time, and the reasons to doubt it.

use super::super::super::BenchDoubt;
use crate::stats::number::float;
use crate::stats::{robust, theil_sen};

/// Returns the interval of 95 % of the median, from the order of the values alone (Conover,
/// "Practical Nonparametric Statistics", 3.2); `None` of fewer than six.
pub(super) fn interval_of_median(samples: &[f64]) -> Option<(f64, f64)> {
    const FEWEST: usize = 6;
    if samples.len() < FEWEST {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = float(samples.len() as u64);
    let reach = 1.96 * count.sqrt() / 2.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let below = (count / 2.0 - reach).floor().max(0.0) as usize;
    Some((*sorted.get(below)?, *sorted.get(samples.len() - 1 - below)?))
}

/// The part that others had of the processors.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Busy {
    /// The share of batches in which the benchmark had to leave its processor.
    pub(super) preempted: f64,
    /// True where a process had not as many undisturbed batches as the time is known by, and most of them
    /// were disturbed.
    pub(super) is_never_quiet: bool,
}

/// Lists the reasons to doubt the time of a benchmark.
pub(super) fn doubts(samples: &[f64], busy: Busy) -> Vec<BenchDoubt> {
    /// Change from the first round to the last that is a drift, as a share of the time.
    const DRIFT: f64 = 0.05;
    /// Width of the interval on either side, as a share of the time.
    const UNSTABLE: f64 = 0.05;
    /// A time that no work takes, in nanoseconds.
    const NOTHING_NS: f64 = 0.1;
    const BUSY: f64 = 0.5;
    let Some(middle) = robust::median(samples) else { return Vec::new() };
    if middle < NOTHING_NS {
        return vec![BenchDoubt::OptimisedAway];
    }
    let slope = theil_sen::slope(samples);
    let rounds = float(samples.len() as u64);
    let drifts = slope.is_some_and(|slope| {
        let is_certain = slope.low > 0.0 || slope.high < 0.0;
        is_certain && (slope.value * rounds).abs() > DRIFT * middle
    });
    let half = interval_of_median(samples).map_or(f64::INFINITY, |(low, high)| (high - low) / 2.0);
    [
        (BenchDoubt::Drift, drifts),
        (BenchDoubt::Unstable, half > UNSTABLE * middle),
        (BenchDoubt::Busy, busy.preempted > BUSY || busy.is_never_quiet),
    ]
    .into_iter()
    .filter_map(|(doubt, is)| is.then_some(doubt))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(preempted: f64) -> Busy {
        Busy { preempted, ..Busy::default() }
    }

    fn series(of: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..40_u32).map(|at| of(f64::from(at))).collect()
    }

    #[test]
    fn quiet_times_raise_no_doubt() {
        let quiet = series(|at| 100.0 + (at * 7.0) % 3.0);
        assert_eq!(doubts(&quiet, busy(0.1)), []);
        let (low, high) = interval_of_median(&quiet).unwrap();
        assert!(low >= 100.0 && high <= 102.0 && low <= high);
    }

    #[test]
    fn each_doubt_has_its_reason() {
        assert_eq!(
            doubts(&series(|at| 100.0 + at), busy(0.0)),
            [BenchDoubt::Drift, BenchDoubt::Unstable]
        );
        let wild = series(|at| 100.0 + 80.0 * ((at * 7.0) % 5.0));
        assert_eq!(doubts(&wild, busy(0.0)), [BenchDoubt::Unstable]);
        assert_eq!(doubts(&series(|_| 0.02), busy(0.0)), [BenchDoubt::OptimisedAway]);
        assert_eq!(doubts(&series(|_| 100.0), busy(0.9)), [BenchDoubt::Busy]);
        assert_eq!(doubts(&[], busy(0.0)), []);
    }

    #[test]
    fn few_values_have_no_interval() {
        assert_eq!(interval_of_median(&[1.0; 5]), None);
        assert_eq!(interval_of_median(&[1.0; 6]), Some((1.0, 1.0)));
    }
}
