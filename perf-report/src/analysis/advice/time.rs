//! Rules about where the time goes.

use std::collections::BTreeMap;

use super::facts::{Facts, Found, at_most};
use crate::model::{Function, RuleId};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// The share of the self time from which one function is the matter, in per cent.
const HALF_PCT: f64 = 50.0;

/// Finds the function that has half of the self time and more.
pub(super) fn one_function(facts: &Facts<'_>) -> Vec<Found> {
    // Where only one was called, it has all of the time, and that says nothing.
    let has_others = facts.called.len() > 1;
    let heavy = facts.called.iter().filter(|it| has_others && facts.share_pct(it) >= HALF_PCT);
    let found = heavy.map(|function| {
        let share = facts.share_pct(function);
        let evidence = format!(
            "{} of {} of self time ({}), limit {} %; {} of {} a call",
            units::duration(float(function.self_ns)),
            units::duration(float(facts.own_ns)),
            units::percent(share),
            HALF_PCT,
            units::plural(function.calls, "call"),
            units::duration(function.self_ns_a_call().unwrap_or(0.0)),
        );
        let todo = "look here first: nothing else can save as much; track the functions that it calls to \
                    see inside";
        Found::of_time(RuleId::OneFunction, function, share, evidence, todo)
    });
    found.collect()
}

/// The calls of one call of the caller from which they are many.
const MANY: f64 = 1e4;
/// The mean duration below which a call is short, in nanoseconds.
const SHORT_NS: f64 = 1e3;

/// Finds functions that one call of another calls very often, each time shortly.
pub(super) fn many_calls(facts: &Facts<'_>) -> Vec<Found> {
    let callers = callers(facts);
    let of = |function: &Function| {
        let caller = callers.get(function.name.as_str()).copied().flatten()?;
        let caller = facts.function(caller).filter(|it| it.calls > 0)?;
        let (a_call, mean) = (float(function.calls) / float(caller.calls), function.mean_ns?);
        (a_call >= MANY && mean < SHORT_NS).then(|| {
            let share = share_pct(function.total_ns, facts.own_ns).min(100.0);
            let evidence = format!(
                "{} calls a call of {} (limit {}), of {} each (limit {}): {} in all; {} of its self time was \
                 recording",
                units::rough_count(a_call),
                caller.name,
                units::rough_count(MANY),
                units::duration(mean),
                units::duration(SHORT_NS),
                units::duration(float(function.total_ns)),
                units::percent(function.recorder_pct()),
            );
            let todo = "let one call do the work of many, or track its caller alone";
            Found::of_time(RuleId::ManyCalls, function, share, evidence, todo)
        })
    };
    facts.notable().filter_map(of).collect()
}

/// Returns the only caller of each function; `None` where there are several, or it is nobody, or itself. The
/// number of calls of one caller is exact, wherever in the tree sampling placed them.
fn callers<'a>(facts: &Facts<'a>) -> BTreeMap<&'a str, Option<&'a str>> {
    let names: BTreeMap<u32, &str> =
        facts.run.tree.iter().map(|node| (node.id, node.function.as_str())).collect();
    let mut callers: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for node in &facts.run.tree {
        let caller = node.parent.and_then(|parent| names.get(&parent).copied());
        let caller = caller.filter(|name| *name != node.function);
        callers
            .entry(&node.function)
            .and_modify(|known| *known = known.filter(|known| caller == Some(known)))
            .or_insert(caller);
    }
    callers
}

/// How often the median the 99th percentile may be.
const TAIL: f64 = 20.0;
/// The fewest calls of which the 99th percentile says something.
const ENOUGH: u64 = 1_000;

/// Finds functions of which few calls take far longer than most.
pub(super) fn tail(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let (p50, p99) = (float(function.p50_ns?), float(function.p99_ns?));
        let is_known = Facts::is_exact(function) && function.calls >= ENOUGH && p50 > 0.0;
        let times = p99 / p50;
        let above_pct = above(function, function.p99_ns?)?;
        let share = facts_share(facts, function, above_pct);
        (is_known && times >= TAIL).then(|| {
            let evidence = format!(
                "p99 {} is {} × the median of {} (limit {TAIL} ×) over {}; {} of its time is above p99",
                units::duration(p99),
                units::rough_number(times),
                units::duration(p50),
                units::plural(function.calls, "call"),
                units::percent(above_pct),
            );
            Found {
                saves: at_most(share, "the tracked time, and the tail"),
                ..Found::of_time(
                    RuleId::Tail,
                    function,
                    share,
                    evidence,
                    "find out in which calls: give kinds of calls a label, or look at its callers one by one",
                )
            }
        })
    };
    facts.notable().filter_map(of).collect()
}

/// Returns the share of the tracked time that is above a percentile: of what is the function's own.
fn facts_share(facts: &Facts<'_>, function: &Function, above_pct: f64) -> f64 {
    facts.share_pct(function) * above_pct / 100.0
}

/// Returns the share of a function's time in calls that lasted longer than `limit_ns`, in per cent.
fn above(function: &Function, limit_ns: u64) -> Option<f64> {
    let time = |(ns, calls): &(u64, u64)| float(*ns) * float(*calls);
    let all: f64 = function.histogram.iter().map(time).sum();
    let over: f64 = function.histogram.iter().filter(|(ns, _)| *ns > limit_ns).map(time).sum();
    (all > 0.0).then(|| over / all * 100.0)
}
