//! The only names that generated code may use. Not for people: anything here may change in any
//! release, together with perf-macros, which is pinned to the same version.

pub use crate::hot::span::{Span, enter, enter_named, observe};
pub use crate::outcome::Outcome;
pub use crate::site::{Declaration, Site};
pub use crate::snapshot::Budget;
pub use inventory;

/// What is submitted at link time, one for each site.
#[derive(Debug)]
pub struct Entry(pub &'static Site);

inventory::collect!(Entry);
