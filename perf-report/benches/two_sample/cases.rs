//! A comparison to be judged.

/// Runs in the order in which they were made: a history, a baseline, current ones.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Up to fifty runs before the baseline.
    pub(crate) before: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    pub(crate) current: Vec<f64>,
}

impl Case {
    /// Runs of a history.
    const HISTORY: usize = 50;
    /// A history of fewer is none.
    const LEAST: usize = 10;

    /// The comparison of `m` runs from `at` on with the `k` before. `None` where there are not so many
    /// or one is not positive.
    pub(crate) fn at(series: &[f64], at: usize, k: usize, m: usize) -> Option<Self> {
        let from = at.checked_sub(k)?;
        let before = series.get(from.saturating_sub(Self::HISTORY)..from)?.to_vec();
        let baseline = series.get(from..at)?.to_vec();
        let current = series.get(at..at + m)?.to_vec();
        let is_time = |value: &f64| *value > 0.0;
        let all = before.iter().chain(&baseline).chain(&current).all(is_time);
        (all && before.len() >= Self::LEAST).then_some(Self { before, baseline, current })
    }

    pub(crate) fn stepped(&self, step: f64) -> Self {
        let current = self.current.iter().map(|value| value * step).collect();
        Self { current, ..self.clone() }
    }

    /// Up to fifty runs that were known before the current ones.
    pub(crate) fn known(&self) -> Vec<f64> {
        let all = [self.before.as_slice(), &self.baseline].concat();
        all[all.len().saturating_sub(Self::HISTORY)..].to_vec()
    }
}
