//! The sums of what one process, or all processes of a program, recorded: a row a function, without the tree.
//! Pure data, in the form in which they are kept in the agent's state.

use std::cmp::Ordering;

use perf_runtime::segment;
use perf_runtime::snapshot::{
    Context, Function, Gauge, Histogram, Losses, Measures, Memory, Metric, MetricKind, Polls,
    Process, Ratio, Reading, Snapshot,
};
use prost::Message;

/// The sums of one process, or of several.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Sums {
    /// Functions that were called, sorted by name, none twice.
    #[prost(message, repeated, tag = "1")]
    pub(super) functions: Vec<FunctionSums>,
    /// Numbers of the program's own, sorted by name and kind, none twice.
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<MetricSums>,
    #[prost(uint64, tag = "3")]
    pub(super) lost_calls: u64,
    /// Time that recording took.
    #[prost(uint64, tag = "4")]
    pub(super) recording_ns: u64,
}

/// The sums of a function. Every field is a counter, but for those that say otherwise.
#[derive(Clone, PartialEq, Message)]
pub(super) struct FunctionSums {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) file: String,
    #[prost(uint32, tag = "3")]
    pub(super) line: u32,
    #[prost(bool, tag = "4")]
    pub(super) classifies_errors: bool,
    #[prost(bool, tag = "5")]
    pub(super) polled: bool,
    #[prost(bool, tag = "6")]
    pub(super) counts_allocs: bool,
    /// The counters, in the order of [`counters_of`].
    #[prost(uint64, repeated, tag = "7")]
    pub(super) counters: Vec<u64>,
    /// Buckets of the recorder's scale, rising, and the counts beside them.
    #[prost(uint32, repeated, tag = "8")]
    pub(super) buckets: Vec<u32>,
    #[prost(uint64, repeated, tag = "9")]
    pub(super) counts: Vec<u64>,
    /// Calls that have begun and not ended: a gauge.
    #[prost(uint64, tag = "10")]
    pub(super) in_flight: u64,
    /// Shortest and longest call; meaningless without calls.
    #[prost(uint64, tag = "11")]
    pub(super) min_ns: u64,
    #[prost(uint64, tag = "12")]
    pub(super) max_ns: u64,
    #[prost(uint64, tag = "13")]
    pub(super) resolution_ns: u64,
}

/// The value of a metric of the program's own.
#[derive(Clone, PartialEq, Message)]
pub(super) struct MetricSums {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    /// 0: count, 1: gauge, 2: ratio.
    #[prost(uint32, tag = "2")]
    pub(super) kind: u32,
    #[prost(uint64, tag = "3")]
    pub(super) samples: u64,
    /// The count, or the sum of a ratio's parts.
    #[prost(uint64, tag = "4")]
    pub(super) count: u64,
    #[prost(uint64, tag = "5")]
    pub(super) whole: u64,
    /// Latest value of a gauge, and its time.
    #[prost(double, tag = "6")]
    pub(super) last: f64,
    #[prost(uint64, tag = "7")]
    pub(super) last_unix_ns: u64,
}

/// The places of the counters in [`FunctionSums::counters`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Counter {
    Calls,
    Timed,
    Unmeasured,
    Errors,
    Panics,
    Cancelled,
    TotalNs,
    SelfNs,
    SelfErrorNs,
    OverheadNs,
    SelfOverheadNs,
    PreemptedNs,
    SelfPreemptedNs,
    SumNs,
    Allocs,
    AllocBytes,
    Polls,
    TimedPolls,
    UnmeasuredPolls,
}

/// Lists the counters of a function, in the order of [`Counter`].
fn counters_of(it: &Measures) -> [u64; 19] {
    [
        it.calls,
        it.timed,
        it.unmeasured,
        it.errors,
        it.panics,
        it.cancelled,
        it.total_ns,
        it.self_ns,
        it.self_error_ns,
        it.overhead_ns,
        it.self_overhead_ns,
        it.preempted_ns,
        it.self_preempted_ns,
        it.sum_ns,
        it.self_memory.allocs,
        it.self_memory.alloc_bytes,
        it.polls.count,
        it.polls.timed,
        it.polls.unmeasured,
    ]
}

