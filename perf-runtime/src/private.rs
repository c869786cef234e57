//! The only names that generated code may use. Not for people: anything here may change in any
//! release, together with perf-macros, which is pinned to the same version.

pub use super::stream;
pub use crate::hot::future::{Tracked, track_fallible_future, track_future, track_future_by};
pub use crate::hot::metric::{count, gauge, ratio};
pub use crate::hot::span::{Span, enter, enter_named, observe, observe_by};
pub use crate::judge::{ErrIf, Judge, OkIf};
pub use crate::metric_site::MetricSite;
pub use crate::outcome::Outcome;
pub use crate::registry::{named_metric, per_type};
pub use crate::site::{Options, Site};
pub use crate::snapshot::{Budget, MetricKind};
pub use crate::{
    __perf_track_site as site, __perf_track_span as span,
    __perf_track_span_per_type as span_per_type,
};
pub use inventory;

use crate::breaker;
use crate::snapshot::Step;

/// The value of an edge that is never taken: it tells the compiler a type.
#[cold]
pub fn never<T>() -> T {
    unreachable()
}

/// What comes after code that does not end.
#[cold]
pub fn unreachable() -> ! {
    unreachable!("what does not end has ended")
}

/// What is submitted at link time, one for each site, where sites have no section of their own.
#[derive(Debug)]
pub struct Entry(pub &'static Site);

inventory::collect!(Entry);

/// What is submitted at link time, one for each literal name of a metric.
#[derive(Debug)]
pub struct MetricEntry(pub &'static MetricSite);

inventory::collect!(MetricEntry);

/// What a decision of the circuit breaker costs is measured by this.
#[derive(Debug)]
pub struct BreakerProbe(breaker::Load);

impl BreakerProbe {
    /// A load that is sampled as it should be: the longest way to a decision, which is to leave
    /// everything as it is.
    #[expect(clippy::new_without_default, reason = "not for people")]
    pub fn new() -> Self {
        Self(breaker::Load {
            calls: 100_000,
            elapsed: breaker::WINDOW_TICKS,
            cost: 50.0,
            share: 0.05,
            is_spent: true,
            step: Step::Sampled,
            interval: 64,
            in_step: u64::MAX,
            times_are_trusted: true,
            is_exact: false,
        })
    }

    /// Whether the calls are to be recorded differently.
    pub fn decide(&self) -> bool {
        breaker::decide(&self.0).is_some()
    }
}
