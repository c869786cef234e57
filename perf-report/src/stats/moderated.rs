//! The difference of two sets of runs, on the log scale, with what is known beforehand of the noise between
//! runs.
//!
//! Few runs show little of their own spread: three of them agree by chance to a tenth of it every so often,
//! and a plain t test then calls any difference certain. So the variance is moderated: a prior, worth some
//! degrees of freedom, is pooled with that of the runs. Smyth, "Linear Models and Empirical Bayes Methods",
//! Stat. Appl. Genet. Mol. Biol. 3 (2004). Here the prior also bounds the variance from below; and a side
//! whose runs lie far apart is believed to be known badly, as noise between runs has heavy tails. Where
//! earlier runs are at hand, see [`super::history`].
//!
//! A run is one value: the spread of its calls shows nothing of the noise between runs.

use super::side::Side;
use super::trimmed::Trimmed;
use super::{robust, student};

/// The least spread, a hundredth of a per cent: below it no clock and no machine repeats itself, and runs
/// that are equal to the last digit still do not make a difference of 1e-9 certain.
pub(super) const LEAST_SIGMA: f64 = 1e-4;

/// The runs of a history from which the noise is taken: older ones ran elsewhere.
pub const LOOKED_AT: usize = 50;

/// The fewest runs of a history that show its noise.
const LEAST_HISTORY: usize = 6;

/// The most that a prior is worth beside the spread of one side alone, in degrees of freedom: as much as
/// five runs.
const FAINT: f64 = 4.0;

/// The knowledge from before of the noise between runs, on the log scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Standard deviation of the logarithm of a run's value: 0.05 is a noise of 5 %.
    pub sigma: f64,
    /// The degrees of freedom that this is worth; may be infinite.
    pub degrees: f64,
}

impl Prior {
    /// Returns variance and degrees, where they are any; the degrees finite, so that they can be added.
    fn known(self) -> Option<(f64, f64)> {
        let is_any = self.sigma >= 0.0 && self.sigma.is_finite() && self.degrees > 0.0;
        is_any.then(|| (self.sigma.max(LEAST_SIGMA).powi(2), self.degrees.min(1e9)))
    }
}

/// The difference of two sets of runs, on the log scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The logarithm of current over baseline.
    pub log_ratio: f64,
    /// The standard error of `log_ratio`; positive.
    pub standard_error: f64,
    /// The degrees of freedom with which the standard error is known.
    pub degrees: f64,
    /// The probability of so large a difference, on either side, between runs of the same code.
    pub p_value: f64,
}

/// The standard errors that an interval, and a change that is found, reach. They depend on the degrees of
/// freedom only, take far longer to find than anything else about a difference, and are the same for most
/// differences of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    interval: f64,
    detectable: f64,
}

impl Reach {
    /// Finds the reach of this many degrees of freedom; the rest as for [`Difference::interval_pct`] and
    /// [`Difference::detectable_pct`].
    pub fn of(degrees: f64, confidence: f64, alpha: f64, power: f64) -> Self {
        let found = student::quantile(1.0 - alpha / 2.0, degrees);
        Self {
            interval: student::quantile(f64::midpoint(1.0, confidence), degrees),
            detectable: (found + student::quantile(power, degrees)).max(0.0),
        }
    }
}

impl Difference {
    pub(super) fn new(log_ratio: f64, standard_error: f64, degrees: f64) -> Self {
        let p_value = student::two_sided_p(log_ratio / standard_error, degrees);
        Self { log_ratio, standard_error, degrees, p_value }
    }

    /// Takes off a shift of `log_shift` that all such sets have in common, from which each is off by
    /// `spread`.
    #[must_use]
    pub fn beside(self, log_shift: f64, spread: f64) -> Self {
        let standard_error = self.standard_error.hypot(spread);
        Self::new(self.log_ratio - log_shift, standard_error, self.degrees)
    }

    /// Raises the standard error to what is known to be its least.
    #[must_use]
    pub fn at_least(self, standard_error: f64) -> Self {
        if standard_error <= self.standard_error || !standard_error.is_finite() {
            return self;
        }
        Self::new(self.log_ratio, standard_error, self.degrees)
    }

    /// Returns the per cent that the current runs are above the baseline.
    pub fn change_pct(&self) -> f64 {
        percent(self.log_ratio)
    }

