//! The difference between two snapshots of the same processes. Pure.
//!
//! Counts and sums are exact. Extremes do not subtract: those of durations follow from the
//! histogram, and those of gauges and of memory are the later snapshot's.

use std::collections::HashMap;

use super::{
    Context, Failures, Gauge, Histogram, Lifetimes, Losses, Measures, Memory, Metric, Polls,
    Process, Ratio, Reading, Snapshot,
};
use crate::buckets;

impl Snapshot {
    /// Returns everything recorded after `earlier`, a snapshot that was taken of the same
    /// processes.
    ///
    /// A call that was running then counts as a call of the time after, with the whole of its own
    /// duration; totals and self times hold only what came after. The shortest and the longest call
    /// are exact where the time after had one shorter or longer than any before, and else within
    /// the 3.2 % of a bucket. The extremes of gauges and of allocated memory are those of the whole
    /// time.
    ///
    /// ```
    /// # fn main() -> Result<(), perf_runtime::segment::SegmentError> {
    /// let before = perf_runtime::snapshot()?;
    /// // … what is to be looked at …
    /// let since = perf_runtime::snapshot()?.since(&before);
    /// assert!(since.contexts.is_empty(), "nothing was called");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let metrics = |metrics: &[Metric]| -> HashMap<_, _> {
            let keyed = metrics.iter().map(|it| (it.key().0.to_owned(), it.key().1, it.reading));
            keyed.map(|(name, kind, reading)| ((name, kind), reading)).collect()
        };
        let metrics_before = metrics(&earlier.metrics);
        let metric = |metric: &Metric| {
            let key = (metric.name.clone(), metric.reading.kind());
            let before = metrics_before.get(&key);
            let reading = before.map_or(metric.reading, |before| metric.reading.since(before));
            Metric { reading, ..metric.clone() }
        };
        let mut transitions = self.transitions.clone();
        for known in &earlier.transitions {
            if let Some(at) = transitions.iter().position(|transition| transition == known) {
                transitions.remove(at);
            }
        }
        Self {
            functions: self.functions.clone(),
            contexts: contexts(self, earlier),
            failures: failures(self, earlier),
            metrics: self.metrics.iter().map(metric).collect(),
            benchmarks: self.benchmarks.clone(),
            left_out: self.left_out.clone(),
            transitions,
            processes: self.processes.iter().map(|it| process(it, &earlier.processes)).collect(),
            losses: self.losses.since(&earlier.losses),
        }
    }
}

/// Lists the failures that came after `earlier`, by the names of their functions.
fn failures(later: &Snapshot, earlier: &Snapshot) -> Vec<Failures> {
    let name = |snapshot: &Snapshot, it: &Failures| {
        snapshot.functions.get(it.function).map(|function| function.name.clone())
    };
    let before: HashMap<_, _> = earlier.failures.iter().map(|it| (name(earlier, it), it)).collect();
    let since = |it: &Failures| match before.get(&name(later, it)) {
        Some(before) => it.since(before),
        None => it.clone(),
    };
    later.failures.iter().map(since).filter(|it| !it.is_empty()).collect()
}

/// Lists the contexts in which anything happened after `earlier`, and their callers.
fn contexts(later: &Snapshot, earlier: &Snapshot) -> Vec<Context> {
    let before = known_contexts(later, earlier);
    let mut measures: Vec<Measures> = later
        .contexts
        .iter()
        .zip(before)
        .map(|(context, before)| match before {
            Some(before) => context.measures.since(before),
            None => context.measures.clone(),
        })
        .collect();
    keep_counts(later, earlier, &mut measures);
    let mut is_kept: Vec<bool> = measures.iter().map(Measures::has_anything).collect();
    for (at, context) in later.contexts.iter().enumerate().rev() {
        if let Some(parent) = context.parent.filter(|_| is_kept[at]) {
            is_kept[parent] = true;
        }
    }
    let mut places = vec![0; is_kept.len()];
    let mut kept = Vec::new();
    for (at, context) in later.contexts.iter().enumerate().filter(|(at, _)| is_kept[*at]) {
        places[at] = kept.len();
        let parent = context.parent.map(|parent| places[parent]);
        let measures = std::mem::take(&mut measures[at]);
        kept.push(Context { function: context.function, parent, measures });
    }
    kept
}

