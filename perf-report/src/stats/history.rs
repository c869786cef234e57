//! Runs compared with a baseline that earlier runs bear out.
//!
//! Five runs place a time only to half of the noise between runs. The runs before those five, back to where
//! the level last changed, show it better: the smallest change that is found shrinks by a fifth. They are
//! taken in blocks, the newest first, while a block agrees with all after it; by a robust location, as a
//! wild run of a history is nobody's fault today. The noise is that of the history, and the test that of
//! [`super::moderated`].

pub use super::moderated::LOOKED_AT;
use super::moderated::{self, Difference, Prior};
use super::number::float;
use super::side::Side;
use super::{robust, student};

/// Runs of a history that are taken together, at the least.
const BLOCK: usize = 5;
/// The standard errors that two levels may be apart and still agree. Where levels that differ agree by
/// mistake, they differ by less than noise hides.
const AGREE: f64 = 2.0;
/// The current runs that show by themselves how far apart they may lie; fewer are held against the
/// differences between runs of the history.
const SPEAKS_FOR_ITSELF: usize = 3;
/// The quantile of the history that fewer runs are held against.
const OUTER: f64 = 0.98;
/// Runs on either side that show what the level was between them.
const NEIGHBOURS: usize = 2;

/// Runs of the same machine that are on neither side of a comparison, oldest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'a> {
    /// Runs older than the baseline: they know its level, and the noise.
    pub before: &'a [f64],
    /// Runs newer than one of the baseline: they know the noise only, since the change that is judged may
    /// have begun in them.
    pub since: &'a [f64],
}

/// Compares `current` with `baseline`, beside a history. Without one of six runs, baseline included, it
/// knows no more than [`moderated::two_samples`] without a prior. `None` as there.
///
/// ```
/// use perf_report::stats::history::{History, compare};
///
/// let before: Vec<f64> = (0..40).map(|run| 100.0 + f64::from(run * 7 % 5)).collect();
/// let baseline = [101.0, 103.0, 100.0, 104.0, 102.0];
/// let history = History { before: &before, since: &[] };
/// let slower = compare(history, &baseline, &[107.0, 108.0, 109.0]).unwrap();
/// assert!(slower.p_value < 0.002 && slower.change_pct() > 4.0);
/// ```
pub fn compare(history: History<'_>, baseline: &[f64], current: &[f64]) -> Option<Difference> {
    let History { before, since } = history;
    let Some(prior) = moderated::prior_of_history(&[before, baseline, since].concat()) else {
        return moderated::two_samples(baseline, current, None);
    };
    let baseline = moderated::logs(baseline)?;
    let current = moderated::logs(current)?;
    let side = Side::of(&baseline)?;
    let before = moderated::logs(newest(before))?;
    let same = agreeing(&before, &side, baseline.len(), prior.sigma);
    let borne_out = extended(&side, same, prior.sigma);
    let difference = moderated::between(&borne_out, &Side::of(&current)?, Some(prior))?;
    let least = if current.len() < SPEAKS_FOR_ITSELF {
        let mut off = off_level(&[same, &baseline].concat(), current.len(), &borne_out);
        off.extend(off_neighbours(&moderated::logs(newest(since))?, current.len()));
        tail(off, prior) * unit(borne_out.count, current.len())
    } else {
        0.0
    };
    let standard_error = difference.standard_error.max(least);
    Some(Difference::new(difference.log_ratio, standard_error, difference.degrees))
}

/// Returns the runs that are not too old to be about this machine.
fn newest(runs: &[f64]) -> &[f64] {
    runs.get(runs.len().saturating_sub(LOOKED_AT)..).unwrap_or_default()
}

