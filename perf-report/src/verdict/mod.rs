//! Judges a run against another: what changed, by how much, and whether that is a regression.
//!
//! Pure: no IO, no clock, no randomness. [`compare`] matches functions by name, makes a row for each
//! metric and has it judged: counts by [`counts`], which are exact, and times by [`times`], which
//! are not, so that [`outliers`] has a say, and [`estimates`] where not all calls were timed. What programs tell of
//! themselves is judged by [`custom`]. Then [`blame`] tells the functions that became slower from those that only wait for
//! them. [`budgets`] judges the limits that need no baseline, and [`reason`] puts every verdict into words.
//!
//! What people decided comes in at three places: [`allowance`] is where each limit of a function
//! comes from; [`accept`] takes out what is not judged, and lowers what only warns and what is
//! [`bless`]ed; [`gate`] decides what fails. [`self_test`] asks the gate whether it would catch a known
//! change, which [`inject`] puts into a copy of a run.

mod accept;
mod allowance;
mod blame;
mod bless;
mod budgets;
mod comparable;
mod compare;
mod counts;
mod custom;
mod estimates;
mod gate;
mod inject;
mod limits;
mod notes;
mod outliers;
mod reason;
mod self_test;
mod times;

#[cfg(test)]
mod laws;

pub use allowance::{Allowances, Allowed, Given, Origin, Rule, Severity};
pub use bless::{Blessed, Blessing, BlessingState, quantity, values};
pub use budgets::{COMMAND, budgets};
pub use comparable::{Difference, differences};
pub use compare::{Sides, alone, compare, compare_runs};
pub use custom::{Better, CustomLimits};
pub use gate::{FailOn, Failure, Gate, failures, gate};
pub use inject::{one_more_call, one_more_error, slow_down};
pub use limits::{Limits, MetricLimits, Thresholds};
pub use reason::title;
pub use self_test::{LARGEST_PCT, self_test};
