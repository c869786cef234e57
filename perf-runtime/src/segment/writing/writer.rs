//! A segment as its own process sees it: the file, and the memory handed out from it.
//!
//! Owns the file's growth and its lists of sites, metrics and shards. `hot` records calls, straight
//! into the memory that [`Segment::reserve`] hands out. Everything here is off the hot path and may
//! take a lock, but gives up rather than wait for it long.

use std::io;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::copies::Copies;
use super::granules::{GRANULE, Granules};
use super::map::Mapping;
use super::retention::Room;
use super::system::{self, File, Identity, Lock, SystemPath, fault};
use crate::segment::UNNAMED_EXTENSION;
use crate::segment::layout::{self, Header, UNIT};
use crate::sync::lock_briefly;

/// The size up to which the pieces double. The first is one granule, since a test suite may run
/// thousands of processes.
const LARGEST_GROWTH: usize = 1 << 20;

/// Largest block that can be reserved.
pub(crate) const LARGEST_BLOCK: usize = GRANULE;

/// A segment that this process writes.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    system_path: SystemPath,
    /// So that a file put in its place later is not mistaken for it.
    identity: Identity,
    header: NonNull<Header>,
    pub(super) space: Mutex<Space>,
    granules: Granules,
    /// Set in the child of a fork: the file is the parent's.
    detached: AtomicBool,
    /// Lock by which others know that this process lives.
    lock: Lock,
    /// Recordings that give way where there is no space for it.
    room: Option<Room>,
    /// Remedy when somebody takes the file away.
    pub(super) copies: Copies,
}

/// The unused rest of the newest piece.
#[derive(Debug)]
pub(super) struct Space {
    next: NonNull<u8>,
    left: usize,
    /// Offset in the file of `next`.
    offset: u64,
    /// Length of the file.
    file_bytes: u64,
    next_growth: usize,
}

// SAFETY: `header` and `Space::next` point into mappings that stay for the life of the process;
// the header's mutable fields are atomics, and `Space` is reached through its mutex only.
unsafe impl Send for Segment {}
// SAFETY: as above.
unsafe impl Sync for Segment {}

/// The uses of memory, in the order in which they are given up when it becomes scarce:
/// distributions, then contexts, then functions without their contexts; the rest is for threads and
/// the names of functions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    Histogram,
    Context,
    Function,
}

/// Memory of the segment, and its name in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) start: NonNull<u8>,
    pub(crate) place: u32,
}

impl Segment {
    /// Makes the file `path`, which must not exist, with its header's place reserved and zeroed.
    ///
    /// It gets its name once it is locked: until then others might take it for one that was left
    /// behind. With `whole`, everything that it may grow to is reserved now. Recordings in `room`
    /// give way for it.
    pub(crate) fn create(
        path: &Path,
        limit_bytes: u64,
        whole: bool,
        room: Option<Room>,
    ) -> io::Result<Self> {
        let needed = if whole { limit_bytes } else { GRANULE as u64 };
        let create = || Self::try_create(path, limit_bytes, whole);
        let mut segment = making_room(room.as_ref(), needed, create)?;
        segment.room = room;
        Ok(segment)
    }

    fn try_create(path: &Path, limit_bytes: u64, whole: bool) -> io::Result<Self> {
        let unnamed = path.with_extension(UNNAMED_EXTENSION);
        let file = system::new_file(&unnamed)?;
        let segment = Self::map_first(&file, path, limit_bytes, whole);
        let named = segment.and_then(|it| system::name(&unnamed, path).map(|()| it));
        named.inspect_err(|_| {
            // The error that matters is the first one; an empty file says nothing to anyone.
            let _ = std::fs::remove_file(&unnamed);
        })
    }

