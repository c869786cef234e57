//! The sums of what one process, or all processes of a program, recorded: a row a function, without the tree.
//! Pure data, in the form in which they are kept in the agent's state.

use std::cmp::Ordering;

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
fn counters_of(it: &Measures) -> Vec<u64> {
    vec![
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

    fn of(function: &Function, measures: &Measures, counts_allocs: bool) -> Self {
        let suspended = u64::try_from(measures.polls.in_flight).unwrap_or(0);
        let (buckets, counts) = measures.histogram.buckets().iter().copied().unzip();
        Self {
            name: function.name.clone(),
            file: function.file.clone(),
            line: function.line,
            classifies_errors: function.classifies_errors,
            polled: function.polled,
            counts_allocs,
            counters: counters_of(measures),
            buckets,
            counts,
            // One that is suspended is in no poll, and one in its first poll was not suspended yet.
            in_flight: measures.unfinished.max(suspended),
            min_ns: measures.min_ns,
            max_ns: measures.max_ns,
            resolution_ns: measures.resolution_ns,
        }
    }

    fn has_calls(&self) -> bool {
        self.counter(Counter::Calls) > 0
    }

    /// Joins `other` to it, counter by counter, as `join` says.
    fn join(&mut self, other: &Self, join: fn(u64, u64) -> u64) {
        (self.min_ns, self.max_ns) = match (self.has_calls(), other.has_calls()) {
            (_, false) => (self.min_ns, self.max_ns),
            (false, true) => (other.min_ns, other.max_ns),
            (true, true) => (self.min_ns.min(other.min_ns), self.max_ns.max(other.max_ns)),
        };
        let length = self.counters.len().max(other.counters.len());
        self.counters.resize(length, 0);
        for (own, other) in self.counters.iter_mut().zip(&other.counters) {
            *own = join(*own, *other);
        }
        self.classifies_errors |= other.classifies_errors;
        self.polled |= other.polled;
        self.counts_allocs |= other.counts_allocs;
        self.resolution_ns = self.resolution_ns.max(other.resolution_ns);
        (self.buckets, self.counts) = joined(self.pairs(), other.pairs(), join).into_iter().unzip();
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

/// Joins two rising lists of buckets and counts.
fn joined(
    own: impl Iterator<Item = (u32, u64)>,
    other: impl Iterator<Item = (u32, u64)>,
    join: fn(u64, u64) -> u64,
) -> Vec<(u32, u64)> {
    let (mut own, mut other) = (own.peekable(), other.peekable());
    let mut all = Vec::new();
    loop {
        let order = match (own.peek(), other.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return all,
        };
        let next = match order {
            Ordering::Less => own.next(),
            Ordering::Greater => other.next(),
            Ordering::Equal => {
                own.next().zip(other.next()).map(|((bucket, a), (_, b))| (bucket, join(a, b)))
            }
        };
        all.extend(next);
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
    /// Sums up the contexts of a snapshot, function by function.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let counts_allocs = snapshot.processes.iter().any(|process| process.counts_allocs);
        let all = snapshot.functions.iter().zip(snapshot.by_function());
        let happened = all.filter(|(_, it)| {
            it.calls > 0 || it.unfinished > 0 || it.total_ns > 0 || it.polls.count > 0
        });
        let recording = snapshot.processes.iter().map(|process| process.overhead_ns);
        Self {
            functions: happened
                .map(|(function, measures)| FunctionSums::of(function, &measures, counts_allocs))
                .collect(),
            metrics: snapshot.metrics.iter().map(MetricSums::of).collect(),
            lost_calls: snapshot.losses.lost_calls,
            recording_ns: recording.fold(0, u64::saturating_add),
        }
    }

    /// Adds `other` to it.
    pub(super) fn add(&mut self, other: &Self) {
        self.join(other, u64::saturating_add, u64::saturating_add);
    }

    /// Raises each counter to that of `floor` where it is below: an estimate may waver from one reading to
    /// the next, and what was counted already stays counted.
    pub(super) fn raise_to(&mut self, floor: &Self) {
        self.join(floor, u64::max, |own, _| own);
    }

    /// Adds what came between two readings of one process, of which the later one was
    /// [raised](Self::raise_to) to the earlier one. So no counter of it falls.
    pub(super) fn add_growth(&mut self, earlier: &Self, later: &Self) {
        let mut growth = later.clone();
        growth.join(earlier, u64::saturating_sub, |own, _| own);
        for function in &mut growth.functions {
            let pairs: Vec<_> = function.pairs().filter(|(_, count)| *count > 0).collect();
            (function.buckets, function.counts) = pairs.into_iter().unzip();
        }
        self.land(earlier);
        self.add(&growth);
    }

    /// Takes off what was in flight in a process as of its last reading.
    pub(super) fn land(&mut self, of: &Self) {
        let landed = Self {
            functions: of.functions.iter().filter(|it| it.in_flight > 0).cloned().collect(),
            ..Self::default()
        };
        self.join_functions(&landed, |own, other| {
            own.in_flight = own.in_flight.saturating_sub(other.in_flight);
        });
    }

    /// Joins `other` to it, counter by counter; what is in flight is joined apart.
    fn join(&mut self, other: &Self, join: fn(u64, u64) -> u64, gauges: fn(u64, u64) -> u64) {
        self.lost_calls = join(self.lost_calls, other.lost_calls);
        self.recording_ns = join(self.recording_ns, other.recording_ns);
        self.join_functions(other, |own, other| {
            own.join(other, join);
            own.in_flight = gauges(own.in_flight, other.in_flight);
        });
        join_sorted(
            &mut self.metrics,
            &other.metrics,
            |a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)),
            |own, other| own.join(other, join),
        );
    }

    fn join_functions(&mut self, other: &Self, join: impl Fn(&mut FunctionSums, &FunctionSums)) {
        join_sorted(&mut self.functions, &other.functions, |a, b| a.name.cmp(&b.name), join);
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

/// Joins two sorted lists: what only `other` has is taken over, what both have is joined.
fn join_sorted<T: Clone>(
    own: &mut Vec<T>,
    other: &[T],
    order: impl Fn(&T, &T) -> Ordering,
    join: impl Fn(&mut T, &T),
) {
    let mut missing = Vec::new();
    let mut at = 0;
    for theirs in other {
        at += own[at..].partition_point(|it| order(it, theirs) == Ordering::Less);
        match own.get_mut(at) {
            Some(ours) if order(ours, theirs) == Ordering::Equal => join(ours, theirs),
            _ => missing.push(theirs.clone()),
        }
    }
    if !missing.is_empty() {
        own.append(&mut missing);
        own.sort_by(order);
    }
}
