//! The calling-context tree of one thread: the node for a function, by the context it is called
//! from.
//!
//! The nodes are in the segment; the table that finds them is private memory. Asked only when the
//! entry cached for a site is for another caller, written only at a context's first call.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::call::LOOSE;
use super::clock;
use super::thread::{self, Entry, Thread, page_for, wiped_page_for};
use crate::segment::layout::{NESTED, NodeRecord, OUTSIDE, OVERFLOW, TallyRecord, UNIT, is_beside};
use crate::writing::{Block, LARGEST_BLOCK, Mapping, Segment, Use};

/// Nodes by caller and site: open addressing, at most half full.
#[derive(Debug)]
pub(super) struct Children {
    table: Cell<Option<NonNull<Child>>>,
    /// Places in the table less one; a power of two less one.
    mask: Cell<usize>,
    used: Cell<usize>,
}

/// The contexts that were entered of late. Each has one place where it can be, so two loads find
/// it.
#[derive(Debug)]
pub(super) struct Recent {
    places: Cell<Option<NonNull<Option<NonNull<NodeRecord>>>>>,
}

/// Places for contexts of late, a power of two: 32 KiB.
const RECENT: usize = 4096;

impl Recent {
    pub(super) const fn new() -> Self {
        Self { places: Cell::new(None) }
    }

    /// Returns the node of the site with index `site` below the context `caller`, if it is there.
    #[inline(always)]
    pub(super) fn find(&self, caller: u64, site: u32) -> Option<&'static NodeRecord> {
        let node = thread::node(self.place(caller, site)?.get()?);
        let is_it = node.parent == caller & !LOOSE
            && node.site == site
            && (node.is_loose != 0) == (caller & LOOSE != 0);
        is_it.then_some(node)
    }

    /// Keeps `node`, which is below the context `caller`, in place of another.
    pub(super) fn put(&self, caller: u64, node: &'static NodeRecord) {
        if self.places.get().is_none() {
            self.places.set(wiped_page_for::<Option<NonNull<NodeRecord>>>(RECENT));
        }
        if let Some(place) = self.place(caller, node.site) {
            place.set(Some(NonNull::from(node)));
        }
    }

    #[inline(always)]
    fn place(&self, caller: u64, site: u32) -> Option<&Cell<Option<NonNull<NodeRecord>>>> {
        let at = hash(caller, site) & (RECENT - 1);
        // SAFETY: there are that many.
        let place = unsafe { self.places.get()?.cast::<Cell<_>>().add(at) };
        // SAFETY: fresh pages are zeroed, which is `None`; they are this thread's own, and never
        // unmapped.
        Some(unsafe { place.as_ref() })
    }
}

/// A place in the table; free while `node` is `None`.
#[derive(Debug, Clone, Copy)]
struct Child {
    /// Address of the caller's node, or [`OUTSIDE`].
    caller: u64,
    site: u32,
    node: Option<NonNull<NodeRecord>>,
}

/// Memory of the segment that this thread alone hands out.
#[derive(Debug)]
pub(super) struct Slab {
    rest: Cell<Option<Block>>,
    left: Cell<usize>,
    next_bytes: Cell<usize>,
}

/// First piece that a thread takes: its first few contexts. Later ones double.
const FIRST_SLAB: usize = 4 << 10;
const LARGEST_SLAB: usize = LARGEST_BLOCK;

/// The site in a key by which a node is looked up by its own address.
const ITSELF: u32 = u32::MAX;

/// Places in a thread's first table: a page.
const FIRST_TABLE: usize = 256;

