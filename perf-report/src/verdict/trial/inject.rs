//! Puts a known change into a copy of a run: a slow-down, one more call, one more error.
//!
//! A function that becomes slower by itself makes every call of it longer, and every call that waits
//! for it: its callers, as the calling-context tree shows. Of each of them all calls are stretched
//! alike, since a run keeps no single calls; the shape of their distribution stays.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use perf_runtime::buckets;

use crate::model::{Function, RunDocument, TreeNode};
use crate::stats::number::float;

/// Returns `run`, had the own time of `function` been `factor` times as long.
///
/// ```
/// use perf_report::model::RunDocument;
/// use perf_report::verdict::slow_down;
///
/// fn self_ns(run: &RunDocument) -> u64 {
///     run.functions.iter().map(|function| function.self_ns).sum()
/// }
///
/// fn is_slower(run: &RunDocument) -> bool {
///     self_ns(&slow_down(run, "app::parse", 1.5)) > self_ns(run)
/// }
/// ```
pub fn slow_down(run: &RunDocument, function: &str, factor: f64) -> RunDocument {
    let mut run = run.clone();
    let growth = factor - 1.0;
    let longer = lengthen(&mut run.tree, function, growth);
    let mut added = 0;
    for it in &mut run.functions {
        let is_it = it.name == function;
        let of_tree = longer.get(it.name.as_str()).copied();
        let own = if is_it { scaled(it.self_ns, growth) } else { 0 };
        let total = of_tree.unwrap_or_default().max(own);
        if is_it {
            it.self_ns = it.self_ns.saturating_add(own);
            added = own;
        }
        if it.total_ns > 0 && total > 0 {
            stretch(it, 1.0 + float(total) / float(it.total_ns));
        }
    }
    let process = &mut run.process;
    let more = |time: &mut Option<u64>| *time = time.map(|ns| ns.saturating_add(added));
    more(&mut process.user_ns);
    process.recorded.iter_mut().for_each(|usage| more(&mut usage.user_ns));
    // On several threads it is not known how much of it the command waits for.
    if process.processes.iter().map(|it| u64::from(it.threads)).sum::<u64>() == 1 {
        more(&mut process.wall_ns);
        process.recorded.iter_mut().for_each(|usage| more(&mut usage.wall_ns));
    }
    run
}

/// Returns `run` with one more call of `function`, like the others, in the first of its contexts.
pub fn one_more_call(run: &RunDocument, function: &str) -> RunDocument {
    let mut run = run.clone();
    for it in run.functions.iter_mut().filter(|it| it.name == function) {
        let (total, own) = (a_call(it.total_ns, it.calls), a_call(it.self_ns, it.calls));
        it.calls = it.calls.saturating_add(1);
        it.total_ns = it.total_ns.saturating_add(total);
        it.self_ns = it.self_ns.saturating_add(own);
        let middle = it.p50_ns.unwrap_or(total);
        if let Some(bucket) = it.histogram.iter_mut().rev().find(|bucket| bucket.0 <= middle) {
            bucket.1 = bucket.1.saturating_add(1);
        }
    }
    if let Some(node) = run.tree.iter_mut().find(|node| node.function == function) {
        node.total_ns = node.total_ns.saturating_add(a_call(node.total_ns, node.calls));
        node.self_ns = node.self_ns.saturating_add(a_call(node.self_ns, node.calls));
        node.calls = node.calls.saturating_add(1);
    }
    run
}

/// Returns `run` with one more call of `function` that returned an error: one of those that it has.
pub fn one_more_error(run: &RunDocument, function: &str) -> RunDocument {
    let mut run = run.clone();
    for it in run.functions.iter_mut().filter(|it| it.name == function) {
        it.errors = it.errors.saturating_add(1);
    }
    if let Some(node) = run.tree.iter_mut().find(|node| node.function == function) {
        node.errors = node.errors.saturating_add(1);
    }
    run
}

/// Makes the own time of `function` longer in every context, and the time of those that wait for it.
/// The growth of each function's total: a recursive one by its outermost call, so once.
fn lengthen(tree: &mut [TreeNode], function: &str, growth: f64) -> BTreeMap<String, u64> {
    let places: HashMap<u32, usize> =
        tree.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let slowed: Vec<usize> = tree
        .iter()
        .enumerate()
        .filter(|(_, node)| node.function == function)
        .map(|(at, _)| at)
        .collect();
    let mut totals: BTreeMap<String, u64> = BTreeMap::new();
    for at in slowed {
        let Some(node) = tree.get_mut(at) else { continue };
        let longer = scaled(node.self_ns, growth);
        node.self_ns = node.self_ns.saturating_add(longer);
        let mut waiting = BTreeSet::new();
        let mut place = Some(at);
        // Parents come before their children; a document that says otherwise ends the walk.
        while let Some(node) = place.and_then(|place| tree.get_mut(place)) {
            node.total_ns = node.total_ns.saturating_add(longer);
            waiting.insert(node.function.clone());
            let parent = node.parent.and_then(|parent| places.get(&parent).copied());
            place = parent.filter(|parent| place.is_some_and(|place| *parent < place));
        }
        for name in waiting {
            let total = totals.entry(name).or_default();
            *total = total.saturating_add(longer);
        }
    }
    totals
}

