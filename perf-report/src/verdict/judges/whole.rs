//! The command as a whole: its time on the wall, its processor time, its memory.
//!
//! These hold what nobody tracks: a compiler that ran first, a cold cache, a slow disk. So they have
//! a row only where it is known how much runs of the command differ; one run against one never
//! judges them.

use super::decide::{Draft, Test};
use crate::model::{
    Because, COMMAND, Change, Extent, Metric, RunDocument, Unconfirmed, Usage, value_of_command,
};
use crate::stats::number::{change_pct, float};
use crate::stats::robust;
use crate::verdict::evidence::busy::CONFIRMING_PART;
use crate::verdict::evidence::estimates::Doubt;
use crate::verdict::evidence::noise::{self, Source, Values};
use crate::verdict::evidence::suite::Suite;
use crate::verdict::evidence::work::Work;
use crate::verdict::limits::{Limits, Load, MetricLimits};
use crate::verdict::sides::{self, Busier, Sides};

/// The error of a peak of memory: each processor counts 64 pages and more by itself before it adds them
/// to those of the process.
const RSS_BATCH_BYTES: u64 = 512 << 10;

/// Returns the drafts of the command. It is no part of the suite, so no shift is taken off. Of a command that measures
/// benchmarks there are none: it takes as long as it was asked to, with as many processes.
pub(crate) fn drafts(sides: Sides<'_>, limits: &Limits) -> Vec<Draft> {
    if sides.baseline.iter().chain(sides.current).any(RunDocument::has_benchmarks) {
        return Vec::new();
    }
    let work = (limits.load == Load::Open).then(|| Work::of(sides, limits));
    let of = |metric: Metric| {
        let own = *limits.metrics.get(&metric)?;
        draft(sides, metric, own, (limits, work.as_ref()))
    };
    Metric::OF_COMMAND.into_iter().chain([Metric::Throughput]).filter_map(of).collect()
}