    fn map_first(file: &File, path: &Path, limit_bytes: u64, whole: bool) -> io::Result<Self> {
        let identity = system::facts(file)?.identity;
        // Before there is anything in it, so that nobody takes it for one that was left behind.
        let lock = Lock::take(file, identity);
        let granules = Granules::with_room_for(limit_bytes)?;
        let bytes = if whole { granules.room() * GRANULE } else { GRANULE };
        let first = Mapping::of_file(file, 0, bytes)?;
        granules.push(first);
        Ok(Self {
            path: path.to_owned(),
            system_path: SystemPath::of(path)?,
            copies: Copies::beside(path),
            identity,
            header: first.start().cast(),
            space: Mutex::new(Space {
                // SAFETY: a granule is longer than the header.
                next: unsafe { first.start().add(layout::HEADER_BYTES) },
                left: bytes - layout::HEADER_BYTES,
                offset: layout::HEADER_BYTES as u64,
                file_bytes: bytes as u64,
                next_growth: GRANULE,
            }),
            granules,
            detached: AtomicBool::new(false),
            lock,
            room: None,
        })
    }

    /// Returns the header.
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: it begins the first mapping, which is zeroed, aligned to a page, longer than a
        // header, and never unmapped; what changes after `write_facts` is atomic.
        unsafe { self.header.as_ref() }
    }

    /// Returns the header before anyone else knows of the segment.
    pub(crate) fn header_mut(&mut self) -> &mut Header {
        // SAFETY: as for `header`; `&mut self` says that no other reference exists.
        unsafe { self.header.as_mut() }
    }

    /// Returns the path where the file was made.
    pub(super) fn first_path(&self) -> &Path {
        &self.path
    }

    /// Returns by what the file is known.
    #[cfg(any(unix, windows))]
    pub(super) fn identity(&self) -> Identity {
        self.identity
    }

    /// Returns the lock on the file.
    pub(super) fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Returns its bytes in use.
    pub(crate) fn used(&self) -> u64 {
        self.header().used.load(Ordering::Relaxed)
    }

    /// Returns whether the segment is so full that `use_of` has to do without.
    pub(crate) fn is_scarce(&self, use_of: Use) -> bool {
        let sixteenths = match use_of {
            Use::Histogram => 12,
            Use::Context => 14,
            Use::Function => 15,
        };
        let limit = self.limit();
        self.used() >= limit / 16 * sixteenths
    }

    /// Hands out `bytes` bytes, zeroed and aligned to [`UNIT`]. `None` when the file may not or
    /// cannot grow, or another thread holds the lock for too long.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<Block> {
        let mut space = lock_briefly(&self.space)?;
        self.reserve_in(&mut space, bytes)
    }

    /// Returns the address of the granule of this number, if it is mapped.
    #[inline]
    pub(super) fn granule(&self, number: usize) -> Option<NonNull<u8>> {
        self.granules.start(number)
    }

    /// Returns the bytes that the file may grow to.
    pub(crate) fn limit(&self) -> u64 {
        self.granules.limit()
    }

    /// Makes no more records. For the child of a fork that must not ask the system to cut it off.
    pub(crate) fn leave(&self) {
        self.detached.store(true, Ordering::Relaxed);
    }

    /// Cuts all mappings off from the file. For the child of a fork, where the parent goes on
    /// writing to it; allowed in a signal handler.
    pub(crate) fn detach(&self) {
        self.lock.let_go();
        self.copies.let_go();
        self.cut_off();
    }

    /// Cuts all mappings off from the file, which is of no use any more.
    pub(super) fn cut_off(&self) {
        self.detached.store(true, Ordering::Relaxed);
        self.pieces().for_each(Mapping::detach);
    }

    /// Returns whether that was done.
    #[cfg(any(unix, windows))]
    pub(super) fn is_cut_off(&self) -> bool {
        self.detached.load(Ordering::Relaxed)
    }

    /// Lists the memory of the file, from its beginning on, in pieces of one length.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Mapping> + '_ {
        self.granules.iter()
    }

    pub(super) fn reserve_in(&self, space: &mut Space, bytes: usize) -> Option<Block> {
        let bytes = bytes.next_multiple_of(UNIT);
        if bytes > LARGEST_BLOCK || self.detached.load(Ordering::Relaxed) {
            return None;
        }
        if space.left < bytes && self.grow(space).is_none() {
            // Tried once: a call should not pay for a full disk again and again.
            space.next_growth = 0;
            return None;
        }
        let block =
            Block { start: space.next, place: u32::try_from(space.offset / UNIT as u64).ok()? };
        // SAFETY: `bytes` bytes are left from `next` on.
        space.next = unsafe { space.next.add(bytes) };
        space.left -= bytes;
        space.offset += bytes as u64;
        self.header().used.store(space.offset, Ordering::Release);
        Some(block)
    }

    /// Makes the file longer. It is opened again for it, since a descriptor kept open could be
    /// closed by the program, and its number used for another file.
    fn grow(&self, space: &mut Space) -> Option<()> {
        let length = space.next_growth.min(self.granules.room() * GRANULE);
        if length == 0 {
            return None;
        }
        let file = self.lock.file().or_else(|| self.open_by_name())?;
        let extend = |length| Mapping::of_file(&file, space.file_bytes, length);
        let room = self.room.as_ref();
        let piece =
            making_room(room, length as u64, || extend(length)).map(|piece| (piece, length));
        // Where there is not as much, a little may still be there.
        let least =
            || making_room(room, GRANULE as u64, || extend(GRANULE)).map(|it| (it, GRANULE));
        let (piece, length) = piece.or_else(|_| least()).ok()?;
        self.granules.push(piece);
        *space = Space {
            next: piece.start(),
            left: length,
            offset: space.file_bytes,
            file_bytes: space.file_bytes + length as u64,
            next_growth: (length * 2).min(LARGEST_GROWTH),
        };
        Some(())
    }

    /// Opens the file, if it still has its name.
    fn open_by_name(&self) -> Option<File> {
        let file = system::open_for_growth(&self.system_path)?;
        let found = system::facts(&file).ok()?;
        (found.identity == self.identity).then_some(file)
    }
}

