//! An append-only list whose places never change, and the index that an item in it carries.
//!
//! It takes no locks: a thread that a fork left behind cannot hold one, and the child finds every
//! index in force. Its two uses are in `registry`.

use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::const_fn;
use crate::sync::once::{OnceBox, OnceRef};

/// Places in the first block; each further block has twice as many.
const FIRST_BLOCK: u32 = if cfg!(perf_loom) { 1 } else { 64 };

/// Blocks: enough for 64 million items.
const BLOCKS: usize = 20;

/// An array of one: a vector can be asked for in vain, and a box cannot.
type Block<T> = [Vec<OnceRef<'static, T>>; 1];

/// Items by index.
#[derive(Debug)]
pub(crate) struct List<T: 'static> {
    next: AtomicU32,
    blocks: [OnceBox<Block<T>>; BLOCKS],
}

/// The place of an item in its list, kept in the item.
///
/// 0 until it is registered, then its index plus one; [`Index::REFUSED`] where there was no room,
/// and [`Index::MUTED`] where nothing is recorded.
#[derive(Debug)]
pub(crate) struct Index(AtomicU32);

impl<T> List<T> {
    #[cfg(not(perf_loom))]
    pub(crate) const fn new() -> Self {
        Self { next: AtomicU32::new(0), blocks: [const { OnceBox::new() }; BLOCKS] }
    }

    #[cfg(perf_loom)]
    pub(crate) fn new() -> Self {
        let blocks = std::array::from_fn(|_| OnceBox::new());
        Self { next: AtomicU32::new(0), blocks }
    }

    /// Gives `item`, which keeps `index`, a place, after `publish` has made it known under that
    /// place. `None` when there is no room for it, or `publish` fails; then it is not tried again.
    ///
    /// If two threads register one item at once, the first wins; the other's place stays an alias.
    #[cold]
    pub(crate) fn register(
        &self,
        item: &'static T,
        index: &Index,
        publish: impl FnOnce(u32) -> Option<()>,
    ) -> Option<u32> {
        if let Some(index) = index.get() {
            return Some(index);
        }
        if index.is_refused() {
            return None;
        }
        let Some(claimed) = self.claim(item, publish) else {
            index.refuse();
            return None;
        };
        index.claim(claimed);
        index.get()
    }

    fn claim(&self, item: &'static T, publish: impl FnOnce(u32) -> Option<()>) -> Option<u32> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let block = self.block_for(index)?;
        let (_, at) = place(index);
        // Nobody else has this index, so the place is free.
        let _ = block.get(at)?.set(item);
        publish(index)?;
        Some(index)
    }

    /// Returns the block in which `index` has its place, made if there is none; `None` without
    /// memory for it.
    fn block_for(&self, index: u32) -> Option<&Vec<OnceRef<'static, T>>> {
        let (block, _) = place(index);
        let cell = self.blocks.get(block)?;
        if cell.get().is_none() {
            let empty = empty_block(index)?;
            cell.get_or_init(|| empty);
        }
        let [block] = cell.get()?;
        Some(block)
    }

    /// Makes the blocks for some more items.
    #[cfg(not(perf_loom))]
    pub(crate) fn make_room(&self) {
        let next = self.count();
        let _ = self.block_for(next);
        let _ = self.block_for(next.saturating_add(FIRST_BLOCK));
    }

    /// Lists every registered item with its index.
    pub(crate) fn registered(&self) -> impl Iterator<Item = (u32, &'static T)> {
        (0..self.count()).filter_map(|index| Some((index, self.get(index)?)))
    }

    /// Returns the item with this index.
    pub(crate) fn get(&self, index: u32) -> Option<&'static T> {
        let (block, at) = place(index);
        let [block] = self.blocks.get(block)?.get()?;
        block.get(at)?.get()
    }

    /// Returns the number of indices given out so far.
    pub(crate) fn count(&self) -> u32 {
        self.next.load(Ordering::Relaxed)
    }
}

impl Index {
    /// The place of a refused item. It lies beyond every table, as its slot does.
    const REFUSED: u32 = u32::MAX - 1;

