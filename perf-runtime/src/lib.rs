//! Records where time goes in functions that carry [`#[perf_track]`](perf_track), at the cost of
//! reading the clock.

#[path = "private.rs"]
#[doc(hidden)]
pub mod __private;
pub mod buckets;
mod outcome;
pub mod segment;
mod site;
pub mod snapshot;

pub use outcome::Outcome;
pub use perf_macros::perf_track;
