//! Apache Otava 0.8, formerly Hunter: Fleming et al., "Hunter: Using Change Point Detection to Hunt for
//! Performance Regressions", ICPE 2023, over Matteson and James' E-divisive (JASA 109, 2014).
//!
//! Windows of 50 values move on by 25, or to the last change found in one where that is farther. In a
//! window the split is sought whose energy distance, with distances to the power of one and between
//! any part that ends later, is largest; it holds if Student's t test between its neighbours says so
//! at ten times the limit, and then the parts are split again until one split does not hold. All splits
//! of all windows are judged anew between their neighbours; the one with the largest p value goes
//! until all are below the limit, and then that with the smallest change of the means while it does
//! not exceed the least magnitude, 0 by default. The knob is the limit on p.

use perf_report::stats::student;

use super::{Detector, Setting};
use crate::numbers::count;

const WINDOW: usize = 50;
const LEAST_MAGNITUDE: f64 = 0.0;
const LIMITS: [f64; 15] =
    [1e-2, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20];

pub(super) fn detector() -> Detector {
    let setting =
        |limit: f64| Setting::new(format!("Otava, p {limit:e}"), move |values| find(values, limit));
    Detector { defaults: vec![setting(1e-3)], swept: LIMITS.into_iter().map(setting).collect() }
}

fn find(values: &[f64], limit: f64) -> Vec<usize> {
    let mut splits = weak(values, 10.0 * limit);
    splits.sort_unstable();
    splits.dedup();
    merge(values, splits, limit)
}

/// The splits of all windows.
fn weak(values: &[f64], limit: f64) -> Vec<usize> {
    let mut splits = Vec::new();
    let mut start = 0;
    while start < values.len() {
        let window = &values[start..values.len().min(start + WINDOW)];
        let found = divide(window, limit);
        let last = found.last().map_or(0, |last| start + last);
        splits.extend(found.into_iter().map(|split| start + split));
        start = last.max(start + WINDOW / 2);
    }
    splits
}

/// E-divisive, with a t test in place of permutations.
fn divide(window: &[f64], limit: f64) -> Vec<usize> {
    let sums = distances(window);
    let mut splits = Vec::new();
    loop {
        let best = parts(&splits, window.len())
            .filter_map(|part| best_split(&sums, part))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((split, _)) = best else { return splits };
        let at = splits.partition_point(|other| *other < split);
        splits.insert(at, split);
        if judge(window, &splits, at).p_value > limit {
            splits.remove(at);
            return splits;
        }
    }
}

fn parts(splits: &[usize], length: usize) -> impl Iterator<Item = (usize, usize)> {
    let starts = std::iter::once(0).chain(splits.iter().copied());
    starts.zip(splits.iter().copied().chain([length]))
}

/// Sums of the distances between the first i and the first j values.
fn distances(values: &[f64]) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; values.len() + 1]; values.len() + 1];
    for (i, a) in values.iter().enumerate() {
        for (j, b) in values.iter().enumerate() {
            sums[i + 1][j + 1] = (a - b).abs() + sums[i][j + 1] + sums[i + 1][j] - sums[i][j];
        }
    }
    sums
}

/// The split of a part with the largest energy statistic against what follows up to any place, and
/// that statistic.
fn best_split(sums: &[Vec<f64>], (from, to): (usize, usize)) -> Option<(usize, f64)> {
    let block = |(a, b): (usize, usize), (c, d): (usize, usize)| {
        sums[b][d] - sums[a][d] - sums[b][c] + sums[a][c]
    };
    // Of all pairs of one side; a value alone has none.
    let mean_within = |side: (usize, usize)| {
        let size = side.1 - side.0;
        if size < 2 { 0.0 } else { block(side, side) / (count(size) * count(size - 1)) }
    };
    let statistic = |split: usize, end: usize| {
        let (left, right) = ((from, split), (split, end));
        let (n, m) = (count(split - from), count(end - split));
        let between = 2.0 * block(left, right) / (n * m);
        n * m / (n + m) * (between - mean_within(left) - mean_within(right))
    };
    (from + 1..to)
        .flat_map(|split| (split + 1..=to).map(move |end| (split, end)))
        .map(|(split, end)| (split, statistic(split, end)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Takes the weakest back until all hold. As in 0.8, what is judged anew then is the split that followed
/// and the one after that; the split before keeps what was said of it.
fn merge(values: &[f64], mut splits: Vec<usize>, limit: f64) -> Vec<usize> {
    let mut judged: Vec<Judged> = (0..splits.len()).map(|at| judge(values, &splits, at)).collect();
    loop {
        let by_chance =
            (0..splits.len()).max_by(|a, b| judged[*a].p_value.total_cmp(&judged[*b].p_value));
        let by_size =
            (0..splits.len()).min_by(|a, b| judged[*a].magnitude.total_cmp(&judged[*b].magnitude));
        let weakest = match (by_chance, by_size) {
            (Some(at), _) if judged[at].p_value >= limit => at,
            (_, Some(at)) if judged[at].magnitude <= LEAST_MAGNITUDE => at,
            _ => return splits,
        };
        splits.remove(weakest);
        judged.remove(weakest);
        for (at, judged) in judged.iter_mut().enumerate().skip(weakest).take(2) {
            *judged = judge(values, &splits, at);
        }
    }
}

/// A split between its neighbours.
#[derive(Debug, Clone, Copy)]
struct Judged {
    p_value: f64,
    /// The larger of the relative changes forth and back.
    magnitude: f64,
}

fn judge(values: &[f64], splits: &[usize], at: usize) -> Judged {
    let from = if at == 0 { 0 } else { splits[at - 1] };
    let to = splits.get(at + 1).copied().unwrap_or(values.len());
    let (left, right) = (&values[from..splits[at]], &values[splits[at]..to]);
    let (before, after) = (mean(left), mean(right));
    let change = (after / before - 1.0).abs().max((before / after - 1.0).abs());
    Judged { p_value: student_p(left, right), magnitude: change }
}

/// Student's t test, the variances pooled. As there, those of the sides are about their means with no
/// degree of freedom taken off, and then weighted as if one had been.
fn student_p(left: &[f64], right: &[f64]) -> f64 {
    let (n, m) = (count(left.len()), count(right.len()));
    let degrees = n + m - 2.0;
    if degrees <= 0.0 {
        return 1.0;
    }
    let pooled = ((n - 1.0) * variance(left) + (m - 1.0) * variance(right)) / degrees;
    let error = (pooled * (1.0 / n + 1.0 / m)).sqrt();
    student::two_sided_p((mean(left) - mean(right)) / error, degrees)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count(values.len())
}