impl FunctionSums {
    pub(super) fn counter(&self, counter: Counter) -> u64 {
        self.counters.get(counter as usize).copied().unwrap_or(0)
    }

    /// Replaces everything by the sums of a function, in the memory that it has.
    fn refill(&mut self, function: &Function, measures: &Measures, counts_allocs: bool) {
        let suspended = u64::try_from(measures.polls.in_flight).unwrap_or(0);
        self.name.clone_from(&function.name);
        self.file.clone_from(&function.file);
        self.line = function.line;
        self.classifies_errors = function.classifies_errors;
        self.polled = function.polled;
        self.counts_allocs = counts_allocs;
        self.counters.clear();
        self.counters.extend(counters_of(measures));
        let counted = measures.histogram.buckets();
        self.buckets.clear();
        self.buckets.extend(counted.iter().map(|it| it.0));
        self.counts.clear();
        self.counts.extend(counted.iter().map(|it| it.1));
        // One that is suspended is in no poll, and one in its first poll was not suspended yet.
        self.in_flight = measures.unfinished.max(suspended);
        self.min_ns = measures.min_ns;
        self.max_ns = measures.max_ns;
        self.resolution_ns = measures.resolution_ns;
    }

    fn has_calls(&self) -> bool {
        self.counter(Counter::Calls) > 0
    }

    /// Raises each counter to that of `floor` where it is below, and takes its histogram where that counts more. Where
    /// durations are corrected by an estimate, they move from one bucket to the next as it wavers: raised bucket by
    /// bucket, there would soon be more durations than calls.
    pub(super) fn raise_to(&mut self, floor: &Self) {
        self.widen(floor, floor.has_calls());
        for (own, floor) in self.counters.iter_mut().zip(&floor.counters) {
            *own = (*own).max(*floor);
        }
        if self.counted() < floor.counted() {
            self.buckets.clone_from(&floor.buckets);
            self.counts.clone_from(&floor.counts);
        }
    }

    /// Returns the durations in the histogram.
    fn counted(&self) -> u64 {
        self.counts.iter().copied().fold(0, u64::saturating_add)
    }

    /// Adds what a process recorded between two readings, of which the later one has nothing less.
    fn grow(&mut self, earlier: Option<&Self>, later: &Self) {
        let was = |at: usize| earlier.and_then(|it| it.counters.get(at)).copied().unwrap_or(0);
        self.widen(later, later.counter(Counter::Calls) > was(Counter::Calls as usize));
        for (at, (own, now)) in self.counters.iter_mut().zip(&later.counters).enumerate() {
            *own = own.saturating_add(now.saturating_sub(was(at)));
        }
        let landed = self.in_flight.saturating_sub(earlier.map_or(0, |it| it.in_flight));
        self.in_flight = landed.saturating_add(later.in_flight);
        self.grow_histogram(earlier, later);
    }

    /// Adds the durations that came between two readings: as many as the later one has more, among the buckets that
    /// count more. Those that only moved from one bucket to another are there already.
    fn grow_histogram(&mut self, earlier: Option<&Self>, later: &Self) {
        let more = later.counted().saturating_sub(earlier.map_or(0, Self::counted));
        let mut all = 0_u64;
        later.each_above(earlier, |_, count| all = all.saturating_add(count));
        let (mut at, mut seen, mut given) = (0, 0_u64, 0_u64);
        later.each_above(earlier, |bucket, count| {
            seen = seen.saturating_add(count);
            let up_to = if more == all { seen } else { part_of(more, seen, all) };
            let added = up_to - given;
            given = up_to;
            if added > 0 {
                at = self.add_durations(at, bucket, added);
            }
        });
    }

    /// Hands each bucket that counts more durations than it did `earlier` to `take`, with their number.
    fn each_above(&self, earlier: Option<&Self>, mut take: impl FnMut(u32, u64)) {
        let (buckets, counts) =
            earlier.map_or((&[][..], &[][..]), |it| (it.buckets.as_slice(), it.counts.as_slice()));
        let mut at = 0;
        for (bucket, count) in self.pairs() {
            while buckets.get(at).is_some_and(|before| *before < bucket) {
                at += 1;
            }
            let is_there = buckets.get(at) == Some(&bucket);
            let was = if is_there { counts.get(at).copied().unwrap_or(0) } else { 0 };
            if count > was {
                take(bucket, count - was);
            }
        }
    }

