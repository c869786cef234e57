//! The figures behind a report.

use super::Material;
use crate::analysis::score::targets;
use crate::model::{Details, Function, RunDocument, Suite};
use crate::text::units;

/// Gathers the figures of `newest` and of what is around it.
pub(super) fn details(material: &Material<'_>, newest: &RunDocument) -> Details {
    let Material { runs, comparison, stored, .. } = *material;
    let usage = newest.process.own_usage();
    let called = || newest.functions.iter().filter(|it| it.calls > 0);
    let sum = |of: fn(&Function) -> u64| {
        let tracked = newest.functions.iter().filter(|it| it.kind.is_function());
        tracked.fold(0_u64, |sum, it| sum.saturating_add(of(it)))
    };
    Details {
        stored_runs: stored.runs,
        first_time: stored.first_time.clone(),
        latest_time: stored.latest_time.clone(),
        runs: runs.len() as u64,
        baseline_runs: if comparison.baseline.is_some() { comparison.baseline_runs } else { 0 },
        wall_ns: usage.wall_ns,
        cpu_ns: usage.cpu_ns(),
        peak_rss_bytes: usage.peak_rss_bytes,
        self_ns: newest.own_ns(),
        functions: called().count() as u64,
        calls: sum(|it| it.calls),
        errors: sum(|it| it.errors),
        panics: sum(|it| it.panics),
        tests_passed: tests(newest, |suite| suite.passed),
        tests_failed: tests(newest, |suite| suite.failed),
        tests_ignored: tests(newest, |suite| suite.ignored),
        tests_flaky: tests(newest, |suite| Some(suite.flaky)),
        targets: targets::known(comparison).count() as u64,
        targets_met: targets::known(comparison).filter(|row| targets::is_met(row)).count() as u64,
        judged: comparison.judged,
        of: comparison.of,
        commit: newest.run.git.as_ref().map(|git| git.commit.clone()).filter(|it| !it.is_empty()),
        machine: machine(newest),
        build: build(newest),
    }
}

/// Sums over the suites that tell it.
fn tests(run: &RunDocument, of: fn(&Suite) -> Option<u64>) -> Option<u64> {
    run.suites.iter().filter_map(of).reduce(u64::saturating_add)
}

fn machine(run: &RunDocument) -> String {
    let machine = &run.run.machine;
    let cores = units::plural(u64::from(machine.cores), "core");
    match (machine.cpu.is_empty(), machine.cores) {
        (true, 0) => String::new(),
        (true, _) => cores,
        (false, 0) => machine.cpu.clone(),
        (false, _) => format!("{}, {cores}", machine.cpu),
    }
}

fn build(run: &RunDocument) -> String {
    let build = &run.run.toolchain;
    let parts =
        [build.profile.clone(), build.optimisation().unwrap_or_default(), build.rustc.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
