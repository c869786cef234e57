//! The only names that generated code may use. Not for people: anything here may change in any
//! release, together with perf-macros, which is pinned to the same version.

pub use super::optional::*;
// Named by no generated code, but by perf-report, which measures with it.
pub use crate::breaker_probe::BreakerProbe;
pub use crate::hot::future::{track_fallible_future, track_future, track_future_by};
pub use crate::hot::metric::{count, gauge, ratio};
pub use crate::hot::span::{Place, enter, enter_named, enter_scope, observe, observe_by};
pub use crate::judge::{ErrIf, KindBy, KindByDebug, OkIf};
pub use crate::metric_site::MetricSite;
pub use crate::registry::{named_metric, per_type};
pub use crate::site::{Options, Site};
pub use crate::snapshot::{Budget, MetricKind};
pub use crate::{
    __perf_track_judged as judged, __perf_track_site as site, __perf_track_span as span,
    __perf_track_span_per_type as span_per_type,
};
pub use inventory;
pub use perf_macros::__built as built;

use std::panic::Location;

use crate::judge::Judge;

/// The place of the call, which the attribute makes where a function's name is. It asks so on a
/// compiler that does not tell macros about places.
#[derive(Debug)]
pub struct Here;

impl Here {
    /// Returns the file of the call.
    #[track_caller]
    pub const fn file(self) -> &'static str {
        Location::caller().file()
    }

    /// Returns the line of the call.
    #[track_caller]
    pub const fn line(self) -> u32 {
        Location::caller().line()
    }

    /// Returns the column of the call.
    #[track_caller]
    pub const fn column(self) -> u32 {
        Location::caller().column()
    }
}

/// Would return the value of an edge that is never taken: it gives the compiler a type.
#[cold]
pub fn never<T>() -> T {
    unreachable()
}

/// Asks a judge about a type, without an answer: whatever it is made of is used.
pub fn judged_by<R>(_: &impl Judge<R>, _: &impl Judge<R>) {}

/// Asks a judge about a type that only the returned value has.
#[cold]
pub fn judged_as_returned<R>(_: &impl Judge<R>, _: &impl Judge<R>) -> R {
    unreachable!("no linter runs what it looks at")
}

/// Stands behind code that does not end.
#[cold]
pub fn unreachable() -> ! {
    unreachable!("what does not end has ended")
}

/// A site, submitted at link time where sites have no section of their own.
#[derive(Debug)]
pub struct Entry(pub &'static Site);

inventory::collect!(Entry);

/// A metric with a literal name, submitted at link time.
#[derive(Debug)]
pub struct MetricEntry(pub &'static MetricSite);

inventory::collect!(MetricEntry);
