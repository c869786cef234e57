//! A run as a score of 0 to 100, as a grade from A to F, and its command's reliability. Pure.
//!
//! The score is the mean of five [`parts`], each on the first of three scales that there is: the targets
//! that the project set, the baseline, the [`settings`]' own thresholds ([`curve`]). What is not certain moves no
//! score ([`ratio`]). A mean must not hide a failure: see [`caps`].

mod caps;
mod cpu;
mod curve;
mod grade;
mod memory;
mod parts;
pub(crate) mod ratio;
mod reliability;
mod settings;
mod spread;
pub(crate) mod success;
pub(crate) mod targets;
mod time;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use curve::{Curve, success_points};
pub use grade::grade;
pub use reliability::{RUNS, failure, reliability};
pub(crate) use reliability::{bad_ends, ended, failed_tests};
pub use settings::{Settings, Thresholds};

use crate::model::{Category, Comparison, Left, RunDocument, Score, ScorePart};
use crate::stats::number::float;

/// The fewest runs of which a score is more than a hint.
const ENOUGH: usize = 3;

/// Returns the score of `runs`, the newest last, which `comparison` judged. `None` where no part of it is
/// known.
pub fn score(runs: &[RunDocument], comparison: &Comparison, settings: &Settings) -> Option<Score> {
    let newest = runs.last()?;
    let mut known: Vec<ScorePart> = Vec::new();
    let mut left_out = Vec::new();
    for category in Category::ALL {
        let weight = settings.weight(category);
        let part = if weight > 0.0 {
            parts::part(category, runs, comparison, settings)
        } else {
            Err("it has no weight".to_owned())
        };
        match part {
            Ok(part) => known.push(ScorePart { weight, ..part }),
            Err(reason) => left_out.push(Left { category, reason }),
        }
    }
    let sum: f64 = known.iter().map(|part| part.weight).sum();
    for part in &mut known {
        part.weight /= sum;
    }
    known.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.category.cmp(&b.category)));
    let caps = caps::caps(newest, comparison, settings);
    let most = caps.iter().map(|cap| cap.at_most).fold(100.0, f64::min);
    let mean = |of: fn(&ScorePart) -> f64| {
        known.iter().map(|part| part.weight * of(part)).sum::<f64>().clamp(0.0, 100.0)
    };
    let uncapped = mean(|part| part.value);
    let value = uncapped.min(most);
    (!known.is_empty()).then(|| Score {
        value,
        low: mean(|part| part.low).min(value),
        high: mean(|part| part.high).min(most).max(value),
        uncapped,
        word: settings.word(value),
        approximate: runs.len() < ENOUGH,
        parts: known.clone(),
        left_out,
        caps,
    })
}

/// Returns the part of `successes` in all, 0 to 1.
fn share(successes: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { float(successes.min(of)) / float(of) }
}