/// Keeps the number of each function's calls: where calls are placed in contexts by estimate, one
/// may have had more of them in the earlier snapshot than it has in the later one.
fn keep_counts(later: &Snapshot, earlier: &Snapshot, measures: &mut [Measures]) {
    let calls = |snapshot: &Snapshot| -> HashMap<String, u64> {
        let sums = snapshot.functions.iter().zip(snapshot.by_function());
        sums.map(|(function, sum)| (function.name.clone(), sum.calls)).collect()
    };
    let (after, before) = (calls(later), calls(earlier));
    let mut excess = vec![0_u64; later.functions.len()];
    for (context, measures) in later.contexts.iter().zip(measures.iter()) {
        if let Some(sum) = excess.get_mut(context.function) {
            *sum = sum.saturating_add(measures.calls);
        }
    }
    for (excess, function) in excess.iter_mut().zip(&later.functions) {
        let [after, before] =
            [&after, &before].map(|calls| calls.get(&function.name).copied().unwrap_or_default());
        *excess = excess.saturating_sub(after.saturating_sub(before));
    }
    for (context, measures) in later.contexts.iter().zip(measures) {
        if let Some(excess) = excess.get_mut(context.function).filter(|excess| **excess > 0) {
            let taken = measures.placed.min(measures.calls).min(*excess);
            measures.calls -= taken;
            measures.placed -= taken;
            *excess -= taken;
        }
    }
}

/// Finds the earlier measures of each context of `later`: contexts are the same whose functions and
/// callers have the same names.
fn known_contexts<'a>(later: &Snapshot, earlier: &'a Snapshot) -> Vec<Option<&'a Measures>> {
    let name = |snapshot: &Snapshot, context: &Context| {
        snapshot.functions.get(context.function).map(|it| it.name.clone()).unwrap_or_default()
    };
    let mut place_of: HashMap<(Option<usize>, String), usize> = HashMap::new();
    for (at, context) in earlier.contexts.iter().enumerate() {
        place_of.insert((context.parent, name(earlier, context)), at);
    }
    let mut places: Vec<Option<usize>> = Vec::with_capacity(later.contexts.len());
    for context in &later.contexts {
        let parent = match context.parent {
            None => Some(None),
            Some(parent) => places.get(parent).copied().flatten().map(Some),
        };
        let place = parent.and_then(|parent| place_of.get(&(parent, name(later, context))));
        places.push(place.copied());
    }
    places.into_iter().map(|place| place.map(|at| &earlier.contexts[at].measures)).collect()
}

fn process(process: &Process, earlier: &[Process]) -> Process {
    let is_same =
        |it: &&Process| (it.pid, it.started_unix_ns) == (process.pid, process.started_unix_ns);
    let before = earlier.iter().find(is_same).cloned().unwrap_or_default();
    Process {
        recorded_ns: process.recorded_ns.saturating_sub(before.recorded_ns),
        overhead_ns: process.overhead_ns.saturating_sub(before.overhead_ns),
        ..process.clone()
    }
}

impl Measures {
    fn has_anything(&self) -> bool {
        self.calls > 0
            || self.unfinished > 0
            || self.polls.in_flight != 0
            || self.total_ns > 0
            || self.self_memory.frees > 0
    }

