//! What a thread owns: a shard of the segment, and the private tables that find a node fast.
//!
//! Taken at a thread's first tracked call or metric, returned when it ends, and then used by the
//! next thread that begins, tables, nodes and counts included: memory is bounded by the threads
//! that run at the same time. Only the owning thread touches any of it, so there are cells and no locks.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use once_cell::race::OnceNonZeroUsize;

use super::alloc::{Accounts, Ledger};
use super::metric::Metrics;
use super::process::{self, Recorder};
use super::tree::{Children, Slab};
use crate::breaker::Share;
use crate::segment::layout::{NESTED, NodeRecord, OUTSIDE, ShardRecord, is_beside};
use crate::site::Site;
use crate::writing::{Mapping, system};

/// What the hot path needs of a thread, in thread-local memory itself: one load less to wait for.
pub(super) struct Handle {
    entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Set while this thread is in the recorder's slow parts: calls made from there (a tracked
    /// allocator, a signal handler) are not recorded.
    busy: Cell<bool>,
    /// Its own, or [`NO_SHARD`].
    shard: Cell<&'static ShardRecord>,
    thread: Cell<Option<&'static Thread>>,
    /// What the span of the last call that took a slow way is to keep: see `span::Span::home`.
    left: Cell<*const ShardRecord>,
    pub(super) ledger: Ledger,
}

/// A thread's bookkeeping. Lives in private pages that are never unmapped.
pub(super) struct Thread {
    shard: NonNull<ShardRecord>,
    pub(super) recorder: &'static Recorder,
    pub(super) children: Children,
    pub(super) slab: Slab,
    pub(super) metrics: Metrics,
    pub(super) accounts: Accounts,
    entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Every call takes the slow way: the processor's counter cannot be used.
    pub(super) is_gated: bool,
    /// When to read both clocks again, in ticks.
    next_moment: Cell<u64>,
    /// What each context may take of the thread's time, what all took since the window began, and
    /// when that was. Times in ticks.
    share: Cell<Share>,
    spent: Cell<f64>,
    window_start: Cell<u64>,
    random: Cell<u64>,
    /// Next in the list of unused ones.
    pub(super) next_free: Cell<Option<NonNull<Thread>>>,
}

/// What a thread remembers of a site: the node it last used, and for which caller.
#[repr(C, align(32))]
pub(super) struct Entry {
    /// Context for which `node` is the right one; 0, which no context is, where there is none.
    caller: Cell<u64>,
    /// [`NO_NODE`] before the first call.
    node: Cell<&'static NodeRecord>,
    /// Of the calls in `node`: see [`sampling`].
    countdown: Cell<u32>,
}

/// Where calls are recorded that are not: nobody reads it.
// SAFETY: zeroes are valid for integers and atomic ones.
static NO_SHARD: ShardRecord = unsafe { std::mem::zeroed() };
// SAFETY: as above.
static NO_NODE: NodeRecord = unsafe { std::mem::zeroed() };

thread_local! {
    // No destructor: with one, each access would ask whether it has run. A pthread key, whose
    // destructors run after all those of Rust, returns the shard.
    static HANDLE: Handle = const {
        Handle {
            entries: Cell::new(NonNull::dangling()),
            entry_count: Cell::new(0),
            busy: Cell::new(false),
            shard: Cell::new(&NO_SHARD),
            thread: Cell::new(None),
            left: Cell::new(ptr::null()),
            ledger: Ledger::new(),
        }
    };
}

/// This thread's handle.
#[inline(always)]
pub(super) fn handle<'a>() -> &'a Handle {
    // Out of the closure, since what happens in one is not inlined.
    let handle = HANDLE.with(ptr::from_ref);
    // SAFETY: it has no destructor, so it lives as long as the thread; and a reference to it
    // cannot leave the thread, since there are cells in it.
    unsafe { &*handle }
}

/// The bookkeeping that belongs to `shard`, if that is this thread's.
pub(super) fn owning(shard: &ShardRecord) -> Option<&'static Thread> {
    handle().thread().filter(|thread| ptr::eq(thread.shard(), shard))
}

/// Stands in for the node of a call that is not recorded.
pub(super) fn nowhere() -> &'static NodeRecord {
    &NO_NODE
}

/// A node that a thread of this process holds.
#[inline(always)]
pub(super) fn node(at: NonNull<NodeRecord>) -> &'static NodeRecord {
    // SAFETY: every `NonNull<NodeRecord>` comes from `make_child` or `cost`: initialised before it
    // was handed out, aligned, never unmapped, and after that changed through atomics.
    unsafe { at.as_ref() }
}

