//! The measurements of a shard's contexts, where own times and tallies are kept: from version 5 on.
//!
//! Times are those of the program: the time of recording is shown beside them. A timed duration
//! holds a reading of the clock and the recording of all calls below it. It is corrected by the
//! average of these in its context, and stands for the tallied calls of the context as well.

use super::counts::Counts;
use super::failures::Failed;
use super::header::Facts;
use super::node::{Node, Polled};
use super::numbers::{Map, Set};
use super::own::{Contexts, Estimate, by_site};
use super::tallies::Tally;
use super::tree::{Spare, Tree, float, whole};
use crate::buckets::{self, BOUNDS};
use crate::newer::Signed as _;
use crate::segment::SegmentError;
use crate::segment::batch::scaled;
use crate::segment::layout::OVERFLOW;
use crate::snapshot::{Failures, Histogram, Measures};

/// The measurements of a shard, beside those of its contexts.
pub(super) struct Measured {
    /// Failed calls, by site.
    pub(super) failures: Vec<(u32, Failures)>,
    /// Ticks of recording.
    pub(super) overhead: f64,
    /// Durations that found no room in a histogram.
    pub(super) uncounted: u64,
}

impl Tree {
    /// Hands each context that is wanted to `take`: its site, its parent and its measures. The parent is a place among
    /// all that were taken, and means nothing where not all are wanted. What `take` returns is memory for the next one.
    /// Returns the other measurements, where `has_failures` with those of failed calls.
    pub(super) fn measured(
        &mut self,
        facts: &Facts,
        (has_failures, spare): (bool, &mut Spare),
        mut take: impl FnMut(u32, Option<usize>, Measures) -> Result<Histogram, SegmentError>,
    ) -> Result<Measured, SegmentError> {
        self.place_loose();
        self.put_in_order(spare);
        let (contexts, overhead) = self.contexts(facts).estimate();
        self.share_tallies(&contexts);
        let below = Below::of(self, &contexts, facts);
        let memory = self.memory();
        let uncounted =
            self.nodes.iter().fold(0, |sum: u64, it| sum.saturating_add(it.all_uncounted()));
        let functions = self.of_functions();
        let failures = if has_failures { self.failures(&below, facts) } else { Vec::new() };
        let mut histogram = Histogram::default();
        for at in (0..self.nodes.len()).filter(|&at| self.nodes[at].is_wanted) {
            let room = (histogram, &mut spare.counts);
            let mut of_context = self.measures_of((at, &contexts[at]), &below, facts, room);
            of_context.memory = memory[at];
            if let Some(function) = functions.get(&self.nodes[at].site) {
                if function.contexts == 1 {
                    // All its calls are there.
                    of_context.placed = 0;
                }
                if function.first == at {
                    self.add_steps(function, &mut of_context, facts);
                }
            }
            histogram = take(self.nodes[at].site, self.parents[at], of_context)?;
        }
        for tally in self.never_seen() {
            take(tally.site, None, calls_only(tally))?;
        }
        let never_seen = self.never_seen().map(|tally| float(tally.calls) * facts.cost.untimed);
        let overhead = overhead + float(self.recorder_ticks) + never_seen.sum::<f64>();
        Ok(Measured { failures, overhead, uncounted })
    }

    fn contexts<'a>(&'a self, facts: &'a Facts) -> Contexts<'a> {
        Contexts {
            nodes: &self.nodes,
            parents: &self.parents,
            tallies: &self.tallies,
            cost: &facts.cost,
        }
    }

    /// Puts contexts whose caller was tallied into the place where they were seen while everything
    /// was recorded: there the caller is known. Contexts that were never seen then stay below their
    /// last known caller.
    fn place_loose(&mut self) {
        /// The work from which on it is not worth it.
        const MOST_STEPS: usize = 50_000_000;
        let loose: Vec<usize> =
            (0..self.nodes.len()).filter(|&at| self.nodes[at].is_loose).collect();
        if loose.is_empty() || loose.len().saturating_mul(self.nodes.len()) > MOST_STEPS {
            return;
        }
        let seen = self.seen_below();
        let parents = self.parents.clone();
        for at in loose {
            let Some(head) = parents[at] else { continue };
            let seen = seen.get(&(self.nodes[at].site, head)).copied();
            let caller = seen.and_then(|seen| parents[seen]);
            if let Some(caller) = caller.filter(|&caller| !self.repeats(&parents, at, caller)) {
                self.parents[at] = Some(caller);
            }
        }
    }

