//! Entry and exit of a tracked call. What is inlined into the tracked function is here, and what
//! it falls back on right beside it.
//!
//! Entry compares one number: was this function last called, on this thread, from the context that
//! we are in? Then its node is known. The processor reads the clock only when all earlier loads
//! have come in, so what counts is not how much is done but how many loads wait for each other:
//! two are free. All further work is stores to addresses that are known by then.
//!
//! Without optimisation entry and exit are not inlined into the tracked function, since all that it
//! would do is make the stack of every one larger; what they are made of is.

use std::ptr;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::fold::{self, add};
use super::sampling::{self, Turn};
use super::thread::{self, Entry, Handle, Thread};
use super::{clock, process};
use crate::judge::{ByType, Judge};
use crate::outcome::Outcome;
use crate::registry;
use crate::segment::layout::{
    FIRST_LONG, LONG, NESTED, NodeRecord, OUTSIDE, RING, Recursion, ShardRecord, UNTIMED,
};
use crate::site::Site;

/// A running call of a tracked function. Dropping it ends the call.
///
/// Three words, since it lies on the stack of every tracked call, where unwinding would find it.
#[must_use = "dropped at once, it measures nothing"]
pub struct Span {
    node: &'static NodeRecord,
    start: Start,
    /// Of a usual call, the thread's [`ShardRecord`]; its node says which context to return to. Of
    /// others that context, as in [`ShardRecord::current`]. A pointer, so that a span stays on the
    /// thread it began on.
    home: *const ShardRecord,
}

/// When a call began, in ticks, with what sets it apart from the usual one in the highest bits: no
/// clock gets there within decades. 0 when the call is not timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Start(u64);

impl Start {
    const UNTIMED: Self = Self(0);
    /// The call is not recorded. Nothing is stored for it: all threads would store it to one place,
    /// and wait for each other's caches.
    const NOT_RECORDED: Self = Self(Self::GATED);
    /// A recursive call: recorded in the node of the outermost one.
    const NESTED: u64 = 1 << 63;
    /// The thread was unwinding when the call began, so that its end need not be by unwinding.
    const UNWINDING: u64 = 1 << 62;
    /// The call is timed by another clock than the processor's counter.
    const GATED: u64 = 1 << 61;
    /// The caller is in a recursive call, which the node does not tell.
    const BELOW_NESTED: u64 = 1 << 60;

    /// With `flag`, if it is so.
    fn with(self, is: bool, flag: u64) -> Self {
        Self(if is { self.0 | flag } else { self.0 })
    }

    fn has(self, flag: u64) -> bool {
        self.0 & flag != 0
    }

    #[inline(always)]
    fn is_usual(self) -> bool {
        self.0 >> Self::BELOW_NESTED.trailing_zeros() == 0
    }

    fn ticks(self) -> u64 {
        self.0 & (Self::BELOW_NESTED - 1)
    }
}

/// What the slow ways of entering a call find. As small as this, it is returned in registers, and
/// so is the span kept in them. Its `home` is left in the thread's handle.
struct Begun {
    node: &'static NodeRecord,
    start: Start,
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Span").finish_non_exhaustive()
    }
}

// Unwinding through a span leaves nothing half-done: its drop is the exit.
impl std::panic::UnwindSafe for Span {}
impl std::panic::RefUnwindSafe for Span {}

/// Begins a call of `site`; it ends when the span is dropped.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn enter(site: &'static Site) -> Span {
    let handle = thread::handle();
    let Some(entry) = handle.entry(site.slot()) else { return begun(handle, enter_first(site)) };
    let shard = handle.shard();
    let caller = shard.current.load(Relaxed);
    if entry.caller() != caller || std::thread::panicking() {
        return begun(handle, enter_elsewhere(site));
    }
    let node = entry.node();
    let countdown = entry.countdown();
    let start = if countdown == 0 {
        shard.current.store(address(node), Relaxed);
        begin(node)
    } else if countdown - 1 == 0 {
        return begun(handle, enter_gated(site));
    } else {
        shard.current.store(address(node), Relaxed);
        entry.set_countdown(countdown - 1);
        pass_untimed(node)
    };
    Span { node, start, home: shard }
}

#[inline(always)]
fn begun(handle: &Handle, Begun { node, start }: Begun) -> Span {
    Span { node, start, home: handle.left() }
}

/// Leaves in the handle what the span of a call must keep beside `node` and `start`.
fn begin_from(node: &'static NodeRecord, start: Start, caller: u64) -> Begun {
    let handle = thread::handle();
    handle.leave(if start.is_usual() {
        handle.shard()
    } else {
        ptr::without_provenance(caller as usize)
    });
    Begun { node, start }
}

/// Begins a call of the function with a name that is known only at run time.
pub fn enter_named(name: &str) -> Span {
    if let Some(site) = registry::named(name) {
        return enter(site);
    }
    process::running().inspect(|recorder| recorder.lose_call());
    begun(thread::handle(), not_recorded())
}

