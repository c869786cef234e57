//! The hot path's view of a thread, in thread-local memory itself: one load less to wait for.

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use super::Thread;
use super::context::Context;
use super::entry::{Entry, entry_in};
use crate::hot::alloc::Ledger;
use crate::segment::layout::ShardRecord;

/// The parts of a thread that the hot path needs.
pub(in crate::gate::hot) struct Handle {
    pub(in crate::gate::hot) entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Entries in which a call may look for its tally: none while everything is recorded, so that
    /// one comparison decides.
    pub(in crate::gate::hot) tallying: Cell<u32>,
    /// Set while this thread is in the recorder's slow parts: calls made from there (a tracked
    /// allocator, a signal handler) are not recorded.
    pub(super) busy: Cell<bool>,
    /// Calling context of the thread. Also in [`ShardRecord::current`], for readers; no address
    /// that is read from there is ever followed.
    context: Cell<Context>,
    /// Slot of the innermost running call below that which is tallied; 0 where there is none.
    pub(in crate::gate::hot) mark: Cell<u32>,
    /// Shard of the thread, or [`NO_SHARD`].
    shard: Cell<NonNull<ShardRecord>>,
    thread: Cell<Option<&'static Thread>>,
    pub(in crate::gate::hot) ledger: Ledger,
}

/// The shard of threads without one: nobody reads it.
// SAFETY: zeroes are valid for integers and atomic ones.
static WITHOUT: ShardRecord = unsafe { std::mem::zeroed() };
/// Its place. A pointer, since a constant may hold no reference to what changes before Rust 1.89.
// SAFETY: a static is somewhere.
const NO_SHARD: NonNull<ShardRecord> =
    unsafe { NonNull::new_unchecked((&raw const WITHOUT).cast_mut()) };

thread_local! {
    // No destructor: with one, each access would ask whether it has run. A pthread key, whose
    // destructors run after all those of Rust, returns the shard.
    static HANDLE: Handle = const {
        Handle {
            entries: Cell::new(NonNull::dangling()),
            entry_count: Cell::new(0),
            tallying: Cell::new(0),
            busy: Cell::new(false),
            context: Cell::new(Context::OUTSIDE),
            mark: Cell::new(0),
            shard: Cell::new(NO_SHARD),
            thread: Cell::new(None),
            ledger: Ledger::new(),
        }
    };
}

/// Returns this thread's handle.
#[inline(always)]
pub(in crate::gate::hot) fn handle<'a>() -> &'a Handle {
    // Out of the closure, since what happens in one is not inlined.
    let handle = HANDLE.with(ptr::from_ref);
    // SAFETY: it has no destructor, so it lives as long as the thread, or, where such memory is of the
    // heap (`THREAD_LOCALS_END_FIRST`), until between two of the last destructors, when nothing holds
    // it; and a reference to it cannot leave the thread, since there are cells in it.
    unsafe { &*handle }
}

impl Handle {
    /// Returns the entry of the site with this slot, if the table reaches that far.
    #[inline(always)]
    pub(in crate::gate::hot) fn entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.entry_count.get(), slot)
    }

    /// Returns this thread's part of the segment, if there are entries.
    #[inline(always)]
    pub(in crate::gate::hot) fn shard(&self) -> &'static ShardRecord {
        // SAFETY: that of a thread, which is never unmapped, or the static.
        unsafe { self.shard.get().as_ref() }
    }

    #[inline(always)]
    pub(in crate::gate::hot) fn thread(&self) -> Option<&'static Thread> {
        self.thread.get()
    }

    /// Returns whether this thread is in the recorder's slow parts.
    #[inline(always)]
    pub(in crate::gate::hot) fn is_busy(&self) -> bool {
        self.busy.get()
    }

    #[inline(always)]
    pub(in crate::gate::hot) fn context(&self) -> Context {
        self.context.get()
    }

    #[inline(always)]
    pub(in crate::gate::hot) fn set_context(&self, context: Context) {
        self.context.set(context);
        self.shard().current.store(context.number(), Relaxed);
    }

    /// Returns the entry of the site with this slot where calls may be tallied.
    #[inline(always)]
    pub(in crate::gate::hot) fn tallying_entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.tallying.get(), slot)
    }

    /// Lets calls look for their tallies, or not.
    pub(in crate::gate::hot) fn set_tallying(&self, is: bool) {
        self.tallying.set(if is { self.entry_count.get() } else { 0 });
    }

    /// Leads to the bookkeeping in `thread` from here on.
    pub(super) fn take(&self, thread: &'static Thread) {
        self.context.set(Context::OUTSIDE);
        self.mark.set(0);
        self.shard.set(NonNull::from(thread.shard()));
        self.thread.set(Some(thread));
        self.ledger.close();
        self.look_again(thread);
    }

    /// Looks at the entries of `thread` again, which may have moved, or become more.
    pub(super) fn look_again(&self, thread: &'static Thread) {
        self.entries.set(thread.entries.get());
        // Last, since it is what makes the others count.
        self.entry_count.set(thread.entry_count.get());
        self.set_tallying(thread.sampler.is_tallying());
    }

    /// Leads nowhere from here on.
    pub(super) fn let_go(&self) {
        self.tallying.set(0);
        self.entry_count.set(0);
        self.context.set(Context::OUTSIDE);
        self.mark.set(0);
        self.shard.set(NO_SHARD);
        self.thread.set(None);
        self.ledger.close();
    }

    /// Runs `work` with a handle that leads to `thread`, whose calls are tallied.
    pub(in crate::gate::hot) fn lend<R>(
        &self,
        thread: &'static Thread,
        work: impl FnOnce() -> R,
    ) -> R {
        let (before, context, mark) = (self.thread.get(), self.context(), self.mark.get());
        self.take(thread);
        let result = work();
        self.let_go();
        if let Some(before) = before {
            self.take(before);
            self.context.set(context);
            self.mark.set(mark);
        }
        result
    }
}
