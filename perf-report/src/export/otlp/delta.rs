//! Differences between sums, for receivers that add up what they get.

use std::collections::HashMap;

use crate::model::{FleetFunction, FleetProgram, FleetTotals};

/// Returns what was counted after `before`, with its moment as the start. Gauges stay as they are; functions
/// of which nothing was counted are left out. The shortest and longest call of a difference are not known.
pub fn since(now: &FleetTotals, before: &FleetTotals) -> FleetTotals {
    let known: HashMap<&str, &FleetProgram> =
        before.programs.iter().map(|program| (program.name.as_str(), program)).collect();
    let nothing = FleetProgram::default();
    let program = |program: &FleetProgram| {
        of_program(program, known.get(program.name.as_str()).copied().unwrap_or(&nothing))
    };
    let mut made = FleetTotals {
        unix_ns: now.unix_ns,
        start_unix_ns: before.unix_ns,
        programs: now.programs.iter().map(program).collect(),
        agent: now.agent.clone(),
    };
    let failures = &mut made.agent.push_failures;
    *failures = failures.saturating_sub(before.agent.push_failures);
    made
}

fn of_program(now: &FleetProgram, before: &FleetProgram) -> FleetProgram {
    let known: HashMap<&str, &FleetFunction> =
        before.functions.iter().map(|function| (function.name.as_str(), function)).collect();
    let nothing = FleetFunction::default();
    let functions = now.functions.iter().filter_map(|function| {
        let before = known.get(function.name.as_str()).copied().unwrap_or(&nothing);
        let differs = function.calls != before.calls
            || function.self_ns != before.self_ns
            || function.panics != before.panics
            || function.cancelled != before.cancelled
            || function.in_flight > 0
            || before.in_flight > 0;
        differs.then(|| of_function(function, before))
    });
    let counts: HashMap<&str, u64> =
        before.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let count = |(name, count): &(String, u64)| {
        let before = counts.get(name.as_str()).copied().unwrap_or(0);
        (name.clone(), count.saturating_sub(before))
    };
    FleetProgram {
        ended: now.ended.saturating_sub(before.ended),
        lost_calls: now.lost_calls.saturating_sub(before.lost_calls),
        recording_ns: now.recording_ns.saturating_sub(before.recording_ns),
        functions: functions.collect(),
        counts: now.counts.iter().map(count).collect(),
        ..now.clone()
    }
}

fn of_function(now: &FleetFunction, before: &FleetFunction) -> FleetFunction {
    let less = |now: Option<u64>, before: Option<u64>| {
        now.map(|now| now.saturating_sub(before.unwrap_or(0)))
    };
    let counts: HashMap<u32, u64> = before.histogram.iter().copied().collect();
    let bucket = |(bucket, count): &(u32, u64)| {
        let left = count.saturating_sub(counts.get(bucket).copied().unwrap_or(0));
        (left > 0).then_some((*bucket, left))
    };
    FleetFunction {
        name: now.name.clone(),
        calls: now.calls.saturating_sub(before.calls),
        errors: less(now.errors, before.errors),
        panics: now.panics.saturating_sub(before.panics),
        cancelled: less(now.cancelled, before.cancelled),
        self_ns: now.self_ns.saturating_sub(before.self_ns),
        total_ns: now.total_ns.saturating_sub(before.total_ns),
        allocs: less(now.allocs, before.allocs),
        alloc_bytes: less(now.alloc_bytes, before.alloc_bytes),
        in_flight: now.in_flight,
        sum_ns: now.sum_ns.saturating_sub(before.sum_ns),
        histogram: now.histogram.iter().filter_map(bucket).collect(),
        min_ns: None,
        max_ns: None,
    }
}
