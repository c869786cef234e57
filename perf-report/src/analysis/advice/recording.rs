//! Rules about the build, and about recording itself.

use super::facts::{Facts, Found, LEAST_PCT, at_most};
use crate::model::{Function, RuleId};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// Finds crates that are not optimised; of recorders that do not know their crates, programs.
pub(super) fn unoptimised(facts: &Facts<'_>) -> Vec<Found> {
    let build = &facts.run.run.toolchain;
    let crates = build.crates_at("0");
    let (which, own_ns) = if build.knows_crates() {
        let is_in = |it: &&&Function| {
            it.module.split("::").next().is_some_and(|name| crates.contains(&name))
        };
        let slow = facts.called.iter().filter(is_in);
        let own_ns = slow.fold(0_u64, |sum, it| sum.saturating_add(it.self_ns));
        (format!(" in {}", names(&crates)), own_ns)
    } else {
        (String::new(), if build.opt_level == "0" { facts.own_ns } else { 0 })
    };
    let share = share_pct(own_ns, facts.own_ns);
    if share < LEAST_PCT {
        return Vec::new();
    }
    let of_all = if own_ns == facts.own_ns {
        String::new()
    } else {
        format!(" ({})", units::percent(share))
    };
    let evidence = format!(
        "opt-level 0{which}, profile {}; {} of self time{of_all} was measured so",
        build.profile,
        units::duration(float(own_ns)),
    );
    vec![Found {
        rule: RuleId::Unoptimised,
        function: None,
        evidence,
        at_most_pct: None,
        saves: "not known: the functions that are slow may be others once the build is optimised"
            .to_owned(),
        todo: "record an optimised build: cargo test --release, or opt-level = 1 and more in \
               [profile.test] of Cargo.toml"
            .to_owned(),
    }]
}

/// Names the first of these crates, and how many there are beside them.
fn names(crates: &[&str]) -> String {
    /// More say no more.
    const NAMED: usize = 3;
    let (named, rest) = crates.split_at(crates.len().min(NAMED));
    match rest.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The share of the time that recording may take, in per cent.
const RECORDER_PCT: f64 = 5.0;

/// Finds that recording takes a notable part of the time.
pub(super) fn recorder_share(facts: &Facts<'_>) -> Vec<Found> {
    let recording =
        facts.called.iter().fold(0_u64, |sum, it| sum.saturating_add(it.self_overhead_ns));
    let all = facts.own_ns.saturating_add(recording);
    let share = share_pct(recording, all);
    let Some(worst) = facts.called.iter().max_by_key(|it| it.self_overhead_ns) else {
        return Vec::new();
    };
    if share <= RECORDER_PCT {
        return Vec::new();
    }
    let evidence = format!(
        "recording took {} beside {} of self time ({}, limit {RECORDER_PCT} %), most of it in {}: {} of {}",
        units::duration(float(recording)),
        units::duration(float(facts.own_ns)),
        units::percent(share),
        worst.name,
        units::duration(float(worst.self_overhead_ns)),
        units::plural(worst.calls, "call"),
    );
    vec![Found {
        rule: RuleId::RecorderShare,
        function: Some(worst.name.clone()),
        evidence,
        at_most_pct: Some(share),
        saves: format!("{}, of the recorded program only", at_most(share, "the time")),
        todo: "track its caller in its place, or lower the budget: PERF_TRACK_OVERHEAD=2%"
            .to_owned(),
    }]
}

/// Finds functions of which only a part of the calls was timed.
pub(super) fn sampled(facts: &Facts<'_>) -> Vec<Found> {
    let is_it = |it: &&&Function| it.sampled || it.unmeasured_calls > 0;
    let few: Vec<&&Function> = facts.called.iter().filter(is_it).collect();
    let Some(heaviest) = few.iter().max_by_key(|it| it.self_ns) else { return Vec::new() };
    let own_ns = few.iter().fold(0_u64, |sum, it| sum.saturating_add(it.self_ns));
    let share = share_pct(own_ns, facts.own_ns);
    let is_worth_a_sentence = share >= 1.0 || few.iter().any(|it| it.unmeasured_calls > 0);
    if !is_worth_a_sentence {
        return Vec::new();
    }
    let (timed, calls) = (heaviest.timed_calls(), heaviest.calls);
    let evidence = format!(
        "{} sampled or counted, {} of the self time; of {}, {} of {} were timed ({})",
        units::they_are(few.len() as u64, "function"),
        units::percent(share),
        heaviest.name,
        units::count(timed),
        units::plural(calls, "call"),
        units::percent(share_pct(timed, calls)),
    );
    vec![Found {
        rule: RuleId::Sampled,
        function: Some(heaviest.name.clone()),
        evidence,
        at_most_pct: None,
        saves: "no time: its figures would be exact".to_owned(),
        todo: "allow recording more, where exact figures matter: PERF_TRACK_OVERHEAD=100%"
            .to_owned(),
    }]
}
