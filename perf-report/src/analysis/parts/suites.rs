//! Test suites of which each part ran some tests.

use std::collections::{BTreeMap, BTreeSet};

use super::{index, named, numbers, sum, total};
use crate::model::{RunDocument, Suite, Test, TestOutcome};

/// Returns the suites of all: those of one name are one, with the tests of all parts. Also tells which tests ran in
/// several parts.
pub(super) fn merged(runs: &[&RunDocument]) -> (Vec<Suite>, Vec<String>) {
    let mut of: BTreeMap<&str, Vec<(u32, &Suite)>> = BTreeMap::new();
    for run in runs {
        for suite in &run.suites {
            of.entry(&suite.name).or_default().push((index(run), suite));
        }
    }
    let mut told = Vec::new();
    let suites = of.into_values().map(|suites| {
        let (merged, twice) = one(&suites);
        told.extend(twice);
        merged
    });
    (suites.collect(), told)
}

fn one(parts: &[(u32, &Suite)]) -> (Suite, Option<String>) {
    let suites = || parts.iter().map(|(_, suite)| *suite);
    let Some(first) = suites().next() else { return (Suite::default(), None) };
    if parts.len() == 1 {
        return (first.clone(), None);
    }
    let (tests, twice) = tests(parts);
    let functions: BTreeSet<&String> = suites().flat_map(|it| &it.functions).collect();
    let passed = sum(suites().map(|it| it.passed));
    let failed = sum(suites().map(|it| it.failed));
    // Each part knows all of them.
    let ignored = suites().filter_map(|it| it.ignored).max();
    let of_all = |it: &Suite| Some(it.passed? + it.failed? + it.ignored? + it.filtered?);
    let known = suites().filter_map(of_all).max();
    let ran = passed.unwrap_or(0).saturating_add(failed.unwrap_or(0));
    let ran = ran.saturating_add(ignored.unwrap_or(0));
    let failing = suites().find_map(|it| it.exit_code.filter(|code| *code != 0));
    let all_ended = suites().all(|it| it.exit_code.is_some());
    let wall_ns: Option<Vec<u64>> = suites().map(|it| it.wall_ns).collect();
    let suite = Suite {
        wall_ns: wall_ns.map(|all| total(all.into_iter())),
        tests_ns: sum(suites().map(|it| it.tests_ns)),
        user_ns: sum(suites().map(|it| it.user_ns)),
        system_ns: sum(suites().map(|it| it.system_ns)),
        peak_rss_bytes: suites().filter_map(|it| it.peak_rss_bytes).max(),
        read_bytes: sum(suites().map(|it| it.read_bytes)),
        written_bytes: sum(suites().map(|it| it.written_bytes)),
        processes: total(suites().map(|it| it.processes)),
        exit_code: failing.or_else(|| all_ended.then_some(0)),
        signal: suites().find_map(|it| it.signal),
        passed,
        failed,
        ignored,
        // What a filter left out here another part may have run.
        filtered: known.map(|all| all.saturating_sub(ran)),
        flaky: total(suites().map(|it| it.flaky)),
        functions: functions.into_iter().cloned().collect(),
        metrics: numbers::metrics(suites().map(|it| it.metrics.as_slice())),
        tests,
        ..first.clone()
    };
    let told = (!twice.is_empty()).then(|| {
        let parts: Vec<u32> = twice.iter().flat_map(|(_, parts)| parts).copied().collect();
        let parts = Vec::from_iter(BTreeSet::from_iter(parts));
        let example = twice.first().map_or("", |(name, _)| *name);
        format!(
            "{} of suite {} ran in {}, such as {example}: the worst outcome counts",
            crate::text::units::plural(twice.len() as u64, "test"),
            suite.name,
            named(&parts)
        )
    });
    (suite, told)
}

/// Returns the tests of all parts by their names, and those that ran in several.
fn tests<'a>(parts: &[(u32, &'a Suite)]) -> (Vec<Test>, Vec<(&'a str, Vec<u32>)>) {
    let mut of: BTreeMap<&str, Vec<(u32, &Test)>> = BTreeMap::new();
    for (part, suite) in parts {
        for test in &suite.tests {
            of.entry(&test.name).or_default().push((*part, test));
        }
    }
    let mut twice = Vec::new();
    let mut tests = Vec::with_capacity(of.len());
    for (name, all) in of {
        let ran: Vec<_> = all.iter().filter(|(_, test)| test.attempts > 0).collect();
        if ran.len() > 1 {
            twice.push((name, ran.iter().map(|(part, _)| *part).collect()));
        }
        let merged = all.iter().map(|(_, test)| (*test).clone()).reduce(worse);
        tests.extend(merged);
    }
    (tests, twice)
}

/// Returns one test that ran in two parts: with the worse outcome, and the times of both.
fn worse(one: Test, other: Test) -> Test {
    let place = |test: &Test| match test.outcome {
        TestOutcome::Ignored => 0,
        TestOutcome::Passed => 1,
        TestOutcome::Flaky => 2,
        TestOutcome::Failed => 3,
    };
    let (last, earlier) = if place(&other) > place(&one) { (other, one) } else { (one, other) };
    let functions: BTreeSet<String> =
        last.functions.iter().chain(&earlier.functions).cloned().collect();
    let mut earlier_ns = earlier.earlier_ns;
    earlier_ns.extend(earlier.wall_ns);
    earlier_ns.extend(&last.earlier_ns);
    Test {
        earlier_ns,
        attempts: last.attempts.saturating_add(earlier.attempts),
        cpu_ns: sum([last.cpu_ns, earlier.cpu_ns].into_iter()),
        peak_rss_bytes: last.peak_rss_bytes.max(earlier.peak_rss_bytes),
        functions: functions.into_iter().collect(),
        ..last
    }
}