    /// Maps each function and each context above, as far as calls in between were tallied, to its
    /// most frequent caller.
    fn seen_below(&self) -> Map<(u32, usize), usize> {
        let tallied: Set<u32> = self.tallies.iter().map(|tally| tally.site).collect();
        let mut found: Map<(u32, usize), usize> = Map::default();
        for at in (0..self.nodes.len()).filter(|&at| !self.nodes[at].is_loose) {
            let mut head = self.parents[at];
            while let Some(of) = head {
                let best = found.entry((self.nodes[at].site, of)).or_insert(at);
                if self.nodes[*best].calls < self.nodes[at].calls {
                    *best = at;
                }
                let is_tallied = tallied.contains(&self.nodes[of].site);
                head = self.parents[of].filter(|_| is_tallied);
            }
        }
        found
    }

    /// Returns whether a function above `caller` is also one of `at` or below, or `caller` is below
    /// `at`: no function is its own ancestor.
    fn repeats(&self, parents: &[Option<usize>], at: usize, caller: usize) -> bool {
        let mut is_below = vec![false; parents.len()];
        is_below[at] = true;
        for it in at + 1..parents.len() {
            is_below[it] = parents[it].is_some_and(|parent| is_below[parent]);
        }
        let below = (0..parents.len()).filter(|&it| is_below[it]);
        let sites: Set<u32> = below.map(|it| self.nodes[it].site).collect();
        // As they are by now, so that two of them do not come to lie below each other.
        let mut up = std::iter::successors(Some(caller), |at| self.parents[*at]);
        up.any(|it| sites.contains(&self.nodes[it].site))
    }

