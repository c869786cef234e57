//! Judges a run against another: what changed, by how much, and whether that is a regression.
//!
//! Pure: no IO, no clock, no randomness. A comparison passes the rooms in this order:
//!
//! 1. [`limits`] say how much change is too much, and what people decided about single functions.
//! 2. [`sides`] are the runs. Functions are matched by name, or by what they do where the name changed;
//!    whether the runs may be compared at all is decided here.
//! 3. [`evidence`] speaks for and against a change: how much runs differ anyway, how all moved together,
//!    what sampling leaves open, how busy the machine was.
//! 4. [`judges`] give each metric of each function a row with a verdict: counts exactly, times together
//!    under one control of false discoveries; and budgets, which need no baseline.
//! 5. [`owed`] finds the callers that only wait for what became slower, and splits the change of
//!    the whole among those that made it.
//! 6. `accept` takes out what is not judged, lowers what only warns or is blessed, and decides what fails.
//!    `places` notes where what is worse is declared.
//!
//! [`compare_runs`] is all of that in a row. Every room adds to the grounds of a row, which are data
//! ([`Because`](crate::model::Because)); [`words`] puts them into a sentence, once, at the end. Beside it,
//! [`certain`] asks the same of a change in a series of runs, and [`self_test`] asks the gate whether it would
//! catch a known change.

mod accept;
mod blessable;
mod certain;
mod compare;
pub(crate) mod evidence;
pub(crate) mod judges;
pub(crate) mod limits;
pub(crate) mod owed;
mod places;
pub(crate) mod sides;
mod trial;
pub(crate) mod words;

#[cfg(test)]
mod laws;

pub use accept::{FailOn, Failure, Gate, failures, gate};
pub use blessable::values;
pub use certain::{Certain, Ends};
pub use compare::{alone, compare, compare_runs};
pub use judges::budgets::budgets;
pub(crate) use judges::rows::scarce;
pub use limits::{
    Allowances, Allowed, BUCKET_PCT, Better, Blessed, Blessing, BlessingState, CustomLimits, Given,
    Limits, Load, MetricLimits, Origin, Rule, Severity, Thresholds, per_cent_of,
};
pub use sides::comparable::{Difference, differences, only_times};
pub use sides::missing::missing;
pub use sides::unsteady;
pub use sides::{Sides, Used};
pub use trial::{LARGEST_PCT, one_more_call, one_more_error, self_test, slow_down};
