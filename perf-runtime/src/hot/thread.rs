//! What a thread owns: a shard of the segment, and the private tables that find a context fast.
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
use super::forked;
use super::metric::Metrics;
use super::preemption::Preemption;
use super::process::{self, Recorder};
use super::sampling::{self, Sampler};
use super::tree::{Children, Recent, Slab};
use crate::segment::layout::{NESTED, NodeRecord, OUTSIDE, ShardRecord, TallyRecord, is_beside};
use crate::site::Site;
use crate::writing::{Mapping, system};

/// What the hot path needs of a thread, in thread-local memory itself: one load less to wait for.
pub(super) struct Handle {
    pub(super) entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// Entries in which a call may look for its tally: none while everything is recorded, so that
    /// one comparison decides.
    pub(super) tallying: Cell<u32>,
    /// Set while this thread is in the recorder's slow parts: calls made from there (a tracked
    /// allocator, a signal handler) are not recorded.
    busy: Cell<bool>,
    /// The calling context that the thread is in. Also in [`ShardRecord::current`], for readers; no
    /// address that is read from there is ever followed.
    context: Cell<Context>,
    /// The slot of the innermost running call below that which is tallied; 0 where there is none.
    pub(super) mark: Cell<u32>,
    /// Its own, or [`NO_SHARD`].
    shard: Cell<&'static ShardRecord>,
    thread: Cell<Option<&'static Thread>>,
    pub(super) ledger: Ledger,
}

/// A calling context: a node, with [`NESTED`] in its address where the call is recursive; or
/// [`OUTSIDE`] of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Context(*const NodeRecord);

impl Context {
    const OUTSIDE: Self = Self(ptr::without_provenance(OUTSIDE as usize));

    /// In a call that is recorded in `node`.
    #[inline(always)]
    pub(super) fn of(node: &'static NodeRecord, is_nested: bool) -> Self {
        let node = ptr::from_ref(node);
        Self(if is_nested { node.map_addr(|at| at | NESTED as usize) } else { node })
    }

    /// Where `node` is.
    #[inline(always)]
    fn address(node: &NodeRecord) -> u64 {
        ptr::from_ref(node).addr() as u64
    }

    /// As in [`ShardRecord::current`].
    #[inline(always)]
    pub(super) fn number(self) -> u64 {
        self.0.addr() as u64
    }

    /// The node, unless it is outside.
    #[inline(always)]
    pub(super) fn node(self) -> Option<&'static NodeRecord> {
        let node = self.0.map_addr(|at| at & !(NESTED as usize));
        // SAFETY: made by `of`, but for the one constant that is compared with.
        (self != Self::OUTSIDE).then(|| unsafe { &*node })
    }
}

/// A thread's bookkeeping. Lives in private pages that are never unmapped.
pub(super) struct Thread {
    shard: NonNull<ShardRecord>,
    pub(super) recorder: &'static Recorder,
    pub(super) children: Children,
    pub(super) recent: Recent,
    pub(super) slab: Slab,
    pub(super) metrics: Metrics,
    pub(super) accounts: Accounts,
    pub(super) sampler: Sampler,
    pub(super) preemption: Preemption,
    entries: Cell<NonNull<Entry>>,
    entry_count: Cell<u32>,
    /// When to read both clocks again, in ticks.
    next_moment: Cell<u64>,
    random: Cell<u64>,
    /// Next in the list of unused ones.
    pub(super) next_free: Cell<Option<NonNull<Thread>>>,
}

/// What a thread remembers of a site. Zeroes, as fresh pages hold, are one that was not called yet.
#[repr(C, align(32))]
pub(super) struct Entry {
    /// Calls that may still be tallied before [`super::sampling`] is asked. 0 where calls are not
    /// tallied.
    pub(super) countdown: Cell<u32>,
    /// Calls that were timed since the load was last looked at.
    pub(super) timed: Cell<u32>,
    pub(super) tally: Cell<Option<NonNull<TallyRecord>>>,
    /// Context for which `node` is the right one; 0, which no context is, where there is none.
    pub(super) caller: Cell<u64>,
    /// The node that was used last.
    node: Cell<Option<NonNull<NodeRecord>>>,
}

