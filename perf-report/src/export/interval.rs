//! Intervals of values, from what a comparison says of their changes.

use std::collections::HashMap;

use super::Source;
use crate::model::{Change, Metric};

/// The changes of one metric, by function.
#[derive(Debug)]
pub(super) struct Intervals<'a>(HashMap<&'a str, &'a Change>);

impl<'a> Intervals<'a> {
    /// Returns those of `metric`; none where the run was not held against another.
    pub(super) fn new(source: &Source<'a>, metric: Metric) -> Self {
        let rows = source.comparison.iter().flat_map(|comparison| &comparison.functions);
        let rows = rows.filter(|row| row.metric == metric && row.interval_pct.is_some());
        Self(rows.map(|row| (row.name.as_str(), row)).collect())
    }

    /// Returns between what the value of `name` lies, 19 times out of 20; `None` where that is not known, or
    /// is not about `value`.
    pub(super) fn around(&self, name: &str, value: f64) -> Option<(f64, f64)> {
        let row = self.0.get(name)?;
        let (baseline, (low, high)) = (row.baseline?, row.interval_pct?);
        let [low, high] = [low, high].map(|pct| baseline * (1.0 + pct / 100.0));
        let low = low.max(0.0);
        (low <= value && value <= high && high.is_finite()).then_some((low, high))
    }
}
