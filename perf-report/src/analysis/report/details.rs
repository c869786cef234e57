//! The figures behind a report.

use std::collections::HashSet;

use super::Material;
use crate::analysis::bench;
use crate::analysis::score::targets;
use crate::model::{
    BenchDetails, Change, Comparison, Details, Function, Metric, RunDocument, Slowest, Suite,
    Verdict,
};
use crate::text::units;

/// Gathers the figures of `newest` and of what is around it.
pub(super) fn details(material: &Material<'_>, newest: &RunDocument) -> Details {
    let Material { runs, comparison, stored, .. } = *material;
    let usage = newest.process.own_usage();
    let called = newest.functions.iter().filter(|it| it.kind.is_function() && it.calls > 0);
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
        functions: called.count() as u64,
        calls: sum(|it| it.calls),
        benchmarks: benchmarks(runs, comparison),
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

/// Returns the figures of the benchmarks of runs that were made together; `None` where there are none.
fn benchmarks(runs: &[RunDocument], comparison: &Comparison) -> Option<BenchDetails> {
    let all = bench::merged(runs);
    let time = |it: &Function| it.mean_ns.filter(|_| !it.is_failure());
    let timed = all.iter().filter_map(|it| Some((it, time(it)?)));
    let slowest = timed.max_by(|a, b| a.1.total_cmp(&b.1));
    let of_verdict = |verdict: Verdict| {
        let names: HashSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
        let rows = comparison.functions.iter().filter(|row| row.metric == Metric::MeanNs);
        let has_time = |row: &&Change| row.baseline.is_some() && row.current.is_some();
        let rows = rows.filter(|row| row.verdict == verdict && names.contains(row.name.as_str()));
        rows.filter(has_time).count() as u64
    };
    (!all.is_empty()).then(|| BenchDetails {
        count: all.len() as u64,
        ended_badly: all.iter().filter(|it| it.is_failure()).count() as u64,
        slowest: slowest.map(|(it, ns)| Slowest { name: it.name.clone(), mean_ns: ns }),
        slower: of_verdict(Verdict::Regression),
        faster: of_verdict(Verdict::Improved),
    })
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