    /// Adds durations to a bucket, which is not below the one at place `from`, and returns its place.
    fn add_durations(&mut self, from: usize, bucket: u32, count: u64) -> usize {
        let before = self.buckets[from..].iter().take_while(|own| **own < bucket).count();
        let at = from + before;
        if let Some(own) = self.counts.get_mut(at).filter(|_| self.buckets.get(at) == Some(&bucket))
        {
            *own = own.saturating_add(count);
        } else {
            self.buckets.insert(at, bucket);
            self.counts.insert(at.min(self.counts.len()), count);
        }
        at
    }

    /// Takes over what is no counter, and makes room for the counters of `other`. Its shortest and longest call are
    /// meaningless unless it `has_calls`.
    fn widen(&mut self, other: &Self, has_calls: bool) {
        (self.min_ns, self.max_ns) = match (self.has_calls(), has_calls) {
            (_, false) => (self.min_ns, self.max_ns),
            (false, true) => (other.min_ns, other.max_ns),
            (true, true) => (self.min_ns.min(other.min_ns), self.max_ns.max(other.max_ns)),
        };
        self.counters.resize(self.counters.len().max(other.counters.len()), 0);
        self.classifies_errors |= other.classifies_errors;
        self.polled |= other.polled;
        self.counts_allocs |= other.counts_allocs;
        self.resolution_ns = self.resolution_ns.max(other.resolution_ns);
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (u32, u64)> {
        self.buckets.iter().copied().zip(self.counts.iter().copied())
    }

    fn function(&self) -> Function {
        Function {
            name: self.name.clone(),
            file: self.file.clone(),
            line: self.line,
            classifies_errors: self.classifies_errors,
            polled: self.polled,
            ..Function::default()
        }
    }

    fn measures(&self) -> Measures {
        let of = |counter| self.counter(counter);
        let memory = Memory {
            allocs: of(Counter::Allocs),
            alloc_bytes: of(Counter::AllocBytes),
            ..Memory::default()
        };
        Measures {
            calls: of(Counter::Calls),
            timed: of(Counter::Timed),
            unmeasured: of(Counter::Unmeasured),
            errors: of(Counter::Errors),
            panics: of(Counter::Panics),
            cancelled: of(Counter::Cancelled),
            total_ns: of(Counter::TotalNs),
            self_ns: of(Counter::SelfNs),
            self_error_ns: of(Counter::SelfErrorNs),
            resolution_ns: self.resolution_ns,
            overhead_ns: of(Counter::OverheadNs),
            self_overhead_ns: of(Counter::SelfOverheadNs),
            preempted_ns: of(Counter::PreemptedNs),
            self_preempted_ns: of(Counter::SelfPreemptedNs),
            sum_ns: of(Counter::SumNs),
            min_ns: self.min_ns,
            max_ns: self.max_ns,
            self_memory: memory,
            polls: Polls {
                count: of(Counter::Polls),
                timed: of(Counter::TimedPolls),
                unmeasured: of(Counter::UnmeasuredPolls),
                ..Polls::default()
            },
            histogram: Histogram::from_buckets(self.pairs()),
            ..Measures::default()
        }
    }
}

impl MetricSums {
    fn of(metric: &Metric) -> Self {
        let empty = Self { name: metric.name.clone(), ..Self::default() };
        match metric.reading {
            Reading::Count(count) => Self { count, ..empty },
            Reading::Gauge(it) => Self {
                kind: 1,
                samples: it.samples,
                last: it.last,
                last_unix_ns: it.last_unix_ns,
                ..empty
            },
            Reading::Ratio(Ratio { samples, part, whole }) => {
                Self { kind: 2, samples, count: part, whole, ..empty }
            }
        }
    }

    pub(super) fn kind(&self) -> MetricKind {
        match self.kind {
            0 => MetricKind::Count,
            1 => MetricKind::Gauge,
            _ => MetricKind::Ratio,
        }
    }