fn draft(
    sides: Sides<'_>,
    metric: Metric,
    own: MetricLimits,
    (limits, work): (&Limits, Option<&Work<'_>>),
) -> Option<Draft> {
    let extent = sides.extent();
    let of_run = |run: &RunDocument| match (metric, work) {
        (Metric::Throughput, work) => throughput(run, extent, work?),
        (Metric::CpuNs, Some(work)) => cpu_of_a_unit(run, extent, work),
        _ => value_of_command(&run.process, extent, metric),
    };
    let side = |runs: &[RunDocument]| -> Vec<Option<f64>> { runs.iter().map(of_run).collect() };
    let values = Values {
        olds: side(sides.baseline),
        news: side(sides.current),
        past: sides.past().map(|runs| side(runs).into_iter().flatten().collect()),
        within: 0.0,
    };
    let measured = noise::difference(&values, &Suite::default(), sides.paired)?;
    if measured.source == Source::Assumed {
        return None;
    }
    let [baseline, current] = values.middles();
    let (baseline, current) = (baseline?, current?);
    let (floor, doubt, denied) = objections(sides, metric, [baseline, current], limits);
    let by_waiting = work
        .filter(|_| metric == Metric::Throughput)
        .and_then(|work| less_by_waiting(sides, work, [baseline, current]));
    let is_of_a_unit = work.is_some() && metric == Metric::CpuNs;
    let row = Change {
        change_pct: change_pct(baseline, current),
        because: Vec::from_iter(is_of_a_unit.then_some(Because::PerUnitOfWork)),
        ..Change::exact(COMMAND, metric, [Some(baseline), Some(current)])
    };
    let test = Test {
        measured,
        is_of_values: true,
        limits: own,
        origin: None,
        floor,
        doubt,
        small: None,
        denied: denied.or(by_waiting),
    };
    Some(Draft { row, test: Some(test) })
}

/// Returns what speaks against a change of the command from one value to another: the floor that it stays
/// below, what the machine may have made of it, and what else is known.
pub(crate) fn objections(
    sides: Sides<'_>,
    metric: Metric,
    [baseline, current]: [f64; 2],
    limits: &Limits,
) -> (Option<Because>, Doubt, Option<Because>) {
    // Of an open load, processor time is that of a unit of work.
    let is_whole_time =
        metric == Metric::WallNs || metric == Metric::CpuNs && limits.load == Load::Closed;
    let change = (current - baseline).abs();
    let floor = if metric == Metric::PeakRssBytes && change < float(RSS_BATCH_BYTES) {
        Some(Because::BelowSizeFloor { floor_bytes: RSS_BATCH_BYTES })
    } else if is_whole_time && change < limits.run_floor_ns {
        Some(Because::BelowRunFloor { floor_ns: limits.run_floor_ns })
    } else {
        None
    };
    let [old_waited, new_waited] = sides.waited_pct();
    let doubt = match metric {
        Metric::PeakRssBytes => Doubt::NONE,
        _ => Doubt::NONE
            .of_command_on_a_busy_machine(new_waited - old_waited, sides.busier() == Busier::Much),
    };
    let denied = (metric == Metric::WallNs).then(|| denied_by_waiting(sides, doubt)).flatten();
    (floor, doubt, denied)
}

/// Returns the ground on which there may be less throughput by the machine alone, if so: it was busier, and a
/// unit of work takes no more processor time.
fn less_by_waiting(sides: Sides<'_>, work: &Work<'_>, [old, new]: [f64; 2]) -> Option<Because> {
    let extent = sides.extent();
    let [old_cpu, new_cpu] = [sides.baseline, sides.current].map(|runs| {
        let a_unit = |run: &RunDocument| cpu_of_a_unit(run, extent, work);
        robust::median(&runs.iter().filter_map(a_unit).collect::<Vec<_>>())
    });
    let is_busier = sides.busier() > Busier::No;
    let confirmed = (new_cpu? / old_cpu?).ln() >= CONFIRMING_PART * (old / new).ln();
    let unconfirmed = Unconfirmed::CpuTimeOfAUnit;
    (new < old && is_busier && !confirmed).then_some(Because::Busier { unconfirmed })
}

/// Returns the ground on which a change of the time on the wall may be none of the program's, if so: threads
/// waited for a processor, on one side more than on the other, and the processor time did not change by as
/// much.
fn denied_by_waiting(sides: Sides<'_>, doubt: Doubt) -> Option<Because> {
    /// Share of the time, in per cent, that is much.
    const MUCH_PCT: f64 = 1.0;
    /// The largest factor by which other programs make a command longer, where only that they ran is known.
    const MOST_TIMES: f64 = 3.0;
    /// The time that waiting for a processor at its start and its end can add to a command.
    const A_FEW_SLICES_NS: f64 = 20e6;
    let [old_wall, new_wall] = sides.used(|usage| usage.wall_ns);
    let [old_cpu, new_cpu] = sides.used(Usage::cpu_ns);
    // Of nothing there is no ratio.
    let known = |ns: Option<f64>| ns.map(|ns| ns.max(1.0));
    let (old_wall, new_wall) = (known(old_wall)?, known(new_wall)?);
    let (old_cpu, new_cpu) = (known(old_cpu)?, known(new_cpu)?);
    let worked_pct = (new_cpu / old_cpu - 1.0) * 100.0;
    let confirms = |pct: f64| (pct / 100.0).ln_1p() / (new_wall / old_wall).ln() >= CONFIRMING_PART;
    if confirms(doubt.certain_part(worked_pct)) {
        return None;
    }
    // The waits of the slower side, which make at least half of what it was longer.
    let [old_waited, new_waited] = sides.waited_pct();
    let (slower, faster, waited) = if new_wall > old_wall {
        (new_wall, old_wall, new_waited)
    } else {
        (old_wall, new_wall, old_waited)
    };
    let explains = slower * waited / 100.0 >= CONFIRMING_PART * (slower - faster);
    let unconfirmed = if confirms(worked_pct) {
        Unconfirmed::CpuTimeOfABusyMachine
    } else {
        Unconfirmed::CpuTime
    };
    if waited >= MUCH_PCT && explains {
        return Some(Because::Waited { waited_pct: waited, unconfirmed });
    }
    if (new_wall - old_wall).abs() < A_FEW_SLICES_NS {
        return Some(Because::TimeSlices { unconfirmed });
    }
    // Of a command that is over soon, most is outside of tracked functions.
    let may_be_unsteady = slower <= MOST_TIMES * faster;
    let mut both = [sides.current, sides.baseline].into_iter().filter(|_| may_be_unsteady);
    let (_, how) = both.find_map(sides::unsteady)?;
    Some(Because::Unsteady { how, unconfirmed })
}

/// Returns the units of work a second.
fn throughput(run: &RunDocument, extent: Extent, work: &Work<'_>) -> Option<f64> {
    const NS_A_SECOND: f64 = 1e9;
    Some(work.units(run)? * NS_A_SECOND / value_of_command(&run.process, extent, Metric::WallNs)?)
}

/// Returns the processor time of a unit of work.
fn cpu_of_a_unit(run: &RunDocument, extent: Extent, work: &Work<'_>) -> Option<f64> {
    Some(value_of_command(&run.process, extent, Metric::CpuNs)? / work.units(run)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, FunctionKind, Verdict, samples};
    use crate::verdict::{Limits, compare_runs};

    const MS: u64 = 1_000_000;

    /// Returns runs of these milliseconds on the wall and of processor time, in which threads waited this long.
    fn runs(wall: u64, cpu: u64, waited: u64, count: u64) -> Vec<RunDocument> {
        let of = |at: u64| {
            let mut run = samples::empty();
            run.process.wall_ns = Some(wall * MS + at * MS / 10);
            (run.process.user_ns, run.process.system_ns) = (Some(cpu * MS + at * MS / 10), Some(0));
            run.functions.push(Function {
                name: "f".to_owned(),
                self_preempted_ns: waited * MS,
                raw_self_ns: wall * MS,
                ..Function::default()
            });
            run
        };
        (0..count).map(of).collect()
    }

    fn shown(current: &[RunDocument], metric: Metric) -> (Verdict, String) {
        let baseline = runs(50, 49, 0, 8);
        let sides = Sides { baseline: &baseline, current, history: &[], paired: false };
        let comparison = compare_runs(sides, &Limits::default()).unwrap();
        let row = comparison.functions.into_iter().find(|row| row.metric == metric);
        row.map(|row| (row.verdict, row.reason)).unwrap()
    }

    #[test]
    fn a_busy_machine_is_not_told_as_a_slower_command() {
        let (verdict, why) = shown(&runs(94, 50, 43, 3), Metric::WallNs);
        assert_eq!(verdict, Verdict::Inconclusive);
        let words = "but the machine was busy: threads waited 45.7 % of their time for a processor, and \
                     the processor time does not confirm it";
        assert!(why.ends_with(words), "{why}");
    }

    #[test]
    fn processor_time_of_nothing_confirms_nothing() {
        let mut idle = runs(94, 0, 43, 3);
        for run in &mut idle {
            run.process.user_ns = Some(0);
        }
        assert_eq!(shown(&idle, Metric::WallNs).0, Verdict::Inconclusive);
    }

    #[test]
    fn a_few_time_slices_are_no_finding() {
        let (verdict, why) = shown(&runs(62, 49, 0, 3), Metric::WallNs);
        assert_eq!(verdict, Verdict::Inconclusive);
        let words = "but a few time slices of other programs are as much, and the processor time does \
                     not confirm it";
        assert!(why.ends_with(words), "{why}");
    }

    #[test]
    fn benchmarks_take_as_long_as_they_were_asked_to() {
        let measuring = |runs: Vec<RunDocument>| -> Vec<RunDocument> {
            let of = |mut run: RunDocument| {
                let (name, kind) = ("b".to_owned(), FunctionKind::Benchmark);
                let mean_ns = Some(100.0);
                run.functions.push(Function { name, kind, mean_ns, ..Function::default() });
                run
            };
            runs.into_iter().map(of).collect()
        };
        let baseline = measuring(runs(50, 49, 0, 8));
        let current = measuring(runs(500, 490, 0, 8));
        let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
        let comparison = compare_runs(sides, &Limits::default()).unwrap();
        assert!(comparison.functions.iter().all(|row| row.name != COMMAND), "{comparison:?}");
        assert!(!comparison.has_regressions());
    }

    #[test]
    fn a_command_that_sleeps_longer_or_works_longer_is_slower() {
        assert_eq!(shown(&runs(94, 50, 0, 3), Metric::WallNs).0, Verdict::Regression);
        assert_eq!(shown(&runs(94, 90, 5, 3), Metric::WallNs).0, Verdict::Regression);
        assert_eq!(shown(&runs(94, 90, 5, 3), Metric::CpuNs).0, Verdict::Regression);
    }
}