/// Where calls are recorded that are not: nobody reads it.
// SAFETY: zeroes are valid for integers and atomic ones.
static NO_SHARD: ShardRecord = unsafe { std::mem::zeroed() };

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
            shard: Cell::new(&NO_SHARD),
            thread: Cell::new(None),
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

    #[inline(always)]
    pub(super) fn context(&self) -> Context {
        self.context.get()
    }

    #[inline(always)]
    pub(super) fn set_context(&self, context: Context) {
        self.context.set(context);
        self.shard().current.store(context.number(), Relaxed);
    }

    /// As [`Self::entry`], where calls may be tallied.
    #[inline(always)]
    pub(super) fn tallying_entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.tallying.get(), slot)
    }

    /// Lets calls look for their tallies, or not.
    pub(super) fn set_tallying(&self, is: bool) {
        self.tallying.set(if is { self.entry_count.get() } else { 0 });
    }

    /// From here on the handle leads to what `thread` owns.
    fn take(&self, thread: &'static Thread) {
        self.context.set(Context::OUTSIDE);
        self.mark.set(0);
        self.shard.set(thread.shard());
        self.thread.set(Some(thread));
        self.ledger.close();
        self.look_again(thread);
    }

    /// The entries of `thread` may have moved, or become more.
    fn look_again(&self, thread: &'static Thread) {
        self.entries.set(thread.entries.get());
        // Last, since it is what makes the others count.
        self.entry_count.set(thread.entry_count.get());
        self.set_tallying(thread.sampler.is_tallying());
    }

    /// From here on it leads nowhere.
    fn let_go(&self) {
        self.tallying.set(0);
        self.entry_count.set(0);
        self.context.set(Context::OUTSIDE);
        self.mark.set(0);
        self.shard.set(&NO_SHARD);
        self.thread.set(None);
        self.ledger.close();
    }

    /// Runs `work` with a handle that leads to `thread`, whose calls are tallied.
    pub(super) fn lend<R>(&self, thread: &'static Thread, work: impl FnOnce() -> R) -> R {
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

impl Entry {
    /// Where the calls of the site are tallied, if they ever were.
    #[inline(always)]
    pub(super) fn tally(&self) -> Option<&'static TallyRecord> {
        // SAFETY: every one comes from `make_tally`: zeroed or written, aligned, never unmapped, and
        // changed through atomics only.
        self.tally.get().map(|tally| unsafe { tally.as_ref() })
    }

    /// The tally for one more call, if one may be tallied without asking.
    #[inline(always)]
    pub(super) fn count_down(&self) -> Option<&'static TallyRecord> {
        let left = self.countdown.get();
        if left == 0 {
            return None;
        }
        self.countdown.set(left - 1);
        // SAFETY: there is none but with a tally.
        Some(unsafe { self.tally().unwrap_unchecked() })
    }

    pub(super) fn set_tally(&self, tally: NonNull<TallyRecord>) {
        self.tally.set(Some(tally));
    }

    /// The node that was used last.
    #[inline(always)]
    pub(super) fn node(&self) -> Option<&'static NodeRecord> {
        self.node.get().map(node)
    }

    /// From here on `node` is used, which is the right one in the context `caller`.
    #[inline(always)]
    pub(super) fn remember(&self, node: &'static NodeRecord, caller: u64) {
        self.caller.set(0);
        self.node.set(Some(NonNull::from(node)));
        self.caller.set(caller);
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
    /// This thread's part of the segment.
    #[inline(always)]
    pub(super) fn shard(&self) -> &'static ShardRecord {
        // SAFETY: in the segment, complete, and never unmapped.
        unsafe { self.shard.as_ref() }
    }

    /// Whether a node is of this thread: in a fork's child, those of the parent's calls are not.
    #[cold]
    pub(super) fn is_ours(&self, node: &NodeRecord) -> bool {
        self.known(Context::address(node)).is_some()
    }

    /// What is remembered of the site with this slot.
    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        entry_in(self.entries.get(), self.entry_count.get(), slot)
    }

    /// What is remembered of each site, with its slot.
    pub(super) fn each_entry(&self) -> impl Iterator<Item = (u32, &Entry)> + Clone {
        (1..self.entry_count.get()).filter_map(|slot| Some((slot, self.entry(slot)?)))
    }

    /// Counts a call of `site` that could not be recorded. Of what is polled it is the polls that come here,
    /// and the call is counted when it ends.
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

    /// The first estimate of nanoseconds in a tick.
    #[inline]
    pub(super) fn ns_per_tick(&self) -> f64 {
        self.recorder.ns_per_tick
    }

    /// Whether it is time to read both clocks.
    #[inline]
    pub(super) fn is_moment(&self, now: u64) -> bool {
        now >= self.next_moment.get()
    }

    /// Reads both clocks.
    pub(super) fn note_moment(&self) {
        self.next_moment.set(self.recorder.note_moment());
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
    /// may move; the old one stays mapped, for a signal handler that interrupted its reader. Each is at least
    /// twice as long as the one before, so that together they are no longer than the newest.
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

/// Gives this thread a shard, if it has none, and `site` an index. `None` when the call cannot be
/// recorded.
#[cold]
pub(super) fn attach(site: &'static Site) -> Option<&'static Thread> {
    if process::is_off() {
        // From now on a call of it need look no further.
        site.list_index().mute();
        return None;
    }
    forked::look_on_this_thread();
    if handle().busy.replace(true) {
        process::running().inspect(|recorder| recorder.lose_call_of(site));
        return None;
    }
    let attached = match handle().thread() {
        Some(thread) => sampling::aside(thread, || attach_quietly(site)),
        None => attach_quietly(site),
    };
    handle().busy.set(false);
    attached
}

fn attach_quietly(site: &'static Site) -> Option<&'static Thread> {
    let recorder = process::recorder()?;
    let Some(thread) = take(recorder) else {
        recorder.lose_call_of(site);
        return None;
    };
    let ready = recorder.register(site).and_then(|index| thread.reach(index + 2));
    if ready.is_none() {
        thread.lose_call_of(site);
        return None;
    }
    handle().look_again(thread);
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
    thread.sampler.begin_thread();
    thread.preemption.begin_thread();
    shard.owned.store(1, Relaxed);
    handle().take(thread);
    recorder.count_thread();
    at_thread_end(thread);
    Some(thread)
}

fn create(recorder: &'static Recorder) -> Option<&'static Thread> {
    make(recorder, recorder.segment.add_shard()?)
}

/// Bookkeeping of a thread that owns `shard`.
pub(super) fn make(
    recorder: &'static Recorder,
    shard: NonNull<ShardRecord>,
) -> Option<&'static Thread> {
    let memory: NonNull<Thread> = page_for(1)?;
    let thread = Thread {
        shard,
        recorder,
        children: Children::new(),
        recent: Recent::new(),
        slab: Slab::new(),
        entries: Cell::new(NonNull::dangling()),
        entry_count: Cell::new(0),
        metrics: Metrics::new(),
        accounts: Accounts::new(),
        sampler: Sampler::new(recorder.budget_ppm),
        preemption: Preemption::new(),
        next_moment: Cell::new(0),
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

/// As [`page_for`], of what leads to the segment: a fork's child finds zeroes there. See [`forked`].
pub(super) fn wiped_page_for<T>(count: usize) -> Option<NonNull<T>> {
    let mapping = Mapping::wiped(Mapping::pages(count * size_of::<T>())).ok()?;
    Some(mapping.start().cast())
}
