//! The bytes of a segment that say which futures are in flight.

use std::sync::atomic::{AtomicU32, AtomicU64};

/// Futures in flight that one page has room for.
pub(crate) const FLIGHTS: usize = 252;

/// [`FlightRecord::began`] of a place that is being taken.
pub(crate) const TAKEN: u64 = 1;

/// Room for calls of async functions that have been suspended and have not ended. Of all threads, since a future
/// ends on another one than it began on: whoever takes a place does so by one exchange, and the future that
/// has it is the only one to write there.
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
    /// When it began, in ticks; 0 where there is none, or [`TAKEN`].
    pub(crate) began: AtomicU64,
    /// [`super::SiteRecord::index`].
    pub(crate) site: AtomicU32,
    pub(crate) reserved: u32,
}

const _: () = assert!(size_of::<FlightPage>() == 64 * super::UNIT);
