//! A future whose polls are spans, and the calls that they make up.
//!
//! Between two polls a future may move to another thread, so nothing stays behind on the one it was
//! polled on: the time that a call has taken travels with it. Each poll is a span like any other,
//! in the context that it happens in. When the call has ended, its duration (of all its polls) and
//! its lifetime (from the beginning of the first to the end of the last) are recorded beside the
//! polls, in the context of the last one: see [`CALLS`] and [`LIFETIMES`].

use std::future::Future;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::add::add;
use super::call;
use super::clock;
use super::failure;
use super::flights;
use super::process;
use super::span::{self, Moment, NEVER, Recorded, Scope};
use super::thread::{self, Thread};
use crate::judge::{ByType, Judge, Unjudged};
use crate::kind::Kind;
use crate::list::Index;
use crate::outcome::Outcome;
use crate::segment::layout::{CALLS, FlightRecord, LIFETIMES, NodeRecord};
use crate::site::Site;

/// The future of a tracked call, or its stream. Dropped before it is done, the call counts as
/// cancelled.
#[must_use = "does nothing unless polled"]
pub struct Tracked<F, J> {
    /// The future itself. Dropped within a span, if the call has begun and not ended.
    pub(crate) inner: ManuallyDrop<F>,
    call: Call,
    judge: J,
}

impl<F, J> std::fmt::Debug for Tracked<F, J> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracked").finish_non_exhaustive()
    }
}

/// Wraps the future of a call of `site`.
pub fn track_future<F>(site: &'static Site, future: F) -> Tracked<F, Unjudged> {
    Tracked { inner: ManuallyDrop::new(future), call: Call::of(site), judge: Unjudged }
}

/// Wraps a future whose output shows by its type whether it is an error.
pub fn track_fallible_future<F>(site: &'static Site, future: F) -> Tracked<F, ByType>
where
    F: Future<Output: Outcome>,
{
    track_future_by(site, ByType, future)
}

/// Wraps a future whose output `judge` judges.
pub fn track_future_by<F: Future, J: Judge<F::Output>>(
    site: &'static Site,
    judge: J,
    future: F,
) -> Tracked<F, J> {
    Tracked { inner: ManuallyDrop::new(future), call: Call::of(site), judge }
}

impl<F: Future, J: Judge<F::Output>> Future for Tracked<F, J> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.turn(|inner, judge| {
            let polled = inner.poll(context);
            let next = match &polled {
                Poll::Pending => Next::Suspend,
                Poll::Ready(returned) if judge.is_error(returned) => {
                    Next::Fail(judge.kind(returned))
                }
                Poll::Ready(_) => Next::End,
            };
            (polled, next)
        })
    }
}

/// The state of a call after a poll.
pub(crate) enum Next {
    Suspend,
    End,
    /// It ends with an error, of this kind if errors have kinds.
    Fail(Option<Kind>),
}

impl<F, J> Tracked<F, J> {
    /// Runs `poll` as a part of the call, which goes on as its result demands.
    pub(crate) fn turn<R>(
        self: Pin<&mut Self>,
        poll: impl FnOnce(Pin<&mut F>, &J) -> (R, Next),
    ) -> R {
        // SAFETY: nothing is moved out of the reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: it is a part of what is pinned, never moved, and dropped in place.
        let inner = unsafe { Pin::new_unchecked(&mut *this.inner) };
        let is_off = Index::is_muted(this.call.site.slot());
        if is_off || this.call.progress == Progress::Ended {
            // What becomes of that is for what is in here to say.
            return poll(inner, &this.judge).0;
        }
        let turn = this.call.enter();
        let (polled, next) = poll(inner, &this.judge);
        match next {
            Next::Suspend => turn.suspend(),
            Next::End => drop(turn),
            Next::Fail(kind) => turn.fail(kind.as_ref()),
        }
        polled
    }
}

impl<F, J> Drop for Tracked<F, J> {
    fn drop(&mut self) {
        let turn = self.call.is_suspended().then(|| {
            let turn = self.call.enter();
            turn.cancel();
            turn
        });
        // SAFETY: dropped once, here.
        unsafe { ManuallyDrop::drop(&mut self.inner) };
        drop(turn);
    }
}

/// A call made up of polls.
#[derive(Debug)]
struct Call {
    site: &'static Site,
    progress: Progress,
    /// Beginning of its first poll, in ticks, if its durations are measured.
    began: Option<NonZeroU64>,
    /// Time of its polls, in ticks.
    polled: u64,
    /// Place where others see that it is in flight, once it is.
    flight: Option<&'static FlightRecord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    New,
    Suspended,
    Ended,
}

impl Call {
    fn of(site: &'static Site) -> Self {
        Self { site, progress: Progress::New, began: None, polled: 0, flight: None }
    }

    fn is_suspended(&self) -> bool {
        self.progress == Progress::Suspended
    }

