//! The prototype of the project's own study, with its default preset: logarithms, each held within
//! two sigma of a running median of 33, where sigma is the robust one of steps; binary segmentation
//! by means, where a split must gain more than 6 sigma^2 ln n, and in a piece of over 40 values
//! without one a split within 8 or 16 values on either side; then z of each boundary over up to 40
//! values on either side, less where residuals depend on each other, against 5.5, and the difference
//! against 1 %. The weakest goes until all hold. Inner segments of fewer than 5 values do not. The
//! knob is the limit on z.

use perf_report::stats::robust;

use super::{Detector, Setting};
use crate::numbers::count;

const PENALTY: f64 = 6.0;
const LEAST_EFFECT: f64 = 0.01;
const CAP: usize = 40;
const LEAST_RUN: usize = 5;
const LIMITS: [f64; 12] = [3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0];

pub(super) fn detector() -> Detector {
    let setting = |limit: f64| {
        Setting::new(format!("prototype, z > {limit}"), move |values| find(values, limit))
    };
    Detector { defaults: vec![setting(5.5)], swept: LIMITS.into_iter().map(setting).collect() }
}

fn find(values: &[f64], limit: f64) -> Vec<usize> {
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let sigma = robust::lagged_sigma(&logs).unwrap_or(0.0).max(1e-4);
    let held = held(&logs, sigma);
    let mut splits = segments(&held, sigma);
    prune(&held, &mut splits, sigma, limit);
    splits
}

fn held(logs: &[f64], sigma: f64) -> Vec<f64> {
    const HALF: usize = 16;
    (0..logs.len())
        .map(|at| {
            let around = &logs[at.saturating_sub(HALF)..logs.len().min(at + HALF + 1)];
            let middle = robust::median(around).unwrap_or(0.0);
            logs[at].clamp(middle - 2.0 * sigma, middle + 2.0 * sigma)
        })
        .collect()
}

fn segments(values: &[f64], sigma: f64) -> Vec<usize> {
    let least = PENALTY * sigma.powi(2) * count(values.len()).ln();
    let mut splits = Vec::new();
    let mut pending = vec![(0, values.len())];
    while let Some((from, to)) = pending.pop() {
        let piece = &values[from..to];
        let split = best(piece, 2, to - from).filter(|found| found.1 > least).or_else(|| {
            [8, 16]
                .into_iter()
                .filter(|_| to - from > 40)
                .filter_map(|reach| best(piece, reach, reach))
                .find(|found| found.1 > least)
        });
        if let Some((at, _)) = split {
            splits.push(from + at);
            pending.extend([(from, from + at), (from + at, to)]);
        }
    }
    splits.sort_unstable();
    splits
}

/// The split with the largest gain between up to `reach` values on either side, `least` at least.
fn best(values: &[f64], least: usize, reach: usize) -> Option<(usize, f64)> {
    let mut sums = vec![0.0];
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
    }
    let gain = |at: usize| {
        let (from, to) = (at.saturating_sub(reach), values.len().min(at + reach));
        let (n, m) = (count(at - from), count(to - at));
        let difference = (sums[to] - sums[at]) / m - (sums[at] - sums[from]) / n;
        n * m / (n + m) * difference.powi(2)
    };
    (least..(values.len() + 1).saturating_sub(least))
        .map(|at| (at, gain(at)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

fn prune(values: &[f64], splits: &mut Vec<usize>, sigma: f64, limit: f64) {
    loop {
        let discount = discount(values, splits);
        let weakest = (0..splits.len())
            .map(|at| (at, score(values, splits, at, (sigma, limit * discount))))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match weakest {
            Some((at, score)) if score < 1.0 => splits.remove(at),
            _ => return,
        };
    }
}

/// What z is larger by where a residual is like the one before.
fn discount(values: &[f64], splits: &[usize]) -> f64 {
    let starts = std::iter::once(0).chain(splits.iter().copied());
    let residuals: Vec<f64> = starts
        .zip(splits.iter().copied().chain([values.len()]))
        .flat_map(|(from, to)| {
            let level = mean(&values[from..to]);
            values[from..to].iter().map(move |value| value - level)
        })
        .collect();
    let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let squares: f64 = residuals.iter().map(|value| value * value).sum();
    let rho = if squares > 0.0 { (products / squares).clamp(0.0, 0.9) } else { 0.0 };
    ((1.0 + rho) / (1.0 - rho)).sqrt()
}

/// Below 1 for a boundary that does not hold.
fn score(values: &[f64], splits: &[usize], at: usize, (sigma, limit): (f64, f64)) -> f64 {
    let from = if at == 0 { 0 } else { splits[at - 1] };
    let to = splits.get(at + 1).copied().unwrap_or(values.len());
    let split = splits[at];
    let is_spike =
        (from > 0 && split - from < LEAST_RUN) || (to < values.len() && to - split < LEAST_RUN);
    if is_spike {
        return 0.0;
    }
    let (left, right) = (&values[from.max(split.saturating_sub(CAP))..split], &values[split..to]);
    let right = &right[..right.len().min(CAP)];
    let (n, m) = (count(left.len()), count(right.len()));
    let difference = (mean(right) - mean(left)).abs();
    let pooled = ((squares(left) + squares(right)) / (n + m - 2.0).max(1.0)).sqrt();
    let z = difference / (pooled.max(sigma) * (1.0 / n + 1.0 / m).sqrt());
    (z / limit).min(difference / LEAST_EFFECT)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn squares(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}
