//! The noise from process to process that the benchmarks of a comparison show together.
//!
//! Three processes show little of how far they differ, and three against three see nothing below a quarter. But
//! what makes them differ, the layout of code and data, the allocator, the clock of the processor, is the same for
//! all benchmarks of a program: together they know it. Imported ones do not count: what a run of theirs is, their
//! harness knows.

use std::collections::BTreeMap;

use super::noise::TELLING_DEGREES;
use crate::model::{Function, Metric, time_of};
use crate::stats::moderated::Prior;
use crate::stats::number::float;
use crate::stats::robust;
use crate::verdict::sides::Pair;

/// Distinct benchmarks from which they show it.
const LEAST: usize = 5;
/// The factor for what processes made at one time do not show of another time.
const MARGIN: f64 = 1.5;
/// The most that it is worth, in degrees of freedom: benchmarks differ in how much they differ.
const MOST_DEGREES: f64 = 12.0;

/// Returns the noise that the pairs show, each family of them once; `None` where they are too few.
pub(super) fn noise<'a>(pairs: impl Iterator<Item = &'a Pair<'a>>) -> Option<Prior> {
    let mut families: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for pair in pairs {
        pair.new.harness()?;
        if let Some(sigma) = of_pair(pair) {
            families.entry(pair.new.family()).or_default().push(sigma);
        }
    }
    if families.len() < LEAST {
        return None;
    }
    let degrees = (2.0 * float(families.len() as u64)).min(MOST_DEGREES);
    let sigmas: Vec<f64> = families.values().filter_map(|all| robust::median(all)).collect();
    Some(Prior { sigma: robust::median(&sigmas)? * MARGIN, degrees })
}

/// Returns the standard deviation within both sides together, on the log scale.
fn of_pair(pair: &Pair<'_>) -> Option<f64> {
    let logs = |runs: &[Option<&Function>]| -> Vec<f64> {
        let times = runs.iter().flatten().filter_map(|it| time_of(it, Metric::MeanNs));
        times.filter(|time| *time > 0.0).map(f64::ln).collect()
    };
    let (olds, news) = (logs(&pair.olds), logs(&pair.news));
    let degrees = (olds.len() + news.len()).checked_sub(2).filter(|it| *it >= TELLING_DEGREES)?;
    let squares = |logs: &[f64]| {
        let mean = logs.iter().sum::<f64>() / float(logs.len().max(1) as u64);
        logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>()
    };
    Some(((squares(&olds) + squares(&news)) / float(degrees as u64)).sqrt())
}
