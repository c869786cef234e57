//! Records where time goes in functions that carry [`#[perf_track]`](perf_track), at the cost of
//! reading the clock.

pub mod buckets;
mod gate;
mod outcome;
pub mod segment;
mod site;
pub mod snapshot;

pub use gate::*;
pub use outcome::Outcome;
pub use perf_macros::perf_track;
