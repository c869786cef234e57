//! What a thread owns: a shard of the segment, and the private tables that find a node fast.
//!
//! Taken at a thread's first tracked call, returned when it ends, and then used by the next thread
//! that begins, tables, nodes and counts included: memory is bounded by the threads that run at
//! the same time. Only the owning thread touches any of it, so there are cells and no locks.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use once_cell::race::OnceNonZeroUsize;

use super::process::{self, Recorder};
use super::tree::{Children, Slab};
use crate::segment::layout::{NodeRecord, ShardRecord};
use crate::site::Site;
use crate::writing::{Mapping, system};

/// A thread's bookkeeping. Lives in private pages that are never unmapped.
#[derive(Debug)]
pub(super) struct Thread {
    entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Node of the innermost running call; the root's stand-in outside of all.
    context: Cell<NonNull<NodeRecord>>,
    shard: NonNull<ShardRecord>,
    pub(super) recorder: Option<&'static Recorder>,
    pub(super) children: Children,
    pub(super) slab: Slab,
    /// When to read both clocks again, in ticks.
    pub(super) next_moment: Cell<u64>,
    /// Next in the list of unused ones.
    pub(super) next_free: Cell<Option<NonNull<Thread>>>,
}

/// What a thread remembers of a site: the node it last used, and for which caller.
#[derive(Debug)]
pub(super) struct Entry {
    /// Context for which `node` is the right one; `None` before the first call.
    caller: Cell<Option<NonNull<NodeRecord>>>,
    node: Cell<Option<NonNull<NodeRecord>>>,
}

/// What threads share that have nothing yet.
struct Detached(Thread);

// SAFETY: it has no entries, and every write to a `Thread` happens after an entry was found in it,
// or by `attach`, which never returns it.
unsafe impl Sync for Detached {}

/// The thread of threads that have none: its table is empty, so no entry is ever found.
static DETACHED: Detached = Detached(Thread {
    entries: Cell::new(NonNull::dangling()),
    entry_count: Cell::new(0),
    context: Cell::new(NonNull::dangling()),
    shard: NonNull::dangling(),
    recorder: None,
    children: Children::new(),
    slab: Slab::new(),
    next_moment: Cell::new(0),
    next_free: Cell::new(None),
});

thread_local! {
    // No destructor: with one, each access would ask whether it has run. A pthread key, whose
    // destructors run after all those of Rust, returns the shard.
    static CURRENT: Cell<&'static Thread> = const { Cell::new(&DETACHED.0) };
    /// Set while this thread is in the recorder's slow parts: calls made from there (a tracked
    /// allocator, a signal handler) are not recorded.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// This thread's bookkeeping.
#[inline(always)]
pub(super) fn current() -> &'static Thread {
    CURRENT.get()
}

/// A node that a thread of this process holds.
#[inline(always)]
pub(super) fn node<'a>(at: NonNull<NodeRecord>) -> &'a NodeRecord {
    // SAFETY: but for those of `DETACHED` and of spans that are not recorded, which nobody follows,
    // every `NonNull<NodeRecord>` comes from `make_child` or is a thread's `outside`: initialised
    // before it was handed out, aligned, never unmapped, and after that changed through atomics.
    unsafe { at.as_ref() }
}

