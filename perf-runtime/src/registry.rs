//! Every known site: the link-time list, and those that registered themselves later.
//!
//! An append-only list without locks, so that a thread that a fork left behind cannot hold it, and
//! so that the child finds every index in force. Nothing here is on the hot path.

use std::sync::atomic::{AtomicU32, Ordering};

use dashmap::DashMap;
use dashmap::try_result::TryResult;
use once_cell::race::{OnceBox, OnceRef};

use crate::__private::{Declaration, Entry};
use crate::site::Site;
use crate::sync::briefly;
use crate::writing::SiteText;

/// Places in the first block; each further block has twice as many.
const FIRST_BLOCK: u32 = 64;

/// Blocks: enough for 64 million sites.
const BLOCKS: usize = 20;

type Block = Vec<OnceRef<'static, Site>>;

static NEXT: AtomicU32 = AtomicU32::new(0);
static LIST: [OnceBox<Block>; BLOCKS] = [const { OnceBox::new() }; BLOCKS];

/// Gives `site` an index, after `publish` has made it known under that index. `None` when there is
/// no room for it, or `publish` fails; then the site is not tried again.
///
/// Of two threads that register one site at once the first wins; the other's index stays an alias.
#[cold]
pub(crate) fn register(
    site: &'static Site,
    publish: impl FnOnce(u32, &SiteText<'_>) -> Option<()>,
) -> Option<u32> {
    if let Some(index) = site.index() {
        return Some(index);
    }
    if site.is_refused() {
        return None;
    }
    let claimed = claim(site, publish);
    if claimed.is_none() {
        site.refuse();
    }
    claimed
}

fn claim(
    site: &'static Site,
    publish: impl FnOnce(u32, &SiteText<'_>) -> Option<()>,
) -> Option<u32> {
    let index = NEXT.fetch_add(1, Ordering::Relaxed);
    let (block, at) = place(index)?;
    let block = block.get_or_init(|| Box::new(empty_block(index)));
    // Nobody else has this index, so the place is free.
    let _ = block.get(at)?.set(site);
    publish(index, &site.text())?;
    site.claim_index(index);
    site.index()
}

/// Every registered site with its index.
pub(crate) fn registered() -> impl Iterator<Item = (u32, &'static Site)> {
    (0..NEXT.load(Ordering::Relaxed)).filter_map(|index| {
        let (block, at) = place(index)?;
        Some((index, block.get()?.get(at)?.get()?))
    })
}

/// Every site of the link-time list.
pub(crate) fn linked() -> impl Iterator<Item = &'static Site> {
    inventory::iter::<Entry>.into_iter().map(|entry| entry.0)
}

/// Indices given out so far.
pub(crate) fn count() -> u32 {
    NEXT.load(Ordering::Relaxed)
}

/// The site of a name that is known only at run time. One name is one site, for the life of the
/// process. `None` when the list of names cannot be had in good time.
pub(crate) fn named(name: &str) -> Option<&'static Site> {
    static NAMED: OnceBox<DashMap<String, &'static Site>> = OnceBox::new();
    let named = NAMED.get_or_init(Box::default);
    let known = briefly(|| match named.try_get(name) {
        TryResult::Present(site) => Some(Some(*site)),
        TryResult::Absent => Some(None),
        TryResult::Locked => None,
    })?;
    if known.is_some() {
        return known;
    }
    let entry = briefly(|| named.try_entry(name.to_owned()))?;
    Some(*entry.or_insert_with(|| leak_site(name)))
}

fn leak_site(name: &str) -> &'static Site {
    let label: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let declaration = Declaration::new(label, "", ("", 0, 0), || "");
    Box::leak(Box::new(Site::new(Declaration { label: Some(label), ..declaration })))
}

fn empty_block(index: u32) -> Block {
    let block = (index / FIRST_BLOCK + 1).ilog2();
    (0..FIRST_BLOCK << block).map(|_| OnceRef::new()).collect()
}

/// Block and place of `index`.
fn place(index: u32) -> Option<(&'static OnceBox<Block>, usize)> {
    let block = (index / FIRST_BLOCK).checked_add(1)?.ilog2();
    let first = FIRST_BLOCK * ((1 << block) - 1);
    Some((LIST.get(block as usize)?, (index - first) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other() {
        let mut expected = (0, 0);
        for index in 0..FIRST_BLOCK * 31 {
            let block = (index / FIRST_BLOCK + 1).ilog2();
            let (_, at) = place(index).unwrap();
            if at == 0 {
                expected = (block, 0);
            }
            assert_eq!((block, at), expected);
            assert!(at < (FIRST_BLOCK << block) as usize);
            expected.1 += 1;
        }
    }

    #[test]
    fn a_site_that_cannot_be_published_takes_one_index_and_no_more() {
        let site = leak_site("unpublished");
        let mut tries = 0;
        for _ in 0..3 {
            let index = register(site, |_, _| {
                tries += 1;
                None
            });
            assert_eq!(index, None);
        }
        assert_eq!((tries, site.index()), (1, None));
    }

    #[test]
    fn one_name_is_one_site() {
        let site = |name| named(name).unwrap();
        assert!(std::ptr::eq(site("a name"), site("a name")));
        assert!(!std::ptr::eq(site("a name"), site("another")));
    }
}