impl Thread {
    /// Returns the node of the site with index `site` below the context `caller`, with [`LOOSE`] if
    /// there are tallied calls between them, made if it is new. `None` without memory for it.
    pub(super) fn child(&self, caller: u64, site: u32) -> Option<&'static NodeRecord> {
        let found = match self.children.find(caller, site) {
            Some(node) => Some(node),
            None => thread::undisturbed(|| self.make_child(caller, site)),
        };
        found.map(thread::node)
    }

    /// Returns the node above all calls in contexts without memory. Without memory for
    /// [`Self::overflow_of`] either, it stands for those calls themselves.
    pub(super) fn overflow(&self) -> Option<&'static NodeRecord> {
        self.children.find(OUTSIDE, OVERFLOW).map(thread::node)
    }

    /// Returns the node for calls of the site with index `site` in contexts without memory, below
    /// the one node for all such calls. It is made when it is first needed, from memory that
    /// contexts leave. So a function's calls are its own even where nobody knows any more who made
    /// them. `None` without memory even for that.
    pub(super) fn overflow_of(&self, site: u32) -> Option<&'static NodeRecord> {
        let all = self.overflow()?.address;
        let found = match self.children.find(all, site) {
            Some(node) => Some(node),
            None => thread::undisturbed(|| self.make_child_within(Use::Function, all, site)),
        };
        found.map(thread::node)
    }

    /// Makes that node before it is needed. For a new thread, in the recorder's slow parts.
    pub(super) fn make_overflow(&self) {
        if self.overflow().is_none() {
            self.make_child(OUTSIDE, OVERFLOW);
        }
    }

    /// Returns the node of the context `at`, if it is one.
    pub(super) fn known(&self, at: u64) -> Option<&'static NodeRecord> {
        self.children.find(at & !NESTED, ITSELF).map(thread::node)
    }

    fn make_child(&self, caller: u64, site: u32) -> Option<NonNull<NodeRecord>> {
        // What stands beside a context is a part of it.
        let use_of = if is_beside(site) { Use::Function } else { Use::Context };
        self.make_child_within(use_of, caller, site)
    }

    #[cold]
    fn make_child_within(
        &self,
        use_of: Use,
        caller: u64,
        site: u32,
    ) -> Option<NonNull<NodeRecord>> {
        if site != OVERFLOW && self.recorder.segment.is_scarce(use_of) {
            return None;
        }
        self.children.make_room()?;
        let block = self.reserve(size_of::<NodeRecord>())?;
        let node: NonNull<NodeRecord> = block.start.cast();
        let address = node.addr().get() as u64;
        let previous = self.shard().nodes.load(Relaxed);
        // SAFETY: zeroed, valid for every field, aligned to 64 bytes, long enough, and unknown to
        // everyone else until it is linked below.
        let record = unsafe { &mut *node.as_ptr() };
        (record.address, record.site) = (address, site);
        (record.parent, record.previous) = (caller & !LOOSE, previous);
        *record.min.get_mut() = u64::MAX;
        *record.sampling.created.get_mut() = self.recorder.age(clock::now());
        record.is_loose = u32::from(caller & LOOSE != 0);
        self.shard().nodes.store(block.place, Release);
        self.children.insert(Child { caller, site, node: Some(node) });
        self.children.insert(Child { caller: address, site: ITSELF, node: Some(node) });
        Some(node)
    }

    /// Returns the tally that counts calls of the site with index `site` in no context, and puts it
    /// into its `entry`. `None` without memory for it.
    #[cold]
    pub(super) fn make_tally(&self, site: u32, entry: &Entry) -> Option<&'static TallyRecord> {
        if self.recorder.segment.is_scarce(Use::Context) {
            return None;
        }
        let block = self.reserve(size_of::<TallyRecord>())?;
        let tally: NonNull<TallyRecord> = block.start.cast();
        // SAFETY: zeroed, valid for every field, aligned to 64 bytes, long enough, and unknown to
        // everyone else until it is linked below.
        let record = unsafe { &mut *tally.as_ptr() };
        (record.site, record.previous) = (site, self.shard().tallies.load(Relaxed));
        self.shard().tallies.store(block.place, Release);
        entry.set_tally(tally);
        entry.tally()
    }

    /// Reserves memory of the segment, zeroed and aligned.
    pub(super) fn reserve(&self, bytes: usize) -> Option<Block> {
        self.slab.reserve(&self.recorder.segment, bytes)
    }
}

impl Children {
    pub(super) const fn new() -> Self {
        Self { table: Cell::new(None), mask: Cell::new(0), used: Cell::new(0) }
    }