    fn since(&self, earlier: &Self) -> Self {
        let left = u64::saturating_sub;
        let sampled_ns = left(self.sampled_ns, earlier.sampled_ns);
        let mut since = Self {
            calls: left(self.calls, earlier.calls),
            placed: left(self.placed, earlier.placed),
            self_error_ns: left(self.self_error_ns, earlier.self_error_ns),
            resolution_ns: self.resolution_ns,
            timed: left(self.timed, earlier.timed),
            unmeasured: left(self.unmeasured, earlier.unmeasured),
            errors: left(self.errors, earlier.errors),
            panics: left(self.panics, earlier.panics),
            cancelled: left(self.cancelled, earlier.cancelled),
            unfinished: self.unfinished,
            total_ns: left(self.total_ns, earlier.total_ns),
            self_ns: left(self.self_ns, earlier.self_ns),
            overhead_ns: left(self.overhead_ns, earlier.overhead_ns),
            self_overhead_ns: left(self.self_overhead_ns, earlier.self_overhead_ns),
            preempted_ns: left(self.preempted_ns, earlier.preempted_ns),
            self_preempted_ns: left(self.self_preempted_ns, earlier.self_preempted_ns),
            sum_ns: left(self.sum_ns, earlier.sum_ns),
            sum_of_squares_ns2: self.sum_of_squares_ns2.saturating_sub(earlier.sum_of_squares_ns2),
            active_ns: left(self.active_ns, earlier.active_ns),
            sampled_ns,
            counted_ns: left(self.counted_ns, earlier.counted_ns),
            largest_interval: if sampled_ns > 0 { self.largest_interval } else { 0 },
            transitions: left(self.transitions, earlier.transitions),
            memory: self.memory.since(&earlier.memory),
            self_memory: self.self_memory.since(&earlier.self_memory),
            polls: self.polls.since(&earlier.polls),
            lifetimes: self.lifetimes.since(&earlier.lifetimes),
            histogram: self.histogram.since(&earlier.histogram),
            ..Self::default()
        };
        if since.timed > 0 {
            (since.min_ns, since.max_ns) = self.range_of(&since.histogram);
        }
        since
    }

    /// Returns the shortest and the longest call of those in `histogram`, a part of the calls, within the
    /// ends of all of them. The extremes of an earlier snapshot are not asked: the reader may have
    /// scaled them by another factor.
    fn range_of(&self, histogram: &Histogram) -> (u64, u64) {
        let buckets = histogram.buckets();
        let lowest = buckets.first().map_or(self.min_ns, |&(at, _)| buckets::lower_bound(at));
        let highest = buckets.last().map_or(self.max_ns, |&(at, _)| buckets::upper_bound(at) - 1);
        (lowest.max(self.min_ns), highest.min(self.max_ns))
    }
}

impl Histogram {
    /// Takes the earlier durations off. Durations that stand for untimed calls may since stand for
    /// others. Then a bucket has fewer than before, and the excess of the others is taken from all
    /// of them alike.
    fn since(&self, earlier: &Self) -> Self {
        let before: HashMap<u32, u64> = earlier.buckets().iter().copied().collect();
        let more = Self::from_buckets(self.buckets().iter().map(|&(bucket, count)| {
            (bucket, count.saturating_sub(before.get(&bucket).copied().unwrap_or_default()))
        }));
        more.thinned_to(self.count().saturating_sub(earlier.count()))
    }

    /// Thins it to `most` durations, each bucket by the same part.
    fn thinned_to(self, most: u64) -> Self {
        let all = self.count();
        if all <= most {
            return self;
        }
        let part = |sum: u64| {
            u64::try_from(u128::from(sum) * u128::from(most) / u128::from(all)).unwrap_or(most)
        };
        let mut sum = 0_u64;
        Self::from_buckets(self.buckets().iter().map(|&(bucket, count)| {
            let before = part(sum);
            sum = sum.saturating_add(count);
            (bucket, part(sum) - before)
        }))
    }
}

impl Polls {
    /// Takes the earlier polls off. A call in flight still is; the longest poll may have come
    /// before, which is not known.
    fn since(&self, earlier: &Self) -> Self {
        Self {
            count: self.count.saturating_sub(earlier.count),
            timed: self.timed.saturating_sub(earlier.timed),
            unmeasured: self.unmeasured.saturating_sub(earlier.unmeasured),
            ..*self
        }
    }
}

impl Lifetimes {
    fn since(&self, earlier: &Self) -> Self {
        let histogram = self.histogram.since(&earlier.histogram);
        let buckets = histogram.buckets();
        let highest = buckets.last().map_or(self.max_ns, |&(at, _)| buckets::upper_bound(at) - 1);
        Self {
            count: self.count.saturating_sub(earlier.count),
            sum_ns: self.sum_ns.saturating_sub(earlier.sum_ns),
            max_ns: highest.min(self.max_ns),
            histogram,
        }
    }
}