/// Makes every call of a function longer by the same factor.
fn stretch(function: &mut Function, factor: f64) {
    let longer = |ns: u64| scaled(ns, factor);
    function.total_ns = scaled(function.total_ns, factor);
    for ns in [&mut function.mean_ns, &mut function.stddev_ns] {
        *ns = ns.map(|ns| ns * factor);
    }
    for ns in [
        &mut function.min_ns,
        &mut function.max_ns,
        &mut function.p50_ns,
        &mut function.p90_ns,
        &mut function.p95_ns,
        &mut function.p99_ns,
    ] {
        *ns = ns.map(longer);
    }
    let mut histogram: BTreeMap<u64, u64> = BTreeMap::new();
    for &(bound, calls) in &function.histogram {
        // Of a bucket, its middle is moved: its bound would fall into the one below.
        let middle = buckets::middle(buckets::of(bound));
        let moved = buckets::lower_bound(buckets::of(scaled(middle, factor)));
        let sum = histogram.entry(moved).or_default();
        *sum = sum.saturating_add(calls);
    }
    function.histogram = histogram.into_iter().collect();
}

/// Returns the time of one of `calls`.
fn a_call(ns: u64, calls: u64) -> u64 {
    ns.checked_div(calls).unwrap_or(0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is where times end"
)]
fn scaled(ns: u64, factor: f64) -> u64 {
    (float(ns) * factor).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    const PARSE: &str = "code_stats::parse::parse_file";
    const TOKENIZE: &str = "code_stats::parse::tokenize";
    const WORKER: &str = "code_stats::pool::Worker::run";

    #[test]
    fn a_slow_down_lengthens_the_function_and_those_that_wait_for_it() {
        let old = samples::typical();
        let mut new = slow_down(&old, TOKENIZE, 1.5);
        let longer = 1_055_000_000;
        let mut before = old.clone();
        for name in [TOKENIZE, PARSE, WORKER] {
            let (was, is) =
                (samples::named(&mut before, name).clone(), samples::named(&mut new, name));
            assert_eq!(is.total_ns - was.total_ns, longer, "{name}");
            assert_eq!((is.calls, is.errors), (was.calls, was.errors));
            let ratio = float(is.total_ns) / float(was.total_ns);
            let stretched = |was: f64, is: f64| (is / was / ratio - 1.0).abs() < 0.01;
            assert!(stretched(was.mean_ns.unwrap(), is.mean_ns.unwrap()), "{name}");
            assert!(stretched(float(was.p95_ns.unwrap()), float(is.p95_ns.unwrap())), "{name}");
            let calls = |f: &Function| f.histogram.iter().map(|bucket| bucket.1).sum::<u64>();
            assert_eq!(calls(&was), calls(is));
        }
        assert_eq!(samples::named(&mut new, TOKENIZE).self_ns, 3_165_000_000);
        let others = ["code_stats::main", "code_stats::cache::Store::lookup"];
        for name in others {
            assert_eq!(samples::named(&mut new, name), samples::named(&mut before, name));
        }
        let sum = |run: &RunDocument| run.tree.iter().map(|node| node.self_ns).sum::<u64>();
        assert_eq!(sum(&new) - sum(&old), longer);
        let roots = |run: &RunDocument| {
            let roots = run.tree.iter().filter(|node| node.parent.is_none());
            roots.map(|node| node.total_ns).sum::<u64>()
        };
        assert_eq!(roots(&new) - roots(&old), longer, "what is added is waited for by the roots");
        assert_eq!(new.process.user_ns, old.process.user_ns.map(|ns| ns + longer));
        assert_eq!(new.process.wall_ns, old.process.wall_ns, "five threads");
    }

    #[test]
    fn a_recursive_function_waits_for_itself_once() {
        let nodes = [(None, "f", 1, 100), (Some(0), "g", 1, 40), (Some(1), "f", 1, 60)];
        let mut old = samples::of(&nodes);
        samples::named(&mut old, "f").total_ns = 200;
        let mut new = slow_down(&old, "f", 2.0);
        assert_eq!(samples::named(&mut new, "f").self_ns, 320);
        assert_eq!(samples::named(&mut new, "f").total_ns, 360);
        assert_eq!(samples::named(&mut new, "g").total_ns, 160);
        assert_eq!(new.tree[0].total_ns, 360);
    }

    #[test]
    fn no_slow_down_changes_nothing() {
        let run = samples::typical();
        assert_eq!(slow_down(&run, TOKENIZE, 1.0), run);
        assert_eq!(slow_down(&run, "code_stats::nowhere", 3.0), run);
        let _ = slow_down(&samples::hostile(), "", f64::MAX);
        let without_tree = RunDocument { tree: Vec::new(), ..run };
        let mut new = slow_down(&without_tree, TOKENIZE, 2.0);
        assert_eq!(samples::named(&mut new, TOKENIZE).self_ns, 4_220_000_000);
        assert_eq!(samples::named(&mut new, TOKENIZE).total_ns, 4_220_000_000);
    }

    #[test]
    fn one_more_is_one_more() {
        let mut old = samples::typical();
        let mut new = one_more_call(&old, PARSE);
        let (was, is) = (samples::named(&mut old, PARSE), samples::named(&mut new, PARSE));
        assert_eq!((is.calls, is.errors), (was.calls + 1, was.errors));
        assert!((is.total_ns - was.total_ns).abs_diff(was.total_ns / 412) <= 1);
        assert_eq!(
            new.tree.iter().map(|node| node.calls).sum::<u64>(),
            old.tree.iter().map(|node| node.calls).sum::<u64>() + 1
        );
        let mut new = one_more_error(&old, PARSE);
        assert_eq!(samples::named(&mut new, PARSE).errors, 4);
    }
}