    /// Puts parents before their children again, and leaves the overflow out if nothing is in it.
    fn put_in_order(&mut self, spare: &mut Spare) {
        let mut order: Vec<usize> = Vec::with_capacity(self.nodes.len());
        let mut roots = Vec::new();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, parent) in self.parents.iter().enumerate() {
            match *parent {
                None => roots.push(at),
                Some(parent) => children[parent].push(at),
            }
        }
        let is_unused = |at: usize| self.nodes[at].is_unused_overflow() && children[at].is_empty();
        order.extend(roots.into_iter().filter(|&at| !is_unused(at)));
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            order.append(&mut children[at]);
            next += 1;
        }
        let mut places = vec![None; self.nodes.len()];
        order.iter().enumerate().for_each(|(place, &at)| places[at] = Some(place));
        self.parents =
            order.iter().map(|&at| self.parents[at].and_then(|parent| places[parent])).collect();
        let mut nodes = spare.nodes();
        nodes.extend(order.iter().map(|&at| std::mem::take(&mut self.nodes[at])));
        spare.take(std::mem::replace(&mut self.nodes, nodes));
    }

    /// Gives the contexts their parts of the tallies.
    fn share_tallies(&mut self, contexts: &[Estimate]) {
        let of_site = by_site(&self.tallies);
        let mut before = vec![0; self.tallies.len()];
        for (node, estimate) in self.nodes.iter_mut().zip(contexts) {
            let Some(&at) = of_site.get(&node.site).filter(|_| estimate.tallied > 0) else {
                continue;
            };
            let (tally, from) = (&self.tallies[at], before[at]);
            before[at] += estimate.tallied;
            // Of one that is not wanted, those above it have the memory.
            node.take_share(tally, from, before[at]);
        }
    }

    /// Lists functions that were tallied and are in no context, for want of memory.
    fn never_seen(&self) -> impl Iterator<Item = &Tally> {
        let known: Set<u32> = self.nodes.iter().map(|node| node.site).collect();
        self.tallies.iter().filter(move |tally| tally.calls > 0 && !known.contains(&tally.site))
    }

    fn measures_of(
        &self,
        (at, estimate): (usize, &Estimate),
        below: &Below,
        facts: &Facts,
        (histogram, counts): (Histogram, &mut [Counts; 2]),
    ) -> Measures {
        let node = &self.nodes[at];
        let ns = |ticks: f64| facts.rate.ns(whole(ticks));
        let mut measures = match node.polled.as_deref() {
            None => Measures { histogram, ..node.times(facts) },
            Some(polled) => node.of_polls(polled, facts),
        };
        if node.polled.is_none() {
            let correction = below.correction(node, at, &measures, facts);
            correction.apply(&mut measures, facts);
            correction.apply_to_histogram(&node.histogram, &mut measures.histogram, facts, counts);
            if node.made.nested == 0 && node.start == 0 && measures.measured() > 0 {
                // No call is within another, and none is running.
                measures.sum_ns = below.total_ns[at];
            }
        }
        Measures {
            placed: estimate.tallied,
            errors: node.errors,
            panics: node.panics,
            cancelled: node.cancelled,
            unfinished: u64::from(node.start != 0),
            total_ns: below.total_ns[at],
            self_ns: ns(estimate.own),
            self_error_ns: ns(estimate.error),
            resolution_ns: if node.timed > 0 { ns(facts.clock_step) } else { 0 },
            overhead_ns: below.overhead_ns[at],
            self_overhead_ns: ns(estimate.overhead),
            preempted_ns: below.preempted_ns[at],
            self_preempted_ns: facts.rate.ns(node.preempted),
            self_memory: node.allocated.own,
            ..measures
        }
    }

    /// Returns the failed calls, their times corrected as those of all calls of their function: on
    /// average over its contexts.
    fn failures(&self, below: &Below, facts: &Facts) -> Vec<(u32, Failures)> {
        let of = |failed: &Failed| {
            let mut sum = (0.0, Correction { offset: 0.0, factor: 0.0 });
            for (at, node) in self.nodes.iter().enumerate() {
                if node.site != failed.site || node.polled.is_some() || node.timed == 0 {
                    continue;
                }
                let (calls, it) =
                    (float(node.timed), below.correction(node, at, &node.times(facts), facts));
                sum.0 += calls;
                sum.1.offset += calls * it.offset;
                sum.1.factor += calls * it.factor;
            }
            let (calls, Correction { offset, factor }) = sum;
            let ticks = float(failed.ticks);
            let ticks = if calls > 0.0 {
                (ticks - float(failed.timed) * offset / calls).max(0.0) * factor / calls
            } else {
                ticks
            };
            let timed_ns = facts.rate.ns(whole(ticks));
            (failed.site, Failures { timed: failed.timed, timed_ns, ..failed.kinds.clone() })
        };
        self.failed.iter().map(of).collect()
    }

    /// Sums up each function, by its site.
    fn of_functions(&self) -> Map<u32, OfFunction> {
        let mut all: Map<u32, OfFunction> = Map::default();
        for (at, node) in self.nodes.iter().enumerate() {
            let created = node.exactness.created;
            let first = OfFunction { first: at, created, contexts: 0, timed: 0, tally: None };
            let of = all.entry(node.site).or_insert(first);
            of.contexts += 1;
            of.created = of.created.min(created);
            of.timed = of.timed.saturating_add(node.timed);
        }
        for (at, tally) in self.tallies.iter().enumerate() {
            if let Some(of) = all.get_mut(&tally.site) {
                of.tally = Some(at);
            }
        }
        all
    }

    /// Adds the time since which the thread knows the function, and the steps of its recording.
    fn add_steps(&self, function: &OfFunction, measures: &mut Measures, facts: &Facts) {
        let ns = |ticks: u64| facts.rate.ns(ticks);
        measures.active_ns = ns(facts.since_first(self.now).saturating_sub(function.created));
        let Some(tally) = function.tally.and_then(|at| self.tallies.get(at)) else { return };
        let timed = function.timed.saturating_add(tally.timed).max(1);
        measures.sampled_ns = ns(tally.steps.sampled(self.now));
        measures.counted_ns = ns(tally.steps.counted(self.now));
        measures.largest_interval = u32::try_from(tally.calls / timed + 1).unwrap_or(u32::MAX);
        measures.transitions = u64::from(tally.transitions);
    }
}

