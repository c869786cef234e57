//! Rules about allocations.

use super::facts::{Facts, Found, at_most, mean_and_error};
use crate::model::{Function, RuleId, RunDocument};
use crate::stats::number::{float, share_pct, whole};
use crate::stats::student;
use crate::text::units;

/// The allocations of a call from which they are many.
const MANY: f64 = 10.0;
/// The share of all allocations from which a function matters, in per cent.
const SHARE_PCT: f64 = 5.0;

/// Finds functions whose calls allocate often.
pub(super) fn allocs_per_call(facts: &Facts<'_>) -> Vec<Found> {
    let own = |it: &Function| it.self_allocs.unwrap_or(0);
    let all = facts.called.iter().fold(0_u64, |sum, it| sum.saturating_add(own(it)));
    let of = |function: &Function| {
        let (allocs, bytes) = (function.self_allocs?, function.self_alloc_bytes.unwrap_or(0));
        let a_call = float(allocs) / float(function.calls.max(1));
        let share = share_pct(allocs, all);
        (function.calls > 0 && a_call >= MANY && share >= SHARE_PCT).then(|| {
            let evidence = format!(
                "{} allocations a call (limit {MANY}), {} in all: {} of the run's (limit {SHARE_PCT} %); {} of {} each",
                units::rough_number(a_call),
                units::count(allocs),
                units::percent(share),
                units::bytes(bytes),
                units::bytes(whole(float(bytes) / float(allocs))),
            );
            let time = facts.share_pct(function);
            Found {
                saves: format!("{}, and {}", at_most(time, "the tracked time"), at_most(share, "the allocations")),
                ..Found::of_time(
                    RuleId::AllocsPerCall,
                    function,
                    time,
                    evidence,
                    "reserve once for all of it, or keep the buffer from call to call",
                )
            }
        })
    };
    facts.notable().filter_map(of).collect()
}

/// The fewest runs that show a growth.
const RUNS: usize = 3;
/// The fewest calls over which memory grows, and is not only kept.
const CALLS: u64 = 10;
/// The least growth of a call that matters, in bytes.
const LEAST_BYTES: f64 = 1.0;

/// Finds functions that nobody tracked calls, and after whose calls memory stays behind: in run after run.
pub(super) fn growth(facts: &Facts<'_>) -> Vec<Found> {
    let is_called_by_none = |name: &str| {
        let mut nodes = facts.run.tree.iter().filter(|node| node.function == name).peekable();
        nodes.peek().is_some() && nodes.all(|node| node.parent.is_none())
    };
    let of = |function: &Function| {
        let now = grown(function)?;
        if now <= LEAST_BYTES || function.calls < CALLS || !is_called_by_none(&function.name) {
            return None;
        }
        let before = facts.past.iter().filter_map(|run| grown(named(run, &function.name)?));
        let values: Vec<f64> = before.chain([now]).collect();
        let (mean, error) = mean_and_error(&values).filter(|_| values.len() >= RUNS)?;
        let half = student::quantile(0.975, float(values.len() as u64) - 1.0) * error;
        (mean - half > LEAST_BYTES).then(|| {
            let total = function.grown_bytes.unwrap_or(0).unsigned_abs();
            let evidence = format!(
                "{} stay behind after each call ({} to {} over {}): {} in this run's {}",
                size(mean),
                size(mean - half),
                size(mean + half),
                units::plural(values.len() as u64, "run"),
                units::bytes(total),
                units::plural(function.calls, "call"),
            );
            Found {
                rule: RuleId::Growth,
                function: Some(function.name.clone()),
                evidence,
                at_most_pct: None,
                saves: format!("at most {} a run", units::bytes(total)),
                todo: "find out who keeps it: a cache without a limit, a list that only grows, or what is \
                       handed on to code that is not tracked"
                    .to_owned(),
            }
        })
    };
    facts.called.iter().copied().filter_map(of).collect()
}

fn named<'a>(run: &'a RunDocument, name: &str) -> Option<&'a Function> {
    run.functions.iter().find(|it| it.name == name)
}

/// Returns the bytes that stay behind after a call.
fn grown(function: &Function) -> Option<f64> {
    let grown = function.grown_bytes?;
    let size = float(grown.unsigned_abs()) * if grown < 0 { -1.0 } else { 1.0 };
    (function.calls > 0).then(|| size / float(function.calls))
}

fn size(bytes: f64) -> String {
    units::bytes(whole(bytes.round()))
}