impl Memory {
    fn since(&self, earlier: &Self) -> Self {
        Self {
            allocs: self.allocs.saturating_sub(earlier.allocs),
            alloc_bytes: self.alloc_bytes.saturating_sub(earlier.alloc_bytes),
            frees: self.frees.saturating_sub(earlier.frees),
            freed_bytes: self.freed_bytes.saturating_sub(earlier.freed_bytes),
            peak_bytes: self.peak_bytes,
        }
    }
}

impl Reading {
    fn since(&self, earlier: &Self) -> Self {
        match (*self, *earlier) {
            (Self::Count(count), Self::Count(before)) => Self::Count(count.saturating_sub(before)),
            (Self::Gauge(gauge), Self::Gauge(before)) => {
                let samples = gauge.samples.saturating_sub(before.samples);
                let sum = gauge.sum.saturating_sub(before.sum);
                let since = Gauge { samples, sum, ..gauge };
                Self::Gauge(if samples > 0 { since } else { Gauge::default() })
            }
            (Self::Ratio(ratio), Self::Ratio(before)) => Self::Ratio(Ratio {
                samples: ratio.samples.saturating_sub(before.samples),
                part: ratio.part.saturating_sub(before.part),
                whole: ratio.whole.saturating_sub(before.whole),
            }),
            _ => *self,
        }
    }
}