/// Makes `attempt` until enough has given way in `room`, and returns its result.
fn making_room<T>(
    room: Option<&Room>,
    needed: u64,
    attempt: impl Fn() -> io::Result<T>,
) -> io::Result<T> {
    const ATTEMPTS: u32 = 32;
    let mut result = attempt();
    for _ in 0..ATTEMPTS {
        match (&result, room) {
            (Err(error), Some(room)) if fault::is_full(error) && room.make(needed, true) => {}
            _ => break,
        }
        result = attempt();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::HistogramPage;

    #[test]
    fn a_histogram_page_is_found_wherever_it_lies() {
        let path = std::env::temp_dir().join(format!("perf-track-pages-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let segment = Segment::create(&path, 1 << 20, false, None).unwrap();
        std::fs::remove_file(&path).unwrap();
        let pages = segment.fill_with_pages();
        let across = |place: u32| {
            let offset = place as usize * UNIT;
            offset / GRANULE != (offset + size_of::<HistogramPage>() - 1) / GRANULE
        };
        for page in &pages {
            let found = segment.histogram_page(page.place).map(NonNull::from);
            assert_eq!(found, Some(page.start.cast()), "page {page:?}");
        }
        assert!(pages.iter().any(|page| across(page.place)), "one lies across two granules");
        assert!(segment.histogram_page(u32::MAX).is_none());
    }

    impl Segment {
        /// Maps a piece of several granules by hand, and hands out all of it.
        fn fill_with_pages(&self) -> Vec<Block> {
            let granules = 4;
            let piece = Mapping::private(granules * GRANULE).unwrap();
            let mut space = self.space.lock().unwrap();
            self.granules.push(piece);
            // Past one odd unit, so that pages do not come to lie evenly in granules.
            space.next = piece.split(UNIT).nth(1).unwrap();
            space.left = granules * GRANULE - UNIT;
            space.offset = space.file_bytes + UNIT as u64;
            space.next_growth = 0;
            drop(space);
            std::iter::from_fn(|| self.reserve(size_of::<HistogramPage>())).collect()
        }
    }
}