/// Returns the newest runs of `before` whose level is that of the baseline.
fn agreeing<'a>(before: &'a [f64], baseline: &Side, runs: usize, sigma: f64) -> &'a [f64] {
    let block = runs.max(BLOCK);
    let (mut level, mut count) = (baseline.mean, baseline.count);
    let mut rest = before;
    while let Some(split) = rest.len().checked_sub(block) {
        let (older, newer) = rest.split_at(split);
        let (Some(middle), size) = (robust::huber(newer, sigma), float(block as u64)) else {
            break;
        };
        if (middle - level).abs() > AGREE * sigma * (1.0 / count + 1.0 / size).sqrt() {
            break;
        }
        level = (level * count + middle * size) / (count + size);
        count += size;
        rest = older;
    }
    before.get(rest.len()..).unwrap_or_default()
}

/// Makes the baseline with the level of the runs that agree with it, each counted as a run.
fn extended(baseline: &Side, same: &[f64], sigma: f64) -> Side {
    let more = float(same.len() as u64);
    let level = robust::huber(same, sigma).unwrap_or(baseline.mean);
    let count = baseline.count + more;
    let mean = (baseline.mean * baseline.count + level * more) / count;
    Side { count, mean, ..*baseline }
}

/// Measures how far every `runs` runs in a row are from the level, in standard errors.
fn off_level(values: &[f64], runs: usize, level: &Side) -> Vec<f64> {
    let unit = unit(level.count, runs);
    values.windows(runs).map(|window| (mean(window) - level.mean).abs() / unit).collect()
}

/// Returns the standard error of a mean of `runs` runs beside one of `count` others, that of a single run
/// being 1.
fn unit(count: f64, runs: usize) -> f64 {
    (1.0 / count + 1.0 / float(runs as u64)).sqrt()
}

/// Measures the same of runs whose level may have changed: from the middle of those on either side.
fn off_neighbours(values: &[f64], runs: usize) -> Vec<f64> {
    let off = |(at, window): (usize, &[f64])| {
        let before = values.get(at.saturating_sub(NEIGHBOURS)..at).unwrap_or_default();
        let after = values.get(at + runs..).unwrap_or_default();
        let after = after.get(..NEIGHBOURS).unwrap_or(after);
        let around = [before, after].concat();
        let unit = unit(float(around.len() as u64), runs);
        Some((mean(window) - robust::median(&around)?).abs() / unit)
    };
    values.windows(runs).enumerate().filter_map(off).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len() as u64)
}

