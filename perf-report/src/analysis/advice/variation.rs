//! Rules about how runs differ, and about what they never call.

use std::collections::HashSet;

use super::facts::{Facts, Found};
use crate::model::{Function, RuleId, RunDocument, Steadiness};
use crate::stats::number::float;
use crate::stats::robust;
use crate::text::units;

/// The standard deviation from run to run that is much, in per cent.
const MUCH_PCT: f64 = 5.0;
/// The fewest runs that show one.
const RUNS: usize = 5;
/// The most runs that are looked at.
const MOST: usize = 30;
/// Names in one recommendation.
const NAMES: usize = 5;

/// Finds functions whose time differs from run to run.
pub(super) fn varies(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let of_run = |run: &RunDocument| {
            let it = run.functions.iter().find(|it| it.name == function.name)?;
            it.self_ns_a_call().filter(|ns| *ns > 0.0).map(f64::ln)
        };
        let before =
            facts.past.get(facts.past.len().saturating_sub(MOST - 1)..).unwrap_or_default();
        let runs = before.iter().chain([facts.run]);
        let logs: Vec<f64> = runs.filter_map(of_run).collect();
        // From each to the next, so that a step or a drift is no noise.
        let sigma = robust::lagged_sigma(&logs).filter(|_| logs.len() >= RUNS)?;
        let pct = (sigma.exp() - 1.0) * 100.0;
        (pct > MUCH_PCT && pct.is_finite()).then(|| {
            let evidence = format!(
                "its self time differs by {} from run to run (limit {MUCH_PCT} %), one standard deviation over {}; {}",
                units::percent(pct),
                units::plural(logs.len() as u64, "run"),
                machine(facts),
            );
            let share = facts.share_pct(function);
            Found {
                rule: RuleId::Varies,
                function: Some(function.name.clone()),
                evidence,
                at_most_pct: None,
                saves: format!("no time: smaller changes would be found in {} of the tracked time", units::percent(share)),
                todo: "give it the same input and seed each time, or let it run longer; perf-report check --self-test \
                       says which changes would be found"
                    .to_owned(),
            }
        })
    };
    facts.notable().filter_map(of).collect()
}

/// Writes how steady the machine was in the runs, in words.
fn machine(facts: &Facts<'_>) -> String {
    let probes =
        || facts.past.iter().chain([facts.run]).filter_map(|run| run.run.machine.probe.as_ref());
    let all = probes().count() as u64;
    let uneasy = probes().filter(|it| it.steadiness() != Steadiness::Steady).count() as u64;
    match (all, uneasy) {
        (0, _) => "the machine was not probed: it may be that".to_owned(),
        (all, 0) => format!("the machine was steady in all {all}: it is the code or its input"),
        (all, uneasy) => format!("the machine was uneasy in {uneasy} of {all}: it may be that"),
    }
}

/// The runs in which a function was never called.
const NEVER: usize = 20;

/// Finds tracked functions that were called in none of the last runs.
pub(super) fn never_called(facts: &Facts<'_>) -> Vec<Found> {
    let from = facts.past.len().checked_sub(NEVER - 1);
    let Some(before) = from.and_then(|from| facts.past.get(from..)) else { return Vec::new() };
    let is_idle = |it: &Function| {
        it.kind.is_function() && it.calls == 0 && it.unfinished == 0 && it.self_ns == 0
    };
    let before = before.iter().flat_map(|run| &run.functions);
    let busy: HashSet<&str> = before.filter(|it| !is_idle(it)).map(|it| it.name.as_str()).collect();
    let is_never = |it: &&Function| is_idle(it) && !busy.contains(it.name.as_str());
    let mut idle: Vec<&Function> = facts.run.functions.iter().filter(is_never).collect();
    idle.sort_by(|a, b| a.name.cmp(&b.name));
    let all = idle.len() as u64;
    let Some(first) = idle.first() else { return Vec::new() };
    let names: Vec<&str> = idle.iter().take(NAMES).map(|it| it.name.as_str()).collect();
    let more = all.saturating_sub(NAMES as u64);
    let more = if more > 0 { format!(" and {} more", units::count(more)) } else { String::new() };
    let tracked =
        float(facts.run.functions.iter().filter(|it| it.kind.is_function()).count() as u64);
    vec![Found {
        rule: RuleId::NeverCalled,
        function: (all == 1).then(|| first.name.clone()),
        evidence: format!(
            "{} of {} without a call in {NEVER} runs: {}{more}",
            units::count(all),
            units::number(tracked) + " tracked functions",
            names.join(", "),
        ),
        at_most_pct: None,
        saves: "no time: nothing is known of them".to_owned(),
        todo: "let the command exercise them, or take the attribute off".to_owned(),
    }]
}
