//! Entry and exit of a tracked call. What is inlined into the tracked function is here, and what
//! it falls back on right beside it.
//!
//! Entry compares one cached pointer: was this function last called, on this thread, from the
//! context that we are in? Then its node is known. All further work is stores to addresses that
//! are known before the clock is read, which is what makes them almost free: the processor does
//! them while it waits for the clock.
//!
//! Without optimisation nothing is inlined, since all that it would do is make the stack of every
//! tracked function larger.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::thread::{self, Thread};
use super::{clock, fold, process};
use crate::outcome::Outcome;
use crate::registry;
use crate::segment::layout::{NodeRecord, RING};
use crate::site::Site;

/// A running call of a tracked function. Dropping it ends the call.
#[must_use = "dropped at once, it measures nothing"]
#[derive(Debug)]
pub struct Span {
    thread: &'static Thread,
    node: NonNull<NodeRecord>,
    /// Context to return to.
    caller: NonNull<NodeRecord>,
    start: u64,
    unusual: Unusual,
    /// A span belongs to the thread it began on.
    _not_send: PhantomData<*const ()>,
}

/// What sets a call apart from the usual one; 0 is the usual one, so that one test finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unusual(u8);

impl Unusual {
    const NOT_RECORDED: Self = Self(1);
    /// A recursive call: recorded in the node of the outermost one.
    const NESTED: u8 = 2;
    /// The thread was unwinding when the call began, so that its end need not be by unwinding.
    const UNWINDING: u8 = 4;
    /// The processor's counter cannot be used.
    const NO_COUNTER: u8 = 8;

    /// `flag`, if it is so.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn when(is: bool, flag: u8) -> u8 {
        u8::from(is) * flag
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

// Unwinding through a span leaves nothing half-done: its drop is the exit.
impl std::panic::UnwindSafe for Span {}
impl std::panic::RefUnwindSafe for Span {}

/// Begins a call of `site`; it ends when the span is dropped.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn enter(site: &'static Site) -> Span {
    let found = match thread::current().cached(site.slot()) {
        Some(node) => Some(node),
        None => find(site),
    };
    // Asked again, since the first call of a thread attaches it.
    let thread = thread::current();
    match found {
        Some(node) => begin(thread, node),
        None => Span::not_recorded(thread),
    }
}

/// Begins a call of the function with a name that is known only at run time.
pub fn enter_named(name: &str) -> Span {
    if let Some(site) = registry::named(name) {
        return enter(site);
    }
    process::running().inspect(|recorder| recorder.lose_call());
    Span::not_recorded(thread::current())
}

/// Runs `body` as a call of `site` and notes whether what it returns is an error.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn observe<R: Outcome>(site: &'static Site, body: impl FnOnce() -> R) -> R {
    let span = enter(site);
    let returned = body();
    if returned.is_error() {
        span.count_error();
    }
    returned
}

/// Begins a call that is recorded in `node`.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin(thread: &'static Thread, node: NonNull<NodeRecord>) -> Span {
    let caller = thread.context();
    let record = thread::node(node);
    let is_nested = record.start.load(Relaxed) != 0;
    let has_counter = clock::is_counter();
    let unusual = Unusual(
        Unusual::when(is_nested, Unusual::NESTED)
            | Unusual::when(std::thread::panicking(), Unusual::UNWINDING)
            | Unusual::when(!has_counter, Unusual::NO_COUNTER),
    );
    thread.set_context(node);
    let start = if has_counter { clock::counter() } else { clock::fallback() };
    thread.switch(thread::node(caller), record, start);
    if !is_nested {
        record.start.store(start, Relaxed);
    }
    Span { thread, node, caller, start, unusual, _not_send: PhantomData }
}

impl Drop for Span {
    // Small enough to be inlined into every tracked function: what is rare is in `end_unusual`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.unusual != Unusual(0) || std::thread::panicking() {
            return self.end_unusual();
        }
        let end = clock::counter();
        thread::node(self.node).start.store(0, Relaxed);
        self.end(end);
    }
}

impl Span {
    /// Records the duration and returns to the caller.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn end(&self, end: u64) {
        let node = thread::node(self.node);
        let head = node.head.load(Relaxed);
        self.thread.set_context(self.caller);
        self.thread.switch(node, thread::node(self.caller), end);
        node.ring[head as usize % RING].store(end.wrapping_sub(self.start), Relaxed);
        node.head.store(head.wrapping_add(1), Release);
        if head as usize % RING == RING - 1 {
            fold::fold(self.thread, node, end);
        }
    }

    /// Ends a call that is recursive, unwinds, or is not recorded.
    #[inline(never)]
    fn end_unusual(&self) {
        if self.unusual == Unusual::NOT_RECORDED {
            return;
        }
        let end = clock::now();
        let node = thread::node(self.node);
        if std::thread::panicking() && !self.unusual.has(Unusual::UNWINDING) {
            node.panics.store(node.panics.load(Relaxed) + 1, Relaxed);
        }
        if self.unusual.has(Unusual::NESTED) {
            let nested = node.nested_ticks.load(Relaxed);
            node.nested_ticks.store(nested.wrapping_add(end.wrapping_sub(self.start)), Relaxed);
        } else {
            node.start.store(0, Relaxed);
        }
        self.end(end);
    }

    /// Counts the running call as one that returned an error.
    #[inline]
    fn count_error(&self) {
        if self.unusual != Unusual::NOT_RECORDED {
            let errors = &thread::node(self.node).errors;
            errors.store(errors.load(Relaxed) + 1, Relaxed);
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn not_recorded(thread: &'static Thread) -> Self {
        let (node, caller) = (NonNull::dangling(), NonNull::dangling());
        let unusual = Unusual::NOT_RECORDED;
        Self { thread, node, caller, start: 0, unusual, _not_send: PhantomData }
    }
}

/// The node of a function that was last called from another context, is running already, or is
/// called for the first time. `None` when the call cannot be recorded.
#[inline(never)]
fn find(site: &'static Site) -> Option<NonNull<NodeRecord>> {
    let thread = thread::current();
    match thread.entry(site.slot()) {
        Some(entry) => thread.node_for(entry, site.slot()),
        None => find_first(site),
    }
}

/// The first call on this thread, or the first call of this function.
#[cold]
fn find_first(site: &'static Site) -> Option<NonNull<NodeRecord>> {
    let thread = thread::attach(site)?;
    thread.node_for(thread.entry(site.slot())?, site.slot())
}
