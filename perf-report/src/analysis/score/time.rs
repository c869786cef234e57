//! The part of time.

use super::curve::Curve;
use super::spread::Figure;
use super::{Settings, parts, ratio, targets};
use crate::model::{BudgetKind, Category, Comparison, FunctionKind, RunDocument, Scale, ScorePart};
use crate::stats::number::float;
use crate::text::units;

/// The limits of time.
const KINDS: [BudgetKind; 7] = [
    BudgetKind::P50Ns,
    BudgetKind::P95Ns,
    BudgetKind::P99Ns,
    BudgetKind::MeanNs,
    BudgetKind::MaxNs,
    BudgetKind::TotalNs,
    BudgetKind::WallNs,
];

/// Returns the part of time.
pub(super) fn part(
    runs: &[RunDocument],
    comparison: &Comparison,
    settings: &Settings,
) -> Result<ScorePart, String> {
    let category = Category::Time;
    if let Some(part) = targets::part(category, &KINDS, runs, comparison) {
        return Ok(part);
    }
    if let Some(part) = against_baseline(runs, comparison) {
        return Ok(part);
    }
    let (what, values) = walls(runs).ok_or_else(|| "no time is known".to_owned())?;
    let time = Figure::of(&values).ok_or_else(|| "no time is known".to_owned())?;
    let curve = Curve::through(settings.time_ns);
    let shown = units::duration(time.value);
    let evidence =
        format!("{what} {shown}; below {} has 100", units::duration(settings.time_ns[0] / 10.0));
    Ok(parts::of_scores(category, Scale::BuiltIn, time.map(|ns| curve.at(ns)), evidence))
}

fn against_baseline(runs: &[RunDocument], comparison: &Comparison) -> Option<ScorePart> {
    let newest = runs.last().filter(|_| ratio::has_baseline(comparison))?;
    let Some(time) = ratio::of_time(newest, comparison) else {
        return parts::of_command(Category::Time, crate::model::Metric::WallNs, comparison);
    };
    let all = units::plural(time.judged, time.noun);
    let moved = comparison.shifts().filter(|it| it.taken_off).map(|it| {
        format!("; everything measured moved by {}, not counted", units::change(it.change_pct))
    });
    let moved: String = moved.collect();
    let evidence = match time.changed {
        0 => format!("no certain change in {all}{moved}"),
        changed => {
            let pct = units::change((time.ratio.value - 1.0) * 100.0);
            let changed = units::count(changed);
            format!("{pct} over {all}, of which {changed} changed for certain{moved}")
        }
    };
    Some(parts::of_ratio(Category::Time, time.ratio, evidence))
}

/// Returns the time of each run, and its name: that of processes with tracked functions, else of the suites,
/// else the mean of the benchmarks, else that of the command.
fn walls(runs: &[RunDocument]) -> Option<(&'static str, Vec<f64>)> {
    let each = |of: &dyn Fn(&RunDocument) -> Option<f64>| {
        let all: Vec<f64> = runs.iter().filter_map(of).collect();
        (!all.is_empty()).then_some(all)
    };
    // How long benchmarks run is up to their harness.
    let has_harness = |run: &RunDocument| run.functions.iter().any(|it| it.harness().is_some());
    let wall = |run: &RunDocument| {
        let wall = run.process.own_usage().wall_ns.filter(|_| !has_harness(run));
        wall.map(float).filter(|ns| *ns > 0.0)
    };
    let recorded = |run: &RunDocument| wall(run).filter(|_| run.process.count > 0);
    each(&recorded)
        .map(|all| ("wall time", all))
        .or_else(|| each(&suites).map(|all| ("wall time of the suites", all)))
        .or_else(|| each(&benchmarks).map(|all| ("geometric mean of the benchmarks", all)))
        .or_else(|| each(&wall).map(|all| ("wall time of the command", all)))
}

fn suites(run: &RunDocument) -> Option<f64> {
    let walls: Vec<u64> = run.suites.iter().filter_map(|suite| suite.wall_ns).collect();
    let sum = walls.iter().fold(0_u64, |sum, ns| sum.saturating_add(*ns));
    (sum > 0).then(|| float(sum))
}

fn benchmarks(run: &RunDocument) -> Option<f64> {
    let mut logs: Vec<f64> = run
        .functions
        .iter()
        .filter(|function| function.kind == FunctionKind::Benchmark)
        .filter_map(|function| function.mean_ns.filter(|ns| *ns > 0.0).map(f64::ln))
        .collect();
    logs.sort_by(f64::total_cmp);
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / float(logs.len() as u64)).exp())
}
