//! The entries in which a thread remembers sites.

use std::cell::Cell;
use std::ptr::NonNull;

use super::context::node;
use crate::segment::layout::{NodeRecord, TallyRecord};

/// The entry in which a thread remembers a site. Zeroes, as fresh pages hold, are a site without a
/// call yet.
#[repr(C, align(32))]
pub(in crate::gate::hot) struct Entry {
    /// Calls that may still be tallied before [`super::super::sampling`] is asked. 0 where calls
    /// are not tallied.
    pub(in crate::gate::hot) countdown: Cell<u32>,
    /// Timed calls since the last look at the load.
    pub(in crate::gate::hot) timed: Cell<u32>,
    pub(in crate::gate::hot) tally: Cell<Option<NonNull<TallyRecord>>>,
    /// Context for which `node` is the right one; 0, which no context is, where there is none.
    pub(in crate::gate::hot) caller: Cell<u64>,
    /// Node that was used last.
    node: Cell<Option<NonNull<NodeRecord>>>,
}

impl Entry {
    /// Returns the tally of the site's calls, if they ever had one.
    #[inline(always)]
    pub(in crate::gate::hot) fn tally(&self) -> Option<&'static TallyRecord> {
        // SAFETY: every one comes from `make_tally`: zeroed or written, aligned, never unmapped, and
        // changed through atomics only.
        self.tally.get().map(|tally| unsafe { tally.as_ref() })
    }

    /// Returns the tally for one more call, if one may be tallied without asking.
    #[inline(always)]
    pub(in crate::gate::hot) fn count_down(&self) -> Option<&'static TallyRecord> {
        let left = self.countdown.get();
        if left == 0 {
            return None;
        }
        self.countdown.set(left - 1);
        // SAFETY: there is none but with a tally.
        Some(unsafe { self.tally().unwrap_unchecked() })
    }

    pub(in crate::gate::hot) fn set_tally(&self, tally: NonNull<TallyRecord>) {
        self.tally.set(Some(tally));
    }

    /// Returns the node that was used last.
    #[inline(always)]
    pub(in crate::gate::hot) fn node(&self) -> Option<&'static NodeRecord> {
        self.node.get().map(node)
    }

    /// Remembers `node`, the right one in the context `caller`, for the calls from here on.
    #[inline(always)]
    pub(in crate::gate::hot) fn remember(&self, node: &'static NodeRecord, caller: u64) {
        self.caller.set(0);
        self.node.set(Some(NonNull::from(node)));
        self.caller.set(caller);
    }
}

/// Returns the entry in this slot of the table of `count` entries at `entries`, if it reaches that
/// far.
#[inline(always)]
pub(super) fn entry_in<'a>(entries: NonNull<Entry>, count: u32, slot: u32) -> Option<&'a Entry> {
    if slot >= count {
        return None;
    }
    // SAFETY: the table is `count` entries long.
    let entry = unsafe { entries.add(slot as usize) };
    // SAFETY: all of them are mapped and written, and tables stay mapped when they are outgrown.
    Some(unsafe { entry.as_ref() })
}