    fn join(&mut self, other: &Self, join: fn(u64, u64) -> u64) {
        self.samples = join(self.samples, other.samples);
        self.count = join(self.count, other.count);
        self.whole = join(self.whole, other.whole);
        if other.samples > 0 && other.last_unix_ns >= self.last_unix_ns {
            (self.last, self.last_unix_ns) = (other.last, other.last_unix_ns);
        }
    }

    fn metric(&self) -> Metric {
        let reading = match self.kind() {
            MetricKind::Count => Reading::Count(self.count),
            MetricKind::Gauge => Reading::Gauge(Gauge {
                samples: self.samples,
                last: self.last,
                last_unix_ns: self.last_unix_ns,
                ..Gauge::default()
            }),
            MetricKind::Ratio => {
                Reading::Ratio(Ratio { samples: self.samples, part: self.count, whole: self.whole })
            }
        };
        Metric { name: self.name.clone(), file: String::new(), line: 0, reading }
    }
}

impl Sums {
    /// Replaces everything by the sums of a segment, as far as they have changed, in the memory that it has: processes
    /// of one program have the same functions, and are read one after the other.
    pub(super) fn refill(&mut self, read: &segment::Sums) {
        let happened = |it: &Measures| {
            it.calls > 0 || it.unfinished > 0 || it.total_ns > 0 || it.polls.count > 0
        };
        let mut changed: Vec<(&Function, &Measures)> =
            read.changed().filter(|(_, measures)| happened(measures)).collect();
        changed.sort_by_key(|(function, _)| &function.name);
        let mut filled = 0;
        for (function, measures) in changed {
            let is_again = filled > 0 && self.functions[filled - 1].name == function.name;
            if filled == self.functions.len() {
                self.functions.push(FunctionSums::default());
            }
            let (before, row) = self.functions.split_at_mut(filled);
            row[0].refill(function, measures, read.process.counts_allocs);
            match before.last_mut().filter(|_| is_again) {
                Some(first) => first.grow(None, &row[0]),
                None => filled += 1,
            }
        }
        self.functions.truncate(filled);
        self.metrics = read.metrics.iter().map(MetricSums::of).collect();
        self.metrics.sort_by(by_name_and_kind);
        self.metrics.dedup_by(|again, first| {
            let is_same = by_name_and_kind(again, first).is_eq();
            if is_same {
                first.join(again, u64::saturating_add);
            }
            is_same
        });
        self.lost_calls = read.losses.lost_calls;
        self.recording_ns = read.process.overhead_ns;
    }

    /// Raises each counter to that of `floor` where it is below: an estimate may waver from one reading to
    /// the next, and what was counted already stays counted.
    #[cfg(test)]
    pub(super) fn raise_to(&mut self, floor: &Self) {
        join_sorted(&mut self.functions, &floor.functions, by_name, FunctionSums::raise_to);
        self.raise_rest_to(floor);
    }

    /// Raises each counter that is of no function to that of `floor` where it is below.
    pub(super) fn raise_rest_to(&mut self, floor: &Self) {
        self.lost_calls = self.lost_calls.max(floor.lost_calls);
        self.recording_ns = self.recording_ns.max(floor.recording_ns);
        join_sorted(&mut self.metrics, &floor.metrics, by_name_and_kind, |own, floor| {
            own.join(floor, u64::max);
        });
    }

    /// Adds what came between two readings of one process beside its functions. Of the later one nothing is below the
    /// earlier one, so no counter falls.
    pub(super) fn add_growth_of_rest(&mut self, earlier: &Self, later: &Self) {
        let grown = |earlier: u64, later: u64| later.saturating_sub(earlier);
        self.lost_calls =
            self.lost_calls.saturating_add(grown(earlier.lost_calls, later.lost_calls));
        self.recording_ns =
            self.recording_ns.saturating_add(grown(earlier.recording_ns, later.recording_ns));
        let mut metrics = later.metrics.clone();
        join_sorted(&mut metrics, &earlier.metrics, by_name_and_kind, |later, earlier| {
            later.join(earlier, u64::saturating_sub);
        });
        join_sorted(&mut self.metrics, &metrics, by_name_and_kind, |own, grown| {
            own.join(grown, u64::saturating_add);
        });
    }

