//! The judges: of [`counts`], which are exact; of [`times`] and of the command as a whole ([`whole`]), whose
//! drafts [`decide`] judges together where there are [`grounds`] to; of a program's [`custom`] metrics; of
//! [`budgets`], which need no baseline; of the work that others drive ([`load`]); and of the changes in a
//! series of runs ([`certain`]).

pub(crate) mod bounds;
pub(crate) mod budgets;
pub(crate) mod certain;
pub(crate) mod counts;
pub(crate) mod custom;
pub(crate) mod decide;
mod grounds;
pub(crate) mod load;
pub(crate) mod rows;
pub(crate) mod times;
pub(crate) mod whole;
