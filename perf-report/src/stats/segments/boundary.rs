//! Whether a boundary holds: against the noise, against its neighbourhood, and beside the others.

use super::Settings;
use crate::stats::student;
use crate::units::float;

/// Largest autocorrelation that is taken off.
const LARGEST_RHO: f64 = 0.9;

/// What is needed to judge boundaries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) series: &'a [f64],
    pub(super) sigma: f64,
    pub(super) settings: Settings,
}

/// A boundary with what lies on both sides of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Boundary {
    pub(super) at: usize,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) p_value: f64,
    /// At least 1 where it holds.
    score: f64,
}

impl Judge<'_> {
    /// The boundaries that hold once all that do not are gone, the weakest first.
    pub(super) fn holding(self, mut places: Vec<usize>) -> Vec<Boundary> {
        loop {
            let inflation = self.inflation(&places);
            let edges = self.edges(&places);
            let mut all: Vec<Boundary> = edges
                .windows(3)
                .map(|edge| self.boundary([edge[0], edge[1], edge[2]], inflation))
                .collect();
            self.refuse_short_runs(&mut all);
            let weakest = all.iter().min_by(|a, b| a.score.total_cmp(&b.score));
            match weakest.filter(|weakest| weakest.score < 1.0) {
                Some(weakest) => places.retain(|place| *place != weakest.at),
                None => return all,
            }
        }
    }

    /// Of two boundaries with too short a level between them, the weaker cannot hold.
    fn refuse_short_runs(self, all: &mut [Boundary]) {
        for at in 1..all.len() {
            if all[at].at - all[at - 1].at < self.settings.least_run {
                let weaker = if all[at].score < all[at - 1].score { at } else { at - 1 };
                all[weaker].score = 0.0;
            }
        }
    }

    fn edges(self, places: &[usize]) -> Vec<usize> {
        let mut edges = vec![0];
        edges.extend(places);
        edges.push(self.series.len());
        edges
    }

    fn boundary(self, [from, at, to]: [usize; 3], inflation: f64) -> Boundary {
        let reach = self.settings.reach;
        let before = Level::of(&self.series[from.max(at.saturating_sub(reach))..at]);
        let after = Level::of(&self.series[at..to.min(at + reach)]);
        let step = after.mean - before.mean;
        let degrees = (before.count + after.count - 2.0).max(1.0);
        let pooled = ((before.squares + after.squares) / degrees).sqrt();
        let error = pooled.max(self.sigma) * (1.0 / before.count + 1.0 / after.count).sqrt();
        let z = step.abs() / error / inflation;
        // Few values do not know the noise as well as many, so they need more of a step.
        let p_value = student::two_sided_p(z, degrees);
        let needed = self.needed_z(degrees);
        let is_inner = to < self.series.len() && to - at < self.settings.least_run;
        let least_step = self.settings.least_step;
        let score = if is_inner { 0.0 } else { (z / needed).min(step.abs() / least_step) };
        Boundary { at, before: before.mean, after: after.mean, p_value, score }
    }

    /// What Student's t must be to be as improbable as `least_z` is of a known noise; the noise is
    /// known from the whole series, so that it counts as if a quarter of it were on either side.
    fn needed_z(self, degrees: f64) -> f64 {
        let known = degrees.max(float(self.series.len() as u64) / 4.0);
        let z = self.settings.least_z;
        z * (1.0 + (z * z + 1.0) / (4.0 * known) * 0.25)
    }

    /// By how much neighbours that are alike make a mean less certain than it looks.
    fn inflation(self, places: &[usize]) -> f64 {
        let edges = self.edges(places);
        let mut residuals = Vec::with_capacity(self.series.len());
        for pair in edges.windows(2) {
            let part = &self.series[pair[0]..pair[1]];
            let mean = Level::of(part).mean;
            residuals.extend(part.iter().map(|value| value - mean));
        }
        let all: f64 = residuals.iter().map(|value| value * value).sum();
        let neighbours: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let rho = if all > 0.0 { (neighbours / all).clamp(0.0, LARGEST_RHO) } else { 0.0 };
        ((1.0 + rho) / (1.0 - rho)).sqrt()
    }
}

struct Level {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Level {
    fn of(values: &[f64]) -> Self {
        let count = float(values.len().max(1) as u64);
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self { count, mean, squares }
    }
}
