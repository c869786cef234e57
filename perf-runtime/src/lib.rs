//! Records where time goes in functions that carry [`#[perf_track]`](macro@perf_track), at the
//! cost of reading the clock.

pub mod buckets;
mod gate;
mod health;
mod outcome;
pub mod segment;
pub mod snapshot;

#[doc(hidden)]
pub use gate::__private;
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the gate decides what there is")
)]
pub(crate) use gate::*;
pub use health::{State, Status, TrackedFunction, registry, snapshot, status};
pub use outcome::Outcome;
pub use perf_macros::perf_track;
