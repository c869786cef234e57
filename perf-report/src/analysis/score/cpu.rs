//! The part of processor time.
//!
//! By targets and by the baseline, it is processor time. The share of the cores that is used is scored only
//! where the project limits it: full use of a core is no fault.

use super::curve::Curve;
use super::spread::Figure;
use super::{Settings, parts, targets};
use crate::model::{BudgetKind, Category, Comparison, Metric, RunDocument, Scale, ScorePart};
use crate::stats::number::float;
use crate::text::units;

/// Returns the part of processor time.
pub(super) fn part(
    runs: &[RunDocument],
    comparison: &Comparison,
    settings: &Settings,
) -> Result<ScorePart, String> {
    let known = targets::part(Category::Cpu, &[BudgetKind::CpuNs], runs, comparison)
        .or_else(|| parts::of_command(Category::Cpu, Metric::CpuNs, comparison));
    if let Some(part) = known {
        return Ok(part);
    }
    if settings.cpu_limit.is_none() {
        return Err("use of processors is scored by a target, a baseline, or cpu-limit of [score]"
            .to_owned());
    }
    let shares: Vec<f64> = runs.iter().filter_map(utilisation).collect();
    let share = Figure::of(&shares).ok_or_else(|| "no processor time is known".to_owned())?;
    let curve = Curve::through(settings.cpu);
    let evidence = format!("{} of the cores' time used", units::percent(share.value * 100.0));
    Ok(parts::of_scores(
        Category::Cpu,
        Scale::BuiltIn,
        share.map(|share| curve.at(share)),
        evidence,
    ))
}

/// Returns the part of the time of all cores that the processes used, 0 to 1; `None` where it is not known.
pub(super) fn utilisation(run: &RunDocument) -> Option<f64> {
    let usage = run.process.own_usage();
    let (cpu, wall) = (float(usage.cpu_ns()?), float(usage.wall_ns?));
    let cores = f64::from(run.run.machine.cores.max(1));
    (wall > 0.0).then(|| cpu / (wall * cores))
}
