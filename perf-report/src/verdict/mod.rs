//! Judges a run against another: what changed, by how much, and whether that is a regression.
//!
//! Pure: no IO, no clock, no randomness. Reading order: [`compare_runs`] takes the runs of two
//! [`Sides`], whose functions are matched by name, or by [`renames`]. Counts are exact and judged at
//! once, by [`counts`]. Of a time, [`times`] drafts a row with how much it differs and by how much
//! runs differ anyway ([`noise`]), beside the [`suite`] as a whole; [`whole`] does so for the command.
//! All drafts together are judged by [`decide`], under one control of false discoveries.
//! [`estimates`] and [`outliers`] have a say where not all calls were timed, or where one run stands
//! against one. What programs tell of themselves is judged by [`custom`].
//!
//! Then [`blame`] tells the functions that became slower from those that only wait for them, and
//! [`causes`] splits the change of the whole among those that made it. [`budgets`] judges the limits
//! that need no baseline, [`gate`] decides what fails, and [`reason`] puts every verdict into words.

mod blame;
mod budgets;
mod causes;
mod comparable;
mod compare;
mod counts;
mod custom;
mod decide;
mod estimates;
mod gate;
mod limits;
mod noise;
mod notes;
mod outliers;
mod reason;
mod renames;
mod sides;
mod suite;
mod times;
mod whole;

#[cfg(test)]
mod laws;

pub use budgets::budgets;
pub use comparable::{Difference, differences};
pub use compare::{alone, compare, compare_runs};
pub use custom::{Better, CustomLimits};
pub use gate::{FailOn, Gate, gate};
pub use limits::{BUCKET_PCT, Limits, MetricLimits, Thresholds};
pub use reason::title;
pub use sides::Sides;
pub use whole::COMMAND;