/// The records of one function on a shard.
struct OfFunction {
    /// Its first context here, the time at which the earliest was made, and their number.
    first: usize,
    created: u64,
    contexts: usize,
    /// Timed calls in them.
    timed: u64,
    tally: Option<usize>,
}

impl Node {
    fn is_unused_overflow(&self) -> bool {
        self.site == OVERFLOW && self.calls == 0 && self.own.whole == 0 && self.own.partial == 0
    }

    /// Takes the calls `from` to `to` of `tally`, with their part of everything else.
    fn take_share(&mut self, tally: &Tally, from: u64, to: u64) {
        let calls = tally.calls.max(1);
        let part = |all: u64| scaled(all, to, calls).saturating_sub(scaled(all, from, calls));
        self.errors = self.errors.saturating_add(part(tally.errors));
        self.panics = self.panics.saturating_add(part(tally.panics));
        self.cancelled = self.cancelled.saturating_add(part(tally.cancelled));
        let own = &mut self.allocated.own;
        own.allocs = own.allocs.saturating_add(part(tally.memory.allocs));
        own.alloc_bytes = own.alloc_bytes.saturating_add(part(tally.memory.alloc_bytes));
        own.frees = own.frees.saturating_add(part(tally.memory.frees));
        own.freed_bytes = own.freed_bytes.saturating_add(part(tally.memory.freed_bytes));
        self.stand_for(to - from, tally.is_measured());
        if let Some(polled) = &mut self.polled {
            let Polled { calls, .. } = &mut **polled;
            let calls = calls.get_or_insert_with(Node::default);
            calls.stand_for(part(tally.ended), tally.is_measured());
            // Which of the contexts they are suspended in is of no consequence.
            if from == 0 {
                calls.own.partial_calls =
                    calls.own.partial_calls.wrapping_add(tally.suspended.without_sign());
            }
        }
    }

    /// Has the timed calls stand for `more` untimed ones; none does, unless some were timed
    /// meanwhile.
    fn stand_for(&mut self, more: u64, is_measured: bool) {
        let measured = self.calls.saturating_sub(self.unmeasured);
        self.calls = self.calls.saturating_add(more);
        if !is_measured || measured == 0 {
            self.unmeasured = self.unmeasured.saturating_add(more);
            return;
        }
        self.sums.scale(measured, measured.saturating_add(more));
        let (mut counted, mut given) = (0_u64, 0_u64);
        for (_, count) in &mut self.histogram {
            counted = counted.saturating_add(*count);
            let up_to = scaled(counted, measured.saturating_add(more), measured);
            *count = up_to.saturating_sub(given);
            given = up_to;
        }
    }
}

/// Makes the measures of a function that is known by the number of its calls only.
fn calls_only(tally: &Tally) -> Measures {
    Measures {
        calls: tally.calls,
        unmeasured: tally.calls,
        errors: tally.errors,
        panics: tally.panics,
        ..Measures::default()
    }
}

/// Sums over contexts and all below them.
struct Below {
    /// Total times in whole nanoseconds, so that own times add up to the last of them.
    total_ns: Vec<u64>,
    overhead_ns: Vec<u64>,
    preempted_ns: Vec<u64>,
    /// Own times in ticks: estimated, and as they were recorded while calls were timed.
    own: Vec<f64>,
    raw: Vec<f64>,
}

impl Below {
    fn of(tree: &Tree, contexts: &[Estimate], facts: &Facts) -> Self {
        let ns = |ticks: f64| facts.rate.ns(whole(ticks));
        let raw = |node: &Node| float(node.own.whole) + float(node.own.partial);
        let mut all = Self {
            total_ns: contexts.iter().map(|it| ns(it.own)).collect(),
            overhead_ns: contexts.iter().map(|it| ns(it.overhead)).collect(),
            preempted_ns: tree.nodes.iter().map(|it| facts.rate.ns(it.preempted)).collect(),
            own: contexts.iter().map(|it| it.own).collect(),
            raw: tree.nodes.iter().map(raw).collect(),
        };
        // Children come after their parents, so theirs are complete when they are passed on.
        for at in (0..tree.nodes.len()).rev() {
            let Some(parent) = tree.parents[at] else { continue };
            for sums in [&mut all.total_ns, &mut all.overhead_ns, &mut all.preempted_ns] {
                sums[parent] = sums[parent].saturating_add(sums[at]);
            }
            for sums in [&mut all.own, &mut all.raw] {
                sums[parent] += sums[at];
            }
        }
        all
    }

