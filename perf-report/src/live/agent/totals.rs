//! The account as plain data that others are told. Pure.

use perf_runtime::snapshot::MetricKind;

use super::account::{Account, Program};
use super::sums::{Counter, FunctionSums, MetricSums};
use crate::model::{AgentFigures, FleetBuild, FleetFunction, FleetProgram, FleetTotals};
use crate::stats::number::float;

/// Returns the sums of all that was seen until `unix_ns`. `commit` is that of the programs, where it is known.
pub(super) fn totals(
    account: &Account,
    (unix_ns, agent): (u64, AgentFigures),
    commit: Option<&str>,
) -> FleetTotals {
    let programs = account.programs.values();
    FleetTotals {
        unix_ns,
        start_unix_ns: account.start_unix_ns,
        programs: programs.map(|it| program(it, account.running(&it.name), commit)).collect(),
        agent,
    }
}

fn program(it: &Program, (running, open): (u64, u64), commit: Option<&str>) -> FleetProgram {
    let of_kind = |kind| it.sums.metrics.iter().filter(move |metric| metric.kind() == kind);
    let gauge = |metric: &MetricSums| match metric.kind() {
        MetricKind::Ratio => (metric.whole > 0).then(|| float(metric.count) / float(metric.whole)),
        _ => (metric.samples > 0).then_some(metric.last),
    };
    let gauges = of_kind(MetricKind::Gauge).chain(of_kind(MetricKind::Ratio));
    let gauges = gauges.filter_map(|metric| Some((metric.name.clone(), gauge(metric)?)));
    let mut gauges: Vec<(String, f64)> =
        gauges.filter(|(_, value)| running > 0 && value.is_finite()).collect();
    gauges.sort_by(|a, b| a.0.cmp(&b.0));
    gauges.dedup_by(|a, b| a.0 == b.0);
    FleetProgram {
        name: it.name.clone(),
        build: FleetBuild {
            rustc: it.build.rustc.clone(),
            target: it.build.target.clone(),
            profile: it.build.profile.clone(),
            recorder: it.build.recorder.clone(),
            commit: commit.map(str::to_owned),
        },
        running,
        ended: it.ended,
        open_breakers: open,
        lost_calls: it.sums.lost_calls,
        recording_ns: it.sums.recording_ns,
        functions: it.sums.functions.iter().map(function).collect(),
        counts: of_kind(MetricKind::Count).map(|it| (it.name.clone(), it.count)).collect(),
        gauges,
    }
}

fn function(it: &FunctionSums) -> FleetFunction {
    let of = |counter| it.counter(counter);
    let has_calls = of(Counter::Calls) > 0;
    FleetFunction {
        name: it.name.clone(),
        calls: of(Counter::Calls),
        errors: it.classifies_errors.then(|| of(Counter::Errors)),
        panics: of(Counter::Panics),
        cancelled: it.polled.then(|| of(Counter::Cancelled)),
        self_ns: of(Counter::SelfNs),
        total_ns: of(Counter::TotalNs),
        allocs: it.counts_allocs.then(|| of(Counter::Allocs)),
        alloc_bytes: it.counts_allocs.then(|| of(Counter::AllocBytes)),
        in_flight: it.in_flight,
        sum_ns: of(Counter::SumNs),
        histogram: it.pairs().collect(),
        min_ns: has_calls.then_some(it.min_ns),
        max_ns: has_calls.then_some(it.max_ns),
    }
}