/// Runs `body` as a call of `site` and notes whether what it returns is an error.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn observe<R: Outcome>(site: &'static Site, body: impl FnOnce() -> R) -> R {
    observe_by(site, &ByType, body)
}

/// As [`observe`], with another judge than the type.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn observe_by<R>(site: &'static Site, judge: &impl Judge<R>, body: impl FnOnce() -> R) -> R {
    let span = enter(site);
    let returned = body();
    if judge.is_error(&returned) {
        span.count_error();
    }
    returned
}

/// Begins a call that is timed in `node`.
#[inline(always)]
fn begin(node: &NodeRecord) -> Start {
    let start = clock::counter();
    node.start.store(start, Relaxed);
    Start(start)
}

/// Begins a call that is counted only.
#[inline(always)]
fn pass_untimed(node: &NodeRecord) -> Start {
    add(&node.untimed, 1);
    node.start.store(UNTIMED, Relaxed);
    Start::UNTIMED
}

#[inline(always)]
fn address(node: &NodeRecord) -> u64 {
    ptr::from_ref(node).addr() as u64
}

/// A moment in ticks. Returned in a register, unlike an `Option` of it.
pub(super) type Moment = u64;

/// No moment: no clock is there.
pub(super) const NEVER: Moment = 0;

impl Drop for Span {
    // Small enough to be inlined into every tracked function: what is rare is out of line.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Records the duration of a call that was timed.
#[inline(always)]
pub(super) fn record(shard: &ShardRecord, node: &NodeRecord, ticks: u64, end: u64) {
    shard.last.store(end, Relaxed);
    let place = node.head.load(Relaxed) as usize % RING;
    let is_long = ticks >= FIRST_LONG;
    node.ring[place].store(if is_long { LONG } else { ticks as u32 }, Relaxed);
    // Loaded again: as one instruction it cannot be torn by a signal handler that calls the same
    // function, and no call is lost then.
    node.head.store(node.head.load(Relaxed).wrapping_add(1), Release);
    // Both are looked at in any case: one branch is less than two.
    #[expect(clippy::needless_bitwise_bool, reason = "see above")]
    if is_long | (place == RING - 1) {
        fold::fold(shard, node, ticks, end);
    }
}

/// Ends a call that is recursive, unwinds, is timed by another clock than the processor's counter,
/// was begun while unwinding or below a recursive call, or is not recorded.
#[inline(never)]
fn end_unusual(node: &'static NodeRecord, start: Start, home: *const ShardRecord) -> Moment {
    if start == Start::NOT_RECORDED {
        return NEVER;
    }
    let shard = shard_of(start, home);
    let inside = address(node) | if start.has(Start::NESTED) { NESTED } else { 0 };
    if shard.current.load(Relaxed) != inside && !is_ours(node) {
        return NEVER;
    }
    let caller = if start.is_usual() { node.parent } else { home.addr() as u64 };
    if std::thread::panicking() && !start.has(Start::UNWINDING) {
        add(&node.panics, 1);
    }
    let nested = start.has(Start::NESTED);
    if !nested {
        node.start.store(0, Relaxed);
    }
    shard.current.store(caller, Relaxed);
    if start.ticks() == 0 {
        return NEVER;
    }
    let end = clock::now();
    let ticks = end.wrapping_sub(start.ticks());
    record(shard, node, ticks, end);
    if start.has(Start::GATED) {
        sampling::end_gated(shard, node, end);
    }
    if nested {
        end_nested(shard, node, caller, start.ticks(), ticks);
    }
    end
}

/// Whether a node is of this thread: in a fork's child, those of the parent's calls are not.
#[cold]
fn is_ours(node: &NodeRecord) -> bool {
    thread::handle().thread().is_some_and(|thread| thread.known(address(node)).is_some())
}

/// The shard of a call's thread.
#[inline(always)]
fn shard_of(start: Start, home: *const ShardRecord) -> &'static ShardRecord {
    if !start.is_usual() {
        return thread::handle().shard();
    }
    // SAFETY: of a usual call, it is a reference to the shard: see `home`.
    unsafe { &*home }
}

impl Span {
    /// Ends the call; no other may be left running in it. When that was, or [`NEVER`] if it is not
    /// timed.
    #[inline(always)]
    pub(super) fn end(&mut self) -> Moment {
        let Self { node, start, home } = *self;
        if !start.is_usual() || std::thread::panicking() {
            return end_unusual(node, start, home);
        }
        let shard = shard_of(start, home);
        node.start.store(0, Relaxed);
        shard.current.store(node.parent, Relaxed);
        if start == Start::UNTIMED {
            return NEVER;
        }
        let end = clock::counter();
        record(shard, node, end.wrapping_sub(start.0), end);
        end
    }

    /// When the call began, if it is timed.
    pub(super) fn began(&self) -> Option<u64> {
        (self.start.ticks() != 0).then(|| self.start.ticks())
    }

    /// Where it is recorded, if it is.
    pub(super) fn node(&self) -> Option<(&'static ShardRecord, &'static NodeRecord)> {
        (self.start != Start::NOT_RECORDED).then(|| (shard_of(self.start, self.home), self.node))
    }

