//! Judges a run against another: what changed, by how much, and whether that is a regression.
//!
//! Pure: no IO, no clock, no randomness. Reading order: [`compare_runs`] takes the runs of two
//! [`Sides`], whose functions are matched by name, or by [`renames`]. Counts are exact and judged at
//! once, by [`counts`]; those that differ from run to run may do so by [`chance`]. Of a time, [`times`]
//! drafts a row with how much it differs and by how much runs differ anyway ([`noise`]), beside the
//! [`suite`] as a whole; [`whole`] does so for the command.
//! All drafts together are judged by [`decide`], under one control of false discoveries.
//! [`grounds`] says whether there is anything to judge; [`estimates`], [`outliers`] and [`busy`] have a
//! say where not all calls were timed, where one run stands against one, and where the machine was
//! busier. What programs tell of themselves is judged by [`custom`].
//!
//! Counts of what others decide are judged by unit of work ([`load`], by what [`work`] counts as one).
//! What is not whole ([`missing`]) is neither better nor a ground to fail. Then [`blame`] tells the
//! functions that became slower from those that only wait for them, and [`causes`] splits the change of
//! the whole among those that made it. [`budgets`] judges the limits that need no baseline, and
//! [`reason`] puts every verdict into words.
//!
//! What people decided comes in at three places: [`allowance`] is where each limit of a function
//! comes from; [`accept`] takes out what is not judged, and lowers what only warns and what is
//! [`bless`]ed; [`gate`] decides what fails. [`self_test`] asks the gate whether it would catch a known
//! change, which [`inject`] puts into a copy of a run.
//!
//! Over many runs, [`trend`] gives the verdict on the newest a word, [`decline`] finds what became
//! slower run by run, and [`value`] is what either is about. What a series shows counts as far as it is
//! [`certain`], and runs that are not whole are no part of it where there are others ([`used`]).

mod accept;
mod blessable;
mod compare;
pub(crate) mod evidence;
pub(crate) mod judges;
pub(crate) mod limits;
pub(crate) mod owed;
pub(crate) mod reason;
pub(crate) mod sides;
mod trial;

#[cfg(test)]
mod laws;

pub use accept::{FailOn, Failure, Gate, failures, gate};
pub use blessable::values;
pub use compare::{alone, compare, compare_runs};
pub use judges::budgets::budgets;
pub use judges::certain::{Certain, Ends};
pub use limits::{
    Allowances, Allowed, BUCKET_PCT, Better, Blessed, Blessing, BlessingState, CustomLimits, Given,
    Limits, Load, MetricLimits, Origin, Rule, Severity, Thresholds, per_cent_of,
};
pub use sides::comparable::{Difference, differences, only_machine};
pub use sides::missing::missing;
pub use sides::{Sides, Used};
pub use trial::{LARGEST_PCT, one_more_call, one_more_error, self_test, slow_down};