    /// Finds the reach of the degrees of this difference; see [`Reach::of`].
    pub fn reach(&self, confidence: f64, alpha: f64, power: f64) -> Reach {
        Reach::of(self.degrees, confidence, alpha, power)
    }

    /// Returns [`interval_pct`](Self::interval_pct) by a reach that is known already.
    pub fn interval_within(&self, reach: Reach) -> (f64, f64) {
        let reach = reach.interval * self.standard_error;
        (percent(self.log_ratio - reach), percent(self.log_ratio + reach))
    }

    /// Returns [`detectable_pct`](Self::detectable_pct) by a reach that is known already.
    pub fn detectable_within(&self, reach: Reach) -> f64 {
        percent(reach.detectable * self.standard_error)
    }

    /// Returns the confidence interval of the change, in per cent, with this confidence (such as 0.95).
    pub fn interval_pct(&self, confidence: f64) -> (f64, f64) {
        self.interval_within(self.reach(confidence, 0.05, 0.8))
    }

    /// Returns the smallest slow-down in per cent that a test at `alpha` (two-sided) finds with probability
    /// `power` where the noise is as here.
    pub fn detectable_pct(&self, alpha: f64, power: f64) -> f64 {
        self.detectable_within(self.reach(0.95, alpha, power))
    }
}

fn percent(log_ratio: f64) -> f64 {
    100.0 * log_ratio.exp_m1()
}

/// Compares runs of one build with runs of another, each a positive value such as a time. One run on each
/// side is enough with a prior. `None` where there is no answer: a side without values, a value that is not
/// positive and finite, or one run on each side and no prior.
///
/// ```
/// use perf_report::stats::moderated::{Prior, two_samples};
///
/// let noise = Prior { sigma: 0.02, degrees: 10.0 };
/// let slower = two_samples(&[10.1, 9.9, 10.0], &[12.0, 12.1], Some(noise)).unwrap();
/// assert!(slower.p_value < 1e-4 && (slower.change_pct() - 20.5).abs() < 0.1);
/// ```
pub fn two_samples(baseline: &[f64], current: &[f64], prior: Option<Prior>) -> Option<Difference> {
    between(&Side::of(&logs(baseline)?)?, &Side::of(&logs(current)?)?, prior)
}

/// Compares sides whose moments are known already.
pub(super) fn between(baseline: &Side, current: &Side, prior: Option<Prior>) -> Option<Difference> {
    let own = baseline.degrees + current.degrees;
    let (variance, degrees) = moderated(baseline.squares + current.squares, own, prior)?;
    let pooled = variance * (1.0 / baseline.count + 1.0 / current.count);
    let apart = variance_of_mean(baseline, prior) + variance_of_mean(current, prior);
    Some(Difference::new(current.mean - baseline.mean, pooled.max(apart).sqrt(), degrees))
}

/// Compares values that were measured in pairs, such as two builds run in turn: what both of a pair
/// share cancels out. The prior is of one value, not of a difference of two. `None` as
/// [`two_samples`], and where the sides are not equally long.
///
/// Of eight pairs and more, the 15 % that differ most to either side, at least one, show nothing but that
/// they differ that way: a wild round neither makes a finding nor hides one.
pub fn pairs(a: &[f64], b: &[f64], prior: Option<Prior>) -> Option<Difference> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = logs(a)?.iter().zip(logs(b)?).map(|(a, b)| b - a).collect();
    let side = Trimmed::of(differences)?;
    let of_difference =
        prior.map(|prior| Prior { sigma: prior.sigma * std::f64::consts::SQRT_2, ..prior });
    let (variance, degrees) = moderated(side.squares, side.degrees, of_difference)?;
    Some(Difference::new(side.mean, (variance / side.count).sqrt(), degrees))
}

/// Estimates the noise between runs of a history, oldest first: that from one run to the next or the third
/// next, so that steps in it and spikes do not count. `None` of a history of fewer than six runs, or with a
/// value among its last fifty that is not positive and finite.
pub fn prior_of_history(values_oldest_first: &[f64]) -> Option<Prior> {
    let recent = values_oldest_first.len().saturating_sub(LOOKED_AT);
    let logs = logs(values_oldest_first.get(recent..)?)?;
    if logs.len() < LEAST_HISTORY {
        return None;
    }
    let sigma = robust::lagged_sigma(&logs)?.max(LEAST_SIGMA);
    // A median of absolute differences of neighbours is worth about a fifth of the values.
    #[expect(clippy::cast_precision_loss, reason = "at most fifty")]
    let degrees = logs.len() as f64 / 5.0;
    Some(Prior { sigma, degrees })
}