    /// Returns the correction from a timed duration to the time of the call: the durations of all
    /// calls in a context add up to its time and that of all below.
    fn correction(&self, node: &Node, at: usize, recorded: &Measures, facts: &Facts) -> Correction {
        let inside = facts.cost.inside;
        let timed = float(recorded.measured());
        if node.made.nested > 0 {
            // The duration of one call holds the recording of all within it.
            let factor = if self.raw[at] > 0.0 { self.own[at] / self.raw[at] } else { 1.0 };
            return Correction { offset: 0.0, factor: factor.min(1.0) };
        }
        let all_calls = float(node.calls).max(1.0);
        let mean = self.own[at] / all_calls;
        let recorded = float(recorded.sum_ns) / facts.rate.per_tick() / timed.max(1.0) - inside;
        let factor = if recorded > 0.0 { (mean / recorded).min(1.0) } else { 0.0 };
        Correction { offset: inside, factor: if timed > 0.0 { factor } else { 1.0 } }
    }
}

/// A correction: durations are shorter by `offset`, and the rest by a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Correction {
    /// Ticks that are taken off.
    offset: f64,
    factor: f64,
}

impl Correction {
    /// Returns the corrected time for a duration, in nanoseconds.
    fn map(&self, facts: &Facts) -> impl Fn(f64) -> f64 + use<> {
        let (offset, factor) = (self.offset * facts.rate.per_tick(), self.factor);
        move |ns: f64| ((ns - offset) * factor).max(0.0)
    }

    /// Corrects the durations, but for the histogram.
    fn apply(&self, measures: &mut Measures, facts: &Facts) {
        let (offset, map) = (self.offset * facts.rate.per_tick(), self.map(facts));
        let (calls, sum) = (float(measures.measured()), float(measures.sum_ns));
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let squares = measures.sum_of_squares_ns2 as f64;
        let squares = (squares - 2.0 * offset * sum + calls * offset * offset).max(0.0);
        measures.sum_ns = whole((sum - calls * offset).max(0.0) * self.factor);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not below zero, and no more than it was"
        )]
        let squares = (squares * self.factor * self.factor) as u128;
        // No spread is below none.
        let least = u128::from(measures.sum_ns).pow(2).checked_div(u128::from(measures.measured()));
        measures.sum_of_squares_ns2 = squares.max(least.unwrap_or(0));
        measures.min_ns = whole(map(float(measures.min_ns)));
        measures.max_ns = whole(map(float(measures.max_ns)));
    }

    /// Corrects the durations that are counted in `recorded`.
    fn apply_to_histogram(
        &self,
        recorded: &[(u32, u64)],
        corrected: &mut Histogram,
        facts: &Facts,
        [in_order, spread_out]: &mut [Counts; 2],
    ) {
        let map = self.map(facts);
        for &(bucket, count) in recorded {
            in_order.add(bucket, count);
        }
        in_order.drain(|bucket, count| {
            let bounds = [BOUNDS[bucket as usize], BOUNDS[bucket as usize + 1]];
            spread(bounds.map(&map), count, spread_out);
        });
        corrected.clear();
        spread_out.drain(|bucket, count| corrected.push(bucket, count));
    }
}

/// Divides `count` durations evenly over the buckets between two bounds.
fn spread([from, to]: [f64; 2], count: u64, counts: &mut Counts) {
    let width = to - from;
    if width <= 0.0 {
        counts.add(buckets::of_fractional(from), count);
        return;
    }
    let (mut at, mut given) = (from, 0_u64);
    while given < count {
        let bucket = buckets::of_fractional(at);
        let end = BOUNDS[bucket as usize + 1].min(to);
        let up_to = if end >= to || bucket + 1 >= buckets::COUNT {
            count
        } else {
            whole(float(count) * (end - from) / width).min(count)
        };
        counts.add(bucket, up_to.saturating_sub(given));
        given = given.max(up_to);
        at = end;
        if end >= to {
            break;
        }
    }
}
