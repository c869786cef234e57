//! The nodes of one shard as a tree. It divides a function's time into its own, that of the
//! functions it called, and the recorder's. Pure arithmetic in ticks.
//!
//! Self time is not recorded; it is the time in a function's frames less that of the calls they
//! made. A recursive call is recorded in the node of the outermost one, so the caller keeps the
//! time of such calls apart.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of};
use super::counts::Counts;
use super::failures::{self, Failed};
use super::header::Facts;
use super::links::Unclaimed;
use super::node::{self, Node, Polled};
use super::numbers::{Keyed, Map};
use super::shards;
use super::tallies::{self, Tally};
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{NodeRecord, ShardRecord, UNTIMED, is_beside};
use crate::snapshot::{Histogram, Lifetimes, Measures, Memory, Polls};

/// The memory of trees that were read, for those that are read next.
#[derive(Debug, Default)]
pub(super) struct Spare {
    nodes: Vec<Vec<Node>>,
    histograms: Vec<Vec<(u32, u64)>>,
    pub(super) counts: [Counts; 2],
}

impl Spare {
    /// The most lists that are kept of each kind: those of some thousand contexts.
    const MOST: usize = 1 << 13;

    /// Returns an empty list of nodes.
    pub(super) fn nodes(&mut self) -> Vec<Node> {
        self.nodes.pop().unwrap_or_default()
    }

    /// Returns memory for the counts of a histogram.
    fn histogram(&mut self) -> Vec<(u32, u64)> {
        self.histograms.pop().unwrap_or_default()
    }

    /// Takes nodes that are of no more use.
    pub(super) fn take(&mut self, mut nodes: Vec<Node>) {
        let room = Self::MOST.saturating_sub(self.histograms.len());
        let histograms = nodes.drain(..).map(|it| it.histogram).filter(|it| it.capacity() > 0);
        self.histograms.extend(histograms.take(room));
        if nodes.capacity() <= Self::MOST {
            self.nodes.push(nodes);
        }
    }
}

/// A shard's nodes, parents before children.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) parents: Vec<Option<usize>>,
    pub(super) tallies: Vec<Tally>,
    pub(super) failed: Vec<Failed>,
    /// Ticks that the recorder took between calls.
    pub(super) recorder_ticks: u64,
    /// Last moment known to the shard.
    pub(super) now: u64,
}

