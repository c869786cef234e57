//! Figures add up to those of the run, whatever the run is.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{callgrind, collapsed, speedscope, written};
use crate::export::{Format, Options, Source, Unit, pprof};
use crate::model::{Function, RunDocument, TreeNode, samples};

const NAMES: [&str; 6] = ["app::f", "app::g", "a;b", "stage 1", "#x", ""];

/// Returns a run whose functions are the sums of its tree, some called by themselves.
fn run() -> impl Strategy<Value = RunDocument> {
    let node = (any::<prop::sample::Index>(), 0..NAMES.len(), 0_u64..2_000, 0_u64..4_000_000);
    vec(node, 1..20).prop_map(|nodes| {
        let nodes: Vec<samples::Node<'_>> = nodes
            .iter()
            .enumerate()
            .map(|(at, (parent, name, calls, ns))| {
                let parent = parent.index(at + 1);
                let parent = (parent < at).then(|| u32::try_from(parent).unwrap());
                (parent, NAMES[*name], *calls, *ns)
            })
            .collect();
        with_memory(samples::of(&nodes))
    })
}

/// Adds allocations: a byte a nanosecond, an allocation a call, both of the context alone.
fn with_memory(mut run: RunDocument) -> RunDocument {
    for node in &mut run.tree {
        node.self_allocs = Some(node.calls);
        // As `total_ns`, with those of all contexts below.
        node.alloc_bytes = Some(node.total_ns);
    }
    for function in &mut run.functions {
        (function.self_allocs, function.self_alloc_bytes) =
            (Some(function.calls), Some(function.self_ns));
    }
    run
}

/// Returns a run that fits nothing together.
fn nonsense() -> impl Strategy<Value = RunDocument> {
    let number = || prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
    let node = (any::<u32>(), proptest::option::of(0_u32..9), ".{0,9}", vec(number(), 6));
    let function = (".{0,9}", vec(number(), 4), any::<bool>());
    (vec(node, 0..9), vec(function, 0..5), ".{0,30}").prop_map(|(nodes, functions, text)| {
        let mut run = samples::empty();
        (run.run.time, run.run.command) = (text.clone(), vec![text]);
        let node = |(id, parent, function, n): (u32, Option<u32>, String, Vec<u64>)| TreeNode {
            id: id % 9,
            parent,
            function,
            calls: n[0],
            errors: n[1],
            self_ns: n[2],
            total_ns: n[3],
            self_allocs: Some(n[4]),
            alloc_bytes: Some(n[5]),
            ..TreeNode::default()
        };
        run.tree = nodes.into_iter().map(node).collect();
        let function = |(name, n, estimated): (String, Vec<u64>, bool)| Function {
            name,
            calls: n[0],
            self_ns: n[1],
            self_allocs: Some(n[2]),
            self_alloc_bytes: Some(n[3]),
            self_estimated: estimated,
            ..Function::default()
        };
        run.functions = functions.into_iter().map(function).collect();
        run
    })
}

/// Returns the sums of a run: time, calls, allocations, bytes.
fn sums(run: &RunDocument) -> [u64; 4] {
    let sum = |of: fn(&Function) -> u64| run.functions.iter().map(of).sum();
    [
        sum(|it| it.self_ns),
        sum(|it| it.calls),
        sum(|it| it.self_allocs.unwrap()),
        sum(|it| it.self_alloc_bytes.unwrap()),
    ]
}

proptest! {
    #[test]
    fn collapsed_stacks_add_up(run in run()) {
        let [ns, calls, _, bytes] = sums(&run);
        for (unit, sum) in [(Unit::Ns, ns), (Unit::Calls, calls), (Unit::Bytes, bytes)] {
            let options = Options { unit: Some(unit), ..Options::default() };
            let text = Format::Collapsed.write(&Source::of(&run), &options);
            let found = text.map_or(0, |text| collapsed(&text).values().sum());
            prop_assert_eq!(found, sum, "{:?}", unit);
        }
    }

    #[test]
    fn profiles_add_up(run in run()) {
        let [ns, calls, allocs, bytes] = sums(&run);
        prop_assume!(ns + calls > 0);
        let profile = pprof::tests::read(&written(Format::Pprof, &run));
        let types = ["calls", "errors", "alloc_objects", "alloc_space", "wall"];
        prop_assert_eq!(profile.types, types);
        let sum = |at: usize| profile.samples.iter().map(|(_, values)| values[at]).sum::<i64>();
        prop_assert_eq!(
            [sum(4), sum(0), sum(2), sum(3)].map(i64::unsigned_abs),
            [ns, calls, allocs, bytes]
        );
        let totals = callgrind(&written(Format::Callgrind, &run)).totals;
        prop_assert_eq!(totals, [ns, calls, 0, allocs, bytes]);
    }

    #[test]
    fn stacks_are_the_same_in_all_formats_that_have_stacks(run in run()) {
        let [ns, ..] = sums(&run);
        prop_assume!(ns > 0);
        let (name, stacks) = speedscope(&written(Format::Speedscope, &run), 0);
        prop_assert_eq!(name, "wall time");
        let of_pprof = pprof::tests::read(&written(Format::Pprof, &run)).stacks(4);
        prop_assert_eq!(&stacks, &of_pprof);
        let flat = collapsed(&written(Format::Collapsed, &run));
        prop_assert_eq!(flat.values().sum::<u64>(), ns);
        prop_assert_eq!(flat.len(), stacks.len());
    }

    /// A function has what it took alone, and what came of its calls by others, counted once.
    #[test]
    fn edges_hold_the_calls_of_the_tree(run in run()) {
        let [ns, calls, ..] = sums(&run);
        prop_assume!(ns + calls > 0);
        let read = callgrind(&written(Format::Callgrind, &run));
        let own: u64 = read.own.values().map(|figures| figures[0]).sum();
        prop_assert_eq!(own, ns);
        for ((caller, callee), (_, inclusive)) in &read.edges {
            prop_assert!(inclusive[0] <= ns, "{} → {}: {:?}", caller, callee, inclusive);
        }
    }

    #[test]
    fn no_run_is_too_strange(run in nonsense(), other in nonsense()) {
        for format in Format::ALL {
            let baseline = format.has(crate::export::Choice::Baseline).then_some(&other);
            let source = Source { baseline, ..Source::of(&run) };
            let once = format.write(&source, &Options::default());
            let again = format.write(&source, &Options::default());
            prop_assert_eq!(once.map_err(|it| it.problem), again.map_err(|it| it.problem));
        }
    }
}