/// Pools the variance of the runs' own squares with the prior's, not below the prior's; returns it with its
/// degrees.
fn moderated(squares: f64, own: f64, prior: Option<Prior>) -> Option<(f64, f64)> {
    let floor = LEAST_SIGMA.powi(2);
    if let Some((variance, degrees)) = prior.and_then(Prior::known) {
        let pooled = (degrees * variance + squares) / (degrees + own);
        return Some((pooled.max(variance).max(floor), degrees + own));
    }
    (own > 0.0).then(|| ((squares / own).max(floor), own))
}

/// Returns the variance of a side's mean, by its own spread more than by the prior: where three runs lie
/// far apart, their mean is known badly, though the prior and the other side be steady. Returns 0 without a
/// prior, where the sides are only known together.
fn variance_of_mean(side: &Side, prior: Option<Prior>) -> f64 {
    let faint = prior.map(|prior| Prior { degrees: prior.degrees.min(FAINT), ..prior });
    let own = faint.and_then(|faint| moderated(side.squares, side.degrees, Some(faint)));
    own.map_or(0.0, |(variance, _)| variance / side.count)
}

/// Takes logarithms; `None` where a value is not positive and finite.
pub(super) fn logs(values: &[f64]) -> Option<Vec<f64>> {
    values.iter().map(|&value| (value > 0.0 && value.is_finite()).then(|| value.ln())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: Prior = Prior { sigma: 0.05, degrees: 10.0 };

    #[test]
    fn one_run_against_one_needs_a_prior() {
        assert_eq!(two_samples(&[1.0], &[2.0], None), None);
        let twice = two_samples(&[1.0], &[2.0], Some(NOISE)).expect("a difference");
        assert!((twice.change_pct() - 100.0).abs() < 1e-9 && twice.p_value < 1e-5);
        assert!((twice.degrees - 10.0).abs() < 1e-12);
        assert!((twice.standard_error - 0.05 * 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn runs_that_agree_to_the_last_digit_do_not_make_a_hair_certain() {
        let hair = two_samples(&[1.0; 5], &[1.0 + 1e-9; 3], None).expect("a difference");
        assert!(hair.p_value > 0.99, "{hair:?}");
        let pair = pairs(&[1.0; 5], &[1.0 + 1e-9; 5], None).expect("a difference");
        assert!(pair.p_value > 0.99, "{pair:?}");
    }

    #[test]
    fn what_is_no_time_has_no_answer() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            assert_eq!(two_samples(&[1.0, bad], &[1.0], Some(NOISE)), None);
            assert_eq!(two_samples(&[1.0], &[bad], Some(NOISE)), None);
            assert_eq!(pairs(&[1.0, 2.0], &[1.0, bad], Some(NOISE)), None);
            assert_eq!(prior_of_history(&[bad; 9]), None);
        }
        assert_eq!(two_samples(&[], &[1.0], Some(NOISE)), None);
        assert_eq!(pairs(&[1.0], &[1.0, 2.0], Some(NOISE)), None);
        let nothing = Prior { sigma: f64::NAN, degrees: 3.0 };
        assert_eq!(two_samples(&[1.0], &[2.0], Some(nothing)), None);
    }

    #[test]
    fn a_wild_round_neither_makes_a_finding_nor_hides_one() {
        let a = [10.0, 10.1, 9.9, 10.2, 9.8, 10.0, 10.1, 9.9, 10.0, 10.05];
        let slower: Vec<f64> = a
            .iter()
            .zip([4, 6, 5, 5, 4, 6, 5, 5, 4, 6])
            .map(|(a, pct)| a * (1.0 + f64::from(pct) / 100.0))
            .collect();
        let calm = pairs(&a, &slower, None).unwrap();
        let mut wild = slower.clone();
        wild[3] *= 3.0;
        let with = pairs(&a, &wild, None).unwrap();
        assert!(
            with.p_value < 1e-3 && (with.change_pct() - calm.change_pct()).abs() < 0.5,
            "{with:?}"
        );
        let mut same = a.map(|value| value * 1.000_1);
        same[7] *= 5.0;
        let nothing = pairs(&a, &same, None).unwrap();
        assert!(nothing.change_pct() < 0.1, "{nothing:?}");
    }
}
