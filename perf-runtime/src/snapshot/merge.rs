//! The sum of snapshots: functions by name, contexts by path, metrics by name and kind. Pure.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Benchmark, Context, Failures, Function, LeftOut, Losses, Measures, Metric, MetricKind, Process,
    Snapshot, Transition,
};

/// A sum of any number of snapshots, which is the same in any order.
///
/// ```
/// use perf_runtime::snapshot::{Merger, Snapshot};
/// let mut merger = Merger::default();
/// merger.add(&Snapshot::default());
/// assert_eq!(merger.finish(), Snapshot::default());
/// ```
#[derive(Debug, Default)]
pub struct Merger {
    functions: Vec<Function>,
    function_by_name: HashMap<String, usize>,
    contexts: Vec<Context>,
    context_by_path: HashMap<(Option<usize>, usize), usize>,
    failures: BTreeMap<usize, Failures>,
    metrics: BTreeMap<(String, MetricKind), Metric>,
    benchmarks: Vec<Benchmark>,
    left_out: BTreeSet<LeftOut>,
    transitions: Vec<Transition>,
    processes: Vec<Process>,
    losses: Losses,
}

impl Merger {
    /// Adds one snapshot. Failures that name no function, contexts that name none, or whose parent does not come before
    /// them, are left out: a [`Snapshot`] read from a segment has none.
    pub fn add(&mut self, snapshot: &Snapshot) {
        let functions: Vec<usize> =
            snapshot.functions.iter().map(|function| self.intern(function)).collect();
        let mut contexts: Vec<Option<usize>> = Vec::with_capacity(snapshot.contexts.len());
        for context in &snapshot.contexts {
            let merged = self.add_context(context, &functions, &contexts);
            contexts.push(merged);
        }
        snapshot.failures.iter().for_each(|failures| self.add_failures(failures, &functions));
        snapshot.metrics.iter().for_each(|metric| self.add_metric(metric));
        self.benchmarks.extend_from_slice(&snapshot.benchmarks);
        self.left_out.extend(snapshot.left_out.iter().cloned());
        self.transitions.extend_from_slice(&snapshot.transitions);
        self.processes.extend_from_slice(&snapshot.processes);
        self.losses.merge(&snapshot.losses);
    }

    /// Returns the sum of all that was added, in canonical order.
    pub fn finish(mut self) -> Snapshot {
        let places = self.sort_functions();
        for context in &mut self.contexts {
            context.function = places[context.function];
        }
        let mut failures: Vec<Failures> = self.failures.into_values().collect();
        for it in &mut failures {
            it.function = places[it.function];
        }
        failures.sort_unstable_by_key(|it| it.function);
        self.benchmarks.sort_unstable();
        self.transitions.sort_unstable();
        self.processes.sort_unstable();
        Snapshot {
            functions: self.functions,
            contexts: sort_contexts(self.contexts),
            failures,
            metrics: self.metrics.into_values().collect(),
            benchmarks: self.benchmarks,
            left_out: self.left_out.into_iter().collect(),
            transitions: self.transitions,
            processes: self.processes,
            losses: self.losses,
        }
    }

    fn intern(&mut self, function: &Function) -> usize {
        if let Some(&known) = self.function_by_name.get(&function.name) {
            // Two declarations of one name: keep the smaller, so that order does not matter.
            if *function < self.functions[known] {
                self.functions[known].clone_from(function);
            }
            return known;
        }
        self.functions.push(function.clone());
        self.function_by_name.insert(function.name.clone(), self.functions.len() - 1);
        self.functions.len() - 1
    }

    fn add_context(
        &mut self,
        context: &Context,
        functions: &[usize],
        before: &[Option<usize>],
    ) -> Option<usize> {
        let function = *functions.get(context.function)?;
        let parent = match context.parent {
            None => None,
            Some(parent) => Some((*before.get(parent)?)?),
        };
        let at = *self.context_by_path.entry((parent, function)).or_insert_with(|| {
            self.contexts.push(Context { function, parent, measures: Measures::default() });
            self.contexts.len() - 1
        });
        self.contexts[at].measures.merge(&context.measures);
        Some(at)
    }

    fn add_failures(&mut self, failures: &Failures, functions: &[usize]) {
        let Some(&function) = functions.get(failures.function) else { return };
        let none = || Failures { function, ..Failures::default() };
        self.failures.entry(function).or_insert_with(none).merge(failures);
    }