impl Thread {
    /// What is remembered of the site with this slot, if the table reaches that far.
    #[inline(always)]
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        if slot >= self.entry_count.get() {
            return None;
        }
        // SAFETY: the table is `entry_count` entries long.
        let entry = unsafe { self.entries.get().add(slot as usize) };
        // SAFETY: entries are mapped, and zeroed or written: both are valid.
        Some(unsafe { entry.as_ref() })
    }

    /// The node of the site with this slot in the current context, if it is the one last used.
    #[inline(always)]
    pub(super) fn cached(&self, slot: u32) -> Option<NonNull<NodeRecord>> {
        let entry = self.entry(slot)?;
        if entry.caller.get() == Some(self.context()) { entry.node.get() } else { None }
    }

    /// The node of the site with this slot in the current context. While a call of it is running,
    /// that call's node, whatever the context: recursion folds.
    pub(super) fn node_for(&self, entry: &Entry, slot: u32) -> Option<NonNull<NodeRecord>> {
        let running = entry.node.get().filter(|&at| node(at).start.load(Relaxed) != 0);
        if running.is_some() {
            return running;
        }
        let caller = self.context();
        let found = self.child(caller, slot);
        if found.is_some() {
            entry.caller.set(Some(caller));
            entry.node.set(found);
        } else {
            self.lose_call();
        }
        found
    }

    /// Node of the innermost running call.
    #[inline(always)]
    pub(super) fn context(&self) -> NonNull<NodeRecord> {
        self.context.get()
    }

    /// Enters or returns to a context.
    #[inline(always)]
    pub(super) fn set_context(&self, node: NonNull<NodeRecord>) {
        self.context.set(node);
    }

    /// The time until `now` was spent in `from`; from here on it is spent in `to`.
    ///
    /// Differences wrap: should the clock run backwards, the sum of what follows makes up for it.
    #[inline(always)]
    pub(super) fn switch(&self, from: &NodeRecord, to: &NodeRecord, now: u64) {
        let shard = self.shard();
        let spent = now.wrapping_sub(shard.last.load(Relaxed));
        from.self_ticks.store(from.self_ticks.load(Relaxed).wrapping_add(spent), Relaxed);
        shard.last.store(now, Relaxed);
        shard.current.store(to.own, Relaxed);
    }

    /// This thread's part of the segment.
    #[inline(always)]
    pub(super) fn shard(&self) -> &ShardRecord {
        // SAFETY: `DETACHED` never gets here, as it has no entries; any other thread's shard is
        // in the segment, complete, and never unmapped.
        unsafe { self.shard.as_ref() }
    }

    /// Counts a call that could not be recorded.
    pub(super) fn lose_call(&self) {
        let lost = &self.shard().lost_calls;
        lost.store(lost.load(Relaxed) + 1, Relaxed);
    }

    /// Makes room for `count` entries at least. Running spans name entries by slot, so the table
    /// may move; the old one stays mapped, for a signal handler that interrupted its reader.
    fn reach(&self, count: u32) -> Option<()> {
        let old = self.entry_count.get();
        if count <= old {
            return Some(());
        }
        let entries: NonNull<Entry> = page_for::<Entry>(count as usize)?;
        let room = Mapping::pages(count as usize * size_of::<Entry>()) / size_of::<Entry>();
        let (from, to) = (self.entries.get().as_ptr(), entries.as_ptr());
        // SAFETY: both tables hold `old` entries, and do not overlap as the new one is fresh.
        unsafe { ptr::copy_nonoverlapping(from, to, old as usize) };
        self.entries.set(entries);
        self.entry_count.set(u32::try_from(room).ok()?);
        Some(())
    }

    /// Forgets calls that never ended, because the thread was torn out of them.
    fn abandon_running(&self) {
        let outside = self.children.outside();
        if self.context.get() == outside {
            return;
        }
        for slot in 0..self.entry_count.get() {
            if let Some(at) = self.entry(slot).and_then(|entry| entry.node.get()) {
                node(at).start.store(0, Relaxed);
            }
        }
        self.context.set(outside);
        self.shard().current.store(0, Relaxed);
    }
}