    /// The place of a muted item, beyond that.
    const MUTED: u32 = u32::MAX;

    const_fn! {
        /// Makes one without an index.
        pub(crate) fn none() -> Self {
            Self(AtomicU32::new(0))
        }
    }

    /// Returns the index, if there is one.
    pub(crate) fn get(&self) -> Option<u32> {
        self.0.load(Ordering::Acquire).checked_sub(1).filter(|_| !self.is_refused())
    }

    /// Returns whether there was no room for the item in the segment.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::REFUSED
    }

    /// Mutes the item, until it is given the place that this returns.
    pub(crate) fn mute(&self) -> u32 {
        self.put(Self::MUTED)
    }

    /// Gives the item that `place`, and returns the one that it had.
    pub(crate) fn put(&self, place: u32) -> u32 {
        self.0.swap(place, Ordering::Relaxed)
    }

    /// Returns whether [`Self::mute`] made this [`Self::place`].
    #[inline]
    pub(crate) fn is_muted(place: u32) -> bool {
        place == Self::MUTED
    }

    /// Returns the index plus one, or 0 while there is none.
    #[inline]
    pub(crate) fn place(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns the index, or a number beyond every table while there is none.
    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        self.0.load(Ordering::Relaxed).wrapping_sub(1)
    }

    /// Sets the index, unless another thread was first.
    fn claim(&self, index: u32) {
        let _ = self.0.compare_exchange(0, index + 1, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Gives up on the item, unless another thread has registered it meanwhile: it is not tried
    /// again, so that its calls take no index each.
    fn refuse(&self) {
        let _ = self.0.compare_exchange(0, Self::REFUSED, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Makes the block for `index`; `None` without memory for it, so that no process is ended for that.
fn empty_block<T>(index: u32) -> Option<Box<Block<T>>> {
    let block = (index / FIRST_BLOCK + 1).ilog2();
    let places = (FIRST_BLOCK << block) as usize;
    let (mut empty, mut one) = (Vec::new(), Vec::new());
    empty.try_reserve_exact(places).ok()?;
    one.try_reserve_exact(1).ok()?;
    empty.resize_with(places, OnceRef::new);
    one.push(empty);
    one.into_boxed_slice().try_into().ok()
}

/// Returns the block and the place of `index`.
fn place(index: u32) -> (usize, usize) {
    let block = (index / FIRST_BLOCK + 1).ilog2();
    let first = FIRST_BLOCK * ((1 << block) - 1);
    (block as usize, (index - first) as usize)
}

#[cfg(all(test, not(perf_loom)))]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other() {
        let mut expected = (0, 0);
        for index in 0..FIRST_BLOCK * 31 {
            let block = (index / FIRST_BLOCK + 1).ilog2() as usize;
            let (_, at) = place(index);
            if at == 0 {
                expected = (block, 0);
            }
            assert_eq!((block, at), expected);
            assert!(at < (FIRST_BLOCK << block) as usize);
            expected.1 += 1;
        }
    }

    #[test]
    fn what_cannot_be_published_takes_one_index_and_no_more() {
        static LIST: List<Index> = List::new();
        static ITEM: Index = Index::none();
        let mut tries = 0;
        for _ in 0..3 {
            let index = LIST.register(&ITEM, &ITEM, |_| {
                tries += 1;
                None
            });
            assert_eq!(index, None);
        }
        assert_eq!((tries, LIST.count(), ITEM.get()), (1, 1, None));
    }

    #[test]
    fn an_item_is_found_under_its_index() {
        static LIST: List<Index> = List::new();
        static ITEM: Index = Index::none();
        let mut published = Vec::new();
        for _ in 0..2 {
            let index = LIST.register(&ITEM, &ITEM, |index| {
                published.push(index);
                Some(())
            });
            assert_eq!(index, Some(0));
        }
        assert_eq!((published, ITEM.slot()), (vec![0], 0));
        let registered: Vec<_> =
            LIST.registered().map(|(index, item)| (index, item.get())).collect();
        assert_eq!(registered, [(0, Some(0))]);
    }
}