/// Returns the noise of one run with which normal tails would lie as far out as runs of the history do.
fn tail(mut off: Vec<f64>, prior: Prior) -> f64 {
    off.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a count")]
    let at = (OUTER * float(off.len() as u64)) as usize;
    let outer = off.get(at.min(off.len().saturating_sub(1))).copied().unwrap_or(0.0);
    let normal = student::quantile(f64::midpoint(1.0, OUTER), prior.degrees);
    outer / normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Stream;

    /// Runs about `level` with noise of a few per cent.
    fn runs(seed: u64, count: usize, level: f64) -> Vec<f64> {
        let mut stream = Stream::of(seed);
        let noise = |_| (0..4).map(|_| stream.share() - 0.5).sum::<f64>() * 0.05;
        (0..count).map(noise).map(|noise| level * (1.0 + noise)).collect()
    }

    fn only(before: &[f64]) -> History<'_> {
        History { before, since: &[] }
    }

    #[test]
    fn runs_since_the_baseline_know_its_noise_and_not_its_level() {
        let (since, baseline, current) = (runs(1, 40, 150.0), runs(2, 5, 100.0), runs(3, 1, 100.0));
        let beside = compare(History { before: &[], since: &since }, &baseline, &current).unwrap();
        let noise = moderated::prior_of_history(&[&baseline[..], &since].concat());
        let expected = moderated::two_samples(&baseline, &current, noise).unwrap();
        assert!((beside.log_ratio - expected.log_ratio).abs() < 1e-12);
        assert!(beside.standard_error >= expected.standard_error);
    }

    #[test]
    fn a_spike_among_equal_runs_is_no_more_than_a_spike() {
        // Percentiles fall into buckets, and are often the same to the last digit.
        let mut before = vec![100.0 * (1.0 + 1e-12); 40];
        (before[7], before[20]) = (140.0, 100.0);
        let compared = compare(only(&before), &[100.0, 104.0, 101.0], &[102.0]).unwrap();
        assert!(compared.standard_error < 0.4_f64, "{compared:?}");
    }

    #[test]
    fn a_history_at_the_same_level_makes_smaller_changes_visible() {
        let (before, baseline, current) =
            (runs(1, 40, 100.0), runs(2, 5, 100.0), runs(3, 3, 100.0));
        let with = compare(only(&before), &baseline, &current).unwrap();
        let prior = moderated::prior_of_history(&[before, baseline.clone()].concat());
        let without = moderated::two_samples(&baseline, &current, prior).unwrap();
        let ratio = with.detectable_pct(0.01, 0.8) / without.detectable_pct(0.01, 0.8);
        assert!(ratio > 0.7 && ratio < 0.9, "{ratio}");
    }

    #[test]
    fn a_history_at_another_level_says_nothing_of_this_one() {
        let (before, baseline, current) =
            (runs(1, 40, 150.0), runs(2, 5, 100.0), runs(3, 3, 100.0));
        let stepped = compare(only(&before), &baseline, &current).unwrap();
        let prior = moderated::prior_of_history(&[before, baseline.clone()].concat());
        assert_eq!(stepped, moderated::two_samples(&baseline, &current, prior).unwrap());
        assert!(stepped.change_pct().abs() < 5.0 && stepped.p_value > 0.05, "{stepped:?}");
    }

    #[test]
    fn what_is_older_than_what_is_looked_at_changes_nothing() {
        let (near, baseline, current) =
            (runs(1, LOOKED_AT, 100.0), runs(2, 5, 101.0), runs(3, 1, 100.0));
        let since = runs(4, 3, 99.0);
        let beside = |before: &[f64]| {
            compare(History { before, since: &since }, &baseline, &current).unwrap()
        };
        for older in [runs(5, 1, 300.0), runs(6, 70, 100.0), vec![0.0, -1.0]] {
            assert_eq!(beside(&[older, near.clone()].concat()), beside(&near));
        }
    }

    #[test]
    fn a_single_run_is_held_against_the_wildest_of_the_history() {
        let calm = runs(1, 40, 100.0);
        let mut spiky = calm.clone();
        spiky.iter_mut().step_by(9).for_each(|value| *value *= 1.4);
        let baseline = runs(2, 5, 100.0);
        let after_calm = compare(only(&calm), &baseline, &[130.0]).unwrap();
        let after_spikes = compare(only(&spiky), &baseline, &[130.0]).unwrap();
        assert!(after_calm.p_value < 1e-3, "{after_calm:?}");
        assert!(after_spikes.p_value > 0.01, "{after_spikes:?}");
    }

    #[test]
    fn spikes_since_the_baseline_count_and_a_step_since_it_does_not() {
        let baseline = runs(2, 5, 100.0);
        let beside = |since: &[f64]| {
            compare(History { before: &[], since }, &baseline, &[130.0]).unwrap().p_value
        };
        let stepped = [runs(1, 20, 100.0), runs(4, 20, 130.0)].concat();
        let mut spiky = runs(1, 40, 100.0);
        spiky.iter_mut().step_by(9).for_each(|value| *value *= 1.4);
        assert!(beside(&stepped) < 1e-3, "{}", beside(&stepped));
        assert!(beside(&spiky) > 0.01, "{}", beside(&spiky));
    }

    #[test]
    fn without_a_history_it_is_the_test_without_one() {
        let (baseline, current) = (runs(2, 3, 100.0), runs(3, 3, 100.0));
        let expected = moderated::two_samples(&baseline, &current, None);
        assert_eq!(compare(only(&[]), &baseline, &current), expected);
        assert_eq!(compare(only(&[]), &[1.0], &[2.0]), None);
        assert_eq!(compare(only(&runs(1, 40, 1.0)), &[], &[2.0]), None);
        assert_eq!(compare(only(&runs(1, 40, 1.0)), &[1.0], &[]), None);
        assert_eq!(compare(only(&runs(1, 40, 1.0)), &[1.0], &[f64::NAN]), None);
    }
}
