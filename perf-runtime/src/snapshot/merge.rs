//! Merging snapshots: functions by name, contexts by path. Pure.

use std::collections::HashMap;

use super::{Context, Function, Losses, Measures, Process, Snapshot};

/// Adds up any number of snapshots, in any order, to the same result.
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
    processes: Vec<Process>,
    losses: Losses,
}

impl Merger {
    /// Adds one snapshot. Contexts that name no function, or whose parent does not come before
    /// them, are left out: a [`Snapshot`] read from a segment has none.
    pub fn add(&mut self, snapshot: &Snapshot) {
        let functions: Vec<usize> =
            snapshot.functions.iter().map(|function| self.intern(function)).collect();
        let mut contexts: Vec<Option<usize>> = Vec::with_capacity(snapshot.contexts.len());
        for context in &snapshot.contexts {
            let merged = self.add_context(context, &functions, &contexts);
            contexts.push(merged);
        }
        self.processes.extend_from_slice(&snapshot.processes);
        self.losses.merge(&snapshot.losses);
    }

    /// The sum of all that was added, in canonical order.
    pub fn finish(mut self) -> Snapshot {
        let places = self.sort_functions();
        for context in &mut self.contexts {
            context.function = places[context.function];
        }
        self.processes.sort_unstable();
        Snapshot {
            functions: self.functions,
            contexts: sort_contexts(self.contexts),
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

    /// Sorts the functions by name and tells where each went.
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

/// Level by level, the children of one parent in the order of their functions: one order for one
/// tree, and no recursion, however deep the tree is.
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
    use crate::snapshot::Histogram;
    use proptest::prelude::*;

    fn function(name: u8) -> Function {
        Function { name: format!("f{name}"), line: u32::from(name), ..Function::default() }
    }

    fn measures() -> impl Strategy<Value = Measures> {
        (0_u64..5, 0_u64..100, 1_u64..50).prop_map(|(calls, total_ns, each)| Measures {
            calls,
            total_ns,
            self_ns: total_ns / 2,
            sum_ns: calls * each,
            sum_of_squares_ns2: u128::from(calls * each * each),
            min_ns: if calls > 0 { each } else { 0 },
            max_ns: if calls > 0 { each } else { 0 },
            histogram: Histogram::from_buckets([(crate::buckets::of(each), calls)]),
            ..Measures::default()
        })
    }

    fn snapshot() -> impl Strategy<Value = Snapshot> {
        proptest::collection::vec((0_u8..6, proptest::option::of(0_usize..8), measures()), 0..12)
            .prop_map(|rows| {
                let contexts =
                    rows.iter().enumerate().map(|(at, (name, parent, measures))| Context {
                        function: usize::from(*name),
                        parent: parent.filter(|&parent| parent < at),
                        measures: measures.clone(),
                    });
                let mut merger = Merger::default();
                merger.add(&Snapshot {
                    functions: (0..6).map(function).collect(),
                    contexts: contexts.collect(),
                    ..Snapshot::default()
                });
                merger.finish()
            })
    }

    fn calls(snapshot: &Snapshot) -> u64 {
        snapshot.contexts.iter().map(|context| context.measures.calls).sum()
    }

    proptest! {
        #[test]
        fn merging_is_associative_and_commutative(a in snapshot(), b in snapshot(), c in snapshot()) {
            prop_assert_eq!(a.merged(&b), b.merged(&a));
            prop_assert_eq!(a.merged(&b).merged(&c), a.merged(&b.merged(&c)));
        }

        #[test]
        fn merging_loses_no_call(a in snapshot(), b in snapshot()) {
            prop_assert_eq!(calls(&a.merged(&b)), calls(&a) + calls(&b));
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
            functions: vec![function(0)],
            contexts: vec![stray, orphan],
            ..Snapshot::default()
        });
        assert!(merger.finish().contexts.is_empty());
    }
}
