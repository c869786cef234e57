//! Estimates of trees whose true times are known.

use proptest::prelude::*;

use super::*;
use crate::segment::reader::node::{Early, Made, Own};
use crate::segment::reader::steps::Steps;
use crate::snapshot::Step;

const COST: Cost = Cost { inside: 20.0, outside: 30.0, untimed: 5.0, sampled: 20.0 };

/// Makes a context in which `timed` calls were recorded, in `ticks` of its own, and made as many
/// calls.
fn node(site: u32, timed: u64, ticks: u64, made: u64) -> Node {
    Node {
        site,
        timed,
        own: Own { whole: 0, partial: ticks, partial_calls: timed },
        made: Made { whole: 0, partial: made, nested: 0 },
        ..Node::default()
    }
}

/// Makes a function that was called `calls` times while it was tallied, each time for `mean` ticks.
fn tally(site: u32, calls: u64, mean: u64) -> Tally {
    let timed = 1000;
    let timed_ticks = timed * (mean + 20);
    let steps = Steps { step: Step::Sampled, ..Steps::default() };
    Tally { site, calls, timed, timed_ticks, steps, ..Tally::default() }
}

fn estimate(nodes: &[Node], parents: &[Option<usize>], tallies: &[Tally]) -> Vec<Estimate> {
    Contexts { nodes, parents, tallies, cost: &COST }.estimate().0
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= expected * 0.03 + 1.0, "{found}, not {expected}");
}

#[test]
fn what_recording_took_is_taken_off_where_it_fell() {
    // A caller of 1000 ticks of work that made 100 calls of 50 ticks each.
    let nodes = [node(0, 1, 1000 + 20 + 100 * 30, 100), node(1, 100, 100 * (50 + 20), 0)];
    let found = estimate(&nodes, &[None, Some(0)], &[]);
    near(found[0].own, 1000.0);
    near(found[1].own, 5000.0);
    near(found[0].overhead, 3020.0);
}

#[test]
fn a_region_is_divided_by_what_calls_take() {
    // The head works for 2,000,000 ticks in 20,000 calls, and calls a leaf of 10 ticks 100,000 times.
    let (head, leaf) = (2_000_000_u64, 100_000_u64);
    let time = head + leaf * (10 + 5) + 20_000 * 20;
    let nodes = [node(0, 20_000, time, 10), node(1, 10, 0, 0)];
    let nodes = [
        nodes[0].clone(),
        Node { own: Own { whole: 10 * 30, partial: 0, partial_calls: 0 }, ..nodes[1].clone() },
    ];
    let found = estimate(&nodes, &[None, Some(0)], &[tally(1, leaf, 10)]);
    near(found[0].own, 2_000_000.0);
    near(found[1].own, 1_000_000.0);
    assert_eq!(found[1].tallied, leaf);
}

#[test]
fn a_short_program_has_most_of_its_calls_before_windows_and_they_count_as_well() {
    // A head that works for 50 ticks around each of 300,000 calls of a leaf of 17. The leaf was
    // recorded 199,000 times before it was tallied, then 1,000 times in windows.
    let (early, seen, tallied) = (199_000_u64, 1_000, 100_000_u64);
    let (around, leaf) = (50, 17);
    let head = Node {
        own: Own {
            whole: seen * (around + 30),
            partial: early * (around + 30) + tallied * (around + leaf + 5) + 100_000 * 20,
            partial_calls: 100_000,
        },
        made: Made { whole: seen, partial: early, nested: 0 },
        ..node(0, 100_000, 0, 0)
    };
    let own = Own { whole: seen * (leaf + 20), partial: early * (leaf + 20), partial_calls: early };
    let callee = Node { own, ..node(1, early + seen, 0, 0) };
    let found = estimate(&[head, callee], &[None, Some(0)], &[tally(1, tallied, leaf)]);
    near(found[0].own / 300_000.0, 50.0);
    near(found[1].own / 300_000.0, 17.0);
}

