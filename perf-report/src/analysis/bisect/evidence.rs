//! The measurements as differences, their noise, and what one of them says about a commit.

use std::collections::BTreeMap;

use super::graph::alike;
use crate::model::{BisectDocument, BisectRound, Metric, Purpose};
use crate::stats::moderated::{Difference, Prior, pairs};
use crate::stats::{number::float, robust};

/// The degrees of freedom of the noise: fewer than those of a normal distribution, since a machine that
/// does something else makes runs that are far off.
const DEGREES: f64 = 6.0;

/// The probability that a round says nothing of its commit, since something else came in between.
const WILD: f64 = 0.05;

/// The probability that a commit is read wrongly, however often it is measured: its build may lie
/// differently in memory.
const MISREAD: f64 = 0.002;

/// The same of a count, which nothing moves but the code.
const MISCOUNTED: f64 = 1e-9;

/// The noise of a count, as a part of the difference between the ends: what is this near to one of them
/// is at its level.
const TOLERANCE: f64 = 0.02;

/// Knowledge of the noise before the first round: 0.3 %, worth as much as four rounds.
const NOISE_BEFORE: (f64, f64) = (0.003, 4.0);

/// Residuals up to which their median absolute deviation is held against the plain one.
const FEW: usize = 12;

/// All differences of a search, and their noise.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// True if one run shows the value.
    pub(super) exact: bool,
    /// Standard deviation of a difference.
    pub(super) sigma: f64,
    /// Differences of commits, keyed by the first commit with the same bytes and by that which they ran
    /// beside. Of the good end, and of one that ran alone, that is 0.
    pub(super) differences: BTreeMap<(usize, usize), Vec<f64>>,
    /// The first commit with the same bytes, for each.
    pub(super) alike: Vec<usize>,
    /// The change between the ends.
    pub(super) total: f64,
}

impl Evidence {
    pub(super) fn of(document: &BisectDocument) -> Self {
        let exact = is_exact(document);
        let alike = alike(document);
        let good = document.rounds.iter().find_map(|round| round.value_beside).unwrap_or(0.0);
        let mut differences: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for round in &document.rounds {
            let difference = if exact {
                Some(round.value - round.value_beside.unwrap_or(good))
            } else {
                log_difference(document, round)
            };
            let first = |at: usize| alike.get(at).copied().unwrap_or(at);
            let key = (first(round.commit), first(round.beside.unwrap_or(0)));
            differences.entry(key).or_default().extend(difference);
        }
        let bad = document.commits.len().saturating_sub(1);
        let mut evidence = Self { exact, sigma: 0.0, differences, alike, total: 0.0 };
        evidence.sigma = evidence.noise();
        evidence.total = evidence.level(bad).map_or(0.0, |level| level.mean);
        if exact {
            evidence.sigma = (TOLERANCE * evidence.total.abs()).max(f64::MIN_POSITIVE);
        }
        evidence
    }

    /// Pools the spread of differences between the same commits, robustly, with what is known before.
    fn noise(&self) -> f64 {
        let (mut residuals, mut degrees) = (Vec::new(), 0.0);
        for values in self.differences.values().filter(|values| values.len() > 1) {
            let count = float(values.len() as u64);
            let middle = robust::median(values).unwrap_or(0.0);
            let stretch = (count / (count - 1.0)).sqrt();
            residuals.extend(values.iter().map(|value| (value - middle) * stretch));
            degrees += count - 1.0;
        }
        let squares: f64 = residuals.iter().map(|it| it * it).sum();
        let plain = (squares / float((residuals.len() as u64).max(1))).sqrt();
        // Of few, a median says little; of many, the plain deviation is that of the wildest.
        let least = if residuals.len() < FEW { 0.6 * plain } else { 0.0 };
        let own = robust::mad_sigma(&residuals).unwrap_or(0.0).max(least);
        let (before, worth) = NOISE_BEFORE;
        let pooled = (worth * before.powi(2) + degrees * own.powi(2)) / (worth + degrees);
        // The fewer they are, the more they may have agreed by chance.
        (pooled * (1.0 + 3.0 / (worth + degrees))).sqrt()
    }

    /// Returns the differences of `commit` beside the good end.
    pub(super) fn of_commit(&self, commit: usize) -> &[f64] {
        self.between(commit, 0)
    }

    /// Returns the differences of `commit` beside `other`.
    pub(super) fn between(&self, commit: usize, other: usize) -> &[f64] {
        let first = |at: usize| self.alike.get(at).copied().unwrap_or(at);
        self.differences.get(&(first(commit), first(other))).map_or(&[], Vec::as_slice)
    }

    /// Returns the level of `commit` above the good end; `None` where it was not measured.
    pub(super) fn level(&self, commit: usize) -> Option<Level> {
        if self.alike.get(commit) == Some(&0) {
            return Some(Level { mean: 0.0, error: 0.0 });
        }
        self.level_of(self.of_commit(commit))
    }

    pub(super) fn level_of(&self, values: &[f64]) -> Option<Level> {
        let mean = robust::huber(values, self.sigma)?;
        Some(Level { mean, error: self.sigma / float(values.len() as u64).sqrt() })
    }