    /// Hands every node to `work`.
    pub(super) fn each(&self, work: impl Fn(&NodeRecord)) {
        let Some(table) = self.table.get() else { return };
        let children = (0..=self.mask.get()).map(|at| place(table, at).get());
        let nodes = children.filter(|child| child.site == ITSELF).filter_map(|child| child.node);
        nodes.map(thread::node).for_each(work);
    }

    #[inline]
    fn find(&self, caller: u64, site: u32) -> Option<NonNull<NodeRecord>> {
        let table = self.table.get()?;
        let mut at = hash(caller, site) & self.mask.get();
        loop {
            let child = place(table, at);
            let node = child.get().node?;
            if child.get().caller == caller && child.get().site == site {
                return Some(node);
            }
            at = (at + 1) & self.mask.get();
        }
    }

    /// Makes room for one more node, which takes two places, with half of them free.
    fn make_room(&self) -> Option<()> {
        let places = if self.table.get().is_some() { self.mask.get() + 1 } else { 0 };
        if (self.used.get() + 2) * 2 <= places {
            return Some(());
        }
        let (old, wanted) = (self.table.get(), (places * 2).max(FIRST_TABLE));
        self.table.set(Some(page_for::<Child>(wanted)?));
        self.mask.set(wanted - 1);
        self.used.set(0);
        if let Some(old) = old {
            (0..places).for_each(|at| self.insert(place(old, at).get()));
            let mapping = Mapping::again(old.cast(), Mapping::pages(places * size_of::<Child>()));
            // SAFETY: the old table is no longer reachable, and no reference into it outlives the
            // call it was made in.
            unsafe { mapping.unmap() };
        }
        Some(())
    }

    /// Writes `child` into a free place; there is one.
    fn insert(&self, child: Child) {
        let Some(table) = self.table.get().filter(|_| child.node.is_some()) else { return };
        let mut at = hash(child.caller, child.site) & self.mask.get();
        while place(table, at).get().node.is_some() {
            at = (at + 1) & self.mask.get();
        }
        place(table, at).set(child);
        self.used.set(self.used.get() + 1);
    }
}

/// Returns a place of a table. `at` is masked by every caller.
#[inline]
fn place<'a>(table: NonNull<Child>, at: usize) -> &'a Cell<Child> {
    // SAFETY: `at` is at most the mask of the table.
    let place = unsafe { table.cast::<Cell<Child>>().add(at) };
    // SAFETY: the table's pages are zeroed or written, both valid for a `Child`; it is this
    // thread's own, and mapped while it can be reached.
    unsafe { place.as_ref() }
}

/// Spreads the two numbers over the bits that the mask keeps (multiplication by an odd constant
/// near 2^64 divided by the golden ratio: Knuth, volume 3, 6.4).
#[inline]
fn hash(caller: u64, site: u32) -> usize {
    // Nodes are aligned to 64 bytes.
    let both = (caller >> 6).wrapping_add(u64::from(site) << 40);
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 29) as usize
}

impl Slab {
    pub(super) const fn new() -> Self {
        Self { rest: Cell::new(None), left: Cell::new(0), next_bytes: Cell::new(FIRST_SLAB) }
    }

    fn reserve(&self, segment: &Segment, bytes: usize) -> Option<Block> {
        if self.left.get() < bytes {
            let wanted = self.next_bytes.get().max(bytes);
            // Where there is not as much any more, what is needed now is taken from what is left.
            let (rest, left) = match segment.reserve(wanted) {
                Some(rest) => (rest, wanted),
                None => (segment.reserve(bytes)?, bytes),
            };
            self.rest.set(Some(rest));
            self.left.set(left);
            self.next_bytes.set((wanted * 2).min(LARGEST_SLAB));
        }
        let block = self.rest.get()?;
        self.left.set(self.left.get() - bytes);
        self.rest.set(Some(Block {
            // SAFETY: `left` bytes follow, of which `bytes` are handed out.
            start: unsafe { block.start.add(bytes) },
            place: block.place + u32::try_from(bytes / UNIT).ok()?,
        }));
        Some(block)
    }
}
