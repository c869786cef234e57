//! The bookkeeping of a thread: a shard of the segment, and the private tables that find a context
//! fast.
//!
//! Taken at a thread's first tracked call or metric, returned when it ends, and then used by the
//! next thread that begins, tables, nodes and counts included: memory is bounded by the threads
//! that run at the same time. Only the owning thread touches any of it, so there are cells and no
//! locks.

mod attach;
mod context;
mod entry;
mod handle;
mod table;

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

pub(super) use self::attach::{attach, forget, make, page_for, take, undisturbed, wiped_page_for};
pub(super) use self::context::{Context, node};
pub(super) use self::entry::Entry;
use self::entry::entry_in;
pub(super) use self::handle::{Handle, handle};
pub(super) use self::table::{Table, Zeroed};
use super::alloc::Accounts;
use super::failure::Failures;
use super::metric::Metrics;
use super::preemption::Preemption;
use super::process::Recorder;
use super::sampling::Sampler;
use super::tree::{Children, Recent, Slab};
use crate::segment::layout::{NodeRecord, OUTSIDE, ShardRecord, is_beside};
use crate::site::Site;
use crate::writing::Mapping;

/// A thread's bookkeeping. Lives in private pages that are never unmapped.
pub(super) struct Thread {
    shard: NonNull<ShardRecord>,
    pub(super) recorder: &'static Recorder,
    pub(super) children: Children,
    pub(super) recent: Recent,
    pub(super) slab: Slab,
    pub(super) metrics: Metrics,
    pub(super) failures: Failures,
    pub(super) accounts: Accounts,
    pub(super) sampler: Sampler,
    pub(super) preemption: Preemption,
    entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Time at which to read both clocks again, in ticks.
    next_moment: Cell<u64>,
    random: Cell<u64>,
    /// Next in the list of unused ones.
    pub(super) next_free: Cell<Option<NonNull<Thread>>>,
}

impl Thread {
    /// Returns this thread's part of the segment.
    #[inline(always)]
    pub(super) fn shard(&self) -> &'static ShardRecord {
        // SAFETY: in the segment, complete, and never unmapped.
        unsafe { self.shard.as_ref() }
    }

    /// Returns whether a node is of this thread: in a fork's child, those of the parent's calls are
    /// not.
    #[cold]
    pub(super) fn is_ours(&self, node: &NodeRecord) -> bool {
        self.known(Context::address(node)).is_some()
    }

    /// Returns the entry of the site with this slot.
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.entry_count.get(), slot)
    }

    /// Lists each entry with its slot.
    pub(super) fn each_entry(&self) -> impl Iterator<Item = (u32, &Entry)> + Clone {
        (1..self.entry_count.get()).filter_map(|slot| Some((slot, self.entry(slot)?)))
    }

    /// Counts a call of `site` that could not be recorded. An async function comes here with its
    /// polls, and its call is counted when it ends.
    fn lose_call_of(&self, site: &Site) {
        if !site.is_polled() {
            self.lose_call();
        }
    }

    /// Counts a call that could not be recorded.
    pub(super) fn lose_call(&self) {
        let lost = &self.shard().lost_calls;
        lost.store(lost.load(Relaxed) + 1, Relaxed);
    }

    /// Returns the first estimate of nanoseconds in a tick.
    #[inline]
    pub(super) fn ns_per_tick(&self) -> f64 {
        self.recorder.ns_per_tick
    }

    /// Returns whether it is time to read both clocks.
    #[inline]
    pub(super) fn is_moment(&self, now: u64) -> bool {
        now >= self.next_moment.get()
    }

    /// Reads both clocks.
    pub(super) fn note_moment(&self) {
        self.next_moment.set(self.recorder.note_moment());
    }

    /// Returns a random number: `xorshift64*` (Vigna, "An experimental exploration of Marsaglia's
    /// xorshift generators", 2016).
    pub(super) fn random(&self) -> u32 {
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
    }

    /// Makes room for `count` entries at least. Running spans name entries by slot, so the table
    /// may move; the old one stays mapped, for a signal handler that interrupted its reader. Each
    /// is at least twice as long as the one before, so that together they are no longer than the
    /// newest.
    pub(super) fn reach(&self, count: u32) -> Option<()> {
        let old = self.entry_count.get();
        if count <= old {
            return Some(());
        }
        let wanted = count.max(old.saturating_mul(2)) as usize;
        let entries: NonNull<Entry> = wiped_page_for::<Entry>(wanted)?;
        let room = Mapping::pages(wanted * size_of::<Entry>()) / size_of::<Entry>();
        let (from, to) = (self.entries.get().as_ptr(), entries.as_ptr());
        // SAFETY: both tables hold `old` entries, and do not overlap as the new one is fresh. What
        // else is in that is zeroed, which is valid for an entry.
        unsafe { ptr::copy_nonoverlapping(from, to, old as usize) };
        self.entries.set(entries);
        self.entry_count.set(u32::try_from(room).ok()?);
        Some(())
    }

    /// Forgets calls that never ended, because the thread was torn out of them.
    fn abandon_running(&self) {
        if self.shard().current.load(Relaxed) == OUTSIDE {
            return;
        }
        self.children.each(|node| {
            if is_beside(node.site) {
                return;
            }
            node.start.store(0, Relaxed);
        });
        self.shard().current.store(OUTSIDE, Relaxed);
    }
}