impl Handle {
    /// What is remembered of the site with this slot, if the table reaches that far.
    #[inline(always)]
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.entry_count.get(), slot)
    }

    /// This thread's part of the segment, if there are entries.
    #[inline(always)]
    pub(super) fn shard(&self) -> &'static ShardRecord {
        self.shard.get()
    }

    #[inline(always)]
    pub(super) fn thread(&self) -> Option<&'static Thread> {
        self.thread.get()
    }

    /// Whether this thread is in the recorder's slow parts.
    #[inline(always)]
    pub(super) fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// Keeps what a span is to take.
    #[inline(always)]
    pub(super) fn leave(&self, home: *const ShardRecord) {
        self.left.set(home);
    }

    /// What was kept.
    #[inline(always)]
    pub(super) fn left(&self) -> *const ShardRecord {
        self.left.get()
    }

    /// From here on the handle leads to what `thread` owns.
    fn take(&self, thread: &'static Thread) {
        self.entries.set(thread.entries.get());
        self.shard.set(thread.shard());
        self.thread.set(Some(thread));
        self.ledger.close();
        // Last, since it is what makes the others count.
        self.entry_count.set(thread.entry_count.get());
    }

    /// From here on it leads nowhere.
    fn let_go(&self) {
        self.entry_count.set(0);
        self.shard.set(&NO_SHARD);
        self.thread.set(None);
        self.ledger.close();
    }

    /// Runs `work` with a handle that leads to `shard` and one entry for slot 0.
    pub(super) fn lend<R>(
        &self,
        shard: &'static ShardRecord,
        entry: &'static Entry,
        work: impl FnOnce() -> R,
    ) -> R {
        let (entries_before, shard_before) = (self.entries.get(), self.shard.get());
        let count_before = self.entry_count.get();
        self.entries.set(NonNull::from(entry));
        self.shard.set(shard);
        self.entry_count.set(1);
        let result = work();
        self.entry_count.set(0);
        self.shard.set(shard_before);
        self.entries.set(entries_before);
        self.entry_count.set(count_before);
        result
    }
}

impl Entry {
    /// Of a site that was not called yet.
    fn unused() -> Self {
        Self::of(0, &NO_NODE)
    }

    /// Of `node`, called from `caller`.
    pub(super) fn of(caller: u64, node: &'static NodeRecord) -> Self {
        Self { caller: Cell::new(caller), node: Cell::new(node), countdown: Cell::new(0) }
    }

    #[inline(always)]
    pub(super) fn caller(&self) -> u64 {
        self.caller.get()
    }

    /// The node that was used last.
    #[inline(always)]
    pub(super) fn node(&self) -> &'static NodeRecord {
        self.node.get()
    }

    #[inline(always)]
    pub(super) fn countdown(&self) -> u32 {
        self.countdown.get()
    }

    #[inline(always)]
    pub(super) fn set_countdown(&self, countdown: u32) {
        self.countdown.set(countdown);
    }
}

/// The entry in this slot of the table of `count` entries at `entries`, if it reaches that far.
#[inline(always)]
fn entry_in<'a>(entries: NonNull<Entry>, count: u32, slot: u32) -> Option<&'a Entry> {
    if slot >= count {
        return None;
    }
    // SAFETY: the table is `count` entries long.
    let entry = unsafe { entries.add(slot as usize) };
    // SAFETY: all of them are mapped and written, and tables stay mapped when they are outgrown.
    Some(unsafe { entry.as_ref() })
}

impl Thread {
    /// The node of the site in this slot, which is not 0, in the context `caller`, made if it is
    /// new, and remembered in the site's `entry`. `None` without memory for it.
    pub(super) fn enter_context(
        &self,
        entry: &Entry,
        slot: u32,
        caller: u64,
    ) -> Option<&'static NodeRecord> {
        let found = self.child(caller & !NESTED, slot - 1)?;
        let left = entry.node();
        if !ptr::eq(left, found) {
            left.sampling.countdown.store(entry.countdown(), Relaxed);
            entry.caller.set(0);
            entry.node.set(found);
            entry.countdown.set(found.sampling.countdown.load(Relaxed));
        }
        // In a recursive call, what is called may be running although its entry fits the context.
        entry.caller.set(if caller & NESTED == 0 { caller } else { 0 });
        Some(found)
    }

    /// This thread's part of the segment.
    #[inline(always)]
    pub(super) fn shard(&self) -> &'static ShardRecord {
        // SAFETY: in the segment, complete, and never unmapped.
        unsafe { self.shard.as_ref() }
    }

    /// The entry that has `node` at hand.
    pub(super) fn entry_of(&self, node: &NodeRecord) -> Option<&Entry> {
        let slot = node.site.wrapping_add(1);
        let found = entry_in(self.entries.get(), self.entry_count.get(), slot)?;
        ptr::eq(found.node(), node).then_some(found)
    }

    /// Counts a call that could not be recorded.
    pub(super) fn lose_call(&self) {
        let lost = &self.shard().lost_calls;
        lost.store(lost.load(Relaxed) + 1, Relaxed);
    }

    /// The first estimate of nanoseconds in a tick.
    #[inline]
    pub(super) fn ns_per_tick(&self) -> f64 {
        self.recorder.ns_per_tick
    }

    /// Whether it is time for what is done now and then.
    #[inline]
    pub(super) fn is_moment(&self, now: u64) -> bool {
        now >= self.next_moment.get()
    }

    /// Reads both clocks, if it is time to.
    #[inline]
    pub(super) fn note_moment(&self, now: u64) {
        if self.is_moment(now) {
            self.next_moment.set(self.recorder.note_moment());
        }
    }

    /// What each context may take of this thread's time.
    #[inline]
    pub(super) fn share(&self) -> Share {
        self.share.get()
    }

    /// Books the cost of `timed` calls.
    #[inline]
    pub(super) fn spend(&self, timed: u64, now: u64) {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        self.spent.set(self.spent.get() + timed as f64 * self.recorder.cost.timed());
        let elapsed = now.saturating_sub(self.window_start.get());
        if elapsed >= crate::breaker::WINDOW_TICKS {
            self.end_window(now, elapsed);
        }
    }

    #[cold]
    fn end_window(&self, now: u64, elapsed: u64) {
        let mut share = self.share.get();
        let spent = self.spent.take();
        self.recorder.books.add(spent, elapsed);
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
        share.adjust(spent, elapsed as f64);
        self.share.set(share);
        self.window_start.set(now);
    }

    /// A random number: `xorshift64*` (Vigna, "An experimental exploration of Marsaglia's xorshift
    /// generators", 2016).
    pub(super) fn random(&self) -> u32 {
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
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
        for at in old as usize..room {
            // SAFETY: the table has room for `room` entries.
            let place = unsafe { to.add(at) };
            // SAFETY: as above, and it is this thread's own.
            unsafe { place.write(Entry::unused()) };
        }
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
            for recursion in [&node.nested, &node.callees] {
                recursion.running.store(0, Relaxed);
                recursion.starts.store(0, Relaxed);
            }
        });
        self.shard().current.store(OUTSIDE, Relaxed);
    }
}

