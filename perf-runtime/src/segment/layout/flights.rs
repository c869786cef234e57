//! The bytes of a segment for futures in flight.

use std::sync::atomic::{AtomicU32, AtomicU64};

/// Futures in flight in one page, at most.
pub(crate) const FLIGHTS: usize = 252;

/// [`FlightRecord::began`] of a place that is being taken.
pub(crate) const TAKEN: u64 = 1;

/// Room for calls of async functions that have been suspended and have not ended. All threads share
/// it, since a future ends on another one than it began on: whoever takes a place does so by one
/// exchange, and the future that has it is the only one to write there.
#[repr(C, align(64))]
pub(crate) struct FlightPage {
    /// Page that was made before this one.
    pub(crate) previous: u32,
    pub(crate) reserved: [u32; 15],
    pub(crate) places: [FlightRecord; FLIGHTS],
}

/// A call of an async function that has been suspended and has not ended.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FlightRecord {
    /// Beginning of the call, in ticks; 0 where there is none, or [`TAKEN`].
    pub(crate) began: AtomicU64,
    /// A [`super::SiteRecord::index`].
    pub(crate) site: AtomicU32,
    pub(crate) reserved: u32,
}

const _: () = assert!(size_of::<FlightPage>() == 64 * super::UNIT);
