//! The places where the pieces of a segment's file are mapped.

use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::map::Mapping;
use super::system::fault;

/// The unit by which the file grows; each such piece is mapped as a whole.
pub(super) const GRANULE: usize = 32 << 10;

/// The address of each granule of the file; readable without the lock.
#[derive(Debug)]
pub(super) struct Granules {
    count: AtomicUsize,
    starts: Box<[AtomicPtr<u8>]>,
}

impl Granules {
    pub(super) fn with_room_for(bytes: u64) -> io::Result<Self> {
        let room = usize::try_from(bytes).unwrap_or(usize::MAX) / GRANULE;
        let mut starts = Vec::new();
        let reserved = starts.try_reserve_exact(room.max(1));
        reserved.map_err(|_| io::Error::from_raw_os_error(fault::OUT_OF_MEMORY))?;
        starts.resize_with(room.max(1), AtomicPtr::default);
        Ok(Self { count: AtomicUsize::new(0), starts: starts.into_boxed_slice() })
    }

    /// Returns the bytes that the file may grow to.
    pub(super) fn limit(&self) -> u64 {
        (self.starts.len() * GRANULE) as u64
    }

    /// Returns the granules that may still be added.
    pub(super) fn room(&self) -> usize {
        self.starts.len() - self.count.load(Ordering::Relaxed)
    }

    /// Returns the address of the granule of this number, if it is mapped.
    #[inline]
    pub(super) fn start(&self, number: usize) -> Option<NonNull<u8>> {
        NonNull::new(self.starts.get(number)?.load(Ordering::Relaxed))
    }

    /// Adds the granules of a piece, as far as there is room. Only under the lock of `space`.
    pub(super) fn push(&self, piece: Mapping) {
        let count = self.count.load(Ordering::Relaxed);
        let pieces = piece.split(GRANULE).zip(&self.starts[count..]);
        let added = pieces.map(|(start, place)| place.store(start.as_ptr(), Ordering::Relaxed));
        let added = added.count();
        self.count.store(count + added, Ordering::Release);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Mapping> + '_ {
        let starts = self.starts.iter().take(self.count.load(Ordering::Acquire));
        starts.filter_map(|start| {
            Some(Mapping::again(NonNull::new(start.load(Ordering::Relaxed))?, GRANULE))
        })
    }
}
