//! Where the level of a series changes.
//!
//! Works on logarithms, so that a step is a ratio; a series with a value of zero or less is taken as
//! it is. [`noise`] is taken from differences of neighbours, which steps do not move, and wild values
//! are drawn in to the level that lies on both sides of them ([`clip`]), so that a spike is no change
//! and a fresh step is none of the spikes. [`split`] finds boundaries by binary segmentation
//! (Scott and Knott, "A Cluster Analysis Method for Grouping Means", Biometrics 30, 1974) with a
//! penalty that grows with the length (Yao, Stat. Probab. Lett. 6, 1988). Each boundary must then
//! hold against the noise, its own neighbourhood and the autocorrelation ([`boundary`]); the weakest
//! goes first, until all hold.

mod boundary;
mod clip;
mod noise;
mod split;

use boundary::Judge;

/// A change of the level of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first value of the new level.
    pub index: usize,
    /// The level before: of up to [`Settings::reach`] values since the change before.
    pub before: f64,
    /// The level from there on.
    pub after: f64,
    /// How probable so large a step is without a change, by the test of this boundary alone.
    pub p_value: f64,
}

/// How much evidence a change needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Gain of a split in squared noise, in units of the logarithm of the length.
    pub penalty: f64,
    /// Standard errors that a step must have.
    pub least_z: f64,
    /// The smallest step on the log scale.
    pub least_step: f64,
    /// Values to either side of a boundary that are looked at.
    pub reach: usize,
    /// The shortest level between two changes.
    pub least_run: usize,
}

impl Settings {
    /// Hardly ever wrong; sees large changes.
    pub const STRICT: Self =
        Self { penalty: 4.0, least_z: 7.0, least_step: 0.01, reach: 200, least_run: 8 };
    /// Seldom wrong.
    pub const DEFAULT: Self =
        Self { penalty: 4.0, least_z: 5.5, least_step: 0.01, reach: 60, least_run: 5 };
    /// Sees more, and is wrong more often.
    pub const SENSITIVE: Self =
        Self { penalty: 3.0, least_z: 4.5, least_step: 0.005, reach: 100, least_run: 4 };
}

/// The changes of the level of `values`, oldest first. Values that are not finite are passed over;
/// a series of fewer than six values, or one that never changes, has none.
///
/// ```
/// use perf_report::stats::segments::{Settings, change_points};
///
/// let steps = |at: usize| if at < 40 { 1.0 } else { 1.2 };
/// let values: Vec<f64> = (0..80).map(|at| steps(at) + 0.01 * ((at * 7 % 5) as f64)).collect();
/// let found = change_points(&values, Settings::DEFAULT);
/// assert_eq!(found.iter().map(|change| change.index).collect::<Vec<_>>(), [40]);
/// ```
pub fn change_points(values: &[f64], settings: Settings) -> Vec<ChangePoint> {
    let places: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_finite()).collect();
    let finite: Vec<f64> = places.iter().map(|at| values[*at]).collect();
    let is_ratio = finite.iter().all(|value| *value > 0.0);
    let series: Vec<f64> =
        if is_ratio { finite.iter().map(|value| value.ln()).collect() } else { finite };
    let Some(sigma) = noise::sigma(&series, is_ratio) else { return Vec::new() };
    let clipped = clip::clip(&series, sigma);
    let boundaries = split::boundaries(&clipped, sigma, settings.penalty);
    let judge = Judge { series: &clipped, sigma, settings };
    let level = |value: f64| if is_ratio { value.exp() } else { value };
    judge
        .holding(boundaries)
        .into_iter()
        .map(|found| ChangePoint {
            index: places[found.at],
            before: level(found.before),
            after: level(found.after),
            p_value: found.p_value,
        })
        .collect()
}

#[cfg(test)]
mod tests;