impl Tree {
    pub(super) fn read(
        (bytes, shard): (Bytes<'_>, u32),
        unclaimed: &mut Unclaimed,
        facts: &Facts,
        (spare, is_wanted): (&mut Spare, impl Fn(u32) -> bool),
    ) -> Result<Self, SegmentError> {
        let mut tree = Self {
            nodes: spare.nodes(),
            parents: Vec::new(),
            tallies: Vec::new(),
            failed: Vec::new(),
            recorder_ticks: 0,
            now: bytes.u64(offset_of(shard) + offset_of!(ShardRecord, last))?,
        };
        if facts.has_tallies() {
            tree.tallies = tallies::read(bytes, unclaimed, shard)?;
            tree.failed = failures::read(bytes, unclaimed, shard)?;
            let place = offset_of(shard) + offset_of!(ShardRecord, recorder_ticks);
            tree.recorder_ticks = bytes.u64(place)?;
        }
        let places = shards::nodes(bytes, unclaimed, shard)?;
        let mut by_address: Map<u64, usize> =
            Map::with_capacity_and_hasher(places.len(), Keyed::default());
        for place in places {
            let at = offset_of(place);
            let site = bytes.u32(at + offset_of!(NodeRecord, site))?;
            let histogram = (is_beside(site) || is_wanted(site)).then(|| spare.histogram());
            let node = node::read(bytes, at, facts, histogram)?;
            let parent = match node.parent {
                0 => None,
                parent => Some(*by_address.get(&parent).ok_or(damaged(at, "parent context"))?),
            };
            if is_beside(node.site) {
                let of = parent.ok_or(damaged(at, "calls of an async function"))?;
                tree.nodes[of].take_beside(node);
                continue;
            }
            by_address.insert(node.address, tree.nodes.len());
            tree.now = tree.now.max(node.start);
            tree.nodes.push(node);
            tree.parents.push(parent);
        }
        let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, allocated_last))?;
        tree.complete_peaks(last);
        Ok(tree)
    }

    /// Takes the calls of nodes of these sites for polls.
    pub(super) fn mark_polled(&mut self, is_polled: impl Fn(u32) -> bool) {
        for node in self.nodes.iter_mut().filter(|node| is_polled(node.site)) {
            node.is_of_polls();
        }
    }

    /// Returns the measures of each node.
    pub(super) fn measures(&self, facts: &Facts) -> Vec<Measures> {
        let in_callees = self.in_callees();
        let overhead = self.overhead(facts);
        let memory = self.memory();
        let all = self.nodes.iter().zip(in_callees).zip(overhead).zip(memory);
        all.map(|(((node, in_callees), overhead), memory)| {
            let frames = node.frames(self.now);
            let times = Times {
                total: node.total(self.now),
                own: frames.saturating_sub(in_callees),
                overhead: overhead.total,
                own_overhead: overhead.own,
            };
            let measures = node.measures(&times, self.now, facts);
            Measures { memory, ..measures }
        })
        .collect()
    }

    /// Returns the ticks that recording all calls took: the part within functions, at most their
    /// own time, and the part of calls from outside of all functions.
    pub(super) fn cost(&self, facts: &Facts) -> f64 {
        let own = self
            .nodes
            .iter()
            .zip(self.in_callees())
            .map(|(node, in_callees)| float(node.frames(self.now).saturating_sub(in_callees)));
        let overhead = self.overhead(facts);
        let within: f64 = overhead.iter().zip(own).map(|(it, own)| it.own.min(own)).sum();
        let roots = self.nodes.iter().zip(&self.parents).filter(|(_, parent)| parent.is_none());
        within + roots.map(|(root, _)| root.overhead_outside(facts)).sum::<f64>()
    }

    /// Returns the ticks that each node's frames spent in the calls they made.
    fn in_callees(&self) -> Vec<u64> {
        let recursive =
            |node: &Node| node.callees.finished().saturating_add(node.callees.unfinished(self.now));
        let mut ticks: Vec<u64> = self.nodes.iter().map(recursive).collect();
        for (node, parent) in self.nodes.iter().zip(&self.parents) {
            if let Some(parent) = *parent {
                ticks[parent] = ticks[parent].saturating_add(node.total(self.now));
            }
        }
        ticks
    }

    /// Hands the highest amount of the context that allocated last up to its callers: the writer
    /// does so when it turns to another.
    fn complete_peaks(&mut self, last: u32) {
        let last = self.nodes.iter().position(|node| last != 0 && node.allocated.place == last);
        let Some(highest) = last.map(|at| self.nodes[at].allocated.highest) else { return };
        let mut caller = last.and_then(|at| self.parents[at]);
        while let Some(at) = caller {
            let of_caller = &mut self.nodes[at].allocated.highest;
            *of_caller = highest.max(*of_caller);
            caller = self.parents[at];
        }
    }

    /// Returns the memory of each node, with those below it.
    pub(super) fn memory(&self) -> Vec<Memory> {
        let mut all: Vec<Memory> = self.nodes.iter().map(|node| node.allocated.own).collect();
        // Children come after their parents, so theirs is complete when it is passed on.
        for (at, parent) in self.parents.iter().enumerate().rev() {
            if let Some(parent) = *parent {
                let below = all[at];
                all[parent].merge(&below);
            }
        }
        let peaks = self.nodes.iter().map(|node| node.allocated.peak());
        all.iter_mut().zip(peaks).for_each(|(memory, peak)| memory.peak_bytes = peak);
        all
    }

    /// Returns the recorder's ticks within each node's time.
    ///
    /// A timed call costs its caller more than it measures itself.
    fn overhead(&self, facts: &Facts) -> Vec<Overhead> {
        let cost = &facts.cost;
        let mut all: Vec<Overhead> = self
            .nodes
            .iter()
            .map(|node| {
                let inside = float(node.timed) * cost.inside;
                Overhead { own: inside, total: inside }
            })
            .collect();
        // Children come after their parents, so theirs is complete when it is passed on.
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let Some(parent) = self.parents[at] else { continue };
            let outside = node.overhead_outside(facts);
            all[parent].own += outside;
            all[parent].total += all[at].total + outside;
        }
        all
    }
}

/// The recorder's ticks within a node's time.
#[derive(Debug, Clone, Copy)]
struct Overhead {
    /// Ticks in the function's own time.
    own: f64,
    /// Ticks in its total.
    total: f64,
}

/// The times of a node, in ticks.
struct Times {
    total: u64,
    own: u64,
    overhead: f64,
    own_overhead: f64,
}

impl Node {
    /// Returns the beginning of the outermost running call, if that is timed.
    fn running_since(&self) -> Option<u64> {
        (self.start > UNTIMED).then_some(self.start)
    }

    fn unfinished(&self, now: u64) -> u64 {
        self.running_since().map_or(0, |start| now.saturating_sub(start))
    }

    /// Returns the ticks for recording its calls, as far as these fall into the calling function.
    fn overhead_outside(&self, facts: &Facts) -> f64 {
        let timed = self.timed.min(self.calls);
        float(timed) * facts.cost.outside + float(self.calls - timed) * facts.cost.untimed
    }

    /// Returns the time from entry to exit, recursive calls not counted.
    fn total(&self, now: u64) -> u64 {
        let outermost = self.spent.saturating_sub(self.nested.finished());
        outermost.saturating_add(self.unfinished(now))
    }