    /// Returns the logarithm of how much more probable `values` are at the level `base + step` than at
    /// `base`. It never falls when a value moves towards the step and beyond, and is bounded, since
    /// every reading may be wrong.
    pub(super) fn likelihood(&self, values: &[f64], base: f64, step: f64) -> f64 {
        let size = step.abs() / self.sigma;
        // Beyond here a heavy tail would begin to take back what it said.
        let farthest = f64::midpoint(size, (size * size + 4.0 * DEGREES).sqrt());
        let of_one = |value: &f64| {
            let place =
                ((value - base) / self.sigma * step.signum()).clamp(size - farthest, farthest);
            let tail = |off: f64| (off * off / DEGREES).ln_1p();
            f64::midpoint(DEGREES, 1.0) * (tail(place) - tail(place - size))
        };
        let wild = if self.exact { 0.0 } else { WILD };
        let sum: f64 = values.iter().map(|value| doubted(of_one(value), wild)).sum();
        doubted(sum, self.misread())
    }

    fn misread(&self) -> f64 {
        if self.exact { MISCOUNTED } else { MISREAD }
    }

    /// Returns whether more of these values could say more.
    pub(super) fn is_worth_more(&self, likelihood: f64) -> bool {
        likelihood.abs() < 0.97 * -self.misread().ln()
    }
}

/// A level above the good end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    pub(super) mean: f64,
    /// Its standard error.
    pub(super) error: f64,
}

/// Returns what is left of evidence, on the log scale, that is the opposite with probability `doubt`.
fn doubted(evidence: f64, doubt: f64) -> f64 {
    if doubt <= 0.0 {
        return evidence;
    }
    let (wrong, right) = (doubt.ln(), (-doubt).ln_1p());
    add(right + evidence, wrong) - add(right, wrong + evidence)
}

/// Returns `ln(exp(a) + exp(b))`.
fn add(a: f64, b: f64) -> f64 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

/// Returns whether the metric is a count that was the same each time that an end ran.
fn is_exact(document: &BisectDocument) -> bool {
    let counts = Metric::from_word(&document.question.metric).is_none_or(Metric::is_count);
    let ends = || document.rounds.iter().filter(|round| round.purpose == Purpose::Ends);
    let same = |value: fn(&BisectRound) -> Option<f64>| {
        let mut values = ends().map(value).map(|value| value.map(f64::to_bits));
        let first = values.next();
        values.all(|value| Some(value) == first)
    };
    counts && ends().count() > 1 && same(|round| Some(round.value)) && same(|it| it.value_beside)
}

/// Returns the logarithm of a round's value over that beside it; `None` where they have none.
fn log_difference(document: &BisectDocument, round: &BisectRound) -> Option<f64> {
    // A count may be 0; half a thing more hardly changes one that is not.
    let counts = Metric::from_word(&document.question.metric).is_some_and(Metric::is_count);
    let more = if counts { 0.5 } else { 0.0 };
    let beside = round.value_beside?;
    Some(((round.value + more) / (beside + more)).ln()).filter(|it| it.is_finite())
}

/// Judges the rounds of `commit` in turn with `beside`, as `ab` judges its pairs.
pub(super) fn paired(
    document: &BisectDocument,
    alike: &[usize],
    (commit, beside): (usize, usize),
) -> Option<(Difference, u32)> {
    /// The noise below which no machine is trusted.
    const LEAST: Prior = Prior { sigma: 0.001, degrees: 2.0 };
    let is = |a: usize, b: usize| alike.get(a).is_some_and(|first| Some(first) == alike.get(b));
    let rounds = document.rounds.iter().filter(|round| {
        is(round.commit, commit) && round.beside.is_some_and(|other| is(other, beside))
    });
    let both: Vec<(f64, f64)> =
        rounds.filter_map(|round| Some((round.value_beside?, round.value))).collect();
    let (before, after): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    let count = u32::try_from(after.len()).unwrap_or(u32::MAX);
    Some((pairs(&before, &after, Some(LEAST))?, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn evidence(sigma: f64) -> Evidence {
        Evidence {
            exact: false,
            sigma,
            differences: BTreeMap::new(),
            alike: Vec::new(),
            total: 1.0,
        }
    }

    proptest! {
        #[test]
        fn a_value_nearer_to_the_step_never_speaks_less_for_it(
            values in proptest::collection::vec(-9.0..9.0_f64, 1..9),
            more in 0.0..20.0_f64,
            step in prop_oneof![-4.0..-0.05_f64, 0.05..4.0_f64],
        ) {
            let evidence = evidence(1.0);
            let before = evidence.likelihood(&values, 0.3, step);
            let mut moved = values.clone();
            moved[0] += more * step.signum();
            prop_assert!(evidence.likelihood(&moved, 0.3, step) >= before - 1e-9);
        }

        #[test]
        fn both_levels_are_treated_alike(
            values in proptest::collection::vec(-9.0..9.0_f64, 1..9),
            step in 0.05..4.0_f64,
        ) {
            let evidence = evidence(1.0);
            let mirrored: Vec<f64> = values.iter().map(|value| step - value).collect();
            let [one, other] = [&values, &mirrored].map(|it| evidence.likelihood(it, 0.0, step));
            prop_assert!((one + other).abs() < 1e-9);
            let reordered: Vec<f64> = values.iter().rev().copied().collect();
            prop_assert!((evidence.likelihood(&reordered, 0.0, step) - one).abs() < 1e-9);
        }
    }

    #[test]
    fn no_reading_is_believed_beyond_all_doubt() {
        let evidence = evidence(0.01);
        let certain = evidence.likelihood(&[1.0; 500], 0.0, 1.0);
        assert!(certain > 5.0 && certain <= -MISREAD.ln(), "{certain}");
        assert!(!evidence.is_worth_more(certain) && evidence.is_worth_more(3.0));
    }
}
