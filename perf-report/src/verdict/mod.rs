//! Judges a run against another: what changed, by how much, and whether that is a regression.
//!
//! Pure: no IO, no clock, no randomness. [`compare`] matches functions by name, makes a row for each
//! metric and has it judged: counts by [`counts`], which are exact, and times by [`times`], which
//! are not, so that [`outliers`] has a say, and [`estimates`] where not all calls were timed. What programs tell of
//! themselves is judged by [`custom`]. Then [`blame`] tells the functions that became slower from those that only wait for
//! them. [`budgets`] judges the limits that need no baseline, [`gate`] decides what fails, and [`reason`]
//! puts every verdict into words.

mod blame;
mod budgets;
mod comparable;
mod compare;
mod counts;
mod custom;
mod estimates;
mod gate;
mod limits;
mod notes;
mod outliers;
mod reason;
mod times;

#[cfg(test)]
mod laws;

pub use budgets::budgets;
pub use comparable::{Difference, differences};
pub use compare::{Sides, alone, compare, compare_runs};
pub use custom::{Better, CustomLimits};
pub use gate::{FailOn, Gate, gate};
pub use limits::{Limits, MetricLimits, Thresholds};
pub use reason::title;
