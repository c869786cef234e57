//! The beginning and the end of a thread's bookkeeping: taken at its first call, returned when the
//! thread ends.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use super::Thread;
use super::handle::handle;
use crate::hot::alloc::Accounts;
use crate::hot::failure::Failures;
use crate::hot::metric::Metrics;
use crate::hot::preemption::Preemption;
use crate::hot::process::{self, Recorder};
use crate::hot::sampling::{self, Sampler};
use crate::hot::tree::{Children, Recent, Slab};
use crate::hot::{clock, forked};
use crate::segment::layout::ShardRecord;
use crate::site::Site;
use crate::writing::{Mapping, system};

/// Gives this thread a shard, if it has none, and `site` an index. `None` when the call cannot be
/// recorded.
#[cold]
pub(in crate::gate::hot) fn attach(site: &'static Site) -> Option<&'static Thread> {
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
pub(in crate::gate::hot) fn undisturbed<R>(work: impl FnOnce() -> Option<R>) -> Option<R> {
    if handle().busy.replace(true) {
        return None;
    }
    let result = work();
    handle().busy.set(false);
    result
}

/// Returns this thread's bookkeeping: its own, one that an ended thread left, or a new one.
pub(in crate::gate::hot) fn take(recorder: &'static Recorder) -> Option<&'static Thread> {
    let current = handle().thread();
    if current.is_some() {
        return current;
    }
    if let Some(thread) = left_by_handle(recorder) {
        handle().take(thread);
        return Some(thread);
    }
    let thread = recorder.take_unused().or_else(|| create(recorder))?;
    thread.reach(crate::registry::count() + 1);
    thread.make_overflow();
    let shard = thread.shard();
    shard.thread_id.store(system::thread_id(), Relaxed);
    shard.last.store(clock::now(), Relaxed);
    thread.sampler.begin_thread();
    thread.preemption.begin_thread();
    shard.owned.store(1, Relaxed);
    handle().take(thread);
    recorder.count_thread();
    // The main thread's shard ends with the process.
    system::at_thread_end(detach, ptr::from_ref(thread).cast());
    Some(thread)
}

/// Returns the bookkeeping that this thread still has, where its handle has gone before it: on some
/// systems, thread-local memory ends in the middle of the destructors of a thread.
fn left_by_handle(recorder: &'static Recorder) -> Option<&'static Thread> {
    // SAFETY: null, or what was given below: a thread that is never unmapped, and this one's until it
    // is detached.
    let thread = unsafe { system::left_at_thread_end().cast::<Thread>().as_ref() }?;
    ptr::eq(thread.recorder, recorder).then_some(thread)
}

fn create(recorder: &'static Recorder) -> Option<&'static Thread> {
    make(recorder, recorder.segment.add_shard()?)
}

/// Makes the bookkeeping of a thread that owns `shard`.
pub(in crate::gate::hot) fn make(
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
        failures: Failures::new(),
        accounts: Accounts::new(),
        sampler: Sampler::new(recorder.budget_ppm),
        preemption: Preemption::new(),
        next_moment: Cell::new(0),
        // Any number but 0.
        random: Cell::new(clock::now() | 1),
        next_free: Cell::new(None),
    };
    // SAFETY: fresh pages, aligned, and long enough for a `Thread`.
    unsafe { memory.write(thread) };
    // SAFETY: just written, and never unmapped.
    Some(unsafe { memory.as_ref() })
}

/// Returns the shard of a thread that ends. Called by the operating system on that thread.
extern "C" fn detach(thread: *mut c_void) {
    // SAFETY: the value of the key, which `take` sets to a thread that is never unmapped.
    let Some(thread) = (unsafe { thread.cast::<Thread>().as_ref() }) else { return };
    if system::THREAD_LOCALS_END_FIRST {
        // Nothing that the thread still does comes here, and no handle is to be made for it.
        return give_back(thread);
    }
    let handle = handle();
    if !handle.thread().is_some_and(|current| ptr::eq(current, thread)) {
        // Left by the parent of a fork.
        return;
    }
    handle.let_go();
    handle.busy.set(true);
    give_back(thread);
    handle.busy.set(false);
}

/// Leaves the bookkeeping of a thread that ends to others.
fn give_back(thread: &'static Thread) {
    thread.abandon_running();
    thread.shard().owned.store(0, Relaxed);
    thread.recorder.keep_unused(thread);
}

/// Forgets this thread's bookkeeping, which belongs to the parent's segment. For the child of a
/// fork, on its only thread.
pub(in crate::gate::hot) fn forget() {
    handle().let_go();
    handle().busy.set(false);
}

/// Maps private pages for `count` zeroed values of `T`.
pub(in crate::gate::hot) fn page_for<T>(count: usize) -> Option<NonNull<T>> {
    let mapping = Mapping::private(Mapping::pages(count * size_of::<T>())).ok()?;
    Some(mapping.start().cast())
}

/// Maps pages for values that lead to the segment: a fork's child finds zeroes there. See
/// [`forked`].
pub(in crate::gate::hot) fn wiped_page_for<T>(count: usize) -> Option<NonNull<T>> {
    let mapping = Mapping::wiped(Mapping::pages(count * size_of::<T>())).ok()?;
    Some(mapping.start().cast())
}