    /// Takes off what was in flight in a process as of its last reading.
    pub(super) fn land(&mut self, of: &Self) {
        let in_flight = of.functions.iter().filter(|it| it.in_flight > 0);
        join_sorted(&mut self.functions, in_flight, by_name, |own, other| {
            own.in_flight = own.in_flight.saturating_sub(other.in_flight);
        });
    }

    /// Returns the sums as a snapshot without callers, of this process.
    pub(super) fn snapshot(&self, process: Process) -> Snapshot {
        let contexts = self.functions.iter().enumerate();
        let contexts = contexts.map(|(function, sums)| Context {
            function,
            parent: None,
            measures: sums.measures(),
        });
        Snapshot {
            functions: self.functions.iter().map(FunctionSums::function).collect(),
            contexts: contexts.collect(),
            metrics: self.metrics.iter().map(MetricSums::metric).collect(),
            processes: vec![Process { overhead_ns: self.recording_ns, ..process }],
            losses: Losses { lost_calls: self.lost_calls, ..Losses::default() },
            ..Snapshot::default()
        }
    }
}

/// The functions of a program while they grow by those of a process, which come sorted by name.
#[derive(Debug)]
pub(super) struct Growing<'a> {
    functions: &'a mut Vec<FunctionSums>,
    at: usize,
    missing: Vec<FunctionSums>,
}

impl<'a> Growing<'a> {
    pub(super) fn of(functions: &'a mut Vec<FunctionSums>) -> Self {
        Self { functions, at: 0, missing: Vec::new() }
    }

    /// Adds what a process recorded of a function between two readings, of which the later one has nothing less.
    pub(super) fn grow(&mut self, earlier: Option<&FunctionSums>, later: &FunctionSums) {
        if earlier == Some(later) {
            return;
        }
        self.at += steps_to(&self.functions[self.at..], |it| it.name.cmp(&later.name));
        match self.functions.get_mut(self.at) {
            Some(own) if own.name == later.name => own.grow(earlier, later),
            _ => self.missing.push(later.clone()),
        }
    }

    /// Puts those into their places that were not there before.
    pub(super) fn finish(self) {
        insert_sorted(self.functions, self.missing, by_name);
    }
}

/// Returns `part` of `of` of `number`, rounded down.
fn part_of(number: u64, part: u64, of: u64) -> u64 {
    if let Some(product) = number.checked_mul(part) {
        return product / of.max(1);
    }
    let product = u128::from(number) * u128::from(part) / u128::from(of.max(1));
    u64::try_from(product).unwrap_or(u64::MAX)
}

fn by_name(a: &FunctionSums, b: &FunctionSums) -> Ordering {
    a.name.cmp(&b.name)
}

fn by_name_and_kind(a: &MetricSums, b: &MetricSums) -> Ordering {
    (&a.name, a.kind).cmp(&(&b.name, b.kind))
}

/// Joins two sorted lists: what only `other` has is taken over, what both have is joined.
fn join_sorted<'a, T: Clone + 'a>(
    own: &mut Vec<T>,
    other: impl IntoIterator<Item = &'a T>,
    order: impl Fn(&T, &T) -> Ordering,
    join: impl Fn(&mut T, &T),
) {
    let mut missing = Vec::new();
    let mut at = 0;
    for theirs in other {
        at += steps_to(&own[at..], |it| order(it, theirs));
        match own.get_mut(at) {
            Some(ours) if order(ours, theirs) == Ordering::Equal => join(ours, theirs),
            _ => missing.push(theirs.clone()),
        }
    }
    insert_sorted(own, missing, order);
}

/// Counts the elements of a sorted list that come before what is looked for. Most often that is one or none.
fn steps_to<T>(list: &[T], order: impl Fn(&T) -> Ordering) -> usize {
    let is_before = |it: &T| order(it) == Ordering::Less;
    let first = list.iter().take(2).take_while(|it| is_before(it)).count();
    if first < 2 { first } else { 2 + list[2..].partition_point(is_before) }
}

fn insert_sorted<T>(own: &mut Vec<T>, mut missing: Vec<T>, order: impl Fn(&T, &T) -> Ordering) {
    if !missing.is_empty() {
        own.append(&mut missing);
        own.sort_by(order);
    }
}
