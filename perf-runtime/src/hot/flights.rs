//! The futures in flight, and the beginning of each: a place in the segment for each call of an
//! async function from the end of its first poll to its own.
//!
//! A call that ends in its first poll takes none, and between the two nothing is written. Where a
//! call finds no place, for want of memory or among too many, it is counted like any other, but its
//! time in flight is unknown.

use std::ptr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};

use super::thread;
use crate::segment::layout::{FLIGHTS, FlightPage, FlightRecord, TAKEN};
use crate::writing::{Segment, Use};

/// Pages at most: room for some 16,000 futures, in 256 KiB.
const MOST_PAGES: usize = 64;

/// Places of a page that are tried: with three quarters of a page taken, one call in ten finds none
/// there.
const PROBES: usize = 8;

/// The pages of this process.
#[derive(Debug)]
pub(super) struct Flights {
    pages: [AtomicPtr<FlightPage>; MOST_PAGES],
    count: AtomicUsize,
    is_growing: AtomicBool,
}

impl Default for Flights {
    fn default() -> Self {
        Self {
            pages: [const { AtomicPtr::new(ptr::null_mut()) }; MOST_PAGES],
            count: AtomicUsize::new(0),
            is_growing: AtomicBool::new(false),
        }
    }
}

/// Takes a place for the call of the site with this index that began at `began`, in ticks, if there
/// is one.
#[cold]
pub(super) fn take(site: u32, began: u64) -> Option<&'static FlightRecord> {
    let recorder = thread::handle().thread()?.recorder;
    recorder.flights.take(&recorder.segment, site, began)
}

impl Flights {
    fn take(&self, segment: &Segment, site: u32, began: u64) -> Option<&'static FlightRecord> {
        // Neighbours in time end up far from each other, and so do the threads that they are of.
        let hash = (began ^ u64::from(site)).wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize >> 16;
        let count = self.count.load(Acquire);
        let tried = (0..count.min(2)).map(|again| (hash / FLIGHTS + again) % count);
        let place = { tried }
            .filter_map(|page| self.page(page))
            .chain(std::iter::once_with(|| self.grow(segment)).flatten())
            .find_map(|page| free_place(page, hash))?;
        place.site.store(site, Relaxed);
        // What is no moment would say that the place is free.
        place.began.store(began.max(TAKEN + 1), Release);
        Some(place)
    }

    fn page(&self, number: usize) -> Option<&'static FlightPage> {
        let page = self.pages.get(number)?.load(Acquire);
        // SAFETY: null, or of the segment: aligned, never unmapped, and written through atomics only.
        unsafe { page.as_ref() }
    }

    /// Makes one more page, if there may be one, and nobody else is making it.
    fn grow(&self, segment: &Segment) -> Option<&'static FlightPage> {
        if segment.is_scarce(Use::Context) || self.is_growing.swap(true, AcqRel) {
            return None;
        }
        let count = self.count.load(Relaxed);
        let place = self.pages.get(count);
        let made = place.and_then(|_| thread::undisturbed(|| segment.add_flights()));
        if let (Some(place), Some(page)) = (place, made) {
            place.store(page.as_ptr(), Release);
            self.count.store(count + 1, Release);
        }
        self.is_growing.store(false, Release);
        self.page(count)
    }
}

/// Takes one of some free places on the page; whoever gets it is alone with it.
fn free_place(page: &'static FlightPage, hash: usize) -> Option<&'static FlightRecord> {
    let places = (0..PROBES).map(|at| &page.places[(hash + at) % FLIGHTS]);
    let is_taken_now = |place: &&FlightRecord| {
        place.began.load(Relaxed) == 0
            && place.began.compare_exchange(0, TAKEN, Acquire, Relaxed).is_ok()
    };
    { places }.find(is_taken_now)
}

/// Gives the place of an ended call back.
#[inline]
pub(super) fn give_back(place: &FlightRecord) {
    place.began.store(0, Release);
}