    fn add_metric(&mut self, metric: &Metric) {
        let (name, kind) = metric.key();
        match self.metrics.entry((name.to_owned(), kind)) {
            Entry::Occupied(mut known) => known.get_mut().merge(metric),
            Entry::Vacant(place) => {
                place.insert(metric.clone());
            }
        }
    }

    /// Sorts the functions by name and returns the new place of each.
    fn sort_functions(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.functions.len()).collect();
        order.sort_unstable_by(|&a, &b| self.functions[a].name.cmp(&self.functions[b].name));
        let mut places = vec![0; order.len()];
        let mut sorted = Vec::with_capacity(order.len());
        for (place, &from) in order.iter().enumerate() {
            places[from] = place;
            sorted.push(std::mem::take(&mut self.functions[from]));
        }
        self.functions = sorted;
        places
    }
}

/// Sorts contexts level by level, the children of one parent in the order of their functions: one
/// order for one tree, and no recursion, however deep the tree is.
fn sort_contexts(mut contexts: Vec<Context>) -> Vec<Context> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); contexts.len()];
    let mut level: Vec<usize> = Vec::new();
    for (at, context) in contexts.iter().enumerate() {
        match context.parent {
            None => level.push(at),
            Some(parent) => children[parent].push(at),
        }
    }
    level.sort_unstable_by_key(|&at| contexts[at].function);
    let mut sorted: Vec<Context> = Vec::with_capacity(contexts.len());
    let mut place = vec![0; contexts.len()];
    while !level.is_empty() {
        let mut next = Vec::new();
        for at in level {
            place[at] = sorted.len();
            let mut context = std::mem::take(&mut contexts[at]);
            context.parent = context.parent.map(|parent| place[parent]);
            sorted.push(context);
            let mut own = std::mem::take(&mut children[at]);
            own.sort_unstable_by_key(|&child| contexts[child].function);
            next.append(&mut own);
        }
        level = next;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::failures::tests::failures;
    use crate::snapshot::measures::tests::{amount, measures, sums};
    use crate::snapshot::metric::tests::reading;
    use proptest::prelude::*;

    /// Makes one of six names, and one of three declarations of it.
    fn function(name: u8, line: u32) -> Function {
        Function { name: format!("f{name}"), line, ..Function::default() }
    }

    fn losses() -> impl Strategy<Value = Losses> {
        proptest::array::uniform6(amount()).prop_map(|amounts| {
            let [calls, durations, anomalies, metrics, allocs, transitions] = amounts;
            Losses {
                lost_calls: calls,
                uncounted_durations: durations,
                clock_anomalies: anomalies,
                lost_metrics: metrics,
                lost_allocs: allocs,
                forgotten_transitions: transitions,
            }
        })
    }

    fn transitions() -> impl Strategy<Value = Vec<Transition>> {
        let transition = (0_u64..3, 1_u32..3, proptest::option::of("[ab]")).prop_map(
            |(at_ns, pid, function)| Transition { at_ns, pid, function, ..Transition::default() },
        );
        proptest::collection::vec(transition, 0..3)
    }

    fn processes() -> impl Strategy<Value = Vec<Process>> {
        let process = (0_u64..3, 1_u32..3).prop_map(|(started_unix_ns, pid)| Process {
            started_unix_ns,
            pid,
            ..Process::default()
        });
        proptest::collection::vec(process, 0..3)
    }

    fn metrics() -> impl Strategy<Value = Vec<Metric>> {
        let metric = (0_u8..4, 0_u32..3, reading()).prop_map(|(name, line, reading)| Metric {
            name: format!("m{name}"),
            file: "f".to_owned(),
            line,
            reading,
        });
        proptest::collection::vec(metric, 0..6)
    }

    fn contexts() -> impl Strategy<Value = Vec<Context>> {
        let context = (0_usize..6, proptest::option::of(0_usize..8), measures());
        proptest::collection::vec(context, 0..12).prop_map(|rows| {
            let contexts =
                rows.into_iter().enumerate().map(|(at, (function, parent, measures))| Context {
                    function,
                    parent: parent.filter(|&parent| parent < at),
                    measures,
                });
            contexts.collect()
        })
    }

    fn benchmarks() -> impl Strategy<Value = Vec<Benchmark>> {
        let benchmark = (0_u32..3, 0_u32..3).prop_map(|(name, threads)| Benchmark {
            name: name.to_string(),
            threads,
            ..Benchmark::default()
        });
        proptest::collection::vec(benchmark, 0..3)
    }

    fn left_out() -> impl Strategy<Value = Vec<LeftOut>> {
        let one =
            ("[ab]", any::<bool>()).prop_map(|(name, is_ignored)| LeftOut { name, is_ignored });
        proptest::collection::vec(one, 0..3)
    }

    fn snapshot() -> impl Strategy<Value = Snapshot> {
        let failures = proptest::collection::vec(failures(), 0..4);
        let of_benchmarks = (benchmarks(), left_out());
        let rest = (failures, metrics(), of_benchmarks, transitions(), processes(), losses());
        (contexts(), 0_u32..3, rest).prop_map(
            |(
                contexts,
                line,
                (failures, metrics, of_benchmarks, transitions, processes, losses),
            )| {
                let (benchmarks, left_out) = of_benchmarks;
                let mut merger = Merger::default();
                let functions = (0..6).map(|name| function(name, line)).collect();
                merger.add(&Snapshot {
                    functions,
                    contexts,
                    failures,
                    metrics,
                    benchmarks,
                    left_out,
                    transitions,
                    processes,
                    losses,
                });
                merger.finish()
            },
        )
    }

    /// Lists everything of a snapshot that adds up, over all contexts.
    fn totals(snapshot: &Snapshot) -> Vec<u64> {
        let mut sum = Measures::default();
        for context in &snapshot.contexts {
            sum.merge(&context.measures);
        }
        let Losses {
            lost_calls,
            uncounted_durations,
            clock_anomalies,
            lost_metrics,
            lost_allocs,
            forgotten_transitions,
        } = snapshot.losses;
        let losses = [
            lost_calls,
            uncounted_durations,
            clock_anomalies,
            lost_metrics,
            lost_allocs,
            forgotten_transitions,
        ];
        let mut failures = Failures::default();
        snapshot.failures.iter().for_each(|it| failures.merge(it));
        let kinds = failures.kinds.iter().map(|it| it.count).fold(0, u64::saturating_add);
        let failures = [failures.timed, failures.timed_ns, kinds, failures.other_kinds];
        [sums(&sum).as_slice(), &losses, &failures, &[sum.histogram.count()]].concat()
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in snapshot(), b in snapshot(), c in snapshot()) {
            prop_assert_eq!(a.merged(&b), b.merged(&a));
            prop_assert_eq!(a.merged(&b).merged(&c), a.merged(&b.merged(&c)));
        }

        #[test]
        fn merging_loses_no_count(a in snapshot(), b in snapshot()) {
            let sum = a.merged(&b);
            let pairs = totals(&a).into_iter().zip(totals(&b));
            prop_assert!(pairs.map(|(a, b)| a.saturating_add(b)).eq(totals(&sum)));
            prop_assert_eq!(sum.processes.len(), a.processes.len() + b.processes.len());
            prop_assert_eq!(sum.transitions.len(), a.transitions.len() + b.transitions.len());
        }

        #[test]
        fn any_number_merges_to_the_same_in_any_order(
            all in proptest::collection::vec(snapshot(), 0..5),
            shift in 0_usize..5,
        ) {
            let sum_of = |all: &[Snapshot]| {
                let mut merger = Merger::default();
                for snapshot in all {
                    merger.add(snapshot);
                }
                merger.finish()
            };
            let mut moved = all.clone();
            moved.rotate_left(shift.min(all.len()));
            moved.reverse();
            prop_assert_eq!(sum_of(&moved), sum_of(&all));
        }

        #[test]
        fn the_empty_snapshot_changes_nothing(a in snapshot()) {
            prop_assert_eq!(a.merged(&Snapshot::default()), a);
        }

        #[test]
        fn parents_come_before_their_children(a in snapshot(), b in snapshot()) {
            let sum = a.merged(&b);
            for (at, context) in sum.contexts.iter().enumerate() {
                prop_assert!(context.parent.is_none_or(|parent| parent < at));
            }
        }
    }

    #[test]
    fn contexts_without_a_function_or_parent_are_left_out() {
        let stray = Context { function: 9, parent: None, measures: Measures::default() };
        let orphan = Context { function: 0, parent: Some(7), measures: Measures::default() };
        let mut merger = Merger::default();
        merger.add(&Snapshot {
            functions: vec![function(0, 1)],
            contexts: vec![stray, orphan],
            failures: vec![Failures { function: 9, timed: 1, ..Failures::default() }],
            ..Snapshot::default()
        });
        let sum = merger.finish();
        assert!(sum.contexts.is_empty() && sum.failures.is_empty());
    }
}