    /// Counts the running call as one that returned an error.
    #[inline]
    pub(super) fn count_error(&self) {
        if self.start != Start::NOT_RECORDED {
            add(&self.node.errors, 1);
        }
    }
}

/// Nothing is stored for the call, and the context stays as it is.
fn not_recorded() -> Begun {
    begin_from(thread::nowhere(), Start::NOT_RECORDED, OUTSIDE)
}

/// The first call on this thread, or the first call of this function.
#[cold]
#[inline(never)]
fn enter_first(site: &'static Site) -> Begun {
    match thread::attach(site) {
        Some(_) => enter_elsewhere(site),
        None => not_recorded(),
    }
}

/// A call of a function that was last called from another context, is running already, or is
/// called for the first time here; or the thread is unwinding.
#[inline(never)]
fn enter_elsewhere(site: &'static Site) -> Begun {
    let handle = thread::handle();
    let (Some(thread), Some(entry)) = (handle.thread(), handle.entry(site.slot())) else {
        return not_recorded();
    };
    let caller = thread.shard().current.load(Relaxed);
    if site.slot() == 0 {
        return enter_first(site);
    }
    if entry.node().start.load(Relaxed) != 0 {
        return enter_nested(thread, entry, entry.node(), caller);
    }
    match thread.enter_context(entry, site.slot(), caller) {
        Some(node) => enter_found(thread, entry, node, caller),
        None => enter_overflow(thread, caller),
    }
}

/// A call in a context for which there is no memory. Recorded as if it were a recursive one of a
/// function that stands for all such contexts: its time is that function's own, and not its
/// caller's.
#[cold]
fn enter_overflow(thread: &'static Thread, caller: u64) -> Begun {
    let Some(node) = thread.overflow() else {
        thread.lose_call();
        return not_recorded();
    };
    thread.shard().current.store(address(node) | NESTED, Relaxed);
    let start = begin_nested(thread, node, caller);
    begin_from(node, start.with(std::thread::panicking(), Start::UNWINDING), caller)
}

/// Begins a recursive call that is timed.
fn begin_nested(thread: &Thread, node: &NodeRecord, caller: u64) -> Start {
    let now = clock::now();
    node.nested.begin(now);
    thread.known(caller).inspect(|caller| caller.callees.begin(now));
    Start(Start::NESTED | now)
}

fn enter_found(
    thread: &'static Thread,
    entry: &Entry,
    node: &'static NodeRecord,
    caller: u64,
) -> Begun {
    thread.shard().current.store(address(node), Relaxed);
    let start = match sampling::take_turn(thread, entry, node) {
        Turn::Timed => begin(node),
        Turn::Gated => begin_gated(node),
        Turn::Untimed => pass_untimed(node),
    };
    let start = start.with(caller & NESTED != 0, Start::BELOW_NESTED);
    begin_from(node, start.with(std::thread::panicking(), Start::UNWINDING), caller)
}

/// A call whose turn it is to be timed, or to ask whether calls are to be timed again.
#[cold]
#[inline(never)]
fn enter_gated(site: &'static Site) -> Begun {
    let handle = thread::handle();
    match (handle.thread(), handle.entry(site.slot())) {
        (Some(thread), Some(entry)) => enter_found(thread, entry, entry.node(), entry.caller()),
        _ => not_recorded(),
    }
}

fn begin_gated(node: &NodeRecord) -> Start {
    let start = clock::now();
    node.start.store(start, Relaxed);
    Start(start | Start::GATED)
}

/// Begins a recursive call.
fn enter_nested(
    thread: &'static Thread,
    entry: &Entry,
    node: &'static NodeRecord,
    caller: u64,
) -> Begun {
    thread.shard().current.store(address(node) | NESTED, Relaxed);
    let turn = sampling::recursive_turn(thread, entry, node);
    let start = if turn == Turn::Untimed {
        add(&node.passed, 1);
        Start(Start::NESTED)
    } else {
        begin_nested(thread, node, caller)
    };
    let start = start.with(turn == Turn::Gated, Start::GATED);
    begin_from(node, start.with(std::thread::panicking(), Start::UNWINDING), caller)
}

/// Ends a recursive call that was timed, and took `ticks`.
fn end_nested(shard: &ShardRecord, node: &NodeRecord, caller: u64, start: u64, ticks: u64) {
    node.nested.end(start, ticks);
    let thread = thread::owning(shard);
    thread.and_then(|it| it.known(caller)).inspect(|caller| caller.callees.end(start, ticks));
}

impl Recursion {
    // A reader that sees one of two stores sees more starts than running calls can have, and knows.
    fn begin(&self, start: u64) {
        add(&self.starts, start);
        add(&self.running, 1);
    }

    fn end(&self, start: u64, ticks: u64) {
        add(&self.running, 1_u64.wrapping_neg());
        add(&self.starts, start.wrapping_neg());
        add(&self.ticks, ticks);
    }
}
