//! The difference of two sides, and the one that they would have if nothing had changed.
//!
//! The noise of a value is what it differs by from run to run. It is taken from the best source there
//! is: rounds that were made in turn, the runs of both sides, the runs made before. Where there are
//! too few of all, it is an assumption, no better than the spread of the functions of the two runs,
//! and the verdict says so.

use super::suite::Suite;
use crate::stats::history::{self, History};
use crate::stats::moderated::{self, Difference, Prior};
use crate::stats::number::float;
use crate::stats::robust;

/// Rounds from which pairs are compared.
const LEAST_ROUNDS: usize = 3;
/// Runs of a history from which noise is learned.
const LEAST_HISTORY: usize = 8;
/// Runs to spare on both sides together, from which no assumption is needed.
const KNOWN_DEGREES: usize = 6;
/// Noise from run to run on the log scale, where nothing else is known.
const ASSUMED_SIGMA: f64 = 0.05;
/// The worth of the assumption where nothing else is known, in degrees of freedom.
const ASSUMED_DEGREES: f64 = 10.0;
/// Runs to spare on both sides together from which they show themselves how much they differ, as one run
/// against five: of counts nothing is assumed then, and of times a smaller noise, since a larger one would show.
pub(super) const TELLING_DEGREES: usize = 4;
/// That noise. With it, of 1,600 checks of one run of the same binary none failed, on a quiet machine and a
/// busy one.
const TELLING_SIGMA: f64 = 0.03;

/// The values of a metric: by runs on both sides, and those of the history, oldest first. What a run
/// does not have, or is not above zero, is `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// In the runs of the baseline.
    pub(crate) olds: Vec<Option<f64>>,
    /// In the runs that are judged.
    pub(crate) news: Vec<Option<f64>>,
    /// In the history: what is older than the baseline, and what is newer.
    pub(crate) past: [Vec<f64>; 2],
    /// The error of a mean for being of few calls within a run, on the log scale.
    pub(crate) within: f64,
}

impl Values {
    /// Returns the middle value of each side.
    pub(crate) fn middles(&self) -> [Option<f64>; 2] {
        [&self.olds, &self.news].map(|side| robust::median(&present(side)))
    }
}

fn present(side: &[Option<f64>]) -> Vec<f64> {
    side.iter().flatten().copied().collect()
}

/// The source of the knowledge of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Rounds, made in turn.
    Rounds,
    /// The runs of the two sides, by their differences among themselves.
    Runs,
    /// Earlier runs, by their differences.
    History,
    /// An assumption, and the spread of the functions between the two sides.
    Assumed,
}

/// The difference of the two sides, and the source of that knowledge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// The difference, with the noise that it is held against.
    pub(crate) difference: Difference,
    /// The source of the noise.
    pub(crate) source: Source,
    /// Noise from run to run on the log scale.
    pub(crate) sigma: f64,
    /// The change of the suite as a whole, in per cent, which is taken off the difference; 0 where there
    /// was none.
    pub(crate) suite_pct: f64,
}

impl Measured {
    /// Returns the noise from run to run in per cent.
    pub(crate) fn noise_pct(&self) -> f64 {
        self.sigma.exp_m1() * 100.0
    }
}

/// Returns how much the two sides of `values` differ. A shift of the suite as a whole is taken off where
/// `suite` has one. `None` where one of the sides has no value.
pub(crate) fn difference(values: &Values, suite: &Suite, paired: bool) -> Option<Measured> {
    let (olds, news) = (present(&values.olds), present(&values.news));
    let rounds: Vec<_> =
        values.olds.iter().zip(&values.news).filter_map(|(old, new)| old.zip(*new)).collect();
    if paired && rounds.len() >= LEAST_ROUNDS {
        let (olds, news): (Vec<f64>, Vec<f64>) = rounds.into_iter().unzip();
        let difference = moderated::pairs(&olds, &news, None)?;
        let sigma = sigma_of(&difference, olds.len(), news.len());
        return Some(Measured { difference, source: Source::Rounds, sigma, suite_pct: 0.0 });
    }
    let degrees = (olds.len() + news.len()).saturating_sub(2);
    let (difference, source) = match beside_history(&values.past, &olds, &news) {
        Some(difference) => (difference, Source::History),
        None if degrees >= KNOWN_DEGREES => {
            (moderated::two_samples(&olds, &news, None)?, Source::Runs)
        }
        None => {
            let prior = assumed(degrees, values.within, suite);
            (moderated::two_samples(&olds, &news, Some(prior))?, Source::Assumed)
        }
    };
    let sigma = sigma_of(&difference, olds.len(), news.len());
    let suite_pct = suite.taken_off_pct().unwrap_or(0.0);
    Some(Measured { difference: suite.apply(difference), source, sigma, suite_pct })
}

/// Returns the difference by the noise of a history, and by its level as far back as that is the baseline's.
fn beside_history(past: &[Vec<f64>; 2], olds: &[f64], news: &[f64]) -> Option<Difference> {
    let [before, since] = past;
    if before.len() + since.len() < LEAST_HISTORY {
        return None;
    }
    history::compare(History { before, since }, olds, news)
}

/// Returns the assumed noise. The less the runs themselves show, the more it counts.
fn assumed(degrees: usize, within: f64, suite: &Suite) -> Prior {
    let shown = suite.of_processes.filter(|_| degrees >= TELLING_DEGREES);
    if let Some(Prior { sigma, degrees }) = shown {
        // Their own spread is of this very machine, and their times are of batches that nobody disturbed.
        let sigma = sigma.max(suite.noise.unwrap_or(0.0)).hypot(within);
        return Prior { sigma, degrees };
    }
    let (usual, degrees) = match degrees {
        0 => (ASSUMED_SIGMA, ASSUMED_DEGREES),
        TELLING_DEGREES.. => (TELLING_SIGMA, 1.0),
        known => (ASSUMED_SIGMA, float(KNOWN_DEGREES.saturating_sub(known) as u64)),
    };
    let sigma = (usual * suite.unsteady).max(suite.noise.unwrap_or(0.0)).hypot(within);
    Prior { sigma, degrees }
}

/// Returns the noise of one run, from that of a difference of means.
fn sigma_of(difference: &Difference, olds: usize, news: usize) -> f64 {
    let part = |runs: usize| 1.0 / float(runs.max(1) as u64);
    difference.standard_error / (part(olds) + part(news)).sqrt()
}