    /// Returns the same, with each recursive call for itself.
    fn frames(&self, now: u64) -> u64 {
        let finished = self.spent;
        let running = self.unfinished(now).saturating_add(self.nested.unfinished(now));
        finished.saturating_add(running)
    }

    fn measures(&self, times: &Times, now: u64, facts: &Facts) -> Measures {
        let ns = |ticks: u64| facts.rate.ns(ticks);
        // What is estimated is no more than what it is a part of.
        let part = |ticks: f64, of: u64| ns(whole(ticks).min(of));
        Measures {
            errors: self.errors,
            panics: self.panics,
            cancelled: self.cancelled,
            unfinished: u64::from(self.start != 0),
            total_ns: ns(times.total),
            self_ns: ns(times.own),
            overhead_ns: part(times.overhead, times.total),
            self_overhead_ns: part(times.own_overhead, times.own),
            active_ns: ns(facts.since_first(now).saturating_sub(self.exactness.created)),
            sampled_ns: ns(self.exactness.steps.sampled(now)),
            counted_ns: ns(self.exactness.steps.counted(now)),
            largest_interval: self.exactness.largest_interval,
            transitions: u64::from(self.exactness.transitions),
            self_memory: self.allocated.own,
            ..match self.polled.as_deref() {
                None => self.durations(facts),
                Some(polled) => self.of_polls(polled, facts),
            }
        }
    }

    /// Returns the measures of an async function: its calls, and the polls that they were made up
    /// of.
    pub(super) fn of_polls(&self, polled: &Polled, facts: &Facts) -> Measures {
        let ns = |ticks: u64| facts.rate.ns(ticks);
        let durations =
            |node: Option<&Self>| node.map(|node| node.durations(facts)).unwrap_or_default();
        let lifetimes = durations(polled.lifetimes.as_ref());
        // The end of one that is given up is recorded like a poll.
        let polls = self.calls.saturating_sub(self.cancelled);
        let untimed = self.calls.saturating_sub(self.timed);
        Measures {
            polls: Polls {
                count: polls,
                timed: polls.saturating_sub(untimed),
                unmeasured: self.unmeasured.min(polls),
                max_ns: if self.timed > 0 { ns(self.sums.max) } else { 0 },
                in_flight: polled.calls.as_ref().map_or(0, Node::in_flight),
            },
            lifetimes: Lifetimes {
                count: lifetimes.timed,
                sum_ns: lifetimes.sum_ns,
                max_ns: lifetimes.max_ns,
                histogram: lifetimes.histogram,
            },
            ..durations(polled.calls.as_ref())
        }
    }

    /// Returns the suspended calls, out of the record beside an async function's polls.
    fn in_flight(&self) -> i64 {
        self.own.partial_calls.with_sign()
    }

    /// Returns the finished calls and their durations.
    pub(super) fn durations(&self, facts: &Facts) -> Measures {
        let histogram = Histogram::from_buckets(self.histogram.iter().copied());
        Measures { histogram, ..self.times(facts) }
    }

    /// Returns the same without the histogram.
    pub(super) fn times(&self, facts: &Facts) -> Measures {
        let ns = |ticks: u64| facts.rate.ns(ticks);
        let has_times = self.timed > 0;
        Measures {
            calls: self.calls,
            timed: self.timed.min(self.calls),
            unmeasured: self.unmeasured,
            sum_ns: ns(self.sums.sum),
            sum_of_squares_ns2: facts.rate.ns_squared(self.sums.squares),
            min_ns: if has_times { ns(self.sums.min) } else { 0 },
            max_ns: if has_times { ns(self.sums.max) } else { 0 },
            ..Measures::default()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// Rounds to the nearest whole number, and halves up; what does not fit becomes the nearest that does. Many processors
/// have no instruction for it that every one has, and a library's function takes longer.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an estimate; and what is beyond 2^53 is whole already"
)]
pub(super) fn whole(ticks: f64) -> u64 {
    let down = ticks as u64;
    if ticks - down as f64 >= 0.5 { down.saturating_add(1) } else { down }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is meant to")]
        fn whole_numbers_are_the_nearest(bits: u64, count: u64) {
            for ticks in [f64::from_bits(bits), float(count), float(count) / 2.0, float(count) / 1e12] {
                proptest::prop_assert_eq!(whole(ticks), ticks.round() as u64, "{}", ticks);
            }
        }
    }

    #[test]
    fn numbers_at_the_edges_are_rounded_as_the_library_does() {
        for (ticks, rounded) in [
            (0.499_999_999_999_999_94, 0),
            (0.5, 1),
            (1.5, 2),
            (-0.5, 0),
            (-7.0, 0),
            (f64::NAN, 0),
            (f64::INFINITY, u64::MAX),
            (f64::NEG_INFINITY, 0),
            (18_446_744_073_709_551_616.0, u64::MAX),
        ] {
            assert_eq!(whole(ticks), rounded, "{ticks}");
        }
    }
}