/// Gives this thread a shard, if it has none, and `site` an index. `None` when the call cannot be
/// recorded.
#[cold]
pub(super) fn attach(site: &'static Site) -> Option<&'static Thread> {
    if process::is_off() {
        return None;
    }
    if handle().busy.replace(true) {
        process::running().inspect(|recorder| recorder.lose_call());
        return None;
    }
    let attached = attach_quietly(site);
    handle().busy.set(false);
    attached
}

fn attach_quietly(site: &'static Site) -> Option<&'static Thread> {
    let recorder = process::recorder()?;
    let Some(thread) = take(recorder) else {
        recorder.lose_call();
        return None;
    };
    let ready = recorder.register(site).and_then(|index| thread.reach(index + 2));
    if ready.is_none() {
        thread.lose_call();
        return None;
    }
    handle().take(thread);
    Some(thread)
}

/// Runs `work` while calls made by it are not recorded; `None` when it is running already.
pub(super) fn undisturbed<R>(work: impl FnOnce() -> Option<R>) -> Option<R> {
    if handle().busy.replace(true) {
        return None;
    }
    let result = work();
    handle().busy.set(false);
    result
}

/// This thread's bookkeeping: its own, one that an ended thread left, or a new one.
pub(super) fn take(recorder: &'static Recorder) -> Option<&'static Thread> {
    let current = handle().thread();
    if current.is_some() {
        return current;
    }
    let thread = recorder.take_unused().or_else(|| create(recorder))?;
    thread.reach(crate::registry::count() + 1);
    thread.make_overflow();
    let shard = thread.shard();
    shard.thread_id.store(system::thread_id(), Relaxed);
    shard.last.store(super::clock::now(), Relaxed);
    shard.owned.store(1, Relaxed);
    handle().take(thread);
    recorder.count_thread();
    at_thread_end(thread);
    Some(thread)
}

fn create(recorder: &'static Recorder) -> Option<&'static Thread> {
    let shard = recorder.segment.add_shard()?;
    let memory: NonNull<Thread> = page_for(1)?;
    let thread = Thread {
        shard,
        recorder,
        children: Children::new(),
        slab: Slab::new(),
        entries: Cell::new(NonNull::dangling()),
        entry_count: Cell::new(0),
        metrics: Metrics::new(),
        accounts: Accounts::new(),
        is_gated: !super::clock::is_counter(),
        next_moment: Cell::new(0),
        share: Cell::new(Share::of_budget(recorder.budget_ppm)),
        spent: Cell::new(0.0),
        window_start: Cell::new(super::clock::now()),
        // Any number but 0.
        random: Cell::new(super::clock::now() | 1),
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
    let handle = handle();
    if !handle.thread().is_some_and(|current| ptr::eq(current, thread)) {
        // Left by the parent of a fork.
        return;
    }
    handle.let_go();
    handle.busy.set(true);
    thread.abandon_running();
    thread.shard().owned.store(0, Relaxed);
    thread.recorder.keep_unused(thread);
    handle.busy.set(false);
}

/// Forgets this thread's bookkeeping, which belongs to the parent's segment. In the child of a
/// fork, on the only thread there is.
pub(super) fn forget() {
    handle().let_go();
    handle().busy.set(false);
}

/// Private pages for `count` zeroed values of `T`.
pub(super) fn page_for<T>(count: usize) -> Option<NonNull<T>> {
    let mapping = Mapping::private(Mapping::pages(count * size_of::<T>())).ok()?;
    Some(mapping.start().cast())
}
