//! The judges: of [`counts`], which are exact; of [`times`] and of the command as a whole ([`whole`]), whose
//! drafts [`decide`] judges together where there are [`grounds`] to; of benchmarks, suites and tests
//! ([`measured`]); of a program's [`custom`] metrics; of
//! the [`growth`] of benchmarks with their sizes; of
//! [`budgets`] and [`bounds`], which need no baseline; and of the work that others drive ([`load`]). [`rows`]
//! gathers what they find of two sides.

pub(crate) mod bounds;
pub(crate) mod budgets;
pub(crate) mod counts;
pub(crate) mod custom;
pub(crate) mod decide;
mod grounds;
pub(crate) mod growth;
pub(crate) mod load;
pub(crate) mod measured;
pub(crate) mod rows;
pub(crate) mod times;
pub(crate) mod whole;
