//! Changes of the level of a series: steps and drifts, found in what is noisy, has several levels at once,
//! and holds wild values. Pure and deterministic.
//!
//! The order of work, a module a step:
//!
//! 1. `scale`: values to logarithms, so that a change is a ratio.
//! 2. `plateaus`: levels that lie far apart. All later steps are done within each.
//! 3. `scan`: candidates. The place where the ranks before and after differ most, by a smooth test.
//! 4. `evidence`: the probability of such a difference by chance: by ranks (`scores`), which no wild value
//!    moves, and by how much better the values fit together once those after are shifted (`shift`).
//! 5. `search`: splits at candidates, generously, until none is left.
//! 6. `noise`: the loss of evidence where values depend on their predecessors, about the levels, or
//!    about a slope that explains the values better (`stairs`).
//! 7. `boundaries`: each split again, between its neighbours, strictly; the weakest goes first.
//! 8. `drift`: a staircase that a slope explains better is one (`stairs`).
//!
//! A test assumes that without a change any order of the values is as likely as any other. That
//! holds for heavy tails, rounded values and machines that take turns, and is what makes the rate of
//! false alarms the same for all of them.

mod boundaries;
mod drift;
mod evidence;
mod noise;
mod plateaus;
mod scale;
mod scan;
mod scores;
mod search;
mod shift;
mod stairs;
mod ties;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::number::float;

/// The fewest values that can have a change.
pub const FEWEST: usize = 8;
/// Values from which a series is long.
const LONG: u64 = 60;

/// The rules by which a change counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The share of series without any change in which one may be found, 0 to 1.
    pub false_alarms: f64,
    /// The smallest change of interest, as a ratio less one: 0.01 is 1 %.
    pub min_effect: f64,
    /// Fewest values before the first change: until then a series settles. This and the next two are
    /// at least 2, and of a short series never more than a quarter.
    pub min_before: usize,
    /// Fewest values between two changes. What is shorter is a spike.
    pub min_run: usize,
    /// Fewest values after the last change.
    pub min_fresh: usize,
}

/// The rates hold for series of 60 values and more, whose values do not depend on those before them;
/// shorter ones alarm less. Where each depends strongly on
/// the last (an autoregressive process of .6), one simulated series of 55, of 25 and of 9 alarms.
impl Settings {
    /// One false alarm in 5,000 series; steps of 2 % and more.
    pub const STRICT: Self = Self::with(2e-4, 0.02);
    /// One in 1,400; 1 %.
    pub const DEFAULT: Self = Self::with(7e-4, 0.01);
    /// One in 200; 0.5 %.
    pub const SENSITIVE: Self = Self::with(5e-3, 0.005);

    /// Adapts the rules to a series of this many values: a short one holds less that may be a change, and
    /// whoever looks at it sees a false one at once.
    fn of_so_many(self, values: usize) -> Self {
        let part = (float(values as u64) / float(LONG)).min(1.0);
        Self { false_alarms: self.false_alarms * part.powi(2), ..self }
    }

    const fn with(false_alarms: f64, min_effect: f64) -> Self {
        Self { false_alarms, min_effect, min_before: 16, min_run: 5, min_fresh: 3 }
    }
}

/// The way in which a level changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A change from one value to the next.
    #[default]
    Step,
    /// A change little by little.
    Drift,
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Place in the series of the first value after the step, or of the first that drifts.
    pub index: usize,
    /// Place of the last value of a drift; of a step, `index`.
    pub end: usize,
    /// The way in which it changes.
    pub kind: Kind,
    /// The level before, in the unit of the values: the mean of the middle half.
    pub before: f64,
    /// The level after. Where the values have several levels at once, `before` moved by the shift
    /// that lays those after best onto those before.
    pub after: f64,
    /// The probability that a series without a change has one as clear as this, anywhere in it.
    pub p_value: f64,
}

impl ChangePoint {
    /// Returns the change in per cent of the size of the level before; `None` where there is nothing to
    /// divide by.
    pub fn change_pct(&self) -> Option<f64> {
        let pct = (self.after - self.before) / self.before.abs() * 100.0;
        Some(pct).filter(|pct| pct.is_finite())
    }
}

/// Finds the changes of level in a series, oldest first.
///
/// Values that are not finite are left out, and keep their place in the count. With a value of zero
/// or below, all are judged by differences in units of the typical size, not by ratios. Fewer than
/// [`FEWEST`] values have no change.
///
/// ```
/// use perf_report::stats::segments::{Settings, change_points};
///
/// let noisy = |i: usize| f64::from(u32::try_from(i * 7919 % 31).unwrap_or(0)) / 31.0;
/// let values: Vec<f64> = (0..60).map(|i| if i < 40 { 100.0 } else { 110.0 } + noisy(i)).collect();
/// let changes = change_points(&values, Settings::DEFAULT);
/// assert_eq!(changes.iter().map(|change| change.index).collect::<Vec<_>>(), [40]);
/// assert!((changes[0].after / changes[0].before - 1.1).abs() < 0.01);
/// ```
pub fn change_points(values: &[f64], settings: Settings) -> Vec<ChangePoint> {
    let scaled = scale::Scaled::new(values);
    if scaled.values.len() < FEWEST {
        return Vec::new();
    }
    let judged = judged(&scaled, &settings);
    drift::changes(&scaled.values, &judged)
        .into_iter()
        .map(|change| scaled.restore(change))
        .collect()
}

/// Finds the steps of a series: between levels that lie far apart, and within each of these.
fn judged(scaled: &scale::Scaled, settings: &Settings) -> Vec<Change> {
    let values = scaled.values.as_slice();
    let mut steps = plateaus::steps(scaled, settings);
    let settings = &settings.of_so_many(values.len());
    let ends: Vec<usize> = steps.iter().map(|step| step.index).chain([values.len()]).collect();
    let mut from = 0;
    for to in ends {
        let level = &values[from..to];
        let found = boundaries::judge(level, search::search(level, settings), settings);
        steps.extend(found.into_iter().map(|step| Change {
            index: step.index + from,
            end: step.end + from,
            ..step
        }));
        from = to;
    }
    steps.sort_unstable_by_key(|step| step.index);
    steps
}

/// A change on the scale of [`scale::Scaled`], between places among its values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    index: usize,
    end: usize,
    kind: Kind,
    level: f64,
    shift: f64,
    p_value: f64,
}