#[test]
fn what_tallying_takes_in_a_loop_is_a_part_of_what_it_takes_by_itself() {
    let calls = 100_000_u64;
    let estimated = |turns: u64| {
        let heads = calls / turns;
        let nodes = [node(0, heads, calls * 40 + heads * 20, 0), node(1, 1, 0, 0)];
        let tallies = [tally(1, calls, 30)];
        let parents = [None, Some(0)];
        let contexts =
            Contexts { nodes: &nodes, parents: &parents, tallies: &tallies, cost: &COST };
        let timed = 50.0 * float(heads) + 50.0;
        (contexts.estimate().1 - timed) / float(calls)
    };
    near(estimated(4), 5.0);
    near(estimated(100), 5.0 * PART_IN_LOOPS);
}

#[test]
fn a_tallied_callers_own_time_is_less_what_its_callees_take() {
    // A head, a tallied caller that works for 40 ticks and calls a leaf of 8 three times.
    let calls = 50_000_u64;
    let total = 40 + 3 * (8 + 5);
    let nodes =
        [node(0, 1, calls * (total + 5) + 500_000, 100), node(1, 100, 0, 300), node(2, 300, 0, 0)];
    let tallies = [tally(1, calls, total), tally(2, 3 * calls, 8)];
    let found = estimate(&nodes, &[None, Some(0), Some(1)], &tallies);
    near(found[1].own / 50_000.0, 40.0);
    near(found[2].own / 150_000.0, 8.0);
    near(found[0].own, 500_000.0);
}

#[test]
fn a_little_more_of_the_cost_is_a_little_less_of_the_time() {
    let own = |ticks: u64| estimate(&[node(0, 100, ticks, 0)], &[None], &[])[0].own;
    let all: Vec<f64> = (1_500..2_500).map(own).collect();
    assert!(all.iter().all(|own| *own > 0.0), "never nothing");
    assert!(all.windows(2).all(|two| two[1] >= two[0] && two[1] - two[0] < 2.0), "no cliff");
}

#[test]
fn a_recursive_function_takes_what_it_took_before_it_was_tallied() {
    // It works for 40 ticks and calls itself, so that the outermost of ten takes 400, the mean 220.
    let calls = 50_000_u64;
    let early = Early { own: 1_000 * (40 + 20 + 30), calls: 1_000, made: 1_000 };
    let made = Made { whole: 0, partial: 1_000, nested: 900 };
    let head = node(0, 1, calls * (40 + 2) + 100_000, 100);
    let nodes = [head, Node { made, early, ..node(1, 1_000, early.own, 0) }];
    let found = estimate(&nodes, &[None, Some(0)], &[tally(1, calls, 220)]);
    near(found[1].own / 51_000.0, 40.0);
}

/// Makes any tree of up to 30 contexts of up to 6 functions, some of them tallied.
fn trees() -> impl Strategy<Value = (Vec<Node>, Vec<Option<usize>>, Vec<Tally>)> {
    let one =
        (0_u32..6, 0_u64..1 << 40, 0_u64..1 << 20, 0_u64..1 << 20, any::<prop::sample::Index>());
    let nodes = prop::collection::vec(one, 1..30);
    let tallies = prop::collection::vec((0_u64..1 << 30, 0_u64..1 << 16), 0..6);
    (nodes, tallies).prop_map(|(nodes, tallies)| {
        let parents = nodes.iter().enumerate().map(|(at, (.., parent))| {
            let parent = parent.index(at + 1);
            (parent < at).then_some(parent)
        });
        let parents = parents.collect();
        let nodes =
            nodes.iter().map(|&(site, ticks, timed, made, _)| node(site, timed, ticks, made));
        let tallies = (0..).zip(tallies).map(|(site, (calls, mean))| tally(site, calls, mean));
        (nodes.collect(), parents, tallies.collect())
    })
}

proptest! {
    #[test]
    fn no_time_is_below_zero_and_no_call_is_lost((nodes, parents, tallies) in trees()) {
        let found = estimate(&nodes, &parents, &tallies);
        for estimate in &found {
            prop_assert!(estimate.own >= 0.0 && estimate.own.is_finite(), "{estimate:?}");
            prop_assert!(estimate.error >= 0.0, "{estimate:?}");
        }
        for tally in &tallies {
            let of = nodes.iter().zip(&found).filter(|(node, _)| node.site == tally.site);
            let placed: Vec<u64> = of.map(|(_, estimate)| estimate.tallied).collect();
            prop_assert!(placed.is_empty() || placed.iter().sum::<u64>() == tally.calls);
        }
    }
}