    /// Begins a poll. The first poll decides for the whole call whether it is timed: if the last
    /// one did, or any one, long calls would be chosen more often than short ones.
    fn enter(&mut self) -> Turn<'_> {
        // A call that is measured is so to its end, in whatever context that comes.
        let span = match self.began {
            Some(_) => span::enter_in_context(self.site),
            None => span::enter_scope(self.site),
        };
        if self.progress == Progress::New {
            self.began = span.began().and_then(NonZeroU64::new);
        }
        // No clock may be trusted now, but the call is measured.
        let is_apart = self.began.is_some() && span.began().is_none();
        let apart = is_apart.then(clock::now);
        Turn { span: ManuallyDrop::new(span), call: self, apart }
    }

    /// Shows that the call is in flight, and from when on.
    fn take_off(&mut self) {
        let Some(site) = self.site.list_index().get() else { return };
        let began = self.began.map_or_else(clock::now, NonZeroU64::get);
        self.flight = flights::take(site, began);
    }

    /// Records the duration of the call, in the place where `span` is recorded.
    fn record(&mut self, span: &Scope, end: Moment) {
        let was_suspended = u64::from(self.is_suspended());
        match span.recorded() {
            Recorded::Tallied(tally) => {
                add(&tally.suspended, was_suspended.wrapping_neg());
                add(&tally.ended, 1);
            }
            Recorded::InContext(node) => self.record_in(node, was_suspended, end),
            Recorded::Nowhere => drop(process::running().inspect(|recorder| recorder.lose_call())),
        }
    }

    fn record_in(&self, node: &NodeRecord, was_suspended: u64, end: Moment) {
        let Some(thread) = thread::handle().thread().filter(|thread| thread.is_ours(node)) else {
            return;
        };
        let Some(calls) = beside(thread, node, CALLS) else { return };
        add(&calls.own.partial_calls, was_suspended.wrapping_neg());
        let Some(began) = self.began.map(NonZeroU64::get) else {
            add(&calls.untimed, 1);
            return;
        };
        call::record(thread, calls, self.polled, end);
        if let Some(lifetimes) = beside(thread, node, LIFETIMES) {
            call::record(thread, lifetimes, end.wrapping_sub(began), end);
        }
    }
}

/// Returns the node beside `node`, made if it is new. Without memory for it, a call is lost.
fn beside(thread: &'static Thread, node: &NodeRecord, what: u32) -> Option<&'static NodeRecord> {
    let found = thread.child(node.address, what);
    if found.is_none() && what == CALLS {
        thread.lose_call();
    }
    found
}

/// A poll, or the end of a call that is given up. Left by unwinding, it ends the call.
struct Turn<'a> {
    /// The span, which is ended by hand, since the time of the poll is needed.
    span: ManuallyDrop<Scope>,
    call: &'a mut Call,
    /// Beginning of the poll, where the span does not have it.
    apart: Option<u64>,
}

impl Turn<'_> {
    /// Ends a poll after which the future is not ready.
    fn suspend(mut self) {
        if self.call.progress == Progress::New {
            self.call.progress = Progress::Suspended;
            self.count_as_running();
            self.call.take_off();
        }
        self.leave();
        std::mem::forget(self);
    }

    /// Ends the poll after which the future is ready, with an error.
    #[cold]
    fn fail(mut self, kind: Option<&Kind>) {
        self.span.count_error();
        let recorded = self.span.recorded();
        let is_ours = failure::is_ours(&recorded);
        self.finish();
        let is_timed = self.call.began.is_some() && matches!(recorded, Recorded::InContext(_));
        let (site, polled) = (self.call.site, self.call.polled);
        std::mem::forget(self);
        let Some(thread) = thread::handle().thread().filter(|_| is_ours) else { return };
        let Some(index) = site.list_index().get() else { return };
        failure::note(thread, index, is_timed.then_some(polled), kind);
    }

    /// Ends the call.
    fn finish(&mut self) {
        let end = self.leave();
        self.call.record(&self.span, end);
        self.call.progress = Progress::Ended;
        if let Some(flight) = self.call.flight.take() {
            flights::give_back(flight);
        }
    }

    /// Counts a future that is given up before it is ready.
    fn cancel(&self) {
        match self.span.recorded() {
            Recorded::InContext(node) => add(&node.cancelled, 1),
            Recorded::Tallied(tally) => add(&tally.cancelled, 1),
            Recorded::Nowhere => {}
        }
    }

    fn count_as_running(&self) {
        match self.span.recorded() {
            Recorded::Tallied(tally) => add(&tally.suspended, 1),
            Recorded::InContext(node) => {
                let thread = thread::handle().thread().filter(|thread| thread.is_ours(node));
                let calls = thread.and_then(|thread| thread.child(node.address, CALLS));
                calls.inspect(|calls| add(&calls.own.partial_calls, 1));
            }
            Recorded::Nowhere => {}
        }
    }

    /// Ends the span, and returns the moment as far as it is known.
    fn leave(&mut self) -> Moment {
        let began = self.span.began();
        let (began, end) = match (self.span.end(), self.apart) {
            (NEVER, Some(apart)) => (apart, clock::now()),
            (end, _) => (began.unwrap_or(end), end),
        };
        let took = match thread::handle().thread() {
            Some(thread) => thread.preemption.without(began, end),
            None => end.wrapping_sub(began),
        };
        self.call.polled = self.call.polled.wrapping_add(took);
        end
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}
