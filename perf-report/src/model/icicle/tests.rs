//! The layout of a tree: what is put together, in which order, how wide.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::model::samples;

fn of(run: &RunDocument, least: f64) -> Icicle<'_> {
    Icicle::of(run, Metric::SelfNs, least).unwrap()
}

fn drawn(icicle: &Icicle<'_>) -> String {
    let line = |tile: &Tile<'_>| {
        let name = tile.function.map_or_else(|| format!("{} more", tile.functions), str::to_owned);
        let (from, to) = (tile.offset * 100.0, tile.end() * 100.0);
        format!("{:1$}{name} {from:.0} to {to:.0}", "", tile.depth * 2)
    };
    icicle.tiles.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn callers_stand_above_and_the_heaviest_is_first() {
    let run = samples::of(&[
        (None, "a::main", 1, 10),
        (Some(0), "a::light", 1, 20),
        (Some(0), "a::heavy", 1, 30),
        (Some(2), "b::leaf", 4, 30),
        (None, "a::worker", 1, 10),
    ]);
    insta::assert_snapshot!(drawn(&of(&run, 0.0)), @r"
    a::main 0 to 90
    a::worker 90 to 100
      a::heavy 0 to 60
      a::light 60 to 80
        b::leaf 0 to 30
    ");
}

#[test]
fn contexts_of_one_stack_are_one_box() {
    let run = samples::of(&[
        (None, "a::run", 1, 10),
        (Some(0), "a::f", 2, 10),
        (None, "a::run", 1, 10),
        (Some(2), "a::f", 3, 10),
        (Some(3), "a::g", 1, 10),
    ]);
    let icicle = of(&run, 0.0);
    insta::assert_snapshot!(drawn(&icicle), @r"
    a::run 0 to 100
      a::f 0 to 60
        a::g 0 to 20
    ");
    assert_eq!((icicle.tiles[1].calls, icicle.tiles[1].own, icicle.tiles[1].value), (5, 20, 30));
}

#[test]
fn narrow_boxes_are_one_box_together() {
    let run = samples::of(&[
        (None, "a::main", 1, 10),
        (Some(0), "a::wide", 1, 80),
        (Some(0), "a::x", 1, 4),
        (Some(0), "a::y", 1, 3),
        (Some(0), "a::z", 1, 3),
        (Some(2), "a::below", 1, 0),
    ]);
    insta::assert_snapshot!(drawn(&of(&run, 0.05)), @r"
    a::main 0 to 100
      a::wide 0 to 80
      3 more 80 to 90
    ");
}

#[test]
fn wanted_functions_stand_at_the_top_with_what_they_call() {
    let run = samples::of(&[
        (None, "a::main", 1, 50),
        (Some(0), "a::parse", 1, 10),
        (Some(1), "a::parse::inner", 1, 10),
        (None, "a::worker", 1, 10),
        (Some(3), "a::parse", 1, 20),
    ]);
    let wanted =
        Icicle::of_functions(&run, Metric::SelfNs, 0.0, |name| name.contains("parse")).unwrap();
    assert_eq!((wanted.all, wanted.shown), (100, 40));
    insta::assert_snapshot!(drawn(&wanted), @r"
    a::parse 0 to 100
      a::parse::inner 0 to 25
    ");
    let none = Icicle::of_functions(&run, Metric::SelfNs, 0.0, |_| false).unwrap();
    assert_eq!((none.shown, none.tiles), (0, vec![]));
}

#[test]
fn each_metric_has_its_own_widths_and_some_have_none() {
    let mut run = samples::of(&[(None, "a::main", 1, 30), (Some(0), "a::f", 9, 70)]);
    let values = |run: &RunDocument, metric| {
        let icicle = Icicle::of(run, metric, 0.0)?;
        Some(icicle.tiles.iter().map(|tile| (tile.value, tile.own)).collect::<Vec<_>>())
    };
    assert_eq!(values(&run, Metric::SelfNs), Some(vec![(100, 30), (70, 70)]));
    assert_eq!(values(&run, Metric::TotalNs), Some(vec![(100, 30), (70, 70)]));
    assert_eq!(values(&run, Metric::Calls), Some(vec![(10, 1), (9, 9)]));
    assert_eq!(values(&run, Metric::Errors), Some(vec![]), "nothing failed");
    assert_eq!(values(&run, Metric::SelfAllocs), None, "they were not counted");
    assert_eq!(values(&run, Metric::P99Ns), None, "it is of no context");
    (run.tree[0].alloc_bytes, run.tree[1].alloc_bytes) = (Some(64), Some(16));
    assert_eq!(values(&run, Metric::SelfAllocBytes), Some(vec![(64, 48), (16, 16)]));
}

#[test]
fn a_crate_has_one_colour() {
    assert_eq!(colour_of_crate("serde::de::f", 12), colour_of_crate("serde::ser::g", 12));
    let crates = ["code_stats", "serde", "tokio", "app", "hyper", "regex"];
    let found: std::collections::BTreeSet<usize> =
        crates.iter().map(|name| colour_of_crate(name, 12)).collect();
    assert!(found.len() >= 4, "{found:?}");
    assert_eq!(colour_of_crate("", 0), 0);
}

/// Takes minutes if anything is quadratic.
#[test]
fn a_hundred_thousand_nodes_are_no_trouble() {
    let names: Vec<String> = (0..100_000).map(|at| format!("demo::function_{at}")).collect();
    let node = |at: u32| {
        // As wide as deep: each tenth node begins a new stack.
        let parent = at.checked_sub(1).filter(|it| it % 10 != 9).map(|it| it - it % 7 % 3);
        (parent.or((at > 0).then_some(0)), names[at as usize].as_str(), 3, u64::from(at))
    };
    let run = samples::of(&(0..100_000).map(node).collect::<Vec<_>>());
    let chain = |at: u32| (at.checked_sub(1), names[at as usize % 1_000].as_str(), 1, 5);
    let deep = samples::of(&(0..100_000).map(chain).collect::<Vec<_>>());
    for run in [&run, &deep] {
        let began = Instant::now();
        let icicle = of(run, 0.0);
        let took = began.elapsed();
        assert!(icicle.tiles.len() > 50_000, "{}", icicle.tiles.len());
        // A hundred milliseconds with optimisation, on a machine that nobody else uses.
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

/// Any document: ids that are given twice, parents that are not there, times that do not fit.
fn any_tree() -> impl Strategy<Value = Vec<TreeNode>> {
    let node = (0_u32..40, proptest::option::of(0_u32..40), 0_usize..6, any::<[u64; 4]>());
    let node = node.prop_map(|(id, parent, name, numbers)| TreeNode {
        id,
        parent,
        function: ["a::f", "b::g", "", "日本::語", "a::h", "<x as y>::z"][name].to_owned(),
        calls: numbers[0] % 1_000,
        total_ns: numbers[1],
        self_ns: numbers[2] % (1 << (numbers[3] % 64)),
        alloc_bytes: (numbers[3] % 2 == 0).then_some(numbers[3]),
        ..TreeNode::default()
    });
    proptest::collection::vec(node, 0..60)
}

proptest! {
    #[test]
    fn boxes_stay_within_their_caller_and_beside_each_other(
        tree in any_tree(),
        metric in 0_usize..METRICS_OF_TREES.len(),
        least in 0.0..0.3_f64,
        is_part in any::<bool>(),
    ) {
        let run = RunDocument { tree, ..samples::empty() };
        let metric = METRICS_OF_TREES[metric];
        let icicle = if is_part {
            Icicle::of_functions(&run, metric, least, |name| name.contains("::"))
        } else {
            Icicle::of(&run, metric, least)
        };
        let Some(icicle) = icicle else { return Ok(()) };
        let mut ends = vec![0.0; icicle.tiles.len()];
        let mut outermost = 0.0;
        for (at, tile) in icicle.tiles.iter().enumerate() {
            prop_assert!(tile.offset >= 0.0 && tile.width >= 0.0 && tile.end() <= 1.0, "{tile:?}");
            prop_assert!(tile.own <= tile.value && tile.functions > 0);
            let end = match tile.caller {
                None => &mut outermost,
                Some(caller) => {
                    let above = &icicle.tiles[caller];
                    prop_assert!(caller < at && above.depth + 1 == tile.depth);
                    prop_assert!(tile.offset >= above.offset && tile.end() <= above.end() + 1e-9);
                    ends[caller] = f64::max(ends[caller], above.offset);
                    &mut ends[caller]
                }
            };
            prop_assert!((tile.offset - *end).abs() < 1e-9, "a gap: {tile:?}");
            *end = tile.end();
        }
        prop_assert!(icicle.tiles.is_empty() || (outermost - 1.0).abs() < 1e-6 || icicle.all == u64::MAX);
    }
}
