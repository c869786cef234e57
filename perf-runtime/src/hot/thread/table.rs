//! A table that a thread keeps by numbers.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::attach::wiped_page_for;
use crate::writing::Mapping;

/// A place for each of the numbers from 0 on. Zeroes, as fresh pages hold, must be a place with
/// nothing in it.
#[derive(Debug)]
pub(in crate::gate::hot) struct Table<P> {
    first: Cell<NonNull<P>>,
    places: Cell<u32>,
}

/// A place whose value with nothing in it is all zeroes.
///
/// # Safety
/// Zeroed memory must be a value of it.
pub(in crate::gate::hot) unsafe trait Zeroed {}

// SAFETY: `None` of a pointer is zero.
unsafe impl<T> Zeroed for Cell<Option<NonNull<T>>> {}

impl<P: Zeroed> Table<P> {
    pub(in crate::gate::hot) const fn new() -> Self {
        Self { first: Cell::new(NonNull::dangling()), places: Cell::new(0) }
    }

    /// Returns the place for this number, if the table reaches that far.
    #[inline]
    pub(in crate::gate::hot) fn place(&self, number: u32) -> Option<&P> {
        if number >= self.places.get() {
            return None;
        }
        // SAFETY: the table is `places` places long.
        let place = unsafe { self.first.get().add(number as usize) };
        // SAFETY: places are mapped, and zeroed or written: both are valid.
        Some(unsafe { place.as_ref() })
    }

    /// Makes room for `count` places at least. The old table stays mapped, for a signal handler
    /// that interrupted its reader; each is at least twice as long as the one before.
    pub(in crate::gate::hot) fn reach(&self, count: u32) -> Option<()> {
        let old = self.places.get();
        if count <= old {
            return Some(());
        }
        let wanted = count.max(old.saturating_mul(2)) as usize;
        let table: NonNull<P> = wiped_page_for(wanted)?;
        let room = Mapping::pages(wanted * size_of::<P>()) / size_of::<P>();
        let (from, to) = (self.first.get().as_ptr(), table.as_ptr());
        // SAFETY: both tables hold `old` places, and do not overlap as the new one is fresh.
        unsafe { ptr::copy_nonoverlapping(from, to, old as usize) };
        self.first.set(table);
        self.places.set(u32::try_from(room).ok()?);
        Some(())
    }
}