/// Gives this thread a shard, if it has none, and `site` an index. `None` when the call cannot be
/// recorded.
#[cold]
pub(super) fn attach(site: &'static Site) -> Option<&'static Thread> {
    if process::is_off() {
        return None;
    }
    if BUSY.replace(true) {
        process::running().inspect(|recorder| recorder.lose_call());
        return None;
    }
    let attached = attach_quietly(site);
    BUSY.set(false);
    attached
}

fn attach_quietly(site: &'static Site) -> Option<&'static Thread> {
    let recorder = process::recorder()?;
    let Some(thread) = take(recorder) else {
        recorder.lose_call();
        return None;
    };
    let ready = recorder.register(site).and_then(|slot| thread.reach(slot + 1));
    if ready.is_none() {
        thread.lose_call();
        return None;
    }
    Some(thread)
}

/// Runs `work` while calls made by it are not recorded; `None` when it is running already.
pub(super) fn undisturbed<R>(work: impl FnOnce() -> Option<R>) -> Option<R> {
    if BUSY.replace(true) {
        return None;
    }
    let result = work();
    BUSY.set(false);
    result
}

/// This thread's bookkeeping: its own, one that an ended thread left, or a new one.
fn take(recorder: &'static Recorder) -> Option<&'static Thread> {
    let current = CURRENT.get();
    if !ptr::eq(current, &raw const DETACHED.0) {
        return Some(current);
    }
    let thread = recorder.take_unused().or_else(|| create(recorder))?;
    thread.reach(crate::registry::count());
    let shard = thread.shard();
    shard.thread_id.store(system::thread_id(), Relaxed);
    shard.last.store(super::clock::now(), Relaxed);
    shard.owned.store(1, Relaxed);
    CURRENT.set(thread);
    recorder.count_thread();
    at_thread_end(thread);
    Some(thread)
}

fn create(recorder: &'static Recorder) -> Option<&'static Thread> {
    let shard = recorder.segment.add_shard()?;
    let outside: NonNull<NodeRecord> = page_for(1)?;
    let memory: NonNull<Thread> = page_for(1)?;
    let thread = Thread {
        entries: Cell::new(NonNull::dangling()),
        entry_count: Cell::new(0),
        context: Cell::new(outside),
        shard,
        recorder: Some(recorder),
        children: Children::below(outside),
        slab: Slab::new(),
        next_moment: Cell::new(0),
        next_free: Cell::new(None),
    };
    // SAFETY: fresh pages, aligned, and long enough for a `Thread`.
    unsafe { memory.write(thread) };
    // SAFETY: just written, and never unmapped.
    Some(unsafe { memory.as_ref() })
}

/// Has [`detach`] called when this thread ends, after all destructors of Rust's thread-locals. The
/// main thread's is not called when the process exits: its shard ends with the process.
fn at_thread_end(thread: &'static Thread) {
    static KEY: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let key = KEY.get_or_try_init(|| {
        let mut key: libc::pthread_key_t = 0;
        // SAFETY: writes to `key`, and registers a function that lives as long as the program.
        let error = unsafe { libc::pthread_key_create(&raw mut key, Some(detach)) };
        // Stored plus one, since a key may be zero.
        let key = usize::try_from(key).ok().and_then(|key| NonZeroUsize::new(key + 1));
        key.filter(|_| error == 0).ok_or(())
    });
    let Ok(key) = key.map(|key| (key.get() - 1) as libc::pthread_key_t) else { return };
    // SAFETY: the key was made above and is never deleted.
    unsafe { libc::pthread_setspecific(key, ptr::from_ref(thread).cast()) };
}

/// Returns the shard of a thread that ends. Called by the operating system on that thread.
pub(super) extern "C" fn detach(thread: *mut libc::c_void) {
    // SAFETY: the value of the key, which `take` sets to a thread that is never unmapped.
    let Some(thread) = (unsafe { thread.cast::<Thread>().as_ref() }) else { return };
    if !ptr::eq(CURRENT.get(), thread) {
        // Left by the parent of a fork.
        return;
    }
    CURRENT.set(&DETACHED.0);
    BUSY.set(true);
    thread.abandon_running();
    thread.shard().owned.store(0, Relaxed);
    if let Some(recorder) = thread.recorder {
        recorder.keep_unused(thread);
    }
    BUSY.set(false);
}

/// Forgets this thread's bookkeeping, which belongs to the parent's segment. In the child of a
/// fork, on the only thread there is.
pub(super) fn forget() {
    CURRENT.set(&DETACHED.0);
    BUSY.set(false);
}

/// Private pages for `count` zeroed values of `T`.
pub(super) fn page_for<T>(count: usize) -> Option<NonNull<T>> {
    let mapping = Mapping::private(Mapping::pages(count * size_of::<T>())).ok()?;
    Some(mapping.start().cast())
}
