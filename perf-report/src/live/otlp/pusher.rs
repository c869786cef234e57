//! Pushes of sums to a collector: what is tried again, what is kept, what is told.
//!
//! With cumulative sums nothing needs to be kept: the next push holds it all. With differences, a request stays
//! as it is until it was accepted, with the same bytes, so that a collector that had it already may know it;
//! what is counted meanwhile goes into the next one.

use std::collections::VecDeque;
use std::time::Duration;

use super::http::{Outcome, Post};
use super::retry;
use crate::export::otlp::{Batch, LARGEST_REQUEST, Sender, Temporality, batches, since};
use crate::model::FleetTotals;
use crate::stats::random::Stream;

/// The smallest limit of requests, however often a collector refuses them as too large.
const SMALLEST_REQUEST: usize = 8 << 10;

/// The course of all pushes so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// Pushes that were accepted whole.
    pub(crate) accepted: u64,
    /// Requests that were not accepted.
    pub(crate) failures: u64,
    /// Points that the collector did not take, or could not read.
    pub(crate) rejected_points: u64,
    /// The reason of the newest failure, until a push is accepted.
    pub(crate) problem: Option<String>,
    /// A remark of the collector on what it took, or did not take.
    pub(crate) remark: Option<String>,
}

/// Time, as a pusher sees it.
pub(crate) trait Clock {
    /// Waits, and returns whether to go on.
    fn pause(&mut self, time: Duration) -> bool;
}

/// The sums that are sent, and what became of them.
#[derive(Debug)]
pub(crate) struct Pusher<P> {
    collector: P,
    sender: Sender,
    status: Status,
    /// Requests that are yet to be accepted.
    queue: VecDeque<Batch>,
    /// The sums that will be accepted with the last of these.
    sending: Option<FleetTotals>,
    /// The sums that were accepted; only where differences are sent.
    confirmed: Option<FleetTotals>,
    /// True once a request of the queue was accepted.
    is_begun: bool,
    largest: usize,
    /// The time that the collector asked to be left alone, beyond the last push.
    rest: Duration,
    random: Stream,
}

impl<P: Post> Pusher<P> {
    /// Makes one that begins after the sums that were accepted before, if any are known.
    pub(crate) fn new(
        (collector, sender): (P, Sender),
        confirmed: Option<FleetTotals>,
        seed: u64,
    ) -> Self {
        Self {
            collector,
            sender,
            status: Status::default(),
            queue: VecDeque::new(),
            sending: None,
            confirmed,
            is_begun: false,
            largest: LARGEST_REQUEST,
            rest: Duration::ZERO,
            random: Stream::of(seed),
        }
    }

    /// Returns the course of all pushes so far.
    pub(crate) fn status(&self) -> &Status {
        &self.status
    }

    /// Returns the sums that need not be sent again; only where differences are sent.
    pub(crate) fn confirmed(&self) -> Option<&FleetTotals> {
        self.confirmed.as_ref()
    }

    /// Sends the sums, within a time. Returns whether the collector has all of them.
    pub(crate) fn push(
        &mut self,
        totals: &FleetTotals,
        within: Duration,
        clock: &mut impl Clock,
    ) -> bool {
        let mut left = within.saturating_sub(self.rest);
        if left.is_zero() {
            self.rest = self.rest.saturating_sub(within);
            return false;
        }
        if !clock.pause(std::mem::take(&mut self.rest)) {
            return false;
        }
        if self.sender.temporality == Temporality::Cumulative {
            self.queue.clear();
        } else if self.sending.is_some() && !self.send_all(&mut left, clock) {
            return false;
        }
        self.fill(totals);
        self.send_all(&mut left, clock)
    }

    /// Makes the requests that hold what was not accepted yet.
    fn fill(&mut self, totals: &FleetTotals) {
        let made = if self.sender.temporality == Temporality::Cumulative {
            batches(totals, &self.sender, self.largest)
        } else {
            let difference = since(totals, self.confirmed_or(totals.start_unix_ns));
            self.sending = Some(totals.clone());
            batches(&difference, &self.sender, self.largest)
        };
        self.queue = made.into();
        self.is_begun = false;
    }

    /// Returns the sums that were accepted; before anything was, nothing since the start.
    fn confirmed_or(&mut self, start_unix_ns: u64) -> &FleetTotals {
        // Sums of another account, whose state was lost, say nothing about these.
        let fits = self.confirmed.as_ref().is_some_and(|it| it.start_unix_ns == start_unix_ns);
        if !fits {
            self.confirmed = None;
        }
        self.confirmed.get_or_insert_with(|| FleetTotals {
            unix_ns: start_unix_ns,
            start_unix_ns,
            ..FleetTotals::default()
        })
    }

    /// Sends all requests, each as often as there is time. Returns whether all were answered for good.
    fn send_all(&mut self, left: &mut Duration, clock: &mut impl Clock) -> bool {
        let mut attempt = 0;
        while let Some(batch) = self.queue.front() {
            let (body, points) = (batch.body.as_slice(), batch.points);
            match self.collector.post(body) {
                Outcome::Taken(rejected) => {
                    if let Some(rejected) = rejected {
                        let points = &mut self.status.rejected_points;
                        *points = points.saturating_add(rejected.points);
                        self.status.remark =
                            Some(format!("{}: {}", rejected.points, rejected.reason));
                    }
                    self.queue.pop_front();
                    (self.is_begun, attempt) = (true, 0);
                }
                Outcome::Unreadable { why } => {
                    // It would be refused for ever, and stand in the way of all that follow.
                    self.fail(&why);
                    self.status.rejected_points =
                        self.status.rejected_points.saturating_add(points);
                    self.queue.pop_front();
                }
                Outcome::TooLarge { why } => {
                    self.fail(&why);
                    return self.part();
                }
                Outcome::Refused { why } => {
                    self.fail(&why);
                    return false;
                }
                Outcome::Later { why, after } => {
                    self.fail(&why);
                    let pause = retry::pause(attempt, after, self.random.share());
                    attempt += 1;
                    if pause >= *left {
                        self.rest = pause.saturating_sub(*left);
                        return false;
                    }
                    *left -= pause;
                    if !clock.pause(pause) {
                        return false;
                    }
                }
            }
        }
        if let Some(sent) = self.sending.take() {
            self.confirmed = Some(sent);
        }
        self.status.accepted += 1;
        self.status.problem = None;
        true
    }

    /// Makes smaller requests from the next push on. Where some of a difference were accepted already, the one
    /// that is too large is given up, and told.
    fn part(&mut self) -> bool {
        let halved = (self.largest / 2).max(SMALLEST_REQUEST);
        let front = self.queue.front();
        let fits_no_more = self.largest == halved || self.is_begun;
        if fits_no_more {
            let points = front.map_or(0, |batch| batch.points);
            self.status.rejected_points = self.status.rejected_points.saturating_add(points);
            self.queue.pop_front();
        } else {
            self.queue.clear();
            self.sending = None;
        }
        self.largest = halved;
        false
    }

    fn fail(&mut self, why: &str) {
        self.status.failures = self.status.failures.saturating_add(1);
        self.status.problem = Some(why.to_owned());
    }
}

#[cfg(test)]
mod tests;
