//! The methods that are held against each other. Each says whether it reports a change.

use perf_report::stats::history::{self, History};
use perf_report::stats::moderated::{self, Difference};
use perf_report::stats::{robust, student};

use crate::cases::Case;
use crate::numbers::count;
use crate::{rank, welch};

pub(crate) type Fires = fn(&Case) -> bool;

pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) fires: Fires,
}

/// Those of others first, then the two of this crate.
pub(crate) const METHODS: [Method; 11] = [
    Method { name: "fixed 10 %", fires: |case| change(case).abs() > 0.10 },
    Method { name: "fixed 15 %", fires: |case| change(case).abs() > 0.15 },
    Method { name: "Mann-Whitney .05", fires: mann_whitney },
    Method { name: "Welch .05", fires: welch },
    Method { name: "rustc-perf IQR", fires: quartiles },
    Method { name: "t, variance prior, .002", fires: |case| prior_t(case, 0.002) },
    Method { name: "t, variance prior, .003", fires: |case| prior_t(case, 0.003) },
    Method { name: "ours without history, .003", fires: |case| alone(case, 0.003) },
    Method { name: "ours, .002", fires: |case| ours(case, 0.002) },
    Method { name: "ours, .003", fires: |case| ours(case, 0.003) },
    Method { name: "ours, .005", fires: |case| ours(case, 0.005) },
];

/// No change of less than this is reported, on the log scale.
const LEAST_CHANGE: f64 = 0.01;

fn change(case: &Case) -> f64 {
    mean(&case.current) / mean(&case.baseline) - 1.0
}

fn mann_whitney(case: &Case) -> bool {
    rank::mann_whitney(&case.baseline, &case.current).is_some_and(|ranks| ranks.p_value < 0.05)
}

fn welch(case: &Case) -> bool {
    let welch = welch::welch(&logs(&case.baseline), &logs(&case.current));
    welch.is_some_and(|welch| welch.p_value < 0.05)
}

/// As rustc-perf: beyond the third quartile of the changes from run to run, and three times the
/// distance of the quartiles.
fn quartiles(case: &Case) -> bool {
    let known = case.known();
    let mut steps: Vec<f64> = known.windows(2).map(|two| (two[1] / two[0] - 1.0).abs()).collect();
    steps.sort_unstable_by(f64::total_cmp);
    let (first, third) = (steps[steps.len() / 4], steps[steps.len() * 3 / 4]);
    change(case).abs() > third + 3.0 * (third - first)
}

/// A plain t test with a prior of ten degrees of freedom from the last fifty runs, that bounds the
/// variance from below; of fewer than three current runs also beyond 1.1 times the 98 % quantile of
/// the same over the history.
fn prior_t(case: &Case, alpha: f64) -> bool {
    const DEGREES: f64 = 10.0;
    let known = logs(&case.known());
    let Some(sigma) = robust::lagged_sigma(&known) else { return false };
    let sigma = sigma.max(1e-4);
    let (k, m) = (case.baseline.len(), case.current.len());
    let t = |baseline: &[f64], current: &[f64]| {
        let own = count(k + m) - 2.0;
        let pooled =
            (DEGREES * sigma.powi(2) + squares(baseline) + squares(current)) / (DEGREES + own);
        let variance = pooled.max(sigma.powi(2)) * (1.0 / count(k) + 1.0 / count(m));
        (mean(current) - mean(baseline)) / variance.sqrt()
    };
    let (baseline, current) = (logs(&case.baseline), logs(&case.current));
    let now = t(&baseline, &current);
    let is_found = student::two_sided_p(now, DEGREES + count(k + m) - 2.0) < alpha
        && (mean(&current) - mean(&baseline)).abs() > LEAST_CHANGE;
    let usual = || {
        let windows = known.windows(k + m);
        let mut usual: Vec<f64> = windows.map(|both| t(&both[..k], &both[k..]).abs()).collect();
        usual.sort_unstable_by(f64::total_cmp);
        usual.get(usual.len() * 98 / 100).copied().unwrap_or(0.0)
    };
    is_found && (m >= 3 || now.abs() > 1.1 * usual())
}

fn ours(case: &Case, alpha: f64) -> bool {
    let history = History { before: &case.before, since: &[] };
    is_found(history::compare(history, &case.baseline, &case.current), alpha)
}

fn alone(case: &Case, alpha: f64) -> bool {
    let prior = moderated::prior_of_history(&case.known());
    is_found(moderated::two_samples(&case.baseline, &case.current, prior), alpha)
}

fn is_found(difference: Option<Difference>, alpha: f64) -> bool {
    difference.is_some_and(|it| it.p_value < alpha && it.log_ratio.abs() > LEAST_CHANGE)
}

fn logs(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.ln()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}
