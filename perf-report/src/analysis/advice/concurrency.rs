//! Rules about waiting, threads and futures.

use super::facts::{Facts, Found, at_most};
use crate::analysis::bench;
use crate::model::{Function, RuleId, Scaling, ScalingStep, Steadiness};
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// How often the processor time the wall time may be.
const TIMES: f64 = 3.0;
/// The shortest wall time that says something, in nanoseconds.
const SHORTEST_NS: f64 = 10e6;

/// Finds that the processes waited more than they worked. For what, no recording tells.
pub(super) fn waits(facts: &Facts<'_>) -> Vec<Found> {
    let process = &facts.run.process;
    let lengths = process.processes.iter().map(|it| it.recorded_ns);
    let recorded = float(lengths.fold(0_u64, u64::saturating_add));
    // Between the ends of several processes, there is time in which none of them ran.
    let alone = process.own_usage().wall_ns.filter(|_| process.count == 1).map(float);
    let known = Some(recorded).filter(|ns| *ns > 0.0).or(alone).zip(process.own_usage().cpu_ns());
    let Some((wall, cpu)) = known.map(|(wall, cpu)| (wall, float(cpu))) else { return Vec::new() };
    // Where others had the processors, that is what was waited for.
    let is_uneasy =
        facts.run.run.machine.probe.is_some_and(|it| it.steadiness() != Steadiness::Steady);
    if is_uneasy || wall < SHORTEST_NS || wall < TIMES * cpu || facts.own_ns == 0 {
        return Vec::new();
    }
    let threads = process.processes.iter().map(|it| u64::from(it.threads)).max().unwrap_or(1);
    let heaviest = facts.called.iter().max_by_key(|it| it.self_ns);
    let most = heaviest.map_or_else(String::new, |it| {
        let share = units::percent(facts.share_pct(it));
        format!("; {share} of the tracked time is in {}", it.name)
    });
    let pct = (1.0 - cpu / wall) * 100.0;
    let evidence = format!(
        "{} wall, {} CPU ({} ×, limit {TIMES} ×), {}: waits, or a lock{most}",
        units::duration(wall),
        units::duration(cpu),
        if cpu > 0.0 { units::rough_number(wall / cpu) } else { "over 1,000".to_owned() },
        units::plural(threads.max(1), "thread"),
    );
    vec![Found {
        rule: RuleId::Waits,
        function: None,
        evidence,
        at_most_pct: Some(pct),
        saves: at_most(pct, "the wall time"),
        todo:
            "see what its threads wait for: perf-report stacks, or perf-report top, while it runs"
                .to_owned(),
    }]
}

/// The share of the ideal speed below which threads bring little.
const EFFICIENCY: f64 = 0.5;

/// Finds benchmarks of which more threads bring little.
pub(super) fn scaling(facts: &Facts<'_>) -> Vec<Found> {
    let all = bench::scaling(facts.runs);
    all.iter().filter_map(|scaling| scales_badly(facts, scaling)).collect()
}

fn scales_badly(facts: &Facts<'_>, scaling: &Scaling) -> Option<Found> {
    // More threads than cores cannot bring more.
    let is_fair = |it: &&ScalingStep| scaling.cores == 0 || it.threads <= scaling.cores;
    let fair: Vec<&ScalingStep> = scaling.steps.iter().filter(is_fair).collect();
    let last = fair.last()?;
    let efficiency = last.efficiency.filter(|efficiency| *efficiency < EFFICIENCY)?;
    let families = facts.run.benchmarks_by_threads();
    let cases = families.get(&scaling.benchmark)?;
    let (_, function) = cases.iter().find(|(threads, _)| *threads == last.threads)?;
    let times = |it: &&ScalingStep| {
        let times = it.efficiency.unwrap_or_default() * f64::from(it.threads);
        format!("{} × with {}", units::rough_number(times), it.threads)
    };
    let knee = units::plural(u64::from(scaling.knee), "thread");
    let most = fair.iter().max_by(|a, b| a.calls_per_s.total_cmp(&b.calls_per_s))?.threads;
    let most = units::plural(u64::from(most), "thread");
    let hurts = scaling.hurts_from.filter(|threads| *threads <= last.threads);
    let hurts =
        hurts.map_or_else(String::new, |threads| format!("; from {threads} on they do less"));
    let pct = (1.0 - efficiency) * 100.0;
    Some(Found {
        rule: RuleId::Scaling,
        function: Some(function.name.clone()),
        evidence: format!(
            "{} of the ideal at {} (limit {} %): {}; nearly ideal up to {knee}{hurts}",
            units::percent(efficiency * 100.0),
            units::plural(u64::from(last.threads), "thread"),
            EFFICIENCY * 100.0,
            fair.iter().map(times).collect::<Vec<_>>().join(", "),
        ),
        at_most_pct: Some(pct),
        saves: at_most(pct, "an iteration's time at that many threads"),
        todo: format!(
            "use {most}, more do no more, or find what they share: a lock, an allocator, a line of the cache"
        ),
    })
}

/// The longest poll that harms nobody, in nanoseconds.
const LONG_POLL_NS: f64 = 1e6;

/// Finds polls that keep a thread from other futures.
pub(super) fn poll_blocks(facts: &Facts<'_>) -> Vec<Found> {
    let in_all =
        facts.called.iter().filter_map(|it| it.futures.as_ref().map(|futures| (it, futures)));
    let futures = in_all.fold(0_u64, |sum, (it, futures)| {
        sum.saturating_add(it.calls).saturating_add(futures.in_flight)
    });
    let of = |function: &Function| {
        let polls = function.futures.as_ref()?;
        let longest = float(polls.max_poll_ns?);
        // A future alone on its executor keeps nobody waiting.
        (longest > LONG_POLL_NS && futures > 1).then(|| {
            let mean = float(function.total_ns) / float(polls.polls.max(1));
            let evidence = format!(
                "its longest poll took {} (limit {}), the mean of {} {}",
                units::duration(longest),
                units::duration(LONG_POLL_NS),
                units::plural(polls.polls, "poll"),
                units::duration(mean),
            );
            Found {
                saves: format!(
                    "at most {} of delay, for every other future on that thread",
                    units::duration(longest)
                ),
                ..Found::of_time(
                    RuleId::PollBlocks,
                    function,
                    facts.share_pct(function),
                    evidence,
                    "hand long work to a blocking pool, or yield within it",
                )
            }
        })
    };
    facts.notable().filter_map(of).collect()
}

/// The share of calls from which dropped futures matter, in per cent.
const CANCELLED_PCT: f64 = 10.0;
/// The fewest dropped futures that say something.
const FEW: u64 = 5;

/// Finds async functions of which many futures are dropped before they are ready.
pub(super) fn cancelled(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let share = share_pct(function.cancelled, function.calls);
        (share >= CANCELLED_PCT && function.cancelled >= FEW).then(|| {
            let evidence = format!(
                "{} of {} dropped before they were ready ({}, limit {CANCELLED_PCT} %); all of them took {} of polls",
                units::count(function.cancelled),
                units::plural(function.calls, "call"),
                units::percent(share),
                units::duration(float(function.total_ns)),
            );
            let most = share_pct(function.total_ns, facts.own_ns).min(100.0);
            Found::of_time(
                RuleId::Cancelled,
                function,
                most,
                evidence,
                "find out who gives up: a timeout that is too short, or a select! that begins anew each time",
            )
        })
    };
    facts.notable().filter_map(of).collect()
}