impl Losses {
    fn since(&self, earlier: &Self) -> Self {
        let left = u64::saturating_sub;
        Self {
            lost_calls: left(self.lost_calls, earlier.lost_calls),
            uncounted_durations: left(self.uncounted_durations, earlier.uncounted_durations),
            clock_anomalies: left(self.clock_anomalies, earlier.clock_anomalies),
            lost_metrics: left(self.lost_metrics, earlier.lost_metrics),
            lost_allocs: left(self.lost_allocs, earlier.lost_allocs),
            forgotten_transitions: left(self.forgotten_transitions, earlier.forgotten_transitions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Function, Merger, Transition};
    use proptest::prelude::*;

    fn measures(durations: &[u64]) -> Measures {
        let mut measures = Measures {
            calls: durations.len() as u64,
            timed: durations.len() as u64,
            min_ns: durations.iter().copied().min().unwrap_or(0),
            max_ns: durations.iter().copied().max().unwrap_or(0),
            ..Measures::default()
        };
        for &ns in durations {
            measures.total_ns += ns;
            measures.self_ns += ns;
            measures.sum_ns += ns;
            measures.sum_of_squares_ns2 += u128::from(ns).pow(2);
            measures.histogram.record(ns, 1);
        }
        measures
    }

    /// Makes calls of four functions from any contexts.
    fn snapshot() -> impl Strategy<Value = Snapshot> {
        let durations = proptest::collection::vec(1_u64..1_000_000, 1..4);
        let context = (0_usize..4, proptest::option::of(0_usize..6), durations);
        proptest::collection::vec(context, 0..8).prop_map(|rows| {
            let contexts = rows.iter().enumerate().map(|(at, (function, parent, durations))| {
                let parent = parent.filter(|&parent| parent < at);
                Context { function: *function, parent, measures: measures(durations) }
            });
            let mut merger = Merger::default();
            merger.add(&Snapshot {
                functions: (0..4)
                    .map(|name| Function { name: format!("f{name}"), ..Function::default() })
                    .collect(),
                contexts: contexts.collect(),
                transitions: vec![Transition { at_ns: rows.len() as u64, ..Transition::default() }],
                ..Snapshot::default()
            });
            merger.finish()
        })
    }

    /// Removes extremes, which are not known exactly.
    fn sums(mut snapshot: Snapshot) -> Snapshot {
        for context in &mut snapshot.contexts {
            (context.measures.min_ns, context.measures.max_ns) = (0, 0);
        }
        snapshot
    }

    proptest! {
        #[test]
        fn what_was_added_is_what_came_since(before in snapshot(), after in snapshot()) {
            let both = before.merged(&after);
            prop_assert_eq!(sums(both.since(&before)), sums(after));
        }

        #[test]
        fn extremes_are_within_a_bucket(
            before in proptest::collection::vec(1_u64..1_000_000, 0..9),
            after in proptest::collection::vec(1_u64..1_000_000, 1..9),
        ) {
            let (old, new) = (measures(&before), measures(&after));
            let mut both = old.clone();
            both.merge(&new);
            let since = both.since(&old);
            prop_assert_eq!(buckets::of(since.min_ns), buckets::of(new.min_ns));
            prop_assert_eq!(buckets::of(since.max_ns), buckets::of(new.max_ns));
        }

        #[test]
        fn nothing_came_since_itself(all in snapshot()) {
            let since = all.since(&all);
            prop_assert!(since.contexts.is_empty() && since.transitions.is_empty());
            prop_assert_eq!(since.functions, all.functions);
        }
    }

    #[test]
    fn a_longest_call_that_was_only_scaled_anew_is_none_of_the_time_after() {
        let old = measures(&[10, 5_000_000]);
        let mut both = old.clone();
        both.merge(&measures(&[20]));
        both.max_ns += both.max_ns / 50;
        let since = both.since(&old);
        assert_eq!(buckets::of(since.max_ns), buckets::of(20));
    }

    #[test]
    fn the_values_of_metrics_are_taken_apart() {
        let gauge =
            |samples, sum| Reading::Gauge(Gauge { samples, sum, last: 7.0, ..Gauge::default() });
        assert_eq!(Reading::Count(9).since(&Reading::Count(4)), Reading::Count(5));
        assert_eq!(gauge(3, 30).since(&gauge(2, 10)), gauge(1, 20));
        assert_eq!(gauge(3, 30).since(&gauge(3, 30)), Reading::Gauge(Gauge::default()));
        let ratio = |samples, part, whole| Reading::Ratio(Ratio { samples, part, whole });
        assert_eq!(ratio(5, 3, 8).since(&ratio(2, 3, 4)), ratio(3, 0, 4));
    }

    #[test]
    fn durations_that_stand_for_others_now_are_no_more_than_came() {
        let histogram = |pairs: &[(u32, u64)]| Histogram::from_buckets(pairs.iter().copied());
        let earlier = histogram(&[(3, 60), (5, 40)]);
        let later = histogram(&[(3, 57), (5, 42), (9, 3)]);
        let since = later.since(&earlier);
        assert_eq!(since.count(), 2);
        assert_eq!(later.since(&histogram(&[])), later);
        assert_eq!(later.since(&later).count(), 0);
        let more = histogram(&[(3, 60), (5, 41), (9, 3)]).since(&earlier);
        assert_eq!(more, histogram(&[(5, 1), (9, 3)]), "what was only added to is as it was");
    }

    #[test]
    fn failures_are_taken_apart_by_the_names_of_their_functions() {
        let of = |names: &[&str], timed: u64, kinds: &[(&str, u64)]| {
            let function =
                |name: &&str| Function { name: (*name).to_owned(), ..Function::default() };
            let at = names.iter().position(|name| *name == "f").unwrap();
            let mut failures =
                Failures { function: at, timed, timed_ns: timed * 10, ..Failures::default() };
            for (name, count) in kinds {
                failures.add_kind(name, *count);
            }
            let functions = names.iter().map(function).collect();
            Snapshot { functions, failures: vec![failures], ..Snapshot::default() }
        };
        let later = of(&["a", "f"], 9, &[("Refused", 4), ("Timeout", 5)]);
        let since = later.since(&of(&["f"], 4, &[("Refused", 4)]));
        assert_eq!(since.failures, of(&["a", "f"], 5, &[("Timeout", 5)]).failures);
        assert_eq!(later.since(&later).failures, []);
    }

    #[test]
    fn a_call_that_runs_goes_on() {
        let before = Measures { unfinished: 1, total_ns: 40, ..Measures::default() };
        let after = Measures { total_ns: 100, ..measures(&[100]) };
        let since = after.since(&before);
        assert_eq!((since.calls, since.total_ns, since.sum_ns), (1, 60, 100));
    }
}
