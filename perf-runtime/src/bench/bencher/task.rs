//! A piece of work for one thread.

use std::sync::Arc;

use super::super::start::{Pace, StartLine};

/// A piece of work for one thread: iterations, and the way in which they are measured.
#[derive(Debug, Clone, Default)]
pub(in crate::gate::bench) struct Task {
    pub(in crate::gate::bench) iterations: u64,
    /// Time of an iteration, as far as it is known, in nanoseconds.
    pub(in crate::gate::bench) estimate_ns: f64,
    pub(in crate::gate::bench) costs: Costs,
    pub(in crate::gate::bench) way: Way,
    pub(in crate::gate::bench) line: Option<Arc<StartLine>>,
    /// True where tracked functions are recorded, which then are those of a benchmark.
    pub(in crate::gate::bench) is_recorded: bool,
}

/// The way in which iterations are measured.
#[derive(Debug, Clone, Default)]
pub(in crate::gate::bench) enum Way {
    /// Many between two readings of the clock.
    #[default]
    Together,
    /// Each by itself.
    Single,
    /// Each by itself, and begun at a pace.
    Paced(Arc<Pace>),
    /// Each as a call of a tracked function.
    Tracked(&'static crate::site::Site),
}

/// The cost of measuring, in nanoseconds, which is taken off.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::gate::bench) struct Costs {
    /// Of the loop around an iteration whose result needs no place.
    pub(in crate::gate::bench) bare_loop: f64,
    /// Of the loop around an iteration whose input or result has one.
    pub(in crate::gate::bench) storing_loop: f64,
    /// Of a reading of the clock.
    pub(in crate::gate::bench) clock: f64,
}
